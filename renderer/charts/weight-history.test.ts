import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { WeightHistory } from '../../core/contracts/client-book-view.ts'
import { bandSteps, excursions, inOrder, outsideSince, wouldHaveLeft } from './weight-history.ts'

const history = (weights: readonly number[], low = 4, high = 6): WeightHistory => ({
  asset: 'LINK',
  times: Float64Array.from(weights, (_, i) => i * 1000),
  weights: Float64Array.from(weights),
  lows: new Float64Array(weights.length).fill(low),
  highs: new Float64Array(weights.length).fill(high),
  target: 5,
  recordedFrom: 0,
  rebalances: [],
})

describe('band steps', () => {
  test('one step per change, joined without gaps', () => {
    expect(bandSteps(Float64Array.of(4, 4, 3.9, 3.9, 4), Float64Array.of(6, 6, 6.1, 6.1, 6))).toEqual([
      { from: 0, to: 2, low: 4, high: 6 },
      { from: 2, to: 4, low: 3.9, high: 6.1 },
      { from: 4, to: 4, low: 4, high: 6 },
    ])
  })
})

describe('excursions', () => {
  test('begin and end on the edge, between samples', () => {
    expect(excursions(history([5, 7, 5]))).toEqual([
      [
        [0.5, 6],
        [1, 7],
        [1.5, 6],
      ],
    ])
  })
  test('below as above; from one side to the other are two', () => {
    expect(excursions(history([7, 3]))).toEqual([
      [
        [0, 7],
        [0.25, 6],
      ],
      [
        [0.75, 4],
        [1, 3],
      ],
    ])
  })
  test('inside: none', () => expect(excursions(history([4, 5, 6]))).toEqual([]))
  test('every sample outside is in exactly one part, none inside is', () => {
    fc.assert(
      fc.property(fc.array(fc.double({ min: 0, max: 10, noNaN: true }), { maxLength: 60 }), (weights) => {
        const given = history(weights)
        const drawn = excursions(given)
          .flat()
          .filter(
            ([index, weight]) => Number.isInteger(index) && weight === weights[index] && (weight > 6 || weight < 4),
          )
          .map(([index]) => index)
        expect(drawn).toEqual(weights.flatMap((weight, index) => (weight > 6 || weight < 4 ? [index] : [])))
      }),
    )
  })
  test('a band that narrows can leave the line outside without it moving', () => {
    const given = { ...history([5.8, 5.8, 5.8]), highs: Float64Array.of(6, 5.5, 5.5) }
    expect(excursions(given)).toHaveLength(1)
    expect(outsideSince(given)).toBe(0)
  })
})

describe('since when', () => {
  test('the present excursion only', () => {
    expect(outsideSince(history([7, 5, 5, 7]))).toBe(2500)
    expect(outsideSince(history([7, 5]))).toBeNull()
    expect(outsideSince(history([]))).toBeNull()
  })
  test('a narrower band is left earlier, a wider one later or not at all', () => {
    const given = history([5, 6, 7])
    expect(wouldHaveLeft(given, 0.5)).toBe(500)
    expect(wouldHaveLeft(given, 1.5)).toBe(1500)
    expect(wouldHaveLeft(given, 3)).toBeNull()
  })
})

test('equal and falling times are left out', () => {
  const given = { ...history([1, 2, 3, 4]), times: Float64Array.of(0, 500, 2000, 1000) }
  expect([...inOrder(given).weights]).toEqual([1, 3])
  const fine = history([1, 2])
  expect(inOrder(fine)).toBe(fine)
})
