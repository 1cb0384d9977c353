import { toFloat } from '../amount.ts'
import type { Level } from '../instruments.ts'
import type { Side } from '../order.ts'

/** One side of an order book for engines: [price, quantity, price, quantity, …], best first. Estimates only. */
export type FloatLadder = Float64Array

/** Named conversion from the exact levels of a snapshot. */
export function toFloatLadder(levels: readonly Level[]): FloatLadder {
  const ladder = new Float64Array(2 * levels.length)
  for (const [i, level] of levels.entries()) {
    ladder[2 * i] = toFloat(level.price)
    ladder[2 * i + 1] = toFloat(level.quantity)
  }
  return ladder
}

export interface LadderWalk {
  /** Quote currency of the whole quantity, what lies beyond the last level included. */
  readonly notional: number
  /** Base units that lie beyond the last level; 0 where the ladder was deep enough. */
  readonly beyond: number
}

/**
 * Walks `quantity` (base units) through the levels. What they don't hold trades at the last level's price made worse
 * by the fraction `penalty`. The ladder has at least one level.
 */
export function walkLadder(ladder: FloatLadder, side: Side, quantity: number, penalty: number): LadderWalk {
  let left = quantity
  let notional = 0
  for (let i = 0; i < ladder.length && left > 0; i += 2) {
    const part = Math.min(left, ladder[i + 1]!)
    notional += part * ladder[i]!
    left -= part
  }
  if (left <= 0) return { notional, beyond: 0 }
  const worse = ladder[ladder.length - 2]! * (side === 'buy' ? 1 + penalty : 1 - penalty)
  return { notional: notional + left * worse, beyond: left }
}
