import { toFloat } from '../../../core/amount.ts'
import type { ClientBookId } from '../../../core/client-book.ts'
import type { OpenOrder } from '../../store/history-reader.ts'

/**
 * How far the orders of each executing book are, 0 to 1: filled value of the parents it takes part in, weighted by
 * its own part in them.
 */
export function executionProgress(orders: readonly OpenOrder[]): ReadonlyMap<ClientBookId, number> {
  const filled = new Map<ClientBookId, number>()
  const wanted = new Map<ClientBookId, number>()
  for (const { parent, children } of orders) {
    let done = 0
    for (const child of children) done += toFloat(child.filledQuantity)
    const fraction = Math.min(1, done / toFloat(parent.quantity))
    for (const participant of parent.participants) {
      const value = toFloat(participant.quantity) * parent.arrivalPriceUsd
      wanted.set(participant.bookId, (wanted.get(participant.bookId) ?? 0) + value)
      filled.set(participant.bookId, (filled.get(participant.bookId) ?? 0) + value * fraction)
    }
  }
  return new Map([...wanted].map(([bookId, value]) => [bookId, value > 0 ? filled.get(bookId)! / value : 0]))
}
