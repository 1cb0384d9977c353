import { describe, expect, test } from 'vitest'
import { amount, toFloat } from '../../core/amount.ts'
import { unwrap } from '../../core/result.ts'
import { binanceMarkets } from '../binance/markets.ts'
import { BINANCE } from '../binance/profile.ts'
import type { OrderBook } from '../engine/order-book.ts'
import type { PriceSide } from '../engine/price-side.ts'
import { krakenMarkets } from '../kraken/markets.ts'
import { KRAKEN } from '../kraken/profile.ts'
import { Venue } from '../venue.ts'
import { GENERATED_START_HOUR, HourlyAnchors } from './anchors.ts'
import { Bars } from './bars.ts'
import { MarketConditions } from './conditions.ts'
import { PricePath } from './price-path.ts'

const START = GENERATED_START_HOUR * 3_600_000

interface Market {
  readonly venue: Venue
  move(seconds: number): void
}

function market(seed: number, venueName: 'binance' | 'kraken'): Market {
  const path = new PricePath(seed, new HourlyAnchors(seed, null))
  const assets = path.anchors.assets.map((profile) => profile.asset)
  let time = START
  const profile = venueName === 'binance' ? BINANCE : KRAKEN
  const venue = new Venue({
    profile,
    markets: venueName === 'binance' ? binanceMarkets(assets) : krakenMarkets(assets),
    seed,
    bars: new Bars(path, seed, profile.character.volumeShare),
    conditions: new MarketConditions(path),
    wireTime: () => time,
    marketTime: () => time,
    committed: () => {},
  })
  venue.step(time)
  venue.exchange.openAccount({
    account: 'a',
    apiKey: 'k',
    secret: '',
    fees: { makerBps: 10, takerBps: 10, feeAsset: null },
  })
  for (const asset of venue.assets()) venue.exchange.transfer('a', 'deposit', asset, amount('100000000'))
  return {
    venue,
    move(seconds) {
      time += seconds * 1000
      venue.step(time)
    },
  }
}

/** Quote currency within a distance of the best price. */
function depthWithin(book: OrderBook, side: PriceSide, bps: number): number {
  let total = 0
  const best = side.best()!.ticks
  for (const level of side.fromBest()) {
    if (Math.abs(level.ticks / best - 1) * 1e4 > bps) break
    total += level.ticks * toFloat(book.rules.tick) * level.lots * toFloat(book.rules.step)
  }
  return total
}

describe.each(['binance', 'kraken'] as const)('%s', (name) => {
  test('every book is two-sided, uncrossed, positive and deep, however the market steps', () => {
    const { venue, move } = market(21, name)
    for (const seconds of [0.1, 0.1, 1, 7, 60, 600, 3600, 86_400, 0.1]) {
      move(seconds)
      for (const [id, book] of venue.exchange.books) {
        expect(book.bids.best()!.ticks, id).toBeLessThan(book.asks.best()!.ticks)
        expect(book.bids.size, id).toBeGreaterThanOrEqual(200)
        expect(book.asks.size, id).toBeGreaterThanOrEqual(200)
        for (const level of book.bids.fromBest()) {
          expect(level.lots).toBeGreaterThan(0)
          expect(level.ticks).toBeGreaterThan(0)
          expect(Number.isSafeInteger(level.lots)).toBe(true)
        }
      }
    }
  })

  test('the same seed and the same steps make the same books', () => {
    const picture = (seed: number): unknown => {
      const { venue, move } = market(seed, name)
      for (const seconds of [1, 60, 5]) move(seconds)
      return [...venue.exchange.books.values()].map((book) => [
        book.updateId,
        [...book.bids.fromBest()].map((level) => [level.ticks, level.lots]),
      ])
    }
    expect(picture(5)).toEqual(picture(5))
    expect(picture(5)).not.toEqual(picture(6))
  })
})

test('depth and spread by class: BTC deep and tight, small ones shallow and wide, Kraken thinner', () => {
  const average = (name: 'binance' | 'kraken', id: string): { depth: number; half: number } => {
    const { venue, move } = market(33, name)
    const book = venue.exchange.books.get(id)!
    let depth = 0
    let half = 0
    for (let i = 0; i < 40; i++) {
      move(30)
      depth += depthWithin(book, book.bids, 10) / 40
      const [bid, ask] = [book.bids.best()!.ticks, book.asks.best()!.ticks]
      half += (((ask - bid) / (ask + bid)) * 1e4) / 40
    }
    return { depth, half }
  }
  const btc = average('binance', 'BTCUSDT')
  expect(btc.depth).toBeGreaterThan(1e6)
  expect(btc.depth).toBeLessThan(4e6)
  expect(btc.half).toBeLessThan(0.3)
  const link = average('binance', 'LINKUSDT')
  expect(link.depth).toBeGreaterThan(60_000)
  expect(link.depth).toBeLessThan(400_000)
  expect(link.half).toBeGreaterThan(1.5)
  expect(link.half).toBeLessThan(7)
  const kraken = average('kraken', 'BTC/USD')
  expect(kraken.depth).toBeLessThan(btc.depth * 0.6)
  expect(kraken.half).toBeGreaterThan(btc.half)
})

test('what a client takes is missing at once and comes back over minutes', () => {
  const { venue, move } = market(8, 'binance')
  const book = venue.exchange.books.get('SOLUSDT')!
  const near = (): number => depthWithin(book, book.asks, 10)
  let usual = 0
  for (let i = 0; i < 20; i++) {
    move(30)
    usual += near() / 20
  }
  const lots = [...book.asks.fromBest()].slice(0, 60).reduce((sum, level) => sum + level.lots, 0)
  const quantity = (BigInt(lots) * book.rules.step) as typeof book.rules.step
  const order = unwrap(
    venue.exchange.place({
      account: 'a',
      market: 'SOLUSDT',
      clientOrderId: '',
      side: 'buy',
      type: 'market',
      timeInForce: 'gtc',
      price: null,
      quantity,
      quoteAmount: null,
    }),
  )
  expect(order.status).toBe('filled')
  // By then four fifths of all quotes have been renewed: what is still missing is what was taken.
  move(40)
  expect(near()).toBeLessThan(usual * 0.6)
  let later = 0
  move(600)
  for (let i = 0; i < 20; i++) {
    move(30)
    later += near() / 20
  }
  expect(later).toBeGreaterThan(usual * 0.7)
})

test('a resting order fills when the price walks through it, also within one long step', () => {
  const { venue, move } = market(12, 'binance')
  const book = venue.exchange.books.get('DOGEUSDT')!
  const place = (side: 'buy' | 'sell', ticks: number) =>
    unwrap(
      venue.exchange.place({
        account: 'a',
        market: 'DOGEUSDT',
        clientOrderId: '',
        side,
        type: 'limit-maker',
        timeInForce: 'gtc',
        price: (BigInt(ticks) * book.rules.tick) as typeof book.rules.tick,
        quantity: amount('500'),
        quoteAmount: null,
      }),
    )
  const bid = place('buy', Math.floor(book.bids.best()!.ticks * 0.998))
  const ask = place('sell', Math.ceil(book.asks.best()!.ticks * 1.002))
  move(6 * 3600)
  expect([bid.status, ask.status]).toContain('filled')
  for (const order of [bid, ask])
    for (const trade of order.trades) expect(trade).toMatchObject({ maker: true, ticks: order.ticks })
})
