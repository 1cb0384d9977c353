import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { createRandom } from '../../core/random.ts'
import { millis } from '../../core/units.ts'
import { isPositiveDefinite } from '../linear-algebra/cholesky.ts'
import { symmetricEigenvalues } from '../linear-algebra/eigenvalues.ts'
import { historyOfBars } from './bars.ts'
import { estimateRisk } from './estimate-risk.ts'
import { denseCovariance } from './factor-model.ts'
import { type CloseHistory, DEFAULT_RISK_SETTINGS } from './risk-model.ts'
import { trackingError } from './tracking-error.ts'

const DAY = 86_400_000
const START = Date.UTC(2024, 0, 1)

/** Closes from daily log returns, first close at START. */
function history(asset: string, returns: readonly number[], firstDay = 0, stable = false): CloseHistory {
  let price = 100
  const closes = [price, ...returns.map((r) => (price *= Math.exp(r)))]
  return { asset, times: closes.map((_, i) => START + (firstDay + i) * DAY), closes, stable }
}
const normals = (seed: number, count: number, sigma: number): number[] => {
  const random = createRandom(seed)
  return Array.from({ length: count }, () => sigma * random.normal())
}
const at = (day: number): number => START + day * DAY

describe('covariance', () => {
  test('equals the formula by brute force', () => {
    const a = normals(1, 50, 0.03)
    const b = normals(2, 50, 0.05).map((r, i) => 0.5 * r + 0.4 * a[i]!)
    const settings = { ...DEFAULT_RISK_SETTINGS, shrinkage: 0.1, shrinkageTarget: 'diagonal' } as const
    const model = estimateRisk({ histories: [history('A', a), history('B', b)], asOf: at(50), settings })
    const weight = (i: number): number => 2 ** (-(49 - i) / 60)
    const sum = (f: (i: number) => number): number => a.reduce((total, _, i) => total + weight(i) * f(i), 0)
    const varianceA = (365 * sum((i) => a[i]! ** 2)) / sum(() => 1)
    const covariance = (365 * sum((i) => a[i]! * b[i]!)) / sum(() => 1)
    expect(model.covariance[0]).toBeCloseTo(varianceA, 12)
    expect(model.covariance[1]).toBeCloseTo(0.9 * covariance, 12)
    expect(model.covariance[2]).toBe(model.covariance[1])
    expect(model.dailySigma[0]).toBeCloseTo(Math.sqrt(varianceA / 365), 12)
    expect(model).toMatchObject({ shrinkage: 0.1, prior: [false, false], returnsUsed: [50, 50], clipped: [] })
  })

  test('the constant correlation is that of the assets that move; a stablecoin’s is none', () => {
    const common = normals(21, 300, 0.03)
    const risky = [0.4, 0.8, 1.5].map((beta, k) => normals(22 + k, 300, 0.03).map((own, i) => own + beta * common[i]!))
    const histories = [
      ...risky.map((returns, i) => history(`A${i}`, returns)),
      history('USDX', normals(30, 300, 0.001), 0, true),
    ]
    const rho = (shrinkage: number | 'analytical', i: number, j: number): number => {
      const settings = { ...DEFAULT_RISK_SETTINGS, shrinkage }
      const { covariance, volatility } = estimateRisk({ histories, asOf: at(300), settings })
      return covariance[i * 4 + j]! / volatility[i]! / volatility[j]!
    }
    const mean = (rho(0, 0, 1) + rho(0, 0, 2) + rho(0, 1, 2)) / 3
    for (const [i, j] of [
      [0, 1],
      [0, 2],
      [1, 2],
    ] as const)
      expect(rho(1, i, j)).toBeCloseTo(mean, 12)
    expect(rho(1, 0, 3)).toBe(0)
    expect(rho(0, 0, 3)).not.toBe(0)
    const [low, analytical, high] = [rho(0, 0, 1), rho('analytical', 0, 1), mean]
    expect(analytical).toBeGreaterThan(low)
    expect(analytical).toBeLessThan(high)
  })

  test('factors come with it when asked for: same variances, positive definite', () => {
    const common = normals(41, 200, 0.04)
    const histories = [0.5, 1, 1.5, 2].map((beta, k) =>
      history(
        `A${k}`,
        normals(42 + k, 200, 0.02).map((own, i) => own + beta * common[i]!),
      ),
    )
    const model = estimateRisk({ histories, asOf: at(200), settings: { ...DEFAULT_RISK_SETTINGS, factorCount: 1 } })
    const dense = denseCovariance(model.factors!)
    for (let i = 0; i < 4; i++) expect(dense[i * 5]).toBeCloseTo(model.covariance[i * 5]!, 12)
    expect(model.factors!.explained).toBeGreaterThan(0.7)
    expect(estimateRisk({ histories, asOf: at(200) }).factors).toBeNull()
  })

  test('recent returns weigh more', () => {
    const calmThenWild = [...normals(3, 200, 0.01), ...normals(4, 60, 0.06)]
    const up = estimateRisk({ histories: [history('A', calmThenWild)], asOf: at(260) })
    const down = estimateRisk({ histories: [history('A', calmThenWild.toReversed())], asOf: at(260) })
    expect(up.volatility[0]!).toBeGreaterThan(1.5 * down.volatility[0]!)
  })

  test('nothing after the moment asked for is used', () => {
    const a = normals(5, 120, 0.03)
    const b = normals(6, 120, 0.03)
    const whole = estimateRisk({ histories: [history('A', a), history('B', b)], asOf: at(80) })
    const cut = estimateRisk({ histories: [history('A', a.slice(0, 80)), history('B', b.slice(0, 80))], asOf: at(80) })
    expect(whole).toEqual(cut)
  })

  test('a bar that still runs is not a close', () => {
    const bars = [0, 1, 2].map((day) => ({ openTime: millis(at(day)), close: 100 + day }))
    expect(historyOfBars('A', bars, DAY, at(2) + 1).times).toEqual(Float64Array.of(at(1), at(2)))
  })
})

