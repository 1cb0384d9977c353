import { expect, test } from 'vitest'
import { createRandom, type Random } from '../../../core/random.ts'
import { solveProblem } from '../engine.ts'
import type { RebalanceProblem } from '../problem.ts'
import type { RebalanceSolution } from '../solution.ts'
import { discreteBook } from '../test-support/discrete-books.ts'
import { randomFullProblem } from '../test-support/random-terms.ts'
import { makePair, objectiveOf, violationOf } from '../test-support/test-problems.ts'
import { solveDiscrete } from './discrete.ts'
import { type DiscreteSolved, isDiscrete } from './discrete-rules.ts'
import { assetsToBranch, takeBranch } from './harvest-branch.ts'

function solved(answer: RebalanceSolution | DiscreteSolved): DiscreteSolved {
  if (answer.status !== 'solved' || !isDiscrete(answer)) throw new Error('no side was chosen')
  return answer
}

const q = (5 / 12) * 0.64
const lot = (size: number, slope: number) => [{ asset: 0, size: Float64Array.of(size), slope: Float64Array.of(slope) }]
const costs = { costBuy: Float64Array.of(0.002, 0), costSell: Float64Array.of(0.002, 0) }

test('a loss is harvested until the tracking error costs as much as the tax saved, from a book on its target', () => {
  const problem = makePair(0.5, 0.5, 0.8, { ...costs, taxes: lot(1, -0.012) })
  const { x, discrete, certificate } = solved(solveDiscrete(problem, null))
  expect(x[0]).toBeCloseTo(0.5 - (0.012 - 0.002) / q, 12)
  expect(discrete.harvests).toEqual([{ line: 0, side: 'sell-or-hold' }])
  expect(certificate.gap).toBeLessThan(1e-10)
})

test('a book far below its target buys, and leaves the harvest', () => {
  const problem = makePair(0.3, 0.5, 0.8, { ...costs, taxes: lot(1, -0.006) })
  const { x, discrete, objective } = solved(solveDiscrete(problem, null))
  expect(x[0]).toBeCloseTo(0.5 - 0.002 / q, 12)
  expect(discrete.harvests).toEqual([{ line: 0, side: 'buy-or-hold' }])
  const sold = solveProblem(takeBranch(problem, 0, 'sell-or-hold'))
  expect(sold.status === 'solved' && sold.objective).toBeGreaterThan(objective)
})

test('a ticket dearer than the harvest keeps it from being made', () => {
  const problem = makePair(0.5, 0.5, 0.8, { ...costs, taxes: lot(1, -0.012) })
  const worth = 0.01 ** 2 / (2 * q)
  const none = new Float64Array(2)
  const rules = (ticket: number) => ({ ticket: Float64Array.of(ticket, 0), minimumTrade: none, step: none, cash: 1 })
  expect(solved(solveDiscrete(problem, rules(0.99 * worth))).x[0]).toBeLessThan(0.5)
  expect(solved(solveDiscrete(problem, rules(1.01 * worth))).x[0]).toBe(0.5)
})

/** Books with a loss worth more than a round trip in `count` assets. */
function harvestBook(random: Random, count: number): RebalanceProblem {
  const { problem } = discreteBook(random.fork('book'), 10, 'tickets')
  const taxes = Array.from({ length: count }, (_, asset) => {
    const roundTrip = problem.costBuy[asset]! + problem.costSell[asset]!
    const first = -roundTrip * random.between(1.1, 4)
    return {
      asset,
      size: Float64Array.of(problem.current[asset]! * random.between(0.2, 0.6), problem.current[asset]!),
      slope: Float64Array.of(first, first + random.between(0, 0.1)),
    }
  })
  return { ...problem, taxes }
}

test('sides changed one by one end where all combinations do, on average within a tenth of a basis point', () => {
  const random = createRandom(5)
  let total = 0
  const count = 25
  for (let i = 0; i < count; i++) {
    const problem = harvestBook(random.fork(`h${i}`), 7)
    const assets = assetsToBranch(problem)
    const { x, objective, discrete } = solved(solveDiscrete(problem, null))
    let least = Number.POSITIVE_INFINITY
    for (let sides = 0; sides < 2 ** assets.length; sides++) {
      const cut = assets.reduce(
        (left, asset, at) =>
          takeBranch(left, asset, Math.floor(sides / 2 ** at) % 2 === 0 ? 'sell-or-hold' : 'buy-or-hold'),
        problem,
      )
      const answer = solveProblem(cut)
      if (answer.status === 'solved') least = Math.min(least, answer.objective)
    }
    expect(violationOf(problem, x)).toBeLessThan(1e-12)
    expect(objective).toBeCloseTo(objectiveOf(problem, x), 14)
    expect(objective).toBeGreaterThan(least - 1e-10)
    expect(discrete.lowerBound).toBeLessThan(least + 1e-10)
    total += objective - least
  }
  expect(total / count).toBeLessThan(1e-5)
})

test('up to four assets every combination is solved: the bound is met', () => {
  const random = createRandom(6)
  for (let i = 0; i < 20; i++) {
    const problem = harvestBook(random.fork(`h${i}`), 3)
    const { objective, discrete } = solved(solveDiscrete(problem, null))
    expect(discrete.harvests).toHaveLength(assetsToBranch(problem).length)
    expect(objective - discrete.lowerBound).toBeLessThan(1e-9)
  }
})

/** Every loss deep enough to harvest: with more than four of them sides are changed one by one. */
function withDeepLosses(problem: RebalanceProblem): RebalanceProblem {
  const { costBuy, costSell, current } = problem
  const taxes = Array.from(current.entries()).flatMap(([asset, weight]) => {
    const slope = -2 * Math.max(1e-4, costBuy[asset]! + costSell[asset]!)
    return weight > 0 ? [{ asset, size: Float64Array.of(weight), slope: Float64Array.of(slope) }] : []
  })
  return { ...problem, taxes }
}

test('a point within the limits is found whichever sides it lies on, and a clash is that of all sides together', () => {
  const random = createRandom(7)
  const seen = { solved: 0, infeasible: 0 }
  for (let i = 0; i < 200; i++) {
    const drawn = randomFullProblem(random.fork(`s${i}`), `s${i}`, { size: 8 })
    const problem = withDeepLosses(drawn.problem)
    if (assetsToBranch(problem).length <= 4) continue
    const answer = solveDiscrete(problem, null)
    if (drawn.feasiblePoint !== null) expect(answer.status, drawn.problem.id).toBe('solved')
    // taxes decide nothing about what is within the limits
    const untaxed = solveProblem({ ...problem, taxes: [] })
    expect(answer.status, drawn.problem.id).toBe(untaxed.status)
    if (answer.status === 'infeasible' && untaxed.status === 'infeasible') expect(answer.reason).toBe(untaxed.reason)
    if (answer.status !== 'failed') seen[answer.status]++
  }
  expect(seen.solved).toBeGreaterThan(25)
  expect(seen.infeasible).toBeGreaterThan(2)
})
