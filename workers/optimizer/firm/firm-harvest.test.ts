import { expect, test } from 'vitest'
import { createRandom } from '../../../core/random.ts'
import { assetsToBranch } from '../discrete/harvest-branch.ts'
import { OptimizerEngine } from '../optimizer-engine.ts'
import type { SaleTax } from '../sale-tax.ts'
import { generateFirm } from '../test-support/generated-firm.ts'
import { makePair } from '../test-support/test-problems.ts'
import { FLOW_PRICINGS, solveFirm } from './firm-batch.ts'
import type { FirmBook } from './firm-market.ts'

/** Books with losses worth more than a round trip in their first lines, each drawn book twice. */
function harvestFirm(losses: number) {
  const firm = generateFirm(createRandom(11), 10, 6, 2)
  const books = firm.books.map((book): FirmBook => {
    const { current, costBuy, costSell } = book.problem
    const taxes = Array.from({ length: losses }, (_, asset): SaleTax => {
      const first = -1.5 * (costBuy[asset]! + costSell[asset]!) - 0.002
      const half = current[asset]! / 2
      return { asset, size: Float64Array.of(half, half), slope: Float64Array.of(first, first + 0.05) }
    })
    return { ...book, problem: { ...book.problem, taxes } }
  })
  return { ...firm, books }
}

test.each(FLOW_PRICINGS)(
  'harvests worth more than a round trip get a side, priced %s: an answer for every book, the same for the same client',
  (pricing) => {
    for (const losses of [2, 6]) {
      const { books, market } = harvestFirm(losses)
      expect(books.some(({ problem }) => assetsToBranch(problem).length > 0)).toBe(true)
      const options = { pricing, retune: 1e-3, tradeRate: 0.5, rotation: 0 }
      const answer = solveFirm({ books, market, options })
      answer.books.forEach(({ solution, x }, b) => {
        expect(solution.status).toBe('solved')
        // side by side, but for the turn in which Gauss–Seidel asks
        const twin = answer.books[b - (b % 2)]!.x
        if (pricing !== 'firm') expect([...x]).toEqual([...twin])
      })
    }
  },
)

test('what has to be cured goes whole, a harvest beyond it by the trade rate', () => {
  const curvature = (5 / 12) * 0.64
  const costs = { costBuy: Float64Array.of(0.002, 0), costSell: Float64Array.of(0.002, 0) }
  const taxes = [{ asset: 0, size: Float64Array.of(1), slope: Float64Array.of(-0.012) }]
  const problem = makePair(0.7, 0.5, 0.8, { ...costs, upper: Float64Array.of(0.6, 1), taxes })
  const none = Float64Array.of(0)
  const answer = solveFirm({
    books: [
      {
        problem,
        valueUsd: 1,
        assets: Int32Array.of(0, -1),
        trackingErrorCeiling: null,
        shape: null,
        smallestTrade: null,
      },
    ],
    market: { impactBuy: none, impactSell: none, doneBuy: none, doneSell: none },
    options: { pricing: 'alone', retune: null, tradeRate: 0.5, rotation: 0 },
  })
  const goal = 0.5 + (0.002 - 0.012) / curvature
  expect(answer.books[0]!.x[0]).toBeCloseTo(0.6 + 0.5 * (goal - 0.6), 10)
})

test('the worker answers with a side too, as good as any other choice of sides', () => {
  const { books } = harvestFirm(3)
  const problems = books.map(({ problem }) => problem)
  for (const [i, answer] of new OptimizerEngine().solve(problems).entries()) {
    if (answer.status !== 'solved') throw new Error(`${answer.status}: ${answer.reason}`)
    const branching = assetsToBranch(problems[i]!)
    for (const line of branching) expect(Number.isFinite(answer.x[line]!)).toBe(true)
    const discrete = new OptimizerEngine().solveDiscrete([problems[i]!], [null])[0]!
    expect(discrete.status === 'solved' && discrete.objective).toBe(answer.objective)
  }
})
