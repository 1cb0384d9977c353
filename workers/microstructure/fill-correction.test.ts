import { describe, expect, test } from 'vitest'
import { createRandom } from '../../core/random.ts'
import { DEFAULT_FILLS, FillCorrection, type RealisedFill } from './fill-correction.ts'

const SCALE = 0.03 / Math.sqrt(1e9)
const xOf = (notional: number): number => SCALE * Math.sqrt(notional)
/** A fill whose impact is Y·x, plus what the market did meanwhile. */
const fill = (side: 'buy' | 'sell', y: number, notional: number, noise = 0): RealisedFill => {
  const cost = 0.0001 + y * xOf(notional) + noise
  return {
    side,
    notional,
    arrivalMid: 100,
    averagePrice: 100 * (1 + (side === 'buy' ? cost : -cost)),
    halfSpread: 0.0001,
  }
}
const observe = (correction: FillCorrection, one: RealisedFill): boolean =>
  correction.observe(one, xOf(one.notional), 0.8)

describe('fills correct the impact coefficient', () => {
  test('by hand: 30 fills of Y = 1.4 weigh as much as the fitted 0.8', () => {
    for (const side of ['buy', 'sell'] as const) {
      const correction = new FillCorrection({ priorFills: 30, halfLifeFills: Number.POSITIVE_INFINITY })
      expect(correction.correct(0.8)).toBe(0.8)
      for (let i = 0; i < 30; i++) expect(observe(correction, fill(side, 1.4, 1e4 * (i + 1)))).toBe(true)
      expect(correction.realisedY).toBeCloseTo(1.4, 9)
      expect(correction.correct(0.8)).toBeCloseTo(1.1, 9)
    }
  })

  test('approaches what is really paid, noise or not, and one fill says little', () => {
    const random = createRandom(7)
    const correction = new FillCorrection()
    observe(correction, fill('buy', 0.4, 1e5, 0.002))
    expect(Math.abs(correction.correct(0.8) - 0.8)).toBeLessThan(0.15)
    // Noise of 5 bps, impacts of 1 to 10 bps.
    for (let i = 0; i < 3000; i++)
      observe(correction, fill('buy', 0.4, 10 ** random.between(4, 7), 5e-4 * random.normal()))
    expect(correction.realisedY).toBeGreaterThan(0.3)
    expect(correction.realisedY).toBeLessThan(0.5)
    expect(Math.abs(correction.correct(0.8) - 0.4)).toBeLessThan(0.12)
  })

  test('old fills fade: after a half-life the new ones outweigh them', () => {
    const correction = new FillCorrection({ priorFills: 0.001, halfLifeFills: 50 })
    for (let i = 0; i < 500; i++) observe(correction, fill('buy', 2, 1e5))
    for (let i = 0; i < 50; i++) observe(correction, fill('buy', 1, 1e5))
    expect(correction.correct(0.8)).toBeCloseTo(1.5, 2)
    expect(correction.fills).toBeLessThan(50 / Math.LN2 + 1)
  })

  test('one wild fill is held to a Y of 5, either way; the answer is never below 0', () => {
    const [up, down] = [new FillCorrection(), new FillCorrection()]
    observe(up, fill('buy', 0, 1e5, 0.5))
    observe(down, fill('buy', 0, 1e5, -0.5))
    expect(up.correct(0.8)).toBeCloseTo((30 * 0.8 + 5) / 31, 9)
    expect(down.correct(0.8)).toBeCloseTo((30 * 0.8 - 5) / 31, 9)
    for (let i = 0; i < 100; i++) observe(down, fill('buy', 0, 1e5, -0.5))
    expect(down.correct(0.8)).toBe(0)
  })

  test('in a thin market, where Y is large, it is held to three times the fitted one', () => {
    const correction = new FillCorrection({ priorFills: 1, halfLifeFills: Number.POSITIVE_INFINITY })
    const one = fill('buy', 0, 1e5, 0.5)
    correction.observe(one, xOf(one.notional), 20)
    expect(correction.realisedY).toBeCloseTo(60, 9)
  })

  test.each<[string, Partial<RealisedFill>]>([
    ['no quantity', { notional: 0 }],
    ['NaN price', { averagePrice: Number.NaN }],
    ['no mid', { arrivalMid: 0 }],
    ['NaN spread', { halfSpread: Number.NaN }],
    ['negative', { averagePrice: -1 }],
  ])('a fill that says nothing changes nothing: %s', (_, change) => {
    const correction = new FillCorrection(DEFAULT_FILLS)
    expect(observe(correction, { ...fill('buy', 1, 1e4), ...change })).toBe(false)
    expect(correction.correct(0.8)).toBe(0.8)
    expect(correction.fills).toBe(0)
  })
  test('where volume or volatility is not known, nothing is learnt', () => {
    const correction = new FillCorrection()
    for (const x of [0, Number.NaN, Number.POSITIVE_INFINITY])
      expect(correction.observe(fill('buy', 1, 1e4), x, 0.8)).toBe(false)
    expect(correction.fills).toBe(0)
  })
})
