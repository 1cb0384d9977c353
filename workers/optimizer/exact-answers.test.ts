import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { createRandom } from '../../core/random.ts'
import { solveProblem } from './engine.ts'
import type { RebalanceProblem } from './problem.ts'
import type { Solved } from './solution.ts'
import { randomProblem } from './test-support/random-problems.ts'
import { randomFullProblem } from './test-support/random-terms.ts'
import { makePair, makeProblem } from './test-support/test-problems.ts'

function solved(problem: RebalanceProblem): Solved {
  const solution = solveProblem(problem)
  if (solution.status !== 'solved') throw new Error(`${problem.id}: ${solution.status}: ${solution.reason}`)
  return solution
}

describe('1. one risky asset and cash, no impact: soft thresholding', () => {
  test('no trade inside, exactly target ± c/(γHσ²) outside, cut by the band', () => {
    fc.assert(
      fc.property(
        fc.double({ min: 0.05, max: 0.95, noNaN: true }),
        fc.double({ min: 0.05, max: 0.95, noNaN: true }),
        fc.double({ min: 0.2, max: 1.5, noNaN: true }),
        fc.double({ min: 1e-5, max: 0.02, noNaN: true }),
        fc.double({ min: 0.01, max: 0.5, noNaN: true }),
        (w, t, sigma, cost, band) => {
          const riskScale = 5 / 12
          const halfWidth = cost / (riskScale * sigma * sigma)
          const [low, high] = [Math.max(0, t - band), Math.min(1, t + band)]
          const free = w > t + halfWidth ? t + halfWidth : w < t - halfWidth ? t - halfWidth : w
          const expected = Math.min(high, Math.max(low, free))
          const { x } = solved(
            makePair(w, t, sigma, {
              riskScale,
              costBuy: Float64Array.of(cost, 0),
              costSell: Float64Array.of(cost, 0),
              lower: Float64Array.of(low, 0),
              upper: Float64Array.of(high, 1),
            }),
          )
          expect(Math.abs(x[0]! - expected)).toBeLessThan(1e-12)
          if (expected === w) expect(x[0]).toBe(w)
        },
      ),
      { numRuns: 300 },
    )
  })

  test('the design’s example: σ = 0.8, 20 bps, γ = 5: half-width 0.75 points at a month, 0.06 at a year', () => {
    const halfWidth = (riskScale: number): number => {
      const cost = Float64Array.of(0.002, 0)
      return solved(makePair(0.6, 0.5, 0.8, { riskScale, costBuy: cost, costSell: cost })).x[0]! - 0.5
    }
    expect(halfWidth(5 / 12)).toBeCloseTo(0.0075, 12)
    expect(halfWidth(5)).toBeCloseTo(0.000625, 12)
  })

  test('with impact: the trades known from the design (H = 1, γ = 5, σ = 0.6, 30 bps, w − t = 0.1)', () => {
    const trade = (k: number): number => {
      const cost = Float64Array.of(0.003, 0)
      const pair = makePair(0.6, 0.5, 0.6, {
        riskScale: 5,
        costBuy: cost,
        costSell: cost,
        impact: Float64Array.of(k, 0),
      })
      return 0.6 - solved(pair).x[0]!
    }
    expect(trade(0.01)).toBeCloseTo(0.0957546460322662, 13)
    expect(trade(0.05)).toBeCloseTo(0.0861066909908798, 13)
  })

  test('two assets: the corners of the no-trade parallelogram are reached exactly', () => {
    const [a, b, rho] = [0.6, 0.8, 0.7]
    const matrix = [a * a, rho * a * b, 0, rho * a * b, b * b, 0, 0, 0, 0]
    const cost = Float64Array.of(0.002, 0.004, 0)
    const corner = (da: number, db: number): number[] => {
      const t = [0.4, 0.4, 0.2]
      const w = [t[0]! + da, t[1]! + db, t[2]! - da - db]
      const { x } = solved(makeProblem(w, t, matrix, { costBuy: cost, costSell: cost }))
      return [x[0]! - t[0]!, x[1]! - t[1]!]
    }
    // both sold down to the corner where both margins equal their costs
    expect(corner(0.1, 0.15)[0]).toBeCloseTo(-0.00130719, 8)
    expect(corner(0.1, 0.15)[1]).toBeCloseTo(0.01568627, 8)
    // the first bought, the second sold
    expect(corner(-0.15, 0.15)[0]).toBeCloseTo(-0.05359477, 8)
    expect(corner(-0.15, 0.15)[1]).toBeCloseTo(0.04313725, 8)
    // and the other two
    expect(corner(-0.1, -0.15)[0]).toBeCloseTo(0.00130719, 8)
    expect(corner(-0.1, -0.15)[1]).toBeCloseTo(-0.01568627, 8)
    expect(corner(0.15, -0.15)[0]).toBeCloseTo(0.05359477, 8)
    expect(corner(0.15, -0.15)[1]).toBeCloseTo(-0.04313725, 8)
  })
})

