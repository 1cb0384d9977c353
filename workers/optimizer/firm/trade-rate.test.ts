import { expect, test } from 'vitest'
import { makePair } from '../test-support/test-problems.ts'
import { trackingErrorOf } from './charged-cost.ts'
import { isInsideLimits, slowTrades } from './trade-rate.ts'

const problem = makePair(0.7, 0.5, 0.6, { upper: Float64Array.of(0.65, 1) })
const cure = Float64Array.of(0.65, 0.35)
const goal = Float64Array.of(0.55, 0.45)

test('the cure is done whole, the rest in part', () => {
  expect(isInsideLimits(problem)).toBe(false)
  expect(slowTrades(problem, cure, goal, 0.3, null)[0]).toBeCloseTo(0.62, 12)
  expect(slowTrades(problem, cure, goal, 1, null)).toBe(goal)
})

test('from the current weights everything is slowed, the cure too', () => {
  expect(slowTrades(problem, problem.current, goal, 0.3, null)[0]).toBeCloseTo(0.655, 12)
})

test('a ceiling on tracking error is not slowed', () => {
  const ceiling = 0.6 * 0.08
  const slowed = slowTrades(problem, cure, goal, 0.3, ceiling)
  expect(trackingErrorOf(problem, slowed)).toBeLessThanOrEqual(ceiling)
  expect(slowed[0]).toBeCloseTo(0.58, 9)
})

test('a line that nobody trades keeps its bits', () => {
  const still = Float64Array.of(0.1 + 0.2, 0.7)
  expect(slowTrades(problem, still, Float64Array.of(0.1 + 0.2, 0.6), 0.3, null)[0]).toBe(0.1 + 0.2)
})
