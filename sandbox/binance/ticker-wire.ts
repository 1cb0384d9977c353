import { toFloat } from '../../core/amount.ts'
import type { OrderBook } from '../engine/order-book.ts'
import type { Ticker } from '../ticker.ts'
import { depthLevels } from './depth.ts'
import { number8, priceText, quantityText } from './wire.ts'

const DAY = 86_400_000

/** GET ticker/24hr. */
export function tickerWire(book: OrderBook, ticker: Ticker, now: number, mini: boolean): Record<string, unknown> {
  const { rules } = book
  const open = priceText(rules, ticker.openTicks)
  const last = priceText(rules, ticker.lastTicks)
  const range = {
    openPrice: open,
    highPrice: priceText(rules, ticker.highTicks),
    lowPrice: priceText(rules, ticker.lowTicks),
    lastPrice: last,
    volume: number8(ticker.volume),
    quoteVolume: number8(ticker.quoteVolume),
    openTime: now - DAY,
    closeTime: now,
    firstId: 1,
    lastId: ticker.trades,
    count: ticker.trades,
  }
  if (mini) return { symbol: rules.market, ...range }
  const { bids, asks } = depthLevels(book, 1)
  return {
    symbol: rules.market,
    ...change(book, ticker),
    weightedAvgPrice: number8(ticker.quoteVolume / ticker.volume),
    prevClosePrice: open,
    lastQty: quantityText(rules, ticker.lastLots),
    bidPrice: bids[0]?.[0] ?? '0.00000000',
    bidQty: bids[0]?.[1] ?? '0.00000000',
    askPrice: asks[0]?.[0] ?? '0.00000000',
    askQty: asks[0]?.[1] ?? '0.00000000',
    ...range,
  }
}

/** Stream x@miniTicker. */
export const miniTickerEvent = (book: OrderBook, ticker: Ticker, now: number): Record<string, unknown> => ({
  e: '24hrMiniTicker',
  E: now,
  s: book.rules.market,
  c: priceText(book.rules, ticker.lastTicks),
  o: priceText(book.rules, ticker.openTicks),
  h: priceText(book.rules, ticker.highTicks),
  l: priceText(book.rules, ticker.lowTicks),
  v: number8(ticker.volume),
  q: number8(ticker.quoteVolume),
})

/** Stream x@ticker. */
export function tickerEvent(book: OrderBook, ticker: Ticker, now: number): Record<string, unknown> {
  const { rules } = book
  const { bids, asks } = depthLevels(book, 1)
  const { priceChange, priceChangePercent } = change(book, ticker)
  return {
    e: '24hrTicker',
    E: now,
    s: rules.market,
    p: priceChange,
    P: priceChangePercent,
    w: number8(ticker.quoteVolume / ticker.volume),
    x: priceText(rules, ticker.openTicks),
    c: priceText(rules, ticker.lastTicks),
    Q: quantityText(rules, ticker.lastLots),
    b: bids[0]?.[0] ?? '0.00000000',
    B: bids[0]?.[1] ?? '0.00000000',
    a: asks[0]?.[0] ?? '0.00000000',
    A: asks[0]?.[1] ?? '0.00000000',
    o: priceText(rules, ticker.openTicks),
    h: priceText(rules, ticker.highTicks),
    l: priceText(rules, ticker.lowTicks),
    v: number8(ticker.volume),
    q: number8(ticker.quoteVolume),
    O: now - DAY,
    C: now,
    F: 1,
    L: ticker.trades,
    n: ticker.trades,
  }
}

function change(book: OrderBook, ticker: Ticker): { priceChange: string; priceChangePercent: string } {
  const ticks = ticker.lastTicks - ticker.openTicks
  return {
    priceChange: number8(ticks * toFloat(book.rules.tick)),
    priceChangePercent: ((100 * ticks) / ticker.openTicks).toFixed(3),
  }
}
