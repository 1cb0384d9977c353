import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { filterMargin, filterPrice, filterQuantity, innerHigh, innerLow, widening } from './filter-margin.ts'

const U = 2 ** -24
const edge = fc.double({ min: 2 ** -20, max: 1 - 2 ** -53, noNaN: true })
const vectors = fc.tuple(fc.integer({ min: 1, max: 1000 }), fc.integer({ min: 1, max: 2 }))

describe('the margin of the float32 filter', () => {
  test('twenty assets and two settlement currencies: 17 roundings and one for float64', () => {
    // 5 + 1 vectors: 8 additions, 3 roundings of each term, 1 of edge × total; 3 + 1 + 1 of the cash beside it.
    expect(filterMargin(5, 1)).toBe(18 * U)
    expect(filterMargin(50, 1)).toBe(63 * U)
    expect(filterMargin(5, 2)).toBe(20 * U)
  })

  test('inside for certain is inside by the margin, outside for certain is outside by the margin', () =>
    fc.assert(
      fc.property(edge, vectors, (limit, [risky, cash]) => {
        const e = filterMargin(risky, cash)
        const [high, low, k] = [innerHigh(limit, e), innerLow(limit, e), widening(e)]
        for (const single of [high, low, k]) expect(Math.fround(single)).toBe(single)
        expect(high).toBeLessThanOrEqual(limit * (1 - e))
        expect(low).toBeGreaterThanOrEqual(limit * (1 + e))
        // What the filter multiplies is rounded twice more on this side, once on the other.
        expect(high * k * (1 - U) ** 2).toBeGreaterThanOrEqual(limit * (1 + e))
        expect((low * (1 + U)) / (k * (1 - U))).toBeLessThanOrEqual(limit * (1 - e))
        // And it is no wider than it has to be: a few margins, not a part of the band.
        expect(high * k).toBeLessThan(limit * (1 + 4 * e))
        expect(low).toBeLessThan(limit * (1 + 2 * e))
        expect(high).toBeGreaterThan(limit * (1 - 2 * e))
      }),
      { numRuns: 2000 },
    ))

  test('edges that cannot be crossed are infinite, edges float32 cannot carry are NaN', () => {
    const e = filterMargin(5, 1)
    for (const high of [1, 1.5]) expect(innerHigh(high, e)).toBe(Number.POSITIVE_INFINITY)
    for (const low of [0, -0.001]) expect(innerLow(low, e)).toBe(Number.NEGATIVE_INFINITY)
    expect(innerHigh(0, e)).toBe(0)
    for (const high of [-0.1, 2 ** -21, 1e-300]) expect(innerHigh(high, e)).toBeNaN()
    for (const low of [2 ** -21, 1e-300]) expect(innerLow(low, e)).toBeNaN()
  })

  test('short positions, dust below 2^-50 and fortunes above 2^50 are not for the filter', () => {
    for (const quantity of [0, -0, 2 ** -50, 1, 2 ** 50]) expect(filterQuantity(quantity)).toBe(quantity)
    for (const quantity of [-1, -1e-30, 2 ** -51, 2 ** 51]) expect(filterQuantity(quantity)).toBeNaN()
    for (const price of [2 ** -50, 1, 2 ** 50]) expect(filterPrice(price)).toBe(price)
    for (const price of [2 ** -51, 2 ** 51]) expect(filterPrice(price)).toBeNaN()
  })
})