describe('little or no history', () => {
  test('no assets: an empty model', () => {
    expect(estimateRisk({ histories: [], asOf: START })).toMatchObject({ assets: [], conditionNumber: 1 })
  })

  test('none: the prior, marked', () => {
    const model = estimateRisk({
      histories: [history('A', normals(7, 100, 0.03)), { asset: 'NEW', times: [], closes: [] }],
      asOf: at(100),
    })
    expect(model.prior).toEqual([false, true])
    expect(model.volatility[1]).toBe(0.8)
    expect(model.covariance[1]! / model.volatility[0]! / 0.8).toBeCloseTo(0.6, 12)
  })

  test('some: blended by its length, marked below 30 returns', () => {
    const vol = (count: number): [number, boolean] => {
      const model = estimateRisk({
        histories: [
          history(
            'A',
            Array.from({ length: count }, () => 0.01),
          ),
        ],
        asOf: at(count),
      })
      return [model.volatility[0]!, model.prior[0]!]
    }
    expect(vol(15)[0]).toBeCloseTo(Math.sqrt(0.5 * 365 * 1e-4 + 0.5 * 0.64), 10)
    expect(vol(15)[1]).toBe(true)
    expect(vol(29)[1]).toBe(true)
    expect(vol(30)[0]).toBeCloseTo(Math.sqrt(365) * 0.01, 10)
    expect(vol(30)[1]).toBe(false)
  })

  test('a new stablecoin is not given 80 %', () => {
    const model = estimateRisk({
      histories: [
        { asset: 'USDX', times: [], closes: [], stable: true },
        { asset: 'NEW', times: [], closes: [] },
      ],
      asOf: START,
    })
    expect(model.volatility[0]).toBe(DEFAULT_RISK_SETTINGS.stablePriorVolatility)
    expect(model.covariance[1]).toBe(0)
  })
})

