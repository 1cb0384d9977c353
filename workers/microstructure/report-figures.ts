import type { Side } from '../../core/order.ts'
import { depthWithin, effectiveCost, midOf } from './depth.ts'
import type { OrderBookRow } from './read-order-books.ts'
import { type RowTime, timeMean } from './report-time.ts'

/** A size is priced where the levels held it for at least this part of the time. */
const ENOUGH_TIME = 0.95

export interface DepthRow {
  readonly bps: number
  readonly bidUsd: number
  readonly askUsd: number
  /** False where the levels ended nearer to the mid at some time: the figure is then a lower bound. */
  readonly bidComplete: boolean
  readonly askComplete: boolean
  /** Parts of the time in which the levels reached that far. */
  readonly bidCompletePart: number
  readonly askCompletePart: number
}

export interface EffectiveCostRow {
  readonly usd: number
  /** Average price against the mid, fees apart; null where the levels were too thin for too long, for the reason given. */
  readonly bps: number | null
  readonly reason: string | null
  /** Where levels are short the rest is at the last level's price: the cost is at least this. */
  readonly atLeastBps: number
  /** Half-spread plus Y·σ_daily·√(q/ADV); null without a fit. */
  readonly fittedBps: number | null
  /** Part of the time in which the levels held it all. */
  readonly heldPart: number
}

/** Distance of the last level from the mid, bps: least, mean and most over time. */
export interface LevelsEnd {
  readonly least: number
  readonly mean: number
  readonly most: number
}

/** Distance of the last level, fraction of the mid. */
function reach({ bids, asks }: OrderBookRow, side: 'bids' | 'asks'): number {
  const mid = midOf(bids, asks)
  const ladder = side === 'bids' ? bids : asks
  return Math.abs(ladder[ladder.length - 2]! - mid) / mid
}

export function depthRow(rows: readonly OrderBookRow[], time: RowTime, bps: number): DepthRow {
  const usd = (side: 'bids' | 'asks'): number =>
    timeMean(rows, time, (row) => depthWithin(row[side], midOf(row.bids, row.asks), bps / 1e4))
  const part = (side: 'bids' | 'asks'): number => timeMean(rows, time, (row) => (reach(row, side) > bps / 1e4 ? 1 : 0))
  const [bidCompletePart, askCompletePart] = [part('bids'), part('asks')]
  return {
    bps,
    bidUsd: usd('bids'),
    askUsd: usd('asks'),
    bidComplete: bidCompletePart === 1,
    askComplete: askCompletePart === 1,
    bidCompletePart,
    askCompletePart,
  }
}

export function levelsEnd(rows: readonly OrderBookRow[], time: RowTime, side: 'bids' | 'asks'): LevelsEnd {
  const ends = rows.map((row) => 1e4 * reach(row, side))
  return {
    least: ends.reduce((a, b) => Math.min(a, b)),
    mean: 1e4 * timeMean(rows, time, (row) => reach(row, side)),
    most: ends.reduce((a, b) => Math.max(a, b)),
  }
}

export function costRow(
  rows: readonly OrderBookRow[],
  time: RowTime,
  side: Side,
  usd: number,
  fittedBps: number | null,
): EffectiveCostRow {
  let [total, held, sum, deepest] = [0, 0, 0, 0]
  for (const [i, { bids, asks }] of rows.entries()) {
    const mid = midOf(bids, asks)
    const ladder = side === 'buy' ? asks : bids
    const { cost, complete } = effectiveCost(ladder, side, mid, usd)
    const weight = time.held[i]!
    total += weight
    if (complete) {
      held += weight
      sum += weight * cost
    } else {
      const holds = mid * ladder.reduce((all, value, k) => (k % 2 === 1 ? all + value : all), 0)
      const last = Math.abs(ladder[ladder.length - 2]! - mid) / mid
      sum += (weight * (cost * holds + last * (usd - holds))) / usd
      deepest = Math.max(deepest, holds)
    }
  }
  const heldPart = held / total
  const isPriced = heldPart >= ENOUGH_TIME
  return {
    usd,
    bps: isPriced ? (1e4 * sum) / total : null,
    reason: isPriced
      ? null
      : `the levels hold ${usd} USD in ${(100 * heldPart).toFixed(1)} % of the time, ${100 * ENOUGH_TIME} % are needed` +
        (heldPart === 0 ? `; the most they held is ${Math.floor(deepest)} USD` : ''),
    atLeastBps: (1e4 * sum) / total,
    fittedBps,
    heldPart,
  }
}
