import { describe, expect, test } from 'vitest'
import { createRandom } from '../../core/random.ts'
import { DEFAULT_FILLS, FillCorrection, type RealisedFill } from './fill-correction.ts'

/** A fill whose impact is `factor` times what the order book said, plus what the market did meanwhile. */
const fill = (side: 'buy' | 'sell', factor: number, impact: number, noise = 0): RealisedFill => {
  const priceAt = (cost: number): number => 100 * (1 + (side === 'buy' ? cost : -cost))
  return {
    side,
    arrivalMid: 100,
    averagePrice: priceAt(0.0001 + factor * impact + noise),
    walkedPrice: priceAt(0.0001 + impact),
    halfSpread: 0.0001,
  }
}
const forgetting = (priorFills: number): FillCorrection =>
  new FillCorrection({ priorFills, halfLifeFills: Number.POSITIVE_INFINITY })

describe('fills correct what order books say of impact', () => {
  test('by hand: 30 fills at 1.4 times weigh as much as the order book', () => {
    for (const side of ['buy', 'sell'] as const) {
      const correction = forgetting(30)
      expect(correction.factor).toBe(1)
      for (let i = 0; i < 30; i++) expect(correction.observe(fill(side, 1.4, 1e-5 * (i + 1)))).toBe(true)
      expect(correction.realised).toBeCloseTo(1.4, 9)
      expect(correction.factor).toBeCloseTo(1.2, 9)
    }
  })

  test('where fills come out as the order book said, nothing is corrected, however large or small they were', () => {
    const correction = forgetting(1)
    for (let i = 0; i < 100; i++) correction.observe(fill('buy', 1, 10 ** (-6 + (i % 4))))
    expect(correction.factor).toBeCloseTo(1, 9)
  })

  test('approaches what is really paid, noise or not, and one fill says little', () => {
    const random = createRandom(7)
    const correction = new FillCorrection()
    correction.observe(fill('buy', 0.5, 3e-4, 0.002))
    expect(Math.abs(correction.factor - 1)).toBeLessThan(0.1)
    // Noise of 5 bps, impacts of 1 to 10 bps.
    for (let i = 0; i < 3000; i++)
      correction.observe(fill('buy', 0.5, 10 ** random.between(-4, -3), 5e-4 * random.normal()))
    expect(correction.realised).toBeGreaterThan(0.4)
    expect(correction.realised).toBeLessThan(0.6)
    expect(Math.abs(correction.factor - 0.5)).toBeLessThan(0.15)
  })

  test('old fills fade: after a half-life the new ones outweigh them', () => {
    const correction = new FillCorrection({ priorFills: 0.001, halfLifeFills: 50 })
    for (let i = 0; i < 500; i++) correction.observe(fill('buy', 2, 1e-4))
    for (let i = 0; i < 50; i++) correction.observe(fill('buy', 1, 1e-4))
    expect(correction.factor).toBeCloseTo(1.5, 2)
    expect(correction.fills).toBeLessThan(50 / Math.LN2 + 1)
  })

  test('one wild fill is held to three times what was said, either way; the factor never falls to a fee', () => {
    const [up, down] = [new FillCorrection(), new FillCorrection()]
    up.observe(fill('buy', 0, 1e-4, 0.5))
    down.observe(fill('buy', 0, 1e-4, -0.5))
    expect(up.factor).toBeCloseTo((30 + 3) / 31, 9)
    expect(down.factor).toBeCloseTo((30 - 3) / 31, 9)
    for (let i = 0; i < 100; i++) down.observe(fill('buy', 0, 1e-4, -0.5))
    expect(down.factor).toBe(0.1)
  })

  test.each<[string, Partial<RealisedFill>]>([
    ['all of it fitted into the best level', { walkedPrice: 100.01 }],
    ['NaN price', { averagePrice: Number.NaN }],
    ['no mid', { arrivalMid: 0 }],
    ['NaN spread', { halfSpread: Number.NaN }],
    ['negative', { averagePrice: -1 }],
    ['NaN walk', { walkedPrice: Number.NaN }],
    ['endless walk', { walkedPrice: Number.POSITIVE_INFINITY }],
  ])('a fill that says nothing changes nothing: %s', (_, change) => {
    const correction = new FillCorrection(DEFAULT_FILLS)
    expect(correction.observe({ ...fill('buy', 1, 1e-4), ...change })).toBe(false)
    expect(correction.factor).toBe(1)
    expect(correction.fills).toBe(0)
  })
})