describe('2. the ends', () => {
  test('no costs, no bands: exactly the target', () => {
    const { x } = solved(makePair(0.8, 0.3, 0.6))
    expect(x[0]).toBeCloseTo(0.3, 15)
  })

  test('huge costs: no trade, or just to the nearest edge of the band', () => {
    const cost = Float64Array.of(1e4, 1e4)
    const stay = solved(makePair(0.8, 0.3, 0.6, { costBuy: cost, costSell: cost }))
    expect(stay.x).toEqual(Float64Array.of(0.8, 1 - 0.8))
    const upper = Float64Array.of(0.7, 1)
    const edge = solved(makePair(0.8, 0.3, 0.6, { costBuy: cost, costSell: cost, upper }))
    expect(edge.x[0]).toBe(0.7)
  })
})

describe('3. and 4. what must change nothing', () => {
  const scaled = (problem: RebalanceProblem, factor: number): RebalanceProblem => ({
    ...problem,
    riskScale: problem.riskScale * factor,
    costBuy: problem.costBuy.map((c) => c * factor),
    costSell: problem.costSell.map((c) => c * factor),
    impact: problem.impact.map((k) => k * factor),
    view: problem.view?.map((v) => v * factor) ?? null,
    taxes: problem.taxes.map((tax) => ({ ...tax, slope: tax.slope.map((slope) => slope * factor) })),
  })
  /** Curved in every asset but cash, and worth trading: then the solution is unique. */
  const unique = (seed: number, draw = randomProblem): RebalanceProblem => {
    const random = createRandom(seed)
    const { problem } = draw(random, `u${seed}`, { size: random.pick([2, 3, 8, 20]) })
    const n = problem.current.length
    const specific = Float64Array.from({ length: n }, (_, i) => (i === n - 1 ? 0 : random.between(0.05, 0.5)))
    const loadings = Float64Array.from({ length: n }, (_, i) => (i === n - 1 ? 0 : 0.5))
    return { ...problem, riskScale: 0.4, covariance: { kind: 'factors', factorCount: 1, loadings, specific } }
  }
  const seeds = Array.from({ length: 150 }, (_, i) => i + 1)

  test('scaling γH, costs, impact and view by one factor', () => {
    for (const seed of seeds) {
      const problem = unique(seed)
      const base = solveProblem(problem)
      if (base.status !== 'solved') continue
      expect(solved(scaled(problem, 1024)).x).toEqual(base.x)
      const other = solved(scaled(problem, 0.01234)).x
      for (const [i, x] of base.x.entries()) expect(Math.abs(other[i]! - x)).toBeLessThan(1e-9)
    }
  })

  test('with floors and taxed lots too (a reserve is in money: costs that scale spend more of it)', () => {
    let taxed = 0
    for (const seed of seeds) {
      const problem = { ...unique(seed, randomFullProblem), reserve: null }
      const base = solveProblem(problem)
      if (base.status !== 'solved') continue
      if (base.split.tax !== 0) taxed++
      for (const factor of [1024, 0.01234]) {
        const { x, objective } = solved(scaled(problem, factor))
        for (const [i, weight] of base.x.entries()) expect(Math.abs(x[i]! - weight)).toBeLessThan(1e-9)
        expect(Math.abs(objective / factor - base.objective)).toBeLessThan(1e-9)
      }
    }
    expect(taxed).toBeGreaterThan(15)
  })

  test.each([
    ['', randomProblem],
    [', its floors, its reserve and its lots', randomFullProblem],
  ])('permuting the assets permutes the solution%s', (_, draw) => {
    let compared = 0
    for (const seed of seeds) {
      const problem = unique(seed, draw)
      const base = solveProblem(problem)
      const n = problem.current.length
      const order = Array.from({ length: n }, (_, i) => (i * 7 + 3) % n)
      if (new Set(order).size < n) order.splice(0, n, ...Array.from({ length: n }, (_, i) => n - 1 - i))
      const place = new Map(order.map((from, to) => [from, to]))
      const take = (values: Float64Array): Float64Array => Float64Array.from(order, (from) => values[from]!)
      if (problem.covariance.kind !== 'factors') throw new Error('factors expected')
      const permuted = solveProblem({
        ...problem,
        current: take(problem.current),
        aim: take(problem.aim),
        lower: take(problem.lower),
        upper: take(problem.upper),
        costBuy: take(problem.costBuy),
        costSell: take(problem.costSell),
        impact: take(problem.impact),
        view: problem.view === null ? null : take(problem.view),
        frozen: problem.frozen === null ? null : Uint8Array.from(order, (from) => problem.frozen![from]!),
        groupCaps: problem.groupCaps.map(({ members, cap }) => ({ members: members.map((i) => place.get(i)!), cap })),
        groupFloors: problem.groupFloors.map((group) => ({
          ...group,
          members: group.members.map((i) => place.get(i)!),
        })),
        reserve: problem.reserve === null ? null : { ...problem.reserve, asset: place.get(problem.reserve.asset)! },
        taxes: problem.taxes.map((tax) => ({ ...tax, asset: place.get(tax.asset)! })),
        covariance: {
          ...problem.covariance,
          loadings: take(problem.covariance.loadings),
          specific: take(problem.covariance.specific),
        },
      })
      expect(permuted.status).toBe(base.status)
      if (base.status !== 'solved' || permuted.status !== 'solved') continue
      compared++
      for (const [to, from] of order.entries()) expect(Math.abs(permuted.x[to]! - base.x[from]!)).toBeLessThan(1e-9)
    }
    expect(compared).toBeGreaterThan(70)
  })

  test('splitting an asset into identical halves (dense Σ, no impact) leaves its total', () => {
    const sigma = [0.36, 0.2, 0.2, 0.64]
    const at = (i: number, j: number): number => (i > 1 || j > 1 ? 0 : sigma[i * 2 + j]!)
    const whole = solved(
      makeProblem(
        [0.5, 0.3, 0.2],
        [0.35, 0.4, 0.25],
        [0, 1, 2].flatMap((i) => [0, 1, 2].map((j) => at(i, j))),
        {
          costBuy: Float64Array.of(0.002, 0.001, 0),
          costSell: Float64Array.of(0.002, 0.001, 0),
          upper: Float64Array.of(0.44, 1, 1),
        },
      ),
    )
    const from = [0, 0, 1, 2]
    const halves = solved(
      makeProblem(
        [0.25, 0.25, 0.3, 0.2],
        [0.175, 0.175, 0.4, 0.25],
        from.flatMap((i) => from.map((j) => at(i, j))),
        {
          costBuy: Float64Array.of(0.002, 0.002, 0.001, 0),
          costSell: Float64Array.of(0.002, 0.002, 0.001, 0),
          upper: Float64Array.of(0.22, 0.22, 1, 1),
        },
      ),
    )
    expect(halves.x[0]! + halves.x[1]!).toBeCloseTo(whole.x[0]!, 12)
    expect(halves.x[2]).toBeCloseTo(whole.x[1]!, 12)
    expect(halves.objective).toBeCloseTo(whole.objective, 14)
  })
})
