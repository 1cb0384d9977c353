import { toFloat } from '../core/amount.ts'
import type { OrderBook } from './engine/order-book.ts'
import type { Bar } from './market/bars.ts'
import type { Venue } from './venue.ts'

const HOUR = 3_600_000

/** The last day of a market, and its book's best prices. */
export interface Ticker {
  readonly lastTicks: number
  readonly lastLots: number
  readonly openTicks: number
  readonly highTicks: number
  readonly lowTicks: number
  /** Base units. */
  readonly volume: number
  readonly quoteVolume: number
  readonly trades: number
}

const cache = new WeakMap<OrderBook, { readonly minute: number; readonly day: Bar }>()

/** The day's figures move once a market minute, the last price with every trade. */
export function tickerOf(venue: Venue, book: OrderBook): Ticker {
  const { rules } = book
  const now = venue.marketTime()
  const minute = Math.floor(now / 60_000)
  let cached = cache.get(book)
  if (cached?.minute !== minute) {
    const from = (Math.floor(now / HOUR) - 24) * HOUR
    cached = { minute, day: venue.bars.bar(rules.base, rules.quote, from, now - from, now) }
    cache.set(book, cached)
  }
  const { day } = cached
  const tick = toFloat(rules.tick)
  const print = venue.tape.get(rules.market)?.at(-1)
  const lastTicks = print?.ticks ?? Math.round(book.midTicks() ?? day.close / tick)
  return {
    lastTicks,
    lastLots: print?.lots ?? 1,
    openTicks: Math.round(day.open / tick),
    highTicks: Math.max(Math.round(day.high / tick), lastTicks),
    lowTicks: Math.min(Math.round(day.low / tick), lastTicks),
    volume: day.volume,
    quoteVolume: day.volume * ((day.high + day.low) / 2),
    trades: day.trades,
  }
}
