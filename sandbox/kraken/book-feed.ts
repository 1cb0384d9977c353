import type { OrderBook } from '../engine/order-book.ts'
import type { PriceSide } from '../engine/price-side.ts'
import type { BookLevels } from '../faults/fault.ts'
import { bookChecksum } from './checksum.ts'
import type { KrakenMarket } from './markets.ts'
import { priceText, quantityText } from './wire.ts'

export const BOOK_DEPTHS = [10, 25, 100, 500, 1000] as const

export interface BookUpdate {
  readonly levels: BookLevels
  readonly checksum: number
}

/**
 * The top of one market's book as the subscribers of one depth know it. An update carries levels that changed or came
 * into view; those that fell out of view are not mentioned (the client cuts its book to the depth), those that are
 * gone have quantity 0.
 */
export class BookFeed {
  readonly #market: KrakenMarket
  readonly #book: OrderBook
  readonly #depth: number
  #known: { bids: Map<number, number>; asks: Map<number, number> }

  constructor(market: KrakenMarket, book: OrderBook, depth: number) {
    this.#market = market
    this.#book = book
    this.#depth = depth
    this.#known = this.#view()
  }

  /** What subscribers know: the state that the next update builds on. */
  snapshot(): BookUpdate {
    const levels = { bids: this.#texts(this.#known.bids), asks: this.#texts(this.#known.asks) }
    return { levels, checksum: bookChecksum(levels) }
  }

  /** What changed since the last update; null when nothing did and `always` is not set. */
  next(always: boolean): BookUpdate | null {
    const view = this.#view()
    const bids = this.#difference(this.#known.bids, view.bids, this.#book.bids)
    const asks = this.#difference(this.#known.asks, view.asks, this.#book.asks)
    this.#known = view
    if (!always && bids.size + asks.size === 0) return null
    return { levels: { bids: this.#texts(bids), asks: this.#texts(asks) }, checksum: this.snapshotChecksum() }
  }

  snapshotChecksum(): number {
    return bookChecksum({ bids: this.#texts(top(this.#known.bids)), asks: this.#texts(top(this.#known.asks)) })
  }

  #view(): { bids: Map<number, number>; asks: Map<number, number> } {
    return { bids: this.#sideView(this.#book.bids), asks: this.#sideView(this.#book.asks) }
  }

  #sideView(side: PriceSide): Map<number, number> {
    const view = new Map<number, number>()
    for (const level of side.fromBest()) {
      if (view.size === this.#depth) break
      view.set(level.ticks, level.lots)
    }
    return view
  }

  #difference(before: Map<number, number>, after: Map<number, number>, side: PriceSide): Map<number, number> {
    const changed = new Map<number, number>()
    for (const ticks of before.keys()) if (!after.has(ticks) && !side.level(ticks)) changed.set(ticks, 0)
    for (const [ticks, lots] of after) if (before.get(ticks) !== lots) changed.set(ticks, lots)
    return changed
  }

  #texts(levels: Map<number, number>): [string, string][] {
    return [...levels].map(([ticks, lots]) => [priceText(this.#market, ticks), quantityText(this.#market, lots)])
  }
}

function top(levels: Map<number, number>): Map<number, number> {
  const best = new Map<number, number>()
  for (const [ticks, lots] of levels) {
    if (best.size === 10) break
    best.set(ticks, lots)
  }
  return best
}
