import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { createRandom } from '../../core/random.ts'
import { solveBelow, solveProblem } from './engine.ts'
import type { RebalanceProblem } from './problem.ts'
import { reserveRoom } from './reserve-price.ts'
import type { Solved } from './solution.ts'
import { randomFullProblem } from './test-support/random-terms.ts'
import { costOf, makePair, makeProblem } from './test-support/test-problems.ts'

function solved(problem: RebalanceProblem): Solved {
  const solution = solveProblem(problem)
  if (solution.status !== 'solved') throw new Error(`${solution.status}: ${solution.reason}`)
  return solution
}
const share = (min: number, max: number): fc.Arbitrary<number> => fc.double({ min, max, noNaN: true })
const SIGMA = 0.8
const CURVATURE = (5 / 12) * SIGMA * SIGMA

describe('one risky asset, cash pays', () => {
  const pair = (w: number, t: number, cost: number, k: number, weight: number): RebalanceProblem =>
    makePair(w, t, SIGMA, {
      costBuy: Float64Array.of(cost, 0),
      costSell: Float64Array.of(cost, 0),
      impact: Float64Array.of(k, 0),
      reserve: { asset: 1, weight },
    })

  test('buying stops where cash less costs is the reserve; its price is what more would be worth', () => {
    fc.assert(
      fc.property(share(0.2, 0.5), share(0.6, 0.9), share(1e-4, 0.02), share(0, 1), (w, t, cost, left) => {
        const wanted = t - cost / CURVATURE - w
        const free = 1 - w - wanted * (1 + cost)
        // from what the free solution leaves to all the cash there is
        const weight = free + left * (1 - w - free)
        const bought = (1 - w - weight) / (1 + cost)
        const { x, multipliers, certificate } = solved(pair(w, t, cost, 0, weight))
        expect(Math.abs(x[0]! - w - bought)).toBeLessThan(1e-12)
        expect(certificate.gap).toBeLessThan(1e-12)
        if (bought > 1e-6)
          expect(multipliers.reserve).toBeCloseTo((CURVATURE * (t - w - bought) - cost) / (1 + cost), 9)
      }),
      { numRuns: 200 },
    )
  })

  test('a reserve above what is held is raised by selling, costs on top', () => {
    const [w, cost, weight] = [0.95, 0.004, 0.12]
    const sold = (weight - (1 - w)) / (1 - cost)
    const { x, multipliers } = solved(pair(w, 0.95, cost, 0, weight))
    expect(x[0]).toBeCloseTo(w - sold, 13)
    expect(multipliers.reserve).toBeCloseTo((cost + CURVATURE * sold) / (1 - cost), 10)
  })

  test('with impact: Δ·(1 + c) + k·Δ^{3/2} is all the cash above the reserve', () => {
    const [w, cost, k, weight] = [0.4, 0.003, 0.05, 0.45]
    const { x } = solved(pair(w, 0.8, cost, k, weight))
    const bought = x[0]! - w
    expect(bought * (1 + cost) + k * bought ** 1.5).toBeCloseTo(1 - w - weight, 13)
  })

  test('slack: no price, and the same bits as without a reserve', () => {
    const problem = pair(0.5, 0.6, 0.002, 0.01, 0.05)
    const { x, multipliers } = solved(problem)
    expect(multipliers.reserve).toBe(0)
    expect(x).toEqual(solved({ ...problem, reserve: null }).x)
  })

  test('tax is not paid from this cash', () => {
    const problem = pair(0.95, 0.95, 0.004, 0, 0.12)
    const taxes = [{ asset: 0, size: Float64Array.of(1), slope: Float64Array.of(0.3) }]
    expect(solved({ ...problem, taxes }).x[0]).toBeCloseTo(solved(problem).x[0]!, 12)
  })
})

