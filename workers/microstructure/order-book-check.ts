import type { FloatLadder } from '../../core/decisions/float-ladder.ts'

/** Why an order book is refused. A locked one (bid = ask) counts as crossed. */
export const REFUSALS = ['empty', 'not-a-number', 'not-positive', 'unsorted', 'crossed', 'out-of-order'] as const
export type Refusal = (typeof REFUSALS)[number]

/** null for an order book that can be used: both sides there, every price and size above zero, best first, uncrossed. */
export function refusalOf(bids: FloatLadder, asks: FloatLadder): Refusal | null {
  if (bids.length < 2 || asks.length < 2) return 'empty'
  if (bids.length % 2 !== 0 || asks.length % 2 !== 0) return 'not-a-number'
  return refusalOfSide(bids, -1) ?? refusalOfSide(asks, 1) ?? (bids[0]! >= asks[0]! ? 'crossed' : null)
}

/** `direction` 1: prices rise; −1: they fall. */
function refusalOfSide(ladder: FloatLadder, direction: 1 | -1): Refusal | null {
  for (let i = 0; i < ladder.length; i++) {
    if (!Number.isFinite(ladder[i]!)) return 'not-a-number'
    if (ladder[i]! <= 0) return 'not-positive'
  }
  for (let i = 2; i < ladder.length; i += 2) {
    if (direction * (ladder[i]! - ladder[i - 2]!) <= 0) return 'unsorted'
  }
  return null
}
