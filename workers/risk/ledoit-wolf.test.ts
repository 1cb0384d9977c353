import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { createRandom } from '../../core/random.ts'
import { isPositiveDefinite } from '../linear-algebra/cholesky.ts'
import { type ReturnPanel, type ShrinkageTarget, shrinkCovariance } from './ledoit-wolf.ts'

const TARGETS: readonly ShrinkageTarget[] = ['identity', 'diagonal', 'constant-correlation']
const panelOf = (rows: readonly (readonly number[])[]): ReturnPanel => ({
  rows: rows.length,
  columns: rows[0]!.length,
  values: Float64Array.from(rows.flat()),
  weights: new Float64Array(rows.length).fill(1 / rows.length),
})

/** Returns of one common factor plus noise, rising in volatility from column to column. */
function factorRows(seed: number, rows: number, columns: number, beta: number): number[][] {
  const random = createRandom(seed)
  return Array.from({ length: rows }, () => {
    const common = random.normal()
    return Array.from({ length: columns }, (_, i) => (1 + i / 2) * (beta * common + random.normal()))
  })
}

/** The papers' formulas read off word by word, with outer products as nested arrays and π, ρ, γ apart. */
function byBruteForce(x: readonly (readonly number[])[], target: ShrinkageTarget) {
  const [T, n] = [x.length, x[0]!.length]
  const each = Array.from({ length: n }, (_, i) => i)
  const mean = (f: (row: readonly number[]) => number): number => x.reduce((sum, row) => sum + f(row), 0) / T
  const S = each.map((i) => each.map((j) => mean((row) => row[i]! * row[j]!)))
  const sd = each.map((i) => Math.sqrt(S[i]![i]!))
  const pi = each.map((i) => each.map((j) => mean((row) => (row[i]! * row[j]! - S[i]![j]!) ** 2)))
  const pairs = each.flatMap((i) => each.filter((j) => j > i).map((j) => S[i]![j]! / (sd[i]! * sd[j]!)))
  const rBar = pairs.reduce((sum, r) => sum + r, 0) / pairs.length
  const average = each.reduce((sum, i) => sum + S[i]![i]!, 0) / n
  const F = each.map((i) =>
    each.map((j) => {
      if (i === j) return target === 'identity' ? average : S[i]![i]!
      return target === 'constant-correlation' ? rBar * sd[i]! * sd[j]! : 0
    }),
  )
  const all = (f: (i: number, j: number) => number): number =>
    each.reduce((sum, i) => sum + each.reduce((inner, j) => inner + f(i, j), 0), 0)
  const theta = (k: number, i: number, j: number): number =>
    mean((row) => (row[k]! ** 2 - S[k]![k]!) * (row[i]! * row[j]! - S[i]![j]!))
  const diagonal = each.reduce((sum, i) => sum + pi[i]![i]!, 0)
  const off = all((i, j) =>
    i === j ? 0 : (rBar / 2) * ((sd[j]! / sd[i]!) * theta(i, i, j) + (sd[i]! / sd[j]!) * theta(j, i, j)),
  )
  const rho = { identity: 0, diagonal, 'constant-correlation': diagonal + off }[target]
  const gamma = all((i, j) => (F[i]![j]! - S[i]![j]!) ** 2)
  const kappa = (all((i, j) => pi[i]![j]!) - rho) / gamma
  const delta = Math.max(0, Math.min(1, kappa / T))
  return { delta, covariance: each.flatMap((i) => each.map((j) => delta * F[i]![j]! + (1 - delta) * S[i]![j]!)) }
}