describe('many lines', () => {
  test('where the solution jumps in the price, a blend leaves just the reserve', () => {
    // two riskless assets that earn alike but cost differently: linear in the price, all or nothing
    const problem = makeProblem([0.3, 0.3, 0.4], [0.3, 0.3, 0.4], [...new Float64Array(9)], {
      costBuy: Float64Array.of(0.01, 0.01, 0),
      costSell: Float64Array.of(0.01, 0.01, 0),
      view: Float64Array.of(0.05, 0.02, 0),
      upper: Float64Array.of(0.5, 1, 1),
      reserve: { asset: 2, weight: 0.25 },
    })
    const { x, multipliers } = solved(problem)
    expect(x[2]! - costOf(problem, x)).toBeCloseTo(0.25, 12)
    expect(x[0]).toBe(0.5)
    expect(multipliers.reserve).toBeGreaterThan(0)
  })

  test('cost weighs more where cash is short: a line stays untraded, and says by how much it does', () => {
    const problem = makeProblem([0.3, 0.3, 0.4], [0.6, 0.33, 0.07], [0.5, 0, 0, 0, 0.5, 0, 0, 0, 0], {
      costBuy: Float64Array.of(0.001, 0.05, 0),
      costSell: Float64Array.of(0.001, 0.05, 0),
      reserve: { asset: 2, weight: 0.3 },
    })
    const { lines, multipliers } = solved(problem)
    const line = lines[1]!
    // it would be sold to pay for the other
    expect(line).toMatchObject({ status: 'no-trade-region', sideIfCheaper: 'sell' })
    const cheaper = (by: number): RebalanceProblem => ({
      ...problem,
      costSell: Float64Array.of(0.001, 0.05 - by, 0),
    })
    expect(multipliers.reserve).toBeGreaterThan(0.01)
    expect(solved(cheaper(line.costFallToTrade! * 0.999)).x[1]).toBe(0.3)
    expect(solved(cheaper(line.costFallToTrade! * 1.001)).x[1]).not.toBe(0.3)
  })

  test('a start changes the way, not the answer', () => {
    const problem = makePair(0.4, 0.8, SIGMA, {
      costBuy: Float64Array.of(0.003, 0),
      reserve: { asset: 1, weight: 0.45 },
    })
    const cold = solved(problem)
    const warm = solveProblem(problem, { start: cold })
    if (warm.status !== 'solved') throw new Error(warm.reason)
    expect(Math.abs(warm.x[0]! - cold.x[0]!)).toBeLessThan(1e-12)
  })
})

describe('a reserve that can’t be kept', () => {
  const problem = makePair(0.9, 0.9, SIGMA, {
    costSell: Float64Array.of(0.01, 0),
    lower: Float64Array.of(0.7, 0),
    reserve: { asset: 1, weight: 0.31 },
  })

  test('is named, with the most that can be left', () => {
    const answer = solveProblem(problem)
    expect(answer).toMatchObject({
      status: 'infeasible',
      code: 'reserve',
      reason: "reserve of 0.31 in line 1 can't be kept: at most 0.298 is left (0.3 less costs of 0.002)",
      lines: [1],
    })
    expect(answer.status === 'infeasible' && answer.shortfall).toBeCloseTo(0.012, 10)
  })

  test('lowered by the shortfall it can, by less it can’t', () => {
    const at = (weight: number) => solveProblem({ ...problem, reserve: { asset: 1, weight } })
    expect(at(0.298).status).toBe('solved')
    expect(at(0.298 + 1e-8).status).toBe('infeasible')
  })

  test('where impact bends the way there, just the most that can be left has no finite price and is still solved', () => {
    const bent = {
      ...problem,
      lower: new Float64Array(2),
      impact: Float64Array.of(1.5, 0),
      costSell: new Float64Array(2),
    }
    // most of Δ − 1.5·Δ^{3/2}: at √Δ = 4/9
    const sold = (4 / 9) ** 2
    const most = 0.1 + sold - 1.5 * sold ** 1.5
    const { x } = solved({ ...bent, reserve: { asset: 1, weight: most } })
    expect(reserveRoom({ ...bent, reserve: { asset: 1, weight: most } }, x)).toBeGreaterThan(-1e-9)
    expect(x[0]).toBeCloseTo(0.9 - sold, 3)
    expect(solveProblem({ ...bent, reserve: { asset: 1, weight: most + 1e-8 } }).status).toBe('infeasible')
  })
})

test('ended early where it is not worthwhile: by a bound that holds; else with the answer', () => {
  const random = createRandom(13)
  let beyond = 0
  for (let i = 0; i < 150; i++) {
    const { problem } = randomFullProblem(random.fork(`w${i}`), `w${i}`, { size: 8 })
    const answer = solveProblem(problem)
    if (answer.status !== 'solved') continue
    const within = 1e-9 + 1e-7 * Math.abs(answer.objective)
    expect(solveBelow(problem, answer.objective + within).status, problem.id).toBe('solved')
    for (const less of [within, 1e-3, 1]) {
      const early = solveBelow(problem, answer.objective - less)
      if (early.status !== 'beyond') continue
      beyond++
      expect(early.bound, problem.id).toBeGreaterThan(answer.objective - less - within)
      expect(early.bound, problem.id).toBeLessThan(answer.objective + within)
    }
  }
  expect(beyond).toBeGreaterThan(20)
})

test.each(['r67494', 'r52161'])('%s: solutions that only just pass would lead the search to a wrong price', (id) => {
  const { problem } = randomFullProblem(createRandom(41).fork(id), id)
  const { x, multipliers } = solved(problem)
  expect(multipliers.reserve).toBeGreaterThan(0)
  expect(Math.abs(reserveRoom(problem, x))).toBeLessThan(1e-11)
})
