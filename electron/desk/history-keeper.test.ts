import { expect, test } from 'vitest'
import { amount } from '../../core/amount.ts'
import type { Holding } from '../../core/client-book.ts'
import { type Bar, CASH, type VenueId } from '../../core/instruments.ts'
import { ownTerms } from '../../core/risk-profile.ts'
import { millis } from '../../core/units.ts'
import type { PriceBoard } from '../proposals/book-position.ts'
import { HistoryKeeper } from './history-keeper.ts'
import { bookOf, MODEL } from './test-support/desk-bench.ts'

const HOUR = 3_600_000
const NOW = 1_000 * HOUR
const anna = bookOf('anna')
const board = (prices: Readonly<Record<string, number>>, stale: readonly string[] = []): PriceBoard =>
  new Map(
    Object.entries(prices).map(([asset, priceUsd]) => [
      asset,
      { priceUsd, fresh: !stale.includes(asset), ageMs: 0, why: null },
    ]),
  )
const held = (parts: Readonly<Record<string, string>>): readonly Holding[] =>
  Object.entries(parts).map(([place, quantity]) => {
    const [venue, asset] = place.split(' ') as [VenueId, string]
    return { subAccount: 'anna', venue, asset, quantity: amount(quantity) }
  })
const bar = (openTime: number, close: number): Bar => ({
  openTime: millis(openTime),
  open: close,
  high: close,
  low: close,
  close,
  volume: 1,
})
/** 1 BTC over two venues and 100 dollars. */
const BOOK = held({ 'binance BTC': '0.6', 'kraken BTC': '0.4', 'kraken USD': '100' })
const weights = (keeper: HistoryKeeper, asset = 'BTC', days = 10) =>
  keeper.weights(anna, { model: MODEL, terms: ownTerms(anna) }, asset, days, NOW + 100 * HOUR)

test('weights are what was held at the prices of the moment, venues together', () => {
  const keeper = new HistoryKeeper()
  keeper.setHoldings(NOW, 'anna', BOOK)
  keeper.sample(NOW, board({ BTC: 300, USD: 1 }))
  keeper.sample(NOW + HOUR, board({ BTC: 100, USD: 1 }))
  const history = weights(keeper)
  expect([...history.times]).toEqual([NOW, NOW + HOUR])
  expect([...history.weights]).toEqual([0.75, 0.5])
  expect(history).toMatchObject({ asset: 'BTC', target: 0.5, recordedFrom: NOW, rebalances: [] })
  expect([...weights(keeper, CASH).weights]).toEqual([0.25, 0.5])
})

test('holdings and multiplier count from when they changed', () => {
  const keeper = new HistoryKeeper()
  keeper.setHoldings(NOW, 'anna', BOOK)
  keeper.setMultiplier(NOW, 1)
  for (const hour of [0, 1, 2, 3]) keeper.sample(NOW + hour * HOUR, board({ BTC: 300, USD: 1 }))
  keeper.setHoldings(NOW + 2 * HOUR, 'anna', held({ 'kraken BTC': '1', 'kraken USD': '300' }))
  keeper.setMultiplier(NOW + 3 * HOUR, 2)
  keeper.rebalanced(NOW + 2 * HOUR, 'anna')
  const history = weights(keeper)
  expect([...history.weights]).toEqual([0.75, 0.75, 0.5, 0.5])
  // target 50 %, half-width 5 %
  expect([...history.lows].map((low) => Math.round(1e4 * low))).toEqual([4_500, 4_500, 4_500, 4_000])
  expect([...history.highs].map((high) => Math.round(1e4 * high))).toEqual([5_500, 5_500, 5_500, 6_000])
  expect(history.rebalances).toEqual([NOW + 2 * HOUR])
})

test('before it was watched: the bars’ closes at the bars’ ends, in dollars, with the first holdings known', () => {
  const keeper = new HistoryKeeper()
  keeper.setHoldings(NOW, 'anna', BOOK)
  // quoted in a currency worth two dollars
  keeper.setBars('BTC', [bar(NOW - 3 * HOUR, 150), bar(NOW - 2 * HOUR, 50), bar(NOW - HOUR, 999), bar(NOW, 999)], 2)
  keeper.sample(NOW, board({ BTC: 100, USD: 1 }))
  const history = weights(keeper)
  // the bar that closes at NOW and the one after it are what the samples know better
  expect([...history.times]).toEqual([NOW - 2 * HOUR, NOW - HOUR, NOW])
  expect([...history.weights]).toEqual([0.75, 0.5, 0.5])
})

test('only as many days as are asked for', () => {
  const keeper = new HistoryKeeper()
  keeper.setHoldings(NOW, 'anna', BOOK)
  for (let hour = 0; hour <= 100; hour++) keeper.sample(NOW + hour * HOUR, board({ BTC: 300, USD: 1 }))
  expect(weights(keeper, 'BTC', 1).times[0]).toBe(NOW + 76 * HOUR)
})

test('a moment without a price that the book needs is left out; a stale price is none', () => {
  const keeper = new HistoryKeeper()
  keeper.setHoldings(NOW, 'anna', held({ 'binance BTC': '1', 'kraken ETH': '1' }))
  keeper.sample(NOW, board({ BTC: 300, ETH: 100 }))
  keeper.sample(NOW + HOUR, board({ BTC: 300 }))
  keeper.sample(NOW + 2 * HOUR, board({ BTC: 300, ETH: 100 }, ['ETH']))
  expect([...weights(keeper).times]).toEqual([NOW])
})

test('samples are five minutes apart at least', () => {
  const keeper = new HistoryKeeper()
  keeper.setHoldings(NOW, 'anna', BOOK)
  for (const minute of [0, 1, 4.99, 5, 9, 10]) keeper.sample(NOW + minute * 60_000, board({ BTC: 300, USD: 1 }))
  expect([...weights(keeper).times].map((at) => (at - NOW) / 60_000)).toEqual([0, 5, 10])
})

test('an asset outside the model has target 0 and no band', () => {
  const keeper = new HistoryKeeper()
  keeper.setHoldings(NOW, 'anna', held({ 'binance DOGE': '1', 'kraken USD': '1' }))
  keeper.sample(NOW, board({ DOGE: 1, USD: 1 }))
  expect(weights(keeper, 'DOGE')).toMatchObject({ target: 0 })
  expect([...weights(keeper, 'DOGE').highs]).toEqual([0])
})

test('a book never seen, and one worth nothing, have no history', () => {
  const keeper = new HistoryKeeper()
  keeper.sample(NOW, board({ BTC: 300 }))
  expect(weights(keeper).times).toHaveLength(0)
  keeper.setHoldings(NOW, 'anna', [])
  expect(weights(keeper).times).toHaveLength(0)
})
