import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { unwrap } from '../../core/result.ts'
import { type CostCurve, impactCoefficient, mergeCostCurve, routedCost, routedShares } from './cost-curve.ts'
import { fitCurve } from './curve-fit.ts'
import { MergedCost, sourceCost } from './infimal-convolution.ts'
import type { MarketQuality } from './market-quality.ts'

const quality = (venue: 'binance' | 'kraken', change: Partial<MarketQuality> = {}): MarketQuality => ({
  market: `${venue}:BTC/USD`,
  venue,
  asset: 'BTC',
  mid: 100,
  halfSpreadBps: venue === 'binance' ? 1 : 3,
  depth10: 1e6,
  depth25: 2e6,
  depth50: 4e6,
  makerBps: 10,
  takerBps: venue === 'binance' ? 10 : 26,
  fees: null,
  impactY: 0.6,
  impactBuyY: 0.5,
  impactSellY: 0.7,
  fitErrorBps: 0.1,
  fit: null,
  isDefaultImpact: false,
  sigmaDaily: 0.03,
  advUsd: venue === 'binance' ? 4e8 : 1e8,
  ageMs: 0,
  isStale: false,
  refused: null,
  refusals: {} as MarketQuality['refusals'],
  unusable: null,
  ...change,
})
const both = [quality('binance'), quality('kraken')]
const told = ({ fit }: CostCurve, q: number): number => fit.linear * q + fit.impact * q ** 1.5

describe('merged cost curve', () => {
  test('one venue gives its own numbers back, by side, met exactly', () => {
    const curve = unwrap(mergeCostCurve(both, 'BTC', 'sell', { binance: 1e6 }, 1e5))
    expect(curve).toMatchObject({ advUsd: 4e8, isDefaultImpact: false, excluded: [] })
    expect(curve.linearCost).toBeCloseTo(11e-4, 12)
    expect(impactCoefficient(curve, 1e6)).toBeCloseTo(0.7 * 0.03 * Math.sqrt(1e6 / 4e8), 12)
    expect(curve.fit.worstBps).toBeLessThan(1e-9)
    const buy = unwrap(mergeCostCurve(both, 'BTC', 'buy', { binance: 1e6 }, 1e5))
    expect(impactCoefficient(buy, 1e6)).toBeCloseTo(0.5 * 0.03 * Math.sqrt(1e6 / 4e8), 12)
  })

  test('two alike venues with half the volume each are one', () => {
    const half = quality('binance', { advUsd: 2e8 })
    const curve = unwrap(mergeCostCurve([half, { ...half, venue: 'kraken' }], 'BTC', 'buy', null, 1e6))
    expect(impactCoefficient(curve, 1e6)).toBeCloseTo(0.5 * 0.03 * Math.sqrt(1e6 / 4e8), 12)
    expect(curve.fit.worstBps).toBeLessThan(1e-9)
    expect(curve.advUsd).toBe(4e8)
  })

  test('by hand: the cheap venue as far as its cash reaches, then the dear one', () => {
    const curve = unwrap(mergeCostCurve(both, 'BTC', 'buy', { binance: 40_000, kraken: 200_000 }, 100_000))
    expect(routedShares(curve, 100_000)).toEqual([
      ['binance', 40_000],
      ['kraken', 60_000],
    ])
    const cost = routedCost(curve, 100_000)
    expect(cost.fee).toBeCloseTo(40 + 156, 9)
    expect(cost.spread).toBeCloseTo(4 + 18, 9)
    const impact = 0.5 * 0.03 * (40_000 ** 1.5 / Math.sqrt(4e8) + 60_000 ** 1.5 / Math.sqrt(1e8))
    expect(cost.impact).toBeCloseTo(impact, 9)
    expect(cost.total).toBeCloseTo(196 + 22 + impact, 9)
    // The fit states how far it is off, and is off by that much somewhere.
    const at = (j: number): number => 100_000 * (j / 12) ** 2
    const misses = Array.from({ length: 12 }, (_, j) => j + 1).map(
      (j) => (1e4 * Math.abs(told(curve, at(j)) - routedCost(curve, at(j)).total)) / at(j),
    )
    expect(Math.max(...misses)).toBeCloseTo(curve.fit.worstBps, 8)
    expect(curve.fit.worstBps).toBeGreaterThan(0.5)
    expect(curve.fit.worstBps).toBeLessThan(5)
    expect(curve.fit.rmsBps).toBeLessThan(curve.fit.worstBps)
  })

  test('beyond all inventory the last unit goes on, and the split still adds up', () => {
    const curve = unwrap(mergeCostCurve(both, 'BTC', 'buy', { binance: 10_000, kraken: 10_000 }, 50_000))
    const { fee, spread, impact, total } = routedCost(curve, 50_000)
    expect(fee + spread + impact).toBeCloseTo(total, 9)
    // In the proportions of what fits: half of it at 10 and 1 bps, half at 26 and 3.
    expect(fee).toBeCloseTo(50_000 * 18e-4, 9)
    expect(spread).toBeCloseTo(50_000 * 2e-4, 9)
    expect(total).toBeCloseTo(new MergedCost(curve.venues).cost(50_000), 9)
    expect(impact).toBeGreaterThan(0)
  })

  test('a venue that cannot be used is left out and named, one without inventory is no matter; none left is an error', () => {
    const stale = quality('kraken', { unusable: 'the order book is old' })
    const pair = [quality('binance'), stale]
    const curve = unwrap(mergeCostCurve(pair, 'BTC', 'buy', { binance: 1, kraken: 3 }, 1e4))
    expect(curve.venues.map(({ venue }) => venue)).toEqual(['binance'])
    expect(curve.excluded).toEqual([{ venue: 'kraken', why: 'the order book is old' }])
    expect(unwrap(mergeCostCurve(pair, 'BTC', 'buy', { binance: 1 }, 1e4)).excluded).toEqual([])
    expect(mergeCostCurve([stale], 'BTC', 'buy', { kraken: 1 }, 1e4)).toMatchObject({
      error: { code: 'no-usable-venue', message: expect.stringContaining('kraken: the order book is old') },
    })
    expect(mergeCostCurve(both, 'ETH', 'buy', null, 1e4)).toMatchObject({ error: { code: 'no-usable-venue' } })
  })
})

