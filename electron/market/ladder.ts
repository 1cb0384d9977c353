import { toFloat } from '../../core/amount.ts'
import type { Level, OrderBookSnapshot } from '../../core/instruments.ts'

/** An order book for engines: price, quantity, price, quantity, …, best first. Quote per base, base units. */
export interface Ladder {
  readonly bids: Float64Array
  readonly asks: Float64Array
}

export function toLadder(snapshot: OrderBookSnapshot, levels = Number.POSITIVE_INFINITY): Ladder {
  return { bids: toPairs(snapshot.bids, levels), asks: toPairs(snapshot.asks, levels) }
}

function toPairs(side: readonly Level[], most: number): Float64Array {
  const count = Math.min(side.length, most)
  const pairs = new Float64Array(2 * count)
  for (let i = 0; i < count; i++) {
    pairs[2 * i] = toFloat(side[i]!.price)
    pairs[2 * i + 1] = toFloat(side[i]!.quantity)
  }
  return pairs
}
