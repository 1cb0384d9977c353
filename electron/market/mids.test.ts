import { describe, expect, it } from 'vitest'
import { amount } from '../../core/amount.ts'
import { type Market, type MarketKey, type OrderBookSnapshot, type VenueId } from '../../core/instruments.ts'
import { millis } from '../../core/units.ts'
import { toLadder } from './ladder.ts'
import { priceAssets } from './mids.ts'

const NOW = 1_000_000
const market = (venue: VenueId, base: string, quote: string): Market => ({
  venue,
  symbol: `${base}/${quote}`,
  base,
  quote,
  filters: {
    tick: amount('0.01'),
    step: amount('0.01'),
    minimumQuantity: amount('0.01'),
    maximumQuantity: amount('1'),
    minimumNotional: amount('1'),
  },
  fees: { maker: 0, taker: 0 },
  status: 'trading',
})
const MARKETS = [market('binance', 'BTC', 'USDT'), market('kraken', 'BTC', 'USD'), market('kraken', 'USDT', 'USD')]

function books(entries: Record<MarketKey, readonly [bid: string, ask: string, ageMs?: number]>) {
  return (key: MarketKey): OrderBookSnapshot | undefined => {
    const entry = entries[key]
    if (!entry) return undefined
    const [bid, ask, ageMs = 0] = entry
    const level = (price: string) => [{ price: amount(price), quantity: amount('1') }]
    return { market: key, bids: level(bid), asks: level(ask), sequence: 1, receivedAt: millis(NOW - ageMs) }
  }
}
const price = (
  orderBook: (key: MarketKey) => OrderBookSnapshot | undefined,
  previous?: ReturnType<typeof priceAssets>,
) =>
  priceAssets({
    markets: MARKETS,
    orderBook,
    now: millis(NOW),
    maximumAgeMs: 20_000,
    ...(previous ? { previous } : {}),
  })
const LATER = NOW + 27_000

const FULL: Record<MarketKey, readonly [bid: string, ask: string, ageMs: number]> = {
  'binance:BTC/USDT': ['50000', '50020', 300],
  'kraken:BTC/USD': ['50100', '50120', 100],
  'kraken:USDT/USD': ['0.998', '1.000', 700],
}

describe('priceAssets', () => {
  it('prices USDT by its own market and BTC by the mean of both venues in dollars', () => {
    const prices = price(books(FULL))
    expect(prices.get('USD')).toMatchObject({ price: 1, fresh: true })
    expect(prices.get('USDT')!.price).toBeCloseTo(0.999, 12)
    expect(prices.get('BTC')!.price).toBeCloseTo((50010 * 0.999 + 50110) / 2, 8)
    expect(prices.get('BTC')).toMatchObject({ fresh: true, ageMs: 700, why: null })
  })

  it('leaves out a venue whose book is stale or missing', () => {
    const stale: typeof FULL = { ...FULL, 'binance:BTC/USDT': ['1', '2', 20_001] }
    expect(price(books(stale)).get('BTC')).toMatchObject({ price: 50110, fresh: true, ageMs: 100 })
  })

  it('never takes USDT for a dollar: without its price Binance says nothing', () => {
    const { 'kraken:USDT/USD': _, ...rest } = FULL
    const prices = price(books(rest))
    expect(prices.get('USDT')).toMatchObject({ price: null, fresh: false })
    expect(prices.get('BTC')!.price).toBe(50110)
  })

  it('keeps the last price, marked, with the reason', () => {
    const before = price(books(FULL))
    const after = price(books({}), before)
    expect(after.get('BTC')).toMatchObject({ price: before.get('BTC')!.price, fresh: false })
    expect(after.get('BTC')!.why).toContain('kraken:BTC/USD has no order book')
    const later = priceAssets({
      markets: MARKETS,
      orderBook: books({}),
      now: millis(LATER),
      maximumAgeMs: 20_000,
      previous: after,
    })
    expect(later.get('BTC')).toMatchObject({ fresh: false, ageMs: before.get('BTC')!.ageMs + LATER - NOW })
  })
})

describe('toLadder', () => {
  it('interleaves price and quantity, best first', () => {
    const snapshot = books(FULL)('kraken:BTC/USD')!
    const ladder = toLadder(snapshot)
    expect([...ladder.bids, ...ladder.asks]).toEqual([50100, 1, 50120, 1])
    expect(toLadder(snapshot, 0).bids).toHaveLength(0)
  })
})
