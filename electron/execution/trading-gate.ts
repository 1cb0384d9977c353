import type { ClientBookId } from '../../core/client-book.ts'
import type { DeskStore } from '../../core/contracts/store.ts'
import type { VenueId } from '../../core/instruments.ts'
import type { DeniedReason, Side, TradingState } from '../../core/order.ts'
import type { TradingScope } from './events.ts'

/** The strictest trading state that applies, and in whose name. */
export interface TradingGate {
  readonly state: TradingState
  readonly scope: string
}

const STRICTNESS: Readonly<Record<TradingState, number>> = { active: 0, reducing: 1, halted: 2 }

const stricter = (a: TradingGate, b: TradingGate): TradingGate => (STRICTNESS[b.state] > STRICTNESS[a.state] ? b : a)

/** Why an order of that side may not go out under a gate; null when it may. Cancels always pass. */
export function denialOf(gate: TradingGate, side: Side): { reason: DeniedReason; why: string } | null {
  if (gate.state === 'halted') return { reason: 'trading-halted', why: `trading is halted for ${gate.scope}` }
  if (gate.state === 'active' || side === 'sell') return null
  return { reason: 'reduce-only', why: `${gate.scope} may only reduce, not buy` }
}

export type TradingStates = ReturnType<DeskStore['tradingState']>

/** What holds on a venue: its own state or that of all trading, whichever is stricter. */
export const venueGate = (states: TradingStates, venue: VenueId): TradingGate =>
  stricter({ state: states.all, scope: 'all trading' }, { state: states.venues.get(venue) ?? 'active', scope: venue })

export const bookGate = (states: TradingStates, bookId: ClientBookId): TradingGate => ({
  state: states.clientBooks.get(bookId) ?? 'active',
  scope: `client book ${bookId}`,
})

/** What holds for an order: its venue's gate and the strictest of its client books. */
export const orderGate = (states: TradingStates, venue: VenueId, bookIds: readonly ClientBookId[]): TradingGate =>
  bookIds.map((bookId) => bookGate(states, bookId)).reduce(stricter, venueGate(states, venue))

export const nameScope = (scope: TradingScope): string => {
  if (scope.kind === 'all') return 'all trading'
  return scope.kind === 'venue' ? scope.venue : `client book ${scope.bookId}`
}
