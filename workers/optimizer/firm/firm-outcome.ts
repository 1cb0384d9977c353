import type { DiscreteSolved } from '../discrete/discrete-rules.ts'
import type { RebalanceSolution } from '../solution.ts'
import { trackingErrorOf } from './charged-cost.ts'
import { addToFlow, emptyFlow, type FirmBook, type FirmFlow, type FirmMarket } from './firm-market.ts'

/** How far one book goes at given prices. */
export interface Outcome {
  readonly solution: RebalanceSolution
  /** The current weights where there is no solution. */
  readonly x: Float64Array
  /** No risk aversion brings the book under its ceiling of tracking error. */
  readonly isAboveCeiling: boolean
  /** What its own risk aversion was multiplied by, beside the firm's factor, to bring it under the ceiling. */
  readonly ceilingFactor: number
  /** Sides taken where a harvest is worth more than a round trip: they hold at every price, once taken. */
  readonly sides: DiscreteSolved['discrete']['harvests']
}

export function flowOf(books: readonly FirmBook[], market: FirmMarket, outcomes: readonly Outcome[]): FirmFlow {
  const flow = emptyFlow(market)
  books.forEach((book, b) => {
    addToFlow(flow, book, outcomes[b]!.x, 1)
  })
  return flow
}

/** Weighted by value, over the books that have a solution; 0 where none has. */
export function meanTrackingError(books: readonly FirmBook[], outcomes: readonly Outcome[]): number {
  let [sum, total] = [0, 0]
  books.forEach(({ problem, valueUsd }, b) => {
    const { solution, x } = outcomes[b]!
    if (solution.status !== 'solved') return
    sum += valueUsd * trackingErrorOf(problem, x)
    total += valueUsd
  })
  return total > 0 ? sum / total : 0
}
