import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { fromFloat } from '../../core/amount.ts'
import type { Holding } from '../../core/client-book.ts'
import { CASH, type VenueId } from '../../core/instruments.ts'
import type { ModelPortfolio } from '../../core/model-portfolio.ts'
import { type CostCurve, type MarketQuality, routedCost } from '../../workers/microstructure/index.ts'
import { type BookPosition, positionOf } from './book-position.ts'
import { type LineCosts, lineCosts } from './venue-mix.ts'

const band = { kind: 'absolute', halfWidth: 0.05 } as const
const model: ModelPortfolio = {
  id: 'm',
  name: 'Test',
  version: 1,
  groupCaps: [],
  lines: [
    { asset: 'BTC', target: 0.5, band },
    { asset: 'ETH', target: 0.3, band },
    { asset: 'SOL', target: 0.1, band },
    { asset: CASH, target: 0.1, band },
  ],
}
/** Every unit is worth a dollar: quantities are values. */
const prices = new Map(
  ['BTC', 'ETH', 'SOL', 'USDT', 'USD'].map((asset) => [asset, { priceUsd: 1, fresh: true, ageMs: 0, why: null }]),
)
const held = (asset: string, venue: VenueId, usd: number): Holding => ({
  subAccount: 'b',
  asset,
  venue,
  quantity: fromFloat(usd),
})
const quality = (venue: VenueId, asset: string, change: Partial<MarketQuality> = {}): MarketQuality => ({
  market: `${venue}:${asset}/USD`,
  venue,
  asset,
  mid: 1,
  halfSpreadBps: 1,
  depth10: 1e6,
  depth25: 2e6,
  depth50: 4e6,
  makerBps: 5,
  takerBps: venue === 'binance' ? 10 : 26,
  fees: null,
  impactY: 0.5,
  impactBuyY: 0.5,
  impactSellY: 0.5,
  fitErrorBps: 0,
  fit: null,
  isDefaultImpact: false,
  sigmaDaily: 0.03,
  advUsd: 1e9,
  ageMs: 0,
  isStale: false,
  refused: null,
  refusals: {} as MarketQuality['refusals'],
  unusable: null,
  ...change,
})
const open = (asset: string): MarketQuality[] => [quality('binance', asset), quality('kraken', asset)]
const position = (holdings: readonly Holding[]): BookPosition => positionOf(model, holdings, prices, 1, 0.001)
const costsOf = (holdings: readonly Holding[], markets = open): LineCosts =>
  lineCosts(position(holdings), { markets, ladder: () => null }, prices)
const room = (curve: CostCurve | null): Record<string, number> =>
  Object.fromEntries((curve?.venues ?? []).map(({ venue, capacity }) => [venue, Math.round(capacity)]))

