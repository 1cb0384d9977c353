import { parseAmount } from '../../core/amount.ts'
import type { Level, MarketKey, OrderBookSnapshot } from '../../core/instruments.ts'
import type { Millis } from '../../core/units.ts'
import type { BookFrame, BookProbe, WireDecimals, WireLevel } from '../exchanges/book-feed.ts'
import type { TopOfBook } from './mids.ts'
import { type ApplyOutcome, type BookFault, VerifiedOrderBook } from './verified-order-book.ts'

/** The verified order book of one market together with when it was last known to be true, and what was refused. */
export class LiveOrderBook {
  readonly market: MarketKey
  readonly book: VerifiedOrderBook
  readonly refusals = new Map<BookFault, number>()
  /** Last update or confirming snapshot; null before the first. */
  receivedAt: Millis | null = null
  /** Why there is no order book now; null while there is one. */
  why: string | null = 'no snapshot yet'
  #levels: { readonly version: number; readonly bids: readonly Level[]; readonly asks: readonly Level[] } | undefined

  constructor(market: MarketKey, depth: number | null, decimals: WireDecimals | null) {
    this.market = market
    this.book = new VerifiedOrderBook(depth, decimals)
  }

  apply(frame: BookFrame, now: Millis): ApplyOutcome {
    const outcome = this.book.apply(frame)
    if (outcome.kind === 'applied') {
      this.receivedAt = now
      this.why = null
    } else if (outcome.kind === 'refused') {
      this.refusals.set(outcome.fault, (this.refusals.get(outcome.fault) ?? 0) + 1)
      this.why = `${outcome.fault}: ${outcome.why}`
    }
    return outcome
  }

  lose(why: string): void {
    this.book.invalidate()
    this.why = why
  }

  /** The book at this moment, or undefined when there is none or it is older than the limit. */
  snapshot(now: Millis, maximumAgeMs: number): OrderBookSnapshot | undefined {
    if (!this.book.live || this.receivedAt === null || now - this.receivedAt > maximumAgeMs) return undefined
    if (this.#levels?.version !== this.book.version) {
      this.#levels = { version: this.book.version, ...this.book.levels() }
    }
    const { bids, asks } = this.#levels
    return { market: this.market, bids, asks, sequence: this.book.sequence, receivedAt: this.receivedAt }
  }

  /** The best level of each side, under the same conditions: what a tick can afford. */
  top(now: Millis, maximumAgeMs: number): TopOfBook | undefined {
    if (!this.book.live || this.receivedAt === null || now - this.receivedAt > maximumAgeMs) return undefined
    return { ...this.book.levels(1), receivedAt: this.receivedAt }
  }

  /** Does a REST answer show the very book that we hold? */
  isConfirmedBy(probe: BookProbe): boolean {
    if (!this.book.live) return false
    if (probe.sequence !== null) return probe.sequence === this.book.sequence
    const { bids, asks } = this.book.levels(Math.max(probe.bids.length, probe.asks.length))
    return sameLevels(bids, probe.bids) && sameLevels(asks, probe.asks)
  }
}

function sameLevels(ours: readonly Level[], theirs: readonly WireLevel[]): boolean {
  return theirs.every(([price, quantity], index) => {
    const level = ours[index]
    const [exactPrice, exactQuantity] = [parseAmount(price), parseAmount(quantity)]
    if (!level || !exactPrice.ok || !exactQuantity.ok) return false
    return level.price === exactPrice.value && level.quantity === exactQuantity.value
  })
}