const usd = (most: number): fc.Arbitrary<number> =>
  fc.integer({ min: 1, max: 1000 }).map((part) => (part / 1000) * most)
const market = (venue: 'binance' | 'kraken'): fc.Arbitrary<MarketQuality> =>
  fc
    .record({
      halfSpreadBps: usd(20),
      takerBps: usd(40),
      impactBuyY: fc.oneof(fc.constant(0), usd(2)),
      sigmaDaily: usd(0.1),
      advUsd: fc.integer({ min: 5, max: 10 }).map((power) => 10 ** power),
    })
    .map((change) => quality(venue, change))
const cases = fc.record({
  binance: market('binance'),
  kraken: market('kraken'),
  capacities: fc.record({ binance: usd(1e6), kraken: usd(1e6) }),
  part: usd(1),
  share: fc.integer({ min: 0, max: 100 }).map((percent) => percent / 100),
})

describe('whatever the venues', () => {
  test('the merged cost is never above that of fixed shares: what it replaces was dearer or equal', () => {
    let better = 0
    fc.assert(
      fc.property(cases, ({ binance, kraken, capacities, part, share }) => {
        const curve = unwrap(mergeCostCurve([binance, kraken], 'BTC', 'buy', capacities, 1e5))
        const most = Math.min(
          share > 0 ? capacities.binance / share : Infinity,
          share < 1 ? capacities.kraken / (1 - share) : Infinity,
        )
        const q = part * most
        const [a, b] = curve.venues
        const fixed = sourceCost(a!, share * q) + sourceCost(b!, (1 - share) * q)
        const merged = routedCost(curve, q).total
        expect(merged).toBeLessThanOrEqual(fixed * (1 + 1e-9))
        if (merged < 0.99 * fixed) better++
      }),
      { numRuns: 1_000 },
    )
    // It is worth the trouble: by more than a hundredth in most cases.
    expect(better).toBeGreaterThan(500)
  })

  test('the fit is never below the cheapest first unit, never concave, and states its error', () =>
    fc.assert(
      fc.property(cases, ({ binance, kraken, capacities, part }) => {
        const rangeUsd = part * 2e6
        const curve = unwrap(mergeCostCurve([binance, kraken], 'BTC', 'buy', capacities, rangeUsd))
        expect(curve.fit.impact).toBeGreaterThanOrEqual(0)
        const cheapest = Math.min(...curve.venues.map(({ linear }) => linear))
        expect(curve.linearCost).toBeGreaterThanOrEqual(cheapest * (1 - 1e-12))
        for (const piece of [0.05, 0.3, 1]) {
          const q = rangeUsd * piece
          const miss = (1e4 * Math.abs(told(curve, q) - routedCost(curve, q).total)) / q
          // Between the points of its grid it may miss by a little more.
          expect(miss).toBeLessThanOrEqual(1.6 * curve.fit.worstBps + 1e-6)
        }
      }),
      { numRuns: 500 },
    ))

  test('no other pair of numbers fits better where the floor does not bind', () =>
    fc.assert(
      fc.property(cases, ({ binance, kraken, capacities }) => {
        const { venues } = unwrap(mergeCostCurve([binance, kraken], 'BTC', 'buy', capacities, 1e5))
        const merged = new MergedCost(venues)
        const fit = fitCurve(venues, 2e5)
        const rms = (linear: number, impact: number): number => {
          let squares = 0
          for (let j = 1; j <= 12; j++) {
            const q = 2e5 * (j / 12) ** 2
            squares += (linear + impact * Math.sqrt(q) - merged.cost(q) / q) ** 2
          }
          return 1e4 * Math.sqrt(squares / 12)
        }
        expect(rms(fit.linear, fit.impact)).toBeCloseTo(fit.rmsBps, 9)
        const floor = merged.marginal(0)
        for (const [more, steeper] of [
          [1e-6, 0],
          [-1e-6, 0],
          [0, 1e-9],
          [0, -1e-9],
          [1e-6, -2e-9],
          [-1e-6, 2e-9],
        ] as const) {
          if (fit.linear + more < floor || fit.impact + steeper < 0) continue
          expect(rms(fit.linear + more, fit.impact + steeper)).toBeGreaterThanOrEqual(fit.rmsBps - 1e-9)
        }
      }),
      { numRuns: 300 },
    ))
})