describe('curves of a client book', () => {
  // 100,000 in all: BTC 20,000 above its target, ETH and SOL 15,000 and 5,000 below theirs.
  const drifted = [
    held('BTC', 'binance', 55_000),
    held('BTC', 'kraken', 15_000),
    held('ETH', 'binance', 15_000),
    held('SOL', 'kraken', 5_000),
    held('USDT', 'binance', 2_000),
    held('USD', 'kraken', 8_000),
  ]
  test('a sale reaches as far as the holding of each venue', () => {
    const { sell } = costsOf(drifted)
    expect(room(sell[0]!)).toEqual({ binance: 55_000, kraken: 15_000 })
    expect(room(sell[1]!)).toEqual({ binance: 15_000 })
    expect(sell[3]).toBeNull()
    // All of the 20,000 is sold at the cheap venue.
    expect(routedCost(sell[0]!, 20_000).fee).toBeCloseTo(20, 9)
  })

  test('a buy reaches as far as cash and proceeds; lines that lack share them by what they lack', () => {
    const { buy } = costsOf(drifted)
    // Binance 2,000 and 20,000 of proceeds, Kraken 8,000: three quarters for ETH, one for SOL.
    expect(room(buy[1]!)).toEqual({ binance: 16_500, kraken: 6_000 })
    expect(room(buy[2]!)).toEqual({ binance: 5_500, kraken: 2_000 })
    // A line that lacks nothing may have it all: whether it buys at all is for the optimiser.
    expect(room(buy[0]!)).toEqual({ binance: 22_000, kraken: 8_000 })
    expect(buy[3]).toBeNull()
  })

  test('cash at the dear venue only makes buys dear; the curve is fitted to what may be needed', () => {
    const poor = [held('BTC', 'kraken', 50_000), held('ETH', 'kraken', 20_000), held('USD', 'kraken', 30_000)]
    const { buy } = costsOf(poor)
    expect(buy[1]!.linearCost).toBeCloseTo(27e-4, 12)
    expect(buy[1]!.fit.worstBps).toBe(0)
    expect(buy[1]!.fit.rangeUsd).toBeCloseTo(10_000, 6)
    expect(buy[0]!.fit.rangeUsd).toBe(1_000)
  })

  test('where no inventory says anything the venues are open', () => {
    const { sell, buy } = costsOf([held('BTC', 'binance', 100_000)])
    expect(sell[2]!.venues.map(({ capacity }) => capacity)).toEqual([Infinity, Infinity])
    // 50,000 of proceeds for lines that lack 40,000: a quarter of it for SOL.
    expect(room(buy[2]!)).toEqual({ binance: 12_500 })
  })

  test('a venue that cannot be used is left out and its proceeds too; what is held only there still has a cost', () => {
    const half = (asset: string) => [quality('binance', asset, { unusable: 'stale' }), quality('kraken', asset)]
    const { sell, buy } = costsOf(drifted, half)
    expect(room(sell[0]!)).toEqual({ kraken: 15_000 })
    expect(sell[0]!.excluded).toEqual([{ venue: 'binance', why: 'stale' }])
    // ETH is held on binance only: kraken prices it, but brings no cash.
    expect(room(sell[1]!)).toEqual({ kraken: Infinity })
    expect(room(buy[0]!)).toEqual({ kraken: 8_000 + 15_000 })
    expect(costsOf(drifted, () => []).sell[0]).toBeNull()
  })
})

describe('against the fixed shares that it replaced', () => {
  const usd = fc.integer({ min: 0, max: 100_000 })
  test('the cost told for the way to the target is never above theirs', () =>
    fc.assert(
      fc.property(
        fc.array(usd, { minLength: 8, maxLength: 8 }),
        fc.array(fc.integer({ min: 1, max: 50 }), { minLength: 4, maxLength: 4 }),
        fc.integer({ min: 6, max: 9 }),
        (amounts, bps, power) => {
          const venues: readonly VenueId[] = ['binance', 'kraken']
          const holdings = amounts.map((value, i) => {
            const venue = venues[i % 2]!
            const asset = ['BTC', 'ETH', 'SOL', venue === 'binance' ? 'USDT' : 'USD'][i >> 1]!
            return held(asset, venue, value + 1)
          })
          const markets = (asset: string): MarketQuality[] =>
            venues.map((venue, v) =>
              quality(venue, asset, { takerBps: bps[v]!, halfSpreadBps: bps[v + 2]!, advUsd: 10 ** power }),
            )
          const book = position(holdings)
          const { sell } = lineCosts(book, { markets, ladder: () => null }, prices)
          book.lines.forEach((line, i) => {
            const excess = (line.weight - line.target) * book.valueUsd
            if (line.asset === CASH || excess <= 0) return
            // Cheapest first by half-spread and fee, as far as the holding there reaches, blind to impact.
            let left = excess
            let fixed = 0
            const byCost = markets(line.asset).sort(
              (a, b) => a.halfSpreadBps + a.takerBps - b.halfSpreadBps - b.takerBps,
            )
            for (const market of byCost) {
              const there = holdings.find((one) => one.asset === line.asset && one.venue === market.venue)!
              const q = Math.min(left, Number(there.quantity) / 1e12)
              left -= q
              fixed += (q * (market.halfSpreadBps + market.takerBps)) / 1e4
              fixed += 0.5 * 0.03 * q * Math.sqrt(q / market.advUsd)
            }
            expect(routedCost(sell[i]!, excess).total).toBeLessThanOrEqual(fixed * (1 + 1e-9) + 1e-9)
          })
        },
      ),
      { numRuns: 200 },
    ))
})
