import type { Side } from '../engine/order.ts'
import type { OrderBook } from '../engine/order-book.ts'
import type { BookLevels } from '../faults/fault.ts'
import { priceText, quantityText } from './wire.ts'

export interface DepthDiff extends BookLevels {
  readonly firstUpdateId: number
  readonly lastUpdateId: number
}

/**
 * The changed levels of each market since the last diff of one cadence. `U` of a diff is the `u` of the one before
 * plus one, quantities are absolute, a level that is gone has quantity 0.
 */
export class DepthFeed {
  readonly #changed = new Map<string, { buy: Set<number>; sell: Set<number> }>()
  readonly #lastUpdateId = new Map<string, number>()

  constructor(books: ReadonlyMap<string, OrderBook>) {
    for (const [market, book] of books) {
      this.#changed.set(market, { buy: new Set(), sell: new Set() })
      this.#lastUpdateId.set(market, book.updateId)
    }
  }

  levelChanged(market: string, side: Side, ticks: number): void {
    this.#changed.get(market)?.[side].add(ticks)
  }

  /** @param always also when nothing changed (lockstep: one diff per market and step); else null then */
  next(book: OrderBook, always: boolean): DepthDiff | null {
    const { market } = book.rules
    const last = this.#lastUpdateId.get(market)!
    if (book.updateId === last) {
      if (!always) return null
      book.updateId++
    }
    const changed = this.#changed.get(market)!
    const diff = {
      firstUpdateId: last + 1,
      lastUpdateId: book.updateId,
      bids: levelTexts(book, 'buy', changed.buy),
      asks: levelTexts(book, 'sell', changed.sell),
    }
    changed.buy.clear()
    changed.sell.clear()
    this.#lastUpdateId.set(market, book.updateId)
    return diff
  }
}

function levelTexts(book: OrderBook, side: Side, changed: ReadonlySet<number>): [string, string][] {
  const best = side === 'buy' ? -1 : 1
  return [...changed]
    .sort((a, b) => best * (a - b))
    .map((ticks) => [priceText(book.rules, ticks), quantityText(book.rules, book.side(side).level(ticks)?.lots ?? 0)])
}
