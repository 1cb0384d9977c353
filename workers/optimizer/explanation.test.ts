import { describe, expect, test } from 'vitest'
import { createRandom } from '../../core/random.ts'
import { solveProblem } from './engine.ts'
import type { RebalanceProblem } from './problem.ts'
import type { Solved, TradeCost } from './solution.ts'
import { randomProblem } from './test-support/random-problems.ts'
import { randomFullProblem } from './test-support/random-terms.ts'
import { makePair, makeProblem, objectiveOf } from './test-support/test-problems.ts'
import { naiveCosts } from './trade-cost.ts'

function solved(problem: RebalanceProblem): Solved {
  const solution = solveProblem(problem)
  if (solution.status !== 'solved') throw new Error(`${solution.status}: ${solution.reason}`)
  return solution
}

describe('why a line ended where it did', () => {
  test('inside its no-trade region: how far its cost would have to fall', () => {
    const cost = Float64Array.of(0.002, 0)
    const [line] = solved(makePair(0.505, 0.5, 0.8, { costBuy: cost, costSell: cost })).lines
    // risk pulls with γHσ²·0.005; the rest of 20 bps holds it
    const pull = (5 / 12) * 0.64 * 0.005
    expect(line).toMatchObject({ status: 'no-trade-region', trade: 0, sideIfCheaper: 'sell' })
    expect(line!.marginalBenefit).toBeCloseTo(-pull, 12)
    expect(line!.costFallToTrade).toBeCloseTo(0.002 - pull, 12)
    expect(line!.netBenefit).toBeCloseTo(pull - 0.002, 12)
  })

  test('bought, sold, on a bound, held by a bound, frozen', () => {
    const cost = Float64Array.of(0.001, 0.001, 0.001, 0.001, 0)
    const diagonal = Array.from({ length: 25 }, (_, at) => (at % 6 === 0 && at < 24 ? 0.5 : 0))
    const { lines, x } = solved(
      makeProblem([0.1, 0.3, 0.2, 0.1, 0.3], [0.2, 0.2, 0.1, 0.2, 0.3], diagonal, {
        costBuy: cost,
        costSell: cost,
        upper: Float64Array.of(1, 1, 1, 0.1, 1),
        lower: Float64Array.of(0, 0, 0.15, 0, 0),
      }),
    )
    expect(lines.map(({ status }) => status)).toEqual(['bought', 'sold', 'at-lower-bound', 'at-upper-bound', 'bought'])
    expect(x[2]).toBe(0.15)
    expect(lines[0]!.netBenefit).toBeCloseTo(0, 12)
    expect(lines[2]!.netBenefit).toBeGreaterThan(0)
    expect(lines[3]).toMatchObject({ trade: 0, costFallToTrade: null })
    const frozen = solved(makePair(0.8, 0.3, 0.6, { frozen: Uint8Array.of(1, 0) }))
    expect(frozen.lines[0]).toMatchObject({ status: 'frozen', trade: 0, costFallToTrade: null })
  })

  test('an untraded line trades once its cost has fallen by a little more than stated, and not before', () => {
    const random = createRandom(41)
    let checked = 0
    for (let k = 0; k < 400 && checked < 150; k++) {
      const { problem } = randomProblem(random.fork(`x${k}`), `x${k}`, { size: 6 })
      const specific = Float64Array.of(0.2, 0.3, 0.1, 0.4, 0.5, 0)
      const loadings = new Float64Array(6).fill(0.3)
      loadings[5] = 0
      const covariance = { kind: 'factors', factorCount: 1, loadings, specific } as const
      const base: RebalanceProblem = { ...problem, riskScale: 0.4, covariance, view: null }
      const solution = solveProblem(base)
      if (solution.status !== 'solved') continue
      for (const [i, line] of solution.lines.entries()) {
        if (line.costFallToTrade === null || line.costFallToTrade < 1e-6) continue
        const name = line.sideIfCheaper === 'buy' ? 'costBuy' : 'costSell'
        const other = line.sideIfCheaper === 'buy' ? 'costSell' : 'costBuy'
        const cheaper = (by: number): RebalanceProblem => ({
          ...base,
          [name]: base[name].map((c, at) => (at === i ? c - by : c)),
          // keeps a round trip from paying
          [other]: base[other].map((c, at) => (at === i ? c + 2 * by : c)),
        })
        expect(solved(cheaper(line.costFallToTrade * 0.999)).x[i]).toBe(base.current[i])
        const after = solved(cheaper(line.costFallToTrade + 1e-4))
        expect(objectiveOf(cheaper(line.costFallToTrade + 1e-4), after.x)).toBeLessThanOrEqual(
          objectiveOf(cheaper(line.costFallToTrade + 1e-4), solution.x) + 1e-12,
        )
        checked++
      }
    }
    expect(checked).toBeGreaterThan(100)
  })

  test('the objective splits into its parts, and what trades cost into the lines', () => {
    const random = createRandom(43)
    let taxed = 0
    for (let k = 0; k < 300; k++) {
      const { problem } = randomFullProblem(random.fork(`s${k}`), `s${k}`)
      const solution = solveProblem(problem)
      if (solution.status !== 'solved') continue
      const { risk, view, linearCost, impact, tax } = solution.split
      expect(risk + view + linearCost + impact + tax).toBe(solution.objective)
      const free = new Float64Array(problem.current.length)
      const untraded = { ...problem, costBuy: free, costSell: free, impact: free, taxes: [] }
      expect(objectiveOf(untraded, solution.x)).toBeCloseTo(risk + view, 9)
      expect(objectiveOf({ ...untraded, taxes: problem.taxes }, solution.x)).toBeCloseTo(risk + view + tax, 9)
      expect(objectiveOf({ ...untraded, impact: problem.impact }, solution.x)).toBeCloseTo(risk + view + impact, 9)
      const total = (pick: (cost: TradeCost) => number): number =>
        solution.lines.reduce((sum, { cost }) => sum + pick(cost), 0)
      expect(total(({ linear }) => linear)).toBeCloseTo(linearCost, 9)
      expect(total((cost) => cost.impact)).toBeCloseTo(impact, 9)
      expect(total((cost) => cost.tax)).toBeCloseTo(tax, 9)
      if (tax !== 0) taxed++
    }
    expect(taxed).toBeGreaterThan(20)
  })

  test('the naive trade to the aim, split the same way', () => {
    const problem = makePair(0.6, 0.5, 0.8, {
      costSell: Float64Array.of(0.002, 0),
      costBuy: Float64Array.of(0.5, 0.001),
      impact: Float64Array.of(0.01, 0),
      taxes: [{ asset: 0, size: Float64Array.of(0.04, 0.56), slope: Float64Array.of(-0.01, 0.05) }],
    })
    const { total, lines } = naiveCosts(problem)
    expect(lines[0]!.linear).toBeCloseTo(0.0002, 15)
    expect(lines[0]!.impact).toBeCloseTo(0.01 * 0.1 ** 1.5, 15)
    expect(lines[0]!.tax).toBeCloseTo(-0.0004 + 0.06 * 0.05, 15)
    expect(lines[1]!.linear).toBeCloseTo(0.0001, 15)
    expect(total.linear).toBeCloseTo(0.0003, 15)
    expect([total.impact, total.tax]).toEqual([lines[0]!.impact, lines[0]!.tax])
    // what the optimiser chooses is never worse than it, all counted
    const solution = solved(problem)
    expect(solution.objective).toBeLessThanOrEqual(objectiveOf(problem, problem.aim))
    expect(objectiveOf(problem, problem.aim)).toBeCloseTo(total.linear + total.impact + total.tax, 15)
  })
})
