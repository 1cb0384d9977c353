import type { Amount } from './amount.ts'
import type { ClientBook, ClientBookId, SubAccountId, VenueAccountId } from './client-book.ts'
import type { Decision } from './decision.ts'
import type { AssetId, VenueId } from './instruments.ts'
import type { ModelPortfolio } from './model-portfolio.ts'
import type {
  Allocation,
  ChildOrder,
  ChildState,
  DeniedReason,
  ParentOrder,
  ParentState,
  TradingState,
  VenueTrade,
} from './order.ts'
import type { CashFlowKind, Proposal, ProposalState } from './proposal.ts'
import type { RebalancingRules } from './rebalancing-rules.ts'
import type { RiskAnswers, RiskOverride, RiskProfile, RiskProfileId } from './risk-profile.ts'
import type { Millis } from './units.ts'

/**
 * The facts we record. The journal is the truth: append-only and hash-chained; every table is a projection written in
 * the same transaction, so the state can be rebuilt from it. A fact is never changed: a new version of its shape gets
 * a new `version` and an upcaster. Amounts are stored as canonical decimal text.
 */
export interface FactPayloads {
  /** First fact of a data folder. The epoch is random, new for every folder and every restored backup. */
  'ledger-opened': { readonly epoch: string; readonly firm: string; readonly mode: 'simulation'; readonly zone: string }
  'model-saved': { readonly model: ModelPortfolio }
  'client-book-opened': { readonly book: ClientBook }
  'client-book-changed': { readonly book: ClientBook; readonly why: string }
  /** Opening holdings of a sub-account: one lot each. */
  'holdings-opened': {
    readonly subAccount: SubAccountId
    readonly account: VenueAccountId
    readonly lots: readonly OpeningLot[]
  }
  /** Money or assets in or out: deposit, withdrawal, reward, and the venue's own ledger entries. */
  'cash-flow-booked': {
    readonly subAccount: SubAccountId
    readonly account: VenueAccountId
    readonly venue: VenueId
    readonly asset: AssetId
    /** Signed: plus is in. */
    readonly quantity: Amount
    readonly kind: CashFlowKind | 'unexplained'
    /** The venue's id of its own entry; null for an entry of ours. */
    readonly venueEntryId: string | null
  }
  'proposal-made': { readonly proposal: Proposal }
  /** The optimiser wants no more of a way that a trade rate began, or less than may be traded. */
  'way-ended': { readonly bookId: ClientBookId; readonly proposalId: string; readonly why: string }
  'proposal-changed': { readonly proposalId: string; readonly state: ProposalState; readonly why: string }
  /** Approval: what was approved becomes parent orders. */
  'plan-released': {
    readonly planId: string
    readonly proposalIds: readonly string[]
    readonly approval: 'advisor' | 'mandate'
    readonly parents: readonly ParentOrder[]
  }
  'parent-changed': { readonly parentId: string; readonly state: ParentState; readonly why: string }
  'child-denied': { readonly child: ChildOrder; readonly reason: DeniedReason; readonly why: string }
  /** Durable before the order is sent. */
  'child-journaled': { readonly child: ChildOrder }
  'child-changed': {
    readonly childId: string
    readonly state: ChildState
    readonly venueOrderId: string | null
    /** In plain words: the venue's reason, or what is being done. */
    readonly why: string | null
  }
  /** A trade at a venue, once. It is booked to HOUSE of the account (to the book itself where segregated). */
  'trade-recorded': { readonly trade: VenueTrade; readonly childId: string | null }
  /** Moves a child's fills from HOUSE to client books; parts sum exactly to what was recorded and not yet allocated. */
  'fills-allocated': {
    readonly childId: string
    readonly venue: VenueId
    readonly account: VenueAccountId
    readonly base: AssetId
    readonly quote: AssetId
    readonly side: 'buy' | 'sell'
    /** Quote currency in USD at the time, for the cost basis of the lots. */
    readonly quotePriceUsd: Amount
    readonly allocations: readonly Allocation[]
  }
  'plan-closed': {
    readonly planId: string
    readonly outcome: 'done' | 'done-with-exceptions'
    readonly exceptions: readonly string[]
  }
  reconciled: {
    readonly venue: VenueId
    readonly account: VenueAccountId
    readonly differences: readonly BalanceDifference[]
  }
  'trading-state-changed': {
    /** 'all', a venue, or a client book. */
    readonly scope:
      | { readonly kind: 'all' }
      | { readonly kind: 'venue'; readonly venue: VenueId }
      | { readonly kind: 'client-book'; readonly bookId: ClientBookId }
    readonly state: TradingState
    readonly why: string
  }
  /** Written when what is decided for a client book changes, never once per check. */
  'decision-recorded': { readonly decision: Decision }
  /** A new version of a risk profile: every book that has it follows. */
  'risk-profile-saved': { readonly profile: RiskProfile; readonly by: string; readonly why: string }
  'risk-profile-assigned': {
    readonly bookId: ClientBookId
    readonly profileId: RiskProfileId
    readonly profileVersion: number
    readonly answers: RiskAnswers | null
    readonly by: string
    readonly why: string
  }
  'risk-override-set': { readonly bookId: ClientBookId; readonly override: RiskOverride }
  /** By its own end, or earlier. */
  'risk-override-ended': { readonly bookId: ClientBookId; readonly why: string }
  'rules-changed': { readonly rules: RebalancingRules; readonly by: string; readonly why: string }
  'regime-changed': { readonly from: string; readonly to: string; readonly multiplier: number; readonly why: string }
}

export interface OpeningLot {
  readonly venue: VenueId
  readonly asset: AssetId
  readonly quantity: Amount
  readonly unitCostUsd: Amount | null
  readonly acquiredAt: Millis
}

export interface BalanceDifference {
  readonly asset: AssetId
  readonly ledger: Amount
  readonly venue: Amount
}

export type FactType = keyof FactPayloads

/** Who did it: an advisor, the desk itself, or a venue that told us. */
export type Actor = `advisor:${string}` | 'desk' | `venue:${VenueId}` | 'import'

/** A fact before it is in the journal. */
export type Fact = { [T in FactType]: { readonly type: T; readonly payload: FactPayloads[T] } }[FactType]

/** A fact in the journal. `hash` is SHA-256 over previousHash and the canonical text of everything else. */
export interface JournalEntry {
  readonly sequence: number
  readonly type: FactType
  readonly version: number
  readonly at: Millis
  readonly actor: Actor
  readonly payload: string
  readonly previousHash: string
  readonly hash: string
}

export const fact = <T extends FactType>(type: T, payload: FactPayloads[T]): Fact => ({ type, payload }) as Fact
