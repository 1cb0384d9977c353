import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { createRandom } from '../../core/random.ts'
import { mostCashLeft } from './most-cash.ts'
import { reserveRoom } from './reserve-price.ts'
import { randomFullProblem } from './test-support/random-terms.ts'
import { makePair, makeProblem } from './test-support/test-problems.ts'

describe('by hand', () => {
  test('sold to its lower bound, costs paid', () => {
    const problem = makePair(0.9, 0.9, 0.8, { costSell: Float64Array.of(0.01, 0), lower: Float64Array.of(0.7, 0) })
    const most = mostCashLeft(problem, 1)!
    expect(most.cash).toBeCloseTo(0.3, 12)
    expect(most.cost).toBeCloseTo(0.002, 12)
    expect(most.isReached).toBe(true)
  })

  test('no further than where impact eats what a sale brings: √s = 1/(1.5·k)', () => {
    const problem = makePair(0.9, 0.9, 0.8, { impact: Float64Array.of(1.5, 0) })
    const sold = (4 / 9) ** 2
    expect(mostCashLeft(problem, 1)!.cash).toBeCloseTo(0.1 + sold, 12)
  })

  test('a line outside its bounds is traded whatever it costs; one that is frozen is not', () => {
    const problem = makeProblem([0.3, 0.3, 0.4], [0.3, 0.3, 0.4], [...new Float64Array(9)], {
      costBuy: Float64Array.of(0.02, 0, 0),
      lower: Float64Array.of(0.4, 0, 0),
      frozen: Uint8Array.of(0, 1, 0),
    })
    expect(mostCashLeft(problem, 2)).toEqual({
      cash: expect.closeTo(0.3, 12),
      cost: expect.closeTo(0.002, 12),
      isReached: true,
    })
  })

  test('a cap on turnover keeps it from being reached, and cash from holding more than it may', () => {
    const problem = makePair(0.9, 0.9, 0.8, { turnoverCap: 0.05 })
    expect(mostCashLeft(problem, 1)).toMatchObject({ cash: 1, isReached: false })
    const narrow = makePair(0.9, 0.9, 0.8, { upper: Float64Array.of(1, 0.2) })
    expect(mostCashLeft(narrow, 1)).toEqual({ cash: 0.2, cost: 0, isReached: false })
  })
})

test('no point that keeps the limits leaves more', () => {
  let compared = 0
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 1e6 }), (seed) => {
      const { problem, feasiblePoint } = randomFullProblem(createRandom(seed), 'any')
      if (feasiblePoint === null) return
      for (const asset of problem.current.keys()) {
        const most = mostCashLeft(problem, asset)
        if (most === null) continue
        compared++
        const left = reserveRoom({ ...problem, reserve: { asset, weight: 0 } }, feasiblePoint)
        expect(left).toBeLessThanOrEqual(most.cash - most.cost + 1e-9)
      }
    }),
    { numRuns: 300 },
  )
  expect(compared).toBeGreaterThan(500)
})