describe('hard data', () => {
  test('a log return of −5 is clipped and reported, and moves nobody else', () => {
    const a = normals(8, 200, 0.03)
    const dead = normals(9, 200, 0.05)
    dead[190] = -5.2
    const model = estimateRisk({ histories: [history('A', a), history('DEAD', dead)], asOf: at(200) })
    expect(model.clipped).toHaveLength(1)
    expect(model.clipped[0]).toMatchObject({ asset: 'DEAD', time: at(191) })
    expect(model.clipped[0]!.logReturn).toBeCloseTo(-5.2, 10)
    expect(model.volatility[1]!).toBeLessThan(2.5)
    expect(model.volatility[0]).toBe(estimateRisk({ histories: [history('A', a)], asOf: at(200) }).volatility[0])
  })

  test('constant prices, duplicates and mirrored series stay positive definite', () => {
    const a = normals(10, 100, 0.03)
    const histories = [
      history('A', a),
      history('TWIN', a),
      history(
        'MIRROR',
        a.map((r) => -r),
      ),
      history(
        'FLAT',
        Array.from({ length: 100 }, () => 0),
      ),
    ]
    const model = estimateRisk({ histories, asOf: at(100) })
    expect(isPositiveDefinite(model.covariance, 4)).toBe(true)
    expect(model.volatility[3]).toBe(DEFAULT_RISK_SETTINGS.leastVolatility)
    expect(model.conditionNumber).toBeLessThan(1e6)
    const eigenvalues = symmetricEigenvalues(
      model.covariance.map((v, at) => v / model.volatility[at >> 2]! / model.volatility[at % 4]!),
      4,
    )
    expect(model.conditionNumber / (eigenvalues[3]! / eigenvalues[0]!)).toBeCloseTo(1, 6)
  })

  test('only duplicates: the target itself has an inverse', () => {
    const a = normals(12, 100, 0.03)
    const model = estimateRisk({ histories: [history('A', a), history('B', a), history('C', a)], asOf: at(100) })
    expect(isPositiveDefinite(model.covariance, 3)).toBe(true)
    expect(model.covariance[1]! / model.covariance[0]!).toBeGreaterThan(0.94)
  })

  test('returns older than the window are not used', () => {
    const a = normals(13, 100, 0.03)
    const settings = { ...DEFAULT_RISK_SETTINGS, windowDays: 40 }
    const model = estimateRisk({ histories: [history('A', a)], asOf: at(100), settings })
    expect(model.returnsUsed).toEqual([40])
  })

  test('bad closes are refused, counted, and leave a gap', () => {
    const good = history('A', normals(11, 60, 0.02))
    const closes = Array.from(good.closes)
    closes[10] = Number.NaN
    closes[20] = -3
    const model = estimateRisk({ histories: [{ ...good, closes }], asOf: at(60) })
    expect(model.refusedCloses).toEqual([2])
    expect(model.returnsUsed).toEqual([58])
    expect(Number.isFinite(model.volatility[0]!)).toBe(true)
  })

  test('positive definite whatever the histories overlap like', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 1e6 }), fc.integer({ min: 1, max: 12 }), (seed, count) => {
        const random = createRandom(seed)
        const common = normals(seed + 1, 200, 0.03)
        const histories = Array.from({ length: count }, (_, a) => {
          const first = random.integer(190)
          const length = random.integer(200 - first)
          const beta = random.pick([-1, 0, 1, 1, 2])
          const noise = random.pick([0, 0.001, 0.03])
          const returns = common.slice(first, first + length).map((r) => beta * r + noise * random.normal())
          if (returns.length > 3 && random.next() < 0.2) returns[2] = -6
          const full = history(`A${a}`, returns, first)
          const kept = Array.from(full.times).flatMap((_, i) => (random.next() < 0.9 ? [i] : []))
          return {
            asset: full.asset,
            times: kept.map((i) => full.times[i]!),
            closes: kept.map((i) => full.closes[i]!),
          }
        })
        const model = estimateRisk({ histories, asOf: at(200) })
        expect(isPositiveDefinite(model.covariance, count)).toBe(true)
        expect(model.covariance.every(Number.isFinite)).toBe(true)
      }),
      { numRuns: 100 },
    )
  })
})

test('tracking error is the standard deviation of the difference', () => {
  expect(trackingError([0.1, -0.1], Float64Array.of(0.64, 0, 0, 0))).toBeCloseTo(0.08, 12)
  expect(trackingError([0.1, -0.1], Float64Array.of(0.64, 0.64, 0.64, 0.64))).toBe(0)
})

const folder = process.env['TRIMTAB_DATA'] ?? ''
describe.skipIf(folder === '')('on real daily closes (skipped: TRIMTAB_DATA is not set)', () => {
  test('17 assets, one dead, two stable: positive definite and plausible', () => {
    const lines = readFileSync(`${folder}/daily_close.csv`, 'utf8').trim().split('\n')
    const names = lines[0]!.split(',').slice(1)
    const rows = lines.slice(1).map((line) => line.split(','))
    const asOf = Date.parse('2022-07-01')
    const histories = names.map((asset, column) => {
      const kept = rows.filter((row) => row[column + 1] !== '')
      return {
        asset,
        times: kept.map((row) => Date.parse(row[0]!)),
        closes: kept.map((row) => Number(row[column + 1])),
        stable: asset.startsWith('USD'),
      }
    })
    const model = estimateRisk({ histories, asOf })
    const eigenvalues = symmetricEigenvalues(model.covariance, names.length)
    expect(eigenvalues[0]).toBeGreaterThan(0)
    const of = (asset: string): number => model.volatility[names.indexOf(asset)]!
    expect(of('BTC')).toBeGreaterThan(0.5)
    expect(of('BTC')).toBeLessThan(1)
    expect(of('USDC')).toBeLessThan(0.05)
    expect(model.clipped.some(({ asset, logReturn }) => asset === 'LUNA' && logReturn < -5)).toBe(true)
  })
})
