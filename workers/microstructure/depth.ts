import { type FloatLadder, walkLadder } from '../../core/decisions/float-ladder.ts'
import type { Side } from '../../core/order.ts'

/** All of these take an order book that has passed `refusalOf`. Cost and distance are fractions of the mid. */
export const midOf = (bids: FloatLadder, asks: FloatLadder): number => (bids[0]! + asks[0]!) / 2

export const halfSpreadOf = (bids: FloatLadder, asks: FloatLadder): number =>
  (asks[0]! - bids[0]!) / 2 / midOf(bids, asks)

/** Quote currency resting at most `distance` from the mid. */
export function depthWithin(ladder: FloatLadder, mid: number, distance: number): number {
  let depth = 0
  for (let i = 0; i < ladder.length && Math.abs(ladder[i]! - mid) <= distance * mid; i += 2) {
    depth += ladder[i]! * ladder[i + 1]!
  }
  return depth
}

/** Base units resting at most `distance` from the mid. */
export function quantityWithin(ladder: FloatLadder, mid: number, distance: number): number {
  let quantity = 0
  for (let i = 0; i < ladder.length && Math.abs(ladder[i]! - mid) <= distance * mid; i += 2) quantity += ladder[i + 1]!
  return quantity
}

export interface EffectiveCost {
  /** Average price against the mid, fraction of traded value at the mid; fees are not in it. */
  readonly cost: number
  /** False where the order book does not hold the quantity: the cost is then that of what it holds. */
  readonly complete: boolean
}

/** Cost of taking a notional (quote currency, at the mid) from one side: asks for a buy, bids for a sale. */
export function effectiveCost(ladder: FloatLadder, side: Side, mid: number, notional: number): EffectiveCost {
  const quantity = notional / mid
  const { notional: walked, beyond } = walkLadder(ladder, side, quantity, 0)
  if (beyond === 0) return { cost: costOf(side, walked, quantity * mid), complete: true }
  const held = quantity - beyond
  return { cost: costOf(side, walked - beyond * ladder[ladder.length - 2]!, held * mid), complete: false }
}

const costOf = (side: Side, walked: number, atMid: number): number =>
  (side === 'buy' ? walked - atMid : atMid - walked) / atMid
