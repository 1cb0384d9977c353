import type { Amount } from '../amount.ts'
import type { ClientBook, ClientBookId, Holding, Lot, SubAccountId, VenueAccountId } from '../client-book.ts'
import type { Decision } from '../decision.ts'
import type { LotTax } from '../decisions/lot-relief.ts'
import type { AssetId, MarketKey, VenueId } from '../instruments.ts'
import type { Actor, BalanceDifference, Fact, JournalEntry } from '../journal.ts'
import type { ModelPortfolio } from '../model-portfolio.ts'
import type {
  Allocation,
  ChildOrder,
  ChildState,
  ParentOrder,
  ParentState,
  TradingState,
  VenueTrade,
} from '../order.ts'
import type { CashFlowKind, Proposal, ProposalState, WayLeft } from '../proposal.ts'
import type { RebalancingRules } from '../rebalancing-rules.ts'
import type { Failure, Result } from '../result.ts'
import type { BookRisk, RiskProfile } from '../risk-profile.ts'
import type { Millis } from '../units.ts'

/** A child order with what has become of it. Filled sums are those of its distinct trades. */
export interface ChildRecord {
  readonly child: ChildOrder
  readonly state: ChildState
  readonly venueOrderId: string | null
  readonly why: string | null
  readonly filledQuantity: Amount
  readonly filledCost: Amount
  readonly trades: readonly VenueTrade[]
  /** Part of filledQuantity that 'fills-allocated' has moved to client books. */
  readonly allocatedQuantity: Amount
}

export interface ParentRecord {
  readonly parent: ParentOrder
  readonly state: ParentState
  readonly why: string
}

export interface PlanRecord {
  readonly planId: string
  readonly proposalIds: readonly string[]
  readonly approval: 'advisor' | 'mandate'
  readonly releasedAt: Millis
  readonly closed: boolean
}

export interface Reconciliation {
  readonly venue: VenueId
  readonly account: VenueAccountId
  readonly at: Millis
  readonly differences: readonly BalanceDifference[]
}

export interface RegimeRecord {
  readonly at: Millis
  readonly regime: string
  readonly multiplier: number
  readonly why: string
}

/** What was saved, when, by whom and why. */
export interface RiskProfileRecord {
  readonly profile: RiskProfile
  readonly at: Millis
  readonly by: string
  readonly why: string
}
/** What the last executed proposal of a client book left of its way. */
export interface UnfinishedWay {
  readonly bookId: ClientBookId
  readonly proposalId: string
  readonly left: WayLeft
  /** Day of the market on which that proposal was executed. */
  readonly tradedOn: number
}

export interface RulesRecord {
  readonly rules: RebalancingRules
  readonly at: Millis
  readonly by: string
  readonly why: string
}

/** Money or an asset that moved before anything was planned for it. */
export interface UnplannedCashFlow {
  readonly bookId: ClientBookId
  readonly asset: AssetId
  /** Signed: plus is in. */
  readonly quantity: Amount
  readonly kind: CashFlowKind
}

/** What one lot gave to one fill of a client book. */
export interface LotSale {
  readonly childId: string
  readonly venue: VenueId
  readonly asset: AssetId
  readonly quantity: Amount
  readonly acquiredAt: Millis
  readonly soldAt: Millis
  /** After fees. */
  readonly proceedsUsd: Amount
  /** Null where the lot's cost is not known. */
  readonly costUsd: Amount | null
  /** By the tax terms of the book when it was sold; null where it had none. */
  readonly tax: LotTax | null
}

export interface DecisionRecord {
  /** Number of its journal entry. */
  readonly sequence: number
  readonly at: Millis
  readonly decision: Decision
}

export interface DecisionQuery {
  /** Both ends belong to it; without an end where left out. */
  readonly from?: Millis
  readonly to?: Millis
  readonly limit: number
  /** Newest first where left out. */
  readonly order?: 'newest' | 'oldest'
}

export type StoreError = Failure<
  'wrong-node' | 'cannot-open' | 'corrupt' | 'locked' | 'newer-schema' | 'chain-broken' | 'projection-differs'
>

export interface ChainReport {
  readonly entries: number
  readonly headHash: string
  /** Tables rebuilt from the journal equal the stored ones. */
  readonly tablesCompared: number
}

/**
 * The desk's durable state. `record` appends facts and updates every projection in one transaction, durable on
 * return. Everything else reads projections.
 */
