import fc from 'fast-check'
import { expect, test } from 'vitest'
import { fromFloat } from '../../core/amount.ts'
import { keyOf, type Market, type MarketKey, type VenueId } from '../../core/instruments.ts'
import { millis } from '../../core/units.ts'
import { AssetPrices } from './asset-prices.ts'
import { priceAssets, type TopOfBook } from './mids.ts'

const market = (venue: VenueId, base: string, quote: string): Market =>
  ({ venue, symbol: `${base}/${quote}`, base, quote }) as Market
const MARKETS = [
  market('binance', 'BTC', 'USDT'),
  market('kraken', 'BTC', 'USD'),
  market('binance', 'ETH', 'USDT'),
  market('kraken', 'USDT', 'USD'),
]
const topOf = (price: number, receivedAt: number): TopOfBook => {
  const level = [{ price: fromFloat(price), quantity: fromFloat(1) }]
  return { bids: level, asks: level, receivedAt: millis(receivedAt) }
}

function open() {
  const books = new Map<MarketKey, TopOfBook>()
  let now = 1_000
  const parts = { orderBook: (key: MarketKey) => books.get(key), now: () => millis(now), maximumAgeMs: 20_000 }
  const prices = new AssetPrices(parts)
  prices.takeAll(MARKETS)
  return {
    prices,
    set(key: MarketKey, price: number | null) {
      if (price === null) books.delete(key)
      else books.set(key, topOf(price, now))
      return prices.tick(key)
    },
    wait: (milliseconds: number) => {
      now += milliseconds
    },
    /** Everything from nothing. */
    fresh: () => priceAssets({ ...parts, now: millis(now), markets: MARKETS }),
  }
}

test('a tick of a currency prices what is quoted in it, one of an asset only itself', () => {
  const { prices, set } = open()
  expect(set('kraken:USDT/USD', 0.5)).toEqual(['USDT', 'BTC', 'ETH'])
  expect(set('binance:ETH/USDT', 4_000)).toEqual(['ETH'])
  expect(prices.get('ETH')!.price).toBe(2_000)
  set('kraken:USDT/USD', 1)
  expect(prices.get('ETH')!.price).toBe(4_000)
  expect(prices.get('USD')!.price).toBe(1)
})

test('a market that the firm does not use prices nothing', () => {
  expect(open().prices.tick('kraken:DOGE/USD')).toEqual([])
})

test('an order book that is lost makes its price old, with the last figure kept', () => {
  const { prices, set, wait } = open()
  set('kraken:BTC/USD', 100)
  wait(3_000)
  set('kraken:BTC/USD', null)
  expect(prices.get('BTC')).toMatchObject({ price: 100, fresh: false, ageMs: 3_000 })
})

test('tick by tick ends where pricing everything anew does', () => {
  const keys = MARKETS.map(keyOf)
  const tick = fc.record({
    key: fc.constantFrom(...keys),
    price: fc.option(fc.double({ min: 0.001, max: 1e6, noNaN: true }), { nil: null }),
  })
  fc.assert(
    fc.property(fc.array(tick, { maxLength: 30 }), (ticks) => {
      const { prices, set, fresh } = open()
      for (const { key, price } of ticks) set(key, price)
      for (const [asset, expected] of fresh())
        if (expected.fresh) expect(prices.get(asset)).toEqual(expected)
        else expect(prices.get(asset)!.fresh).toBe(false)
    }),
  )
})
