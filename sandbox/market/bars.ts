import { hash32 } from '../../core/random.ts'
import { profileOf } from './assets.ts'
import { normalAt } from './noise.ts'
import type { PricePath } from './price-path.ts'

const HOUR = 3_600_000
const MINUTE = 60_000
const NODES = 512

/** Prices in the venue's quote currency, volume in the base asset. `closeTime` is the last millisecond. */
export interface Bar {
  readonly openTime: number
  readonly closeTime: number
  readonly open: number
  readonly high: number
  readonly low: number
  readonly close: number
  readonly volume: number
  readonly trades: number
}

interface HourSummary {
  readonly high: number
  readonly low: number
}

/**
 * Bars of a venue's market in market time, made from the price path: one of the past is the same whenever it is asked
 * for, and the last one runs up to now. The close of an hour is the price file's close divided by the quote's.
 */
export class Bars {
  readonly #path: PricePath
  readonly #volumeShare: number
  readonly #seed: number
  readonly #summaries = new Map<string, HourSummary>()
  /** Bars that are over: they never change, and one of a day takes 1,440 minutes' noise. */
  readonly #closed = new Map<string, Bar>()

  /** @param volumeShare of Binance's volume */
  constructor(path: PricePath, seed: number, volumeShare: number) {
    this.#path = path
    this.#seed = seed
    this.#volumeShare = volumeShare
  }

  /** Price of base in quote; a quote of "USD" is the unit. */
  price(base: string, quote: string, time: number): number {
    const dollars = this.#path.price(base, time)
    return quote === 'USD' ? dollars : dollars / this.#path.price(quote, time)
  }

  /** The bar that opens at `openTime` (a multiple of `span`), as far as it is known at `now`. */
  bar(base: string, quote: string, openTime: number, span: number, now: number): Bar {
    if (openTime + span > now) return this.#make(base, quote, openTime, span, now)
    const key = `${base}:${quote}:${openTime}:${span}`
    let bar = this.#closed.get(key)
    if (bar === undefined) {
      bar = this.#make(base, quote, openTime, span, now)
      this.#closed.set(key, bar)
    }
    return bar
  }

  #make(base: string, quote: string, openTime: number, span: number, now: number): Bar {
    const end = Math.min(openTime + span, now)
    const open = this.price(base, quote, openTime)
    const close = this.price(base, quote, end)
    let high = Math.max(open, close)
    let low = Math.min(open, close)
    for (let from = openTime; from < end; ) {
      const hour = Math.floor(from / HOUR)
      const to = Math.min((hour + 1) * HOUR, end)
      const range = to - from === HOUR ? this.#hour(base, quote, hour) : this.#range(base, quote, hour, from, to)
      high = Math.max(high, range.high)
      low = Math.min(low, range.low)
      from = to
    }
    const volume = this.#volume(base, openTime, end) / ((high + low) / 2)
    const trades = Math.max(1, Math.round((volume * close) / 1500))
    return { openTime, closeTime: openTime + span - 1, open, high, low, close, volume, trades }
  }

  /** When the first bar of a span opens. */
  firstTime(span: number): number {
    return Math.ceil((this.#path.anchors.firstHour * HOUR) / span) * span
  }

  /** Bars that opened in [from, to], oldest first; at most `count` of them. */
  range(base: string, quote: string, from: number, to: number, span: number, now: number, count = Infinity): Bar[] {
    const bars: Bar[] = []
    const start = Math.max(Math.ceil(from / span) * span, this.firstTime(span))
    for (let open = start; open <= Math.min(to, now) && bars.length < count; open += span) {
      bars.push(this.bar(base, quote, open, span, now))
    }
    return bars
  }

  #hour(base: string, quote: string, hour: number): HourSummary {
    const key = `${base}:${quote}:${hour}`
    const cached = this.#summaries.get(key)
    if (cached) return cached
    const summary = this.#range(base, quote, hour, hour * HOUR, (hour + 1) * HOUR)
    this.#summaries.set(key, summary)
    return summary
  }

  #range(base: string, quote: string, hour: number, from: number, to: number): HourSummary {
    const nodes = this.#path.hourNodes(base, hour)
    const quoteNodes = quote === 'USD' ? null : this.#path.hourNodes(quote, hour)
    let high = Number.NEGATIVE_INFINITY
    let low = Number.POSITIVE_INFINITY
    const first = Math.ceil(((from - hour * HOUR) / HOUR) * NODES)
    const last = Math.floor(((to - hour * HOUR) / HOUR) * NODES)
    for (let node = first; node <= last; node++) {
      const value = nodes[node]! - (quoteNodes ? quoteNodes[node]! : 0)
      if (value > high) high = value
      if (value < low) low = value
    }
    return { high: Math.exp(high), low: Math.exp(low) }
  }

  /** Quote currency traded in [from, to): a day's volume with a daily wave and noise by the minute. */
  #volume(base: string, from: number, to: number): number {
    const channel = hash32(`volume ${base}`)
    const daily = profileOf(base).liquidity.volumeDayUsd * this.#volumeShare
    let total = 0
    for (let minute = Math.floor(from / MINUTE); minute * MINUTE < to; minute++) {
      const share = (Math.min((minute + 1) * MINUTE, to) - Math.max(minute * MINUTE, from)) / MINUTE
      const wave = 1 + 0.4 * Math.sin((2 * Math.PI * ((minute % 1440) - 480)) / 1440)
      total += share * wave * Math.exp(0.5 * normalAt(this.#seed, channel, minute) - 0.125)
    }
    return (daily / 1440) * total
  }
}
