import { describe, expect, test } from 'vitest'
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

describe('a trade that would be too small to be made', () => {
  const inside = makePair(0.6, 0.5, 0.6, {})
  const to = Float64Array.of(0.59, 0.41)
  const smallest = (weight: number) => Float64Array.of(weight, Number.POSITIVE_INFINITY)
  const after = (weight: number, fraction = 0.3): number =>
    slowTrades(inside, inside.current, to, fraction, null, smallest(weight))[0]!

  test('is as large as the smallest that is', () => expect(after(0.005)).toBeCloseTo(0.595, 12))
  test('a part that is large enough stays as it is', () => expect(after(0.002)).toBeCloseTo(0.597, 12))
  test('where the whole way is too small, it stays a part', () => expect(after(0.02)).toBeCloseTo(0.597, 12))
  test('one line is enough', () => {
    const from = Float64Array.of(0.3, 0.3, 0.4)
    const goal = Float64Array.of(0.29, 0.298, 0.412)
    const slowed = slowTrades({ ...inside, current: from }, from, goal, 0.3, null, Float64Array.of(0.005, 0.001, 1))
    expect(slowed[0]).toBeCloseTo(0.295, 12)
    expect(slowed[1]).toBeCloseTo(0.299, 12)
  })
  test('what cures a breach counts', () => {
    expect(slowTrades(problem, cure, goal, 0.3, null, smallest(0.08))[0]).toBeCloseTo(0.62, 12)
    expect(slowTrades(problem, cure, goal, 0.3, null, smallest(0.09))[0]).toBeCloseTo(0.61, 12)
  })
})
