import { expect, test } from 'vitest'
import { createRandom, type Random } from '../../../core/random.ts'
import { solveProblem } from '../engine.ts'
import type { RebalanceProblem } from '../problem.ts'
import type { RebalanceSolution } from '../solution.ts'
import { discreteBook } from '../test-support/discrete-books.ts'
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
