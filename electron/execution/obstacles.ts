import { type Amount, add, formatAmount, ZERO } from '../../core/amount.ts'
import type { Unplaced } from '../../core/decisions/routing.ts'
import type { MarketKey, VenueId } from '../../core/instruments.ts'
import type { DeniedReason } from '../../core/order.ts'

/** A venue that takes nothing of a parent now, and why. */
export interface VenueObstacle {
  readonly venue: VenueId
  readonly reason: DeniedReason
  readonly why: string
  /** How long it is worth waiting for it to go away by itself: a stale order book, a pause; 0: it stays. */
  readonly patienceMs: number
}

/** What stood in the way of a parent's remainder in one round. */
export interface Obstacles {
  readonly venues: readonly VenueObstacle[]
  /** Per client book and reason; sums to what was not placed. */
  readonly unplaced: readonly Unplaced[]
  /** The whole remainder is less than any usable venue takes. */
  readonly belowEveryMinimum: boolean
  /** For the record of what was denied: the market it would have gone to, and its cap. */
  readonly markets: readonly { readonly venue: VenueId; readonly market: MarketKey; readonly priceCap: Amount }[]
}

export const NO_OBSTACLES: Obstacles = { venues: [], unplaced: [], belowEveryMinimum: false, markets: [] }

/** Dust: too small for every venue, as a whole or book by book. */
export const isDust = ({ unplaced, belowEveryMinimum }: Obstacles): boolean =>
  belowEveryMinimum || (unplaced.length > 0 && unplaced.every(({ reason }) => reason === 'below-minimum'))

/** Unplaced quantity per reason, with the number of client books it belongs to. */
export function byReason(
  unplaced: readonly Unplaced[],
): ReadonlyMap<DeniedReason, { quantity: Amount; books: number }> {
  const sums = new Map<DeniedReason, { quantity: Amount; books: number }>()
  for (const { reason, quantity } of unplaced) {
    const before = sums.get(reason) ?? { quantity: ZERO, books: 0 }
    sums.set(reason, { quantity: add(before.quantity, quantity), books: before.books + 1 })
  }
  return sums
}

/** Empty when nothing stood in the way. */
export function describeObstacles({ venues, unplaced }: Obstacles): string {
  const parts = [...byReason(unplaced)].map(
    ([reason, { quantity, books }]) =>
      `${reason} ${formatAmount(quantity)} of ${books} client book${books === 1 ? '' : 's'}`,
  )
  parts.push(...venues.map(({ venue, why }) => `${venue}: ${why}`))
  return parts.join('; ')
}

/** The longest wait that could still place something: only what was not placed for a passing reason counts. */
export const patienceFor = ({ venues, unplaced }: Obstacles): number =>
  Math.max(
    0,
    ...venues
      .filter(({ reason }) => unplaced.some((part) => part.reason === reason))
      .map(({ patienceMs }) => patienceMs),
  )
