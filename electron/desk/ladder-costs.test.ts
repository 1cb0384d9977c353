import { describe, expect, test } from 'vitest'
import { amount } from '../../core/amount.ts'
import { costOnLadder, heldBy, marginalOnLadder } from '../../core/decisions/ladder-cost.ts'
import { keyOf, type Level, type OrderBookSnapshot } from '../../core/instruments.ts'
import { millis } from '../../core/units.ts'
import type { MarketQuality } from '../../workers/microstructure/index.ts'
import type { PriceBoard } from '../proposals/book-position.ts'
import { LadderCosts } from './ladder-costs.ts'
import { MARKETS, qualityOf } from './test-support/desk-bench.ts'

const BTC = MARKETS.find(({ venue, base }) => venue === 'binance' && base === 'BTC')!
const KEY = keyOf(BTC)
const level = (price: string, quantity: string): Level => ({ price: amount(price), quantity: amount(quantity) })
const orderBook = (asks: readonly Level[]): OrderBookSnapshot => ({
  market: KEY,
  bids: [level('199', '1')],
  asks,
  sequence: 1,
  receivedAt: millis(0),
})
const pricesOf = (entries: Record<string, number>): PriceBoard =>
  new Map(Object.entries(entries).map(([asset, priceUsd]) => [asset, { priceUsd, fresh: true, ageMs: 0, why: null }]))
// 200 USDT at half a dollar
const PRICES = pricesOf({ BTC: 100, USDT: 0.5 })
const fit = { buyFactor: 2, sellFactor: 1 } as MarketQuality['fit']

function costsOf(found: OrderBookSnapshot | undefined, quality: MarketQuality | undefined) {
  return new LadderCosts({
    orderBook: (key) => (key === KEY ? found : undefined),
    market: (key) => (key === KEY ? BTC : undefined),
    quality: () => quality,
  })
}

describe('order books of the moment as costs', () => {
  const asks = [level('202', '2'), level('204', '3')]
  test('in dollars against the asset’s price, at the account’s fee, impact times what fills have paid', () => {
    const quality = { ...qualityOf('binance', 'BTC'), takerBps: 5, fit }
    const ladder = costsOf(orderBook(asks), quality).at(PRICES)(KEY, 'buy')!
    const { fee, spread, impact } = costOnLadder(ladder, 300)
    expect(fee).toBeCloseTo(0.0005 * (2 * 101 + 102), 9)
    expect(spread).toBeCloseTo(3, 9)
    expect(impact).toBeCloseTo(2 * 1, 9)
    // beyond the levels the market's fitted curve goes on
    const end = heldBy(ladder)
    const { impactBuyY, sigmaDaily, advUsd } = quality
    const scale = (impactBuyY * sigmaDaily) / Math.sqrt(advUsd)
    expect(marginalOnLadder(ladder, 4 * end) - marginalOnLadder(ladder, end)).toBeCloseTo(
      1.5 * scale * Math.sqrt(end),
      9,
    )
  })

  test('before anything was measured: the market’s own fee, no factor, the last price goes on', () => {
    const ladder = costsOf(orderBook(asks), undefined).at(PRICES)(KEY, 'buy')!
    expect(costOnLadder(ladder, 1_000)).toMatchObject({
      fee: expect.closeTo(BTC.fees.taker * (2 * 101 + 8 * 102), 9),
      impact: expect.closeTo(8, 9),
    })
  })

  test('no order book, no market, no price, no price of the currency: none', () => {
    const quality = qualityOf('binance', 'BTC')
    expect(costsOf(undefined, quality).at(PRICES)(KEY, 'buy')).toBeNull()
    expect(costsOf(orderBook(asks), quality).at(PRICES)('kraken:BTC/USD', 'buy')).toBeNull()
    expect(costsOf(orderBook([]), quality).at(PRICES)(KEY, 'buy')).toBeNull()
    expect(costsOf(orderBook(asks), quality).at(pricesOf({ BTC: Number.NaN, USDT: 1 }))(KEY, 'buy')).toBeNull()
    expect(costsOf(orderBook(asks), quality).at(pricesOf({ BTC: 100 }))(KEY, 'buy')).toBeNull()
  })

  test('one view sees one order book; the next sees what has changed', () => {
    let found = orderBook(asks)
    const costs = new LadderCosts({ orderBook: () => found, market: () => BTC, quality: () => undefined })
    const view = costs.at(PRICES)
    const before = view(KEY, 'buy')!
    found = orderBook([level('208', '1')])
    expect(view(KEY, 'buy')).toBe(before)
    expect(costs.at(PRICES)(KEY, 'buy')!.spread).toBeCloseTo(0.04, 12)
  })
})
