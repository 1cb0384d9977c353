import type { Amount } from './amount.ts'
import type { ClientBookId, VenueAccountId } from './client-book.ts'
import type { AssetId, MarketKey, VenueId } from './instruments.ts'
import type { Bps, Millis, Usd } from './units.ts'

export type Side = 'buy' | 'sell'
export const oppositeSide = (side: Side): Side => (side === 'buy' ? 'sell' : 'buy')

/** How a parent order is spread over time. Passive-then-cross, TWAP and POV join this union with their schedules. */
export type Schedule = { readonly kind: 'immediate' }

/** A client book's share of a parent or child order, in base units. */
export interface Participant {
  readonly bookId: ClientBookId
  readonly quantity: Amount
}

export type ParentState = 'planned' | 'working' | 'settling' | 'filled' | 'partially-filled' | 'cancelled' | 'denied'

/** What was approved: one asset, one side, one venue account; a block of books (omnibus) or one segregated book. */
export interface ParentOrder {
  readonly id: string
  readonly planId: string
  readonly asset: AssetId
  readonly side: Side
  readonly account: VenueAccountId
  readonly quantity: Amount
  readonly participants: readonly Participant[]
  readonly schedule: Schedule
  /** USD mid when the plan was released: the reference of implementation shortfall. */
  readonly arrivalPriceUsd: number
  readonly estimatedCostBps: Bps
  /** Largest loss against the arrival price that a child may accept, excluding fees. */
  readonly maximumSlippageBps: Bps
  readonly createdAt: Millis
}

/**
 * Order states of a child (VENUES: order state machine).
 * denied is by us, rejected by the venue; dead needs proof that the venue never had it.
 */
export const CHILD_STATES = [
  'planned',
  'denied',
  'reserved',
  'journaled',
  'sent',
  'unknown',
  'working',
  'partially-filled',
  'cancel-sent',
  'filled',
  'cancelled',
  'expired',
  'rejected',
  'dead',
] as const
export type ChildState = (typeof CHILD_STATES)[number]

const TERMINAL: ReadonlySet<ChildState> = new Set(['denied', 'filled', 'cancelled', 'expired', 'rejected', 'dead'])
export const isTerminal = (state: ChildState): boolean => TERMINAL.has(state)

/** What goes to a venue. Durable in the journal before it is sent. */
export interface ChildOrder {
  /** Client order id: a UUID from (ledger epoch, plan, leg, attempt); never reused. */
  readonly id: string
  readonly parentId: string
  readonly planId: string
  /** Parent and venue; at most one live or unknown attempt per leg. */
  readonly leg: string
  readonly attempt: number
  readonly venue: VenueId
  readonly account: VenueAccountId
  readonly market: MarketKey
  readonly side: Side
  readonly quantity: Amount
  /** Price cap in quote currency: an IOC limit can't run away, a market order can. */
  readonly limitPrice: Amount
  readonly timeInForce: 'IOC' | 'GTC'
  readonly postOnly: boolean
  /** USD per unit of the quote currency when it was planned: what its costs are measured with. */
  readonly quotePriceUsd: Amount
  readonly participants: readonly Participant[]
  readonly createdAt: Millis
}

/** A fill as the venue states it. `id` is the venue's own trade id: the ledger is the set of these. */
export interface VenueTrade {
  readonly id: string
  readonly venue: VenueId
  readonly account: VenueAccountId
  readonly market: MarketKey
  readonly venueOrderId: string
  readonly side: Side
  readonly price: Amount
  readonly quantity: Amount
  /** Quote currency, exactly as it moved the balance. */
  readonly cost: Amount
  readonly fee: Amount
  readonly feeAsset: AssetId
  readonly maker: boolean
  readonly at: Millis
}

/** A book's part of a child's fills; the parts sum exactly to the fills. */
export interface Allocation {
  readonly bookId: ClientBookId
  readonly quantity: Amount
  readonly cost: Amount
  readonly fee: Amount
  readonly feeAsset: AssetId
}

/** Why we did not send; a closed set, documented in the handbook. */
export const DENIED_REASONS = [
  'trading-halted',
  'reduce-only',
  'stale-order-book',
  'no-inventory-on-venue',
  'no-cash-on-venue',
  'below-minimum',
  'beyond-price-cap',
  'venue-unavailable',
  'order-notional-limit',
  'plan-expired',
] as const
export type DeniedReason = (typeof DENIED_REASONS)[number]

export type TradingState = 'active' | 'reducing' | 'halted'

/** Estimated or realised, split as the screens show it. Plus costs us, minus is better than arrival. */
export interface CostSplit {
  readonly feeUsd: Usd
  readonly spreadUsd: Usd
  readonly impactUsd: Usd
  readonly totalUsd: Usd
}