export interface DeskStore {
  readonly epoch: string
  record(facts: readonly Fact[], actor: Actor): readonly JournalEntry[]

  models(): readonly ModelPortfolio[]
  clientBooks(): readonly ClientBook[]
  holdings(): readonly Holding[]
  holdingsOf(subAccount: SubAccountId): readonly Holding[]
  lotsOf(subAccount: SubAccountId): readonly Lot[]
  /** Sales of a client book since then, oldest first. */
  lotSalesOf(bookId: ClientBookId, from: Millis): readonly LotSale[]
  /** Σ of every sub-account kept in a venue account, per asset: what the venue's balance must equal. */
  accountTotals(venue: VenueId, account: VenueAccountId): ReadonlyMap<AssetId, Amount>
  venueAccounts(): readonly VenueAccountId[]

  proposals(states: readonly ProposalState[]): readonly Proposal[]
  proposal(id: string): Proposal | undefined
  /** When fills were last allocated, of every client book that ever had any. */
  lastRebalances(): ReadonlyMap<ClientBookId, Millis>
  /** Ways that a trade rate has gone a part of, one per client book at most; of one book or of all. */
  unfinishedWays(bookId?: ClientBookId): readonly UnfinishedWay[]
  /** Of every client book since its last proposal that was not merely replaced, oldest first. */
  unplannedCashFlows(): readonly UnplannedCashFlow[]

  openPlans(): readonly PlanRecord[]
  plans(newest: number): readonly PlanRecord[]
  plan(planId: string): PlanRecord | undefined
  parentsOf(planId: string): readonly ParentRecord[]
  parent(parentId: string): ParentRecord | undefined
  childrenOf(parentId: string): readonly ChildRecord[]
  child(childId: string): ChildRecord | undefined
  /** Binance's order ids are unique per market only: an id of several markets throws unless the market is named. */
  childByVenueOrder(venue: VenueId, venueOrderId: string, market?: MarketKey): ChildRecord | undefined
  unfinishedChildren(): readonly ChildRecord[]
  /** Children with fills or fees that are still in HOUSE, finished or not. */
  childrenToAllocate(): readonly ChildRecord[]
  /** Trades for orders that by all we know never traded (dead, rejected, denied): the desk halts. */
  alarms(): readonly { readonly childId: string; readonly why: string }[]
  /** What 'fills-allocated' has given to each client book of a child so far; empty when nothing was allocated. */
  allocationsOf(childId: string): readonly Allocation[]
  /** A trade is named by venue, account, market and id: Binance numbers trades per market. */
  hasTrade(trade: Pick<VenueTrade, 'venue' | 'account' | 'market' | 'id'>): boolean
  /** "market id" of every recorded trade of an account. */
  tradeKeys(venue: VenueId, account: VenueAccountId): ReadonlySet<string>
  tradeCount(): number
  tradingState(): {
    readonly all: TradingState
    /** The reason that was given for the state of all; null before the first change. */
    readonly why: string | null
    readonly venues: ReadonlyMap<VenueId, TradingState>
    readonly clientBooks: ReadonlyMap<ClientBookId, TradingState>
  }
  /** Facts about one parent, plan or proposal, oldest first: "what happened". */
  historyOf(id: string): readonly { readonly at: Millis; readonly type: string; readonly text: string }[]

  /** The last one of every venue account. */
  reconciliations(): readonly Reconciliation[]
  /** Changes of the regime, newest first. */
  regimes(newest: number): readonly RegimeRecord[]

  /** The newest version of each, from the least risk to the most. */
  riskProfiles(): readonly RiskProfileRecord[]
  bookRisks(): readonly BookRisk[]
  /** The rules of rebalancing, every version since anybody changed them, oldest first. */
  rebalancingRules(): readonly RulesRecord[]

  /** What was decided for a client book: at most `limit` entries of the ledger of decisions. */
  decisionsOf(bookId: ClientBookId, query: DecisionQuery): readonly DecisionRecord[]
  /** The decision in force for every client book that has one. */
  lastDecisions(): readonly DecisionRecord[]

  /** Number of entries in the journal. */
  journalLength(): number
  verify(): Result<ChainReport, StoreError>
  setting(key: string): string | undefined
  saveSetting(key: string, value: string): void
  close(): void
}
