import { type FloatLadder, toFloatLadder } from '../../core/decisions/float-ladder.ts'
import type { OrderBookSnapshot } from '../../core/instruments.ts'

/** An order book for engines: price, quantity, price, quantity, …, best first. Quote per base, base units. */
export interface Ladder {
  readonly bids: FloatLadder
  readonly asks: FloatLadder
}

/** @param levels of each side, best first; default all */
export const toLadder = ({ bids, asks }: OrderBookSnapshot, levels?: number): Ladder => ({
  bids: toFloatLadder(bids.slice(0, levels)),
  asks: toFloatLadder(asks.slice(0, levels)),
})