describe('Ledoit and Wolf', () => {
  test.each(TARGETS)('%s: equals the papers’ formulas by brute force', (target) => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 1e6 }),
        fc.integer({ min: 3, max: 60 }),
        // with two assets the constant correlation is the sample itself
        fc.integer({ min: 3, max: 7 }),
        fc.constantFrom(0, 0.3, 2),
        (seed, rows, columns, beta) => {
          const x = factorRows(seed, rows, columns, beta)
          const found = shrinkCovariance(panelOf(x), target)
          const wanted = byBruteForce(x, target)
          expect(found.intensity).toBeCloseTo(wanted.delta, 9)
          for (const [at, value] of found.covariance.entries()) expect(value).toBeCloseTo(wanted.covariance[at]!, 9)
        },
      ),
      { numRuns: 40 },
    )
  })

  test('a small case worked by hand', () => {
    // S = [[2.5, 1.5], [1.5, 2.5]]. Identity: m = 2.5, γ = 2·1.5² = 4.5, and each of the four outer products is
    // (4,4,4,4) or (1,−1,−1,1): squared distances 1.5²·2 + 2.5²·2 = 17, so π̂/T = 17/4 and δ = 4.25/4.5.
    const rows = [
      [2, 2],
      [-2, -2],
      [1, -1],
      [-1, 1],
    ]
    const identity = shrinkCovariance(panelOf(rows), 'identity')
    expect(identity.intensity).toBeCloseTo(17 / 18, 12)
    expect(identity.covariance[1]).toBeCloseTo(1.5 / 18, 12)
    // the diagonal's own share, 2·1.5² per row, is not given up: δ = (17 − 4.5)/4/4.5
    expect(shrinkCovariance(panelOf(rows), 'diagonal').intensity).toBeCloseTo(12.5 / 18, 12)
  })

  test('the example in scikit-learn’s documentation of LedoitWolf', () => {
    // numpy.random.seed(0); multivariate_normal([0, 0], [[.4, .2], [.2, .8]], 50), rounded to 1e-4; BSD-3-Clause.
    // documented: covariance_ [[0.4406, 0.1616], [0.1616, 0.8022]], location_ [0.0595, −0.0075]
    const raw =
      '.8425,1.4451,1.5179,.3667,.1630,1.8318,.2629,.8574,.1765,-.1781,.8085,-.1884,.3370,.6344,.3332,.3134,.4305,1.3412,-.3318,.4558,-.5779,-2.3570,-.0753,.9103,.0594,2.2838,-.0809,.0801,1.3156,1.0139,.2525,.0530,-1.3498,-.3438,-.0438,-.3357,1.0680,.8089,-.2966,-.2711,-1.1159,-.6042,.4015,-1.9016,-.4112,-.3480,-.0459,-1.2551,-.6910,-1.3551,-.1207,-.8607,-.7980,-.1890,.2127,-.1168,.1813,-.0074,-.4168,-.4725,-.4289,-.5063,-1.1906,-.3338,-.1452,.2406,-.3454,-1.5149,-.2992,-.7988,.3293,.6051,-.2328,1.2552,-.2116,.4968,-.6143,-.6312,-.0828,-.2826,.0497,-1.2056,-.6319,.7353,1.5216,.8833,.3302,1.0620,.1636,-1.1567,.4911,-.6134,.5830,-.0297,.4958,.1571,.9330,-.3758,.2548,.0235'
        .split(',')
        .map(Number)
    const rows = Array.from({ length: 50 }, (_, t) => [raw[2 * t]! - 0.0595348, raw[2 * t + 1]! + 0.00756804])
    const { covariance } = shrinkCovariance(panelOf(rows), 'identity')
    for (const [at, documented] of [0.4406, 0.1616, 0.1616, 0.8022].entries())
      expect(Math.abs(covariance[at]! - documented)).toBeLessThan(1.5e-4)
  })

  test('more data means less shrinkage, and no structure means all of it', () => {
    const intensity = (rows: number, beta: number): number =>
      shrinkCovariance(panelOf(factorRows(7, rows, 8, beta)), 'diagonal').intensity
    expect(intensity(40, 1)).toBeGreaterThan(2 * intensity(2000, 1))
    expect(intensity(2000, 1)).toBeLessThan(0.01)
    expect(intensity(200, 0)).toBeGreaterThan(0.5)
  })

  test.each(TARGETS)('%s: positive definite where the sample is not, with fewer rows than assets', (target) => {
    const { covariance, intensity } = shrinkCovariance(panelOf(factorRows(3, 8, 20, 0.8)), target)
    expect(intensity).toBeGreaterThan(0)
    expect(isPositiveDefinite(covariance, 20)).toBe(true)
  })

  test('a price that never moved gives numbers', () => {
    const rows = factorRows(4, 50, 4, 1).map((row) => [...row.slice(0, 3), 0])
    for (const target of TARGETS) {
      const { covariance, intensity } = shrinkCovariance(panelOf(rows), target)
      expect([...covariance, intensity].every(Number.isFinite)).toBe(true)
    }
  })

  test('a row without weight is not there', () => {
    const rows = factorRows(5, 30, 3, 1)
    const weights = Float64Array.from({ length: 31 }, (_, t) => (t < 30 ? 1 / 30 : 0))
    const padded = { ...panelOf([...rows, [9, -9, 9]]), weights }
    for (const target of TARGETS)
      expect(shrinkCovariance(padded, target).intensity).toBeCloseTo(
        shrinkCovariance(panelOf(rows), target).intensity,
        12,
      )
  })
})
