import type { OrderBook } from '../engine/order-book.ts'
import type { PriceSide } from '../engine/price-side.ts'
import type { BookLevels } from '../faults/fault.ts'
import { priceText, quantityText } from './wire.ts'

/** The best levels of both sides as text. */
export const depthLevels = (book: OrderBook, limit: number): BookLevels => ({
  bids: sideLevels(book, book.bids, limit),
  asks: sideLevels(book, book.asks, limit),
})

function sideLevels(book: OrderBook, side: PriceSide, limit: number): [string, string][] {
  const levels: [string, string][] = []
  for (const level of side.fromBest()) {
    if (levels.length === limit) break
    levels.push([priceText(book.rules, level.ticks), quantityText(book.rules, level.lots)])
  }
  return levels
}
