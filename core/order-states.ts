import type { Amount } from './amount.ts'
import { add, formatAmount, ZERO } from './amount.ts'
import type { ChildState, VenueTrade } from './order.ts'
import { type Failure, fail, ok, type Result } from './result.ts'

/**
 * Which state of a child order may follow which.
 *
 *     planned → denied | reserved → journaled (durable) → sent → working | partially-filled | filled | cancelled | expired | rejected
 *     sent → unknown → (found) any of these | dead
 *     working → cancel-sent → cancelled | filled | unknown
 *
 * Beyond that chain: an order that rests moves on by itself (working → partially-filled → filled, cancelled, expired);
 * one that is journaled and then held back by a halt is denied, because it never left the desk. A refused or
 * overtaken cancel goes through unknown: only a lookup says what the order is now.
 * Terminal states allow none: what still arrives for them are trades.
 */
export const CHILD_TRANSITIONS: Readonly<Record<ChildState, readonly ChildState[]>> = {
  planned: ['denied', 'reserved'],
  reserved: ['journaled'],
  journaled: ['sent', 'denied'],
  sent: ['unknown', 'working', 'partially-filled', 'filled', 'cancelled', 'expired', 'rejected'],
  unknown: ['working', 'partially-filled', 'filled', 'cancelled', 'expired', 'rejected', 'dead'],
  working: ['partially-filled', 'cancel-sent', 'filled', 'cancelled', 'expired'],
  'partially-filled': ['cancel-sent', 'filled', 'cancelled', 'expired'],
  'cancel-sent': ['cancelled', 'filled', 'unknown'],
  denied: [],
  filled: [],
  cancelled: [],
  expired: [],
  rejected: [],
  dead: [],
}

/** What is known of a child order: its state and the sums over its distinct trades. */
export interface ChildProgress {
  readonly state: ChildState
  /** Intended, in base units. */
  readonly quantity: Amount
  readonly filledQuantity: Amount
  readonly filledCost: Amount
  readonly tradeIds: ReadonlySet<string>
}

export type ChildEvent =
  | { readonly kind: 'state'; readonly state: ChildState }
  | { readonly kind: 'trade'; readonly trade: Pick<VenueTrade, 'id' | 'quantity' | 'cost'> }

export interface ChildStep {
  readonly progress: ChildProgress
  /** A trade for an order that by all we know never traded: whoever reads this halts. */
  readonly alarm: string | null
}

export type ChildEventError = Failure<'transition-not-allowed' | 'overfilled'>

export const startChild = (quantity: Amount, state: ChildState): ChildProgress => ({
  state,
  quantity,
  filledQuantity: ZERO,
  filledCost: ZERO,
  tradeIds: new Set(),
})

/** Saying a state again is not a transition; it carries a venue order id or a reason that came later. */
export const mayFollow = (from: ChildState, to: ChildState): boolean =>
  from === to || CHILD_TRANSITIONS[from].includes(to)

const NEVER_TRADED: ReadonlySet<ChildState> = new Set(['planned', 'reserved', 'denied', 'rejected', 'dead'])

/**
 * The state machine as a pure reducer. A repeated trade id changes nothing; a trade never changes the state, only
 * the filled sums, so that a terminal order accepts a late one.
 * Errors: transition-not-allowed; overfilled when distinct trades sum to more than was intended.
 */
export function reduceChild(progress: ChildProgress, event: ChildEvent): Result<ChildStep, ChildEventError> {
  if (event.kind === 'state') {
    if (mayFollow(progress.state, event.state)) {
      return ok({ progress: { ...progress, state: event.state }, alarm: null })
    }
    const allowed = CHILD_TRANSITIONS[progress.state].join(', ') || 'none, it is final'
    return fail(
      'transition-not-allowed',
      `a child order can't go from ${progress.state} to ${event.state}; allowed: ${allowed}`,
    )
  }
  const { trade } = event
  if (progress.tradeIds.has(trade.id)) return ok({ progress, alarm: null })
  const filledQuantity = add(progress.filledQuantity, trade.quantity)
  if (filledQuantity > progress.quantity) {
    return fail(
      'overfilled',
      `trade ${trade.id} of ${formatAmount(trade.quantity)} fills ${formatAmount(filledQuantity)}, intended were ${formatAmount(progress.quantity)}`,
    )
  }
  return ok({
    progress: {
      ...progress,
      filledQuantity,
      filledCost: add(progress.filledCost, trade.cost),
      tradeIds: new Set(progress.tradeIds).add(trade.id),
    },
    alarm: NEVER_TRADED.has(progress.state) ? `trade ${trade.id} for an order that is ${progress.state}` : null,
  })
}
