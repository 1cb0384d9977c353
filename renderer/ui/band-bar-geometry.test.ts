import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { bandState, describeBand, excessOf, pixelOf, placeOf, pointRange } from './band-bar-geometry.ts'

const position = fc.double({ min: -50, max: 50, noNaN: true })

describe('relative form', () => {
  test('edges stand at 25 and 75 %, the target at 50 %', () => {
    expect([-1, 0, 1].map(placeOf)).toEqual([25, 50, 75])
  })
  test('states change at 0.8 and beyond 1', () => {
    expect([0.79, 0.8, 1, 1.0001, -1, -1.2].map(bandState)).toEqual(['in', 'near', 'near', 'out', 'near', 'out'])
  })
  test('never leaves the box, never turns back', () => {
    fc.assert(
      fc.property(position, position, (a, b) => {
        expect(placeOf(a)).toBeGreaterThanOrEqual(2.5)
        expect(placeOf(a)).toBeLessThanOrEqual(97.5)
        if (a <= b) expect(placeOf(a)).toBeLessThanOrEqual(placeOf(b))
      }),
    )
  })
  test('the excess joins the edge and ends at the place of the weight', () => {
    fc.assert(
      fc.property(position, (x) => {
        const excess = excessOf(x)
        if (Math.abs(x) <= 1) {
          expect(excess).toBeNull()
          return
        }
        const inner = excess!.high ? excess!.left : excess!.left + excess!.width
        const outer = excess!.high ? excess!.left + excess!.width : excess!.left
        expect(inner).toBeCloseTo(excess!.high ? 75 : 25, 9)
        expect(outer).toBeCloseTo(placeOf(x), 9)
        expect(excess!.broken).toBe(Math.abs(x) > 1.9)
      }),
    )
  })
  test('a band of no width is infinitely far out, and drawn', () => {
    expect(excessOf(Number.POSITIVE_INFINITY)).toEqual({ left: 75, width: 22.5, high: true, broken: true })
  })
  test('says what it shows', () => {
    expect(describeBand(2.93)).toBe('outside, 2.93 half-widths above target')
    expect(describeBand(-0.85, -0.4)).toBe('near the edge, 0.85 half-widths below target; after the trades 0.40')
    expect(describeBand(Number.NaN)).toBe('cannot be checked')
  })
})

describe('points form', () => {
  test('one pixel is the same number of points on every line', () => {
    const scale = { width: 160, points: 6 }
    expect([-0.06, 0, 0.03, 0.5].map((drift) => pixelOf(scale, drift))).toEqual([0, 80, 120, 160])
  })
  test('the range shows every band, and one runaway does not flatten the rest', () => {
    expect(pointRange([0.05, 0.012], [0.034, -0.02])).toBe(6)
    expect(pointRange([0.012], [...Array.from({ length: 11 }, () => 0.01), 0.4])).toBe(2)
    expect(pointRange([0.3], [])).toBe(40)
    expect(pointRange([], [])).toBe(2)
  })
})
