import type { Amount } from '../amount.ts'
import type { ClientBook, ClientBookId, Restriction } from '../client-book.ts'
import type { AssetId, MarketKey, VenueId } from '../instruments.ts'
import type { KeptRule } from '../kept-share.ts'
import type { ChildState, CostSplit, ParentState, Side, TradingState } from '../order.ts'
import type { CashFlowKind, LineReason, NonTriggerReason, Proposal } from '../proposal.ts'
import type { RebalancingRules } from '../rebalancing-rules.ts'
import type { Failure, Result } from '../result.ts'
import type { BookRisk, RiskAnswers, RiskProfile, RiskProfileId, RiskTerms } from '../risk-profile.ts'
import type { TaxTerms, Term } from '../tax-terms.ts'
import type { VenueHealth } from './exchange.ts'

/**
 * Everything a screen can ask of the desk and everything the desk tells a screen. The renderer knows nothing else.
 * Calls answer `Result` where a person can cause the failure. Times are UTC milliseconds, money for display is float
 * USD, quantities are exact Amounts. All values survive the page link: plain objects, arrays, bigint, typed arrays.
 */
export interface DeskApi {
  /** Subscribe first, then ask for this: rows that do not change send no frame. */
  snapshot(): DeskSnapshot
  clientBook(bookId: ClientBookId): Promise<Result<ClientBookView, DeskFailure>>
  /** Weight of one line against its band over time, oldest first. */
  weightHistory(bookId: ClientBookId, asset: AssetId, days: number): Result<WeightHistory, DeskFailure>
  proposals(): ProposalsView
  /** Starts the undo window; the batch is re-validated and released when it ends. */
  approve(request: ApprovalRequest): Result<PendingApproval, DeskFailure>
  undoApproval(approvalId: string): Result<null, DeskFailure>
  holdProposal(proposalId: string, held: boolean): Result<null, DeskFailure>
  dismissProposal(proposalId: string, why: string): Result<null, DeskFailure>
  /** Computes the proposal of the book again from now, leaving out the named assets. */
  recomputeProposal(proposalId: string, leftOut: readonly AssetId[]): Promise<Result<Proposal, DeskFailure>>
  /** Manual trigger: plans a book even inside its bands. */
  proposeFor(bookId: ClientBookId): Promise<Result<Proposal, DeskFailure>>
  blotter(): Promise<Result<BlotterView, DeskFailure>>
  parentDetail(parentId: string): Promise<Result<ParentDetail, DeskFailure>>
  cancelParent(parentId: string): Promise<Result<null, DeskFailure>>
  setTrading(request: TradingRequest): Promise<Result<null, DeskFailure>>
  /** Holds triggers and automatic execution of a book; 0 ends the pause. At most 72 hours. */
  pauseClientBook(bookId: ClientBookId, hours: number, why: string): Result<null, DeskFailure>
  /** A flag on one asset of a book, with its reason and its end; it takes the place of one of its kind. */
  restrictAsset(bookId: ClientBookId, restriction: Restriction): Result<null, DeskFailure>
  liftRestriction(
    bookId: ClientBookId,
    asset: AssetId,
    kind: Restriction['kind'],
    why: string,
  ): Result<null, DeskFailure>
  /** What selling the book's lots costs in tax; null: tax is no concern of it. Open proposals are computed again. */
  setTaxTerms(bookId: ClientBookId, terms: TaxTerms | null, why: string): Result<null, DeskFailure>
  /** The newest version of each, from the least risk to the most. */
  riskProfiles(): readonly RiskProfileView[]
  /** A new version: every book that has the profile follows at the next check. */
  saveRiskProfile(id: RiskProfileId, terms: RiskTerms, why: string): Result<null, DeskFailure>
  /** By the answers to the questionnaire, or chosen. It ends an override. */
  assignRiskProfile(bookId: ClientBookId, choice: RiskChoice, why: string): Result<null, DeskFailure>
  /** Other terms for one book until a time, at most MAXIMUM_OVERRIDE_DAYS ahead. */
  overrideRisk(bookId: ClientBookId, changes: Partial<RiskTerms>, until: number, why: string): Result<null, DeskFailure>
  endRiskOverride(bookId: ClientBookId, why: string): Result<null, DeskFailure>
  rules(): RulesView
  setRules(rules: RebalancingRules, why: string): Result<null, DeskFailure>
  /**
   * SIMULATION only: money in (plus) or out (minus) at the venue and in the book. Without a kind it is a deposit or a
   * withdrawal; a reward comes in, a fee goes out.
   */
  simulateCashFlow(
    bookId: ClientBookId,
    venue: VenueId,
    asset: AssetId,
    quantity: string,
    kind?: CashFlowKind,
  ): Promise<Result<null, DeskFailure>>
  /** Adds client books; all of the file or nothing of it. */
  importClientBooks(csv: string): Promise<Result<{ readonly books: number }, ImportFailure>>
  saveLayout(layout: string): null
}

/** The allow-list of the page link: a name not in it is refused. */
export const DESK_METHODS = [
  'snapshot',
  'clientBook',
  'weightHistory',
  'proposals',
  'approve',
  'undoApproval',
  'holdProposal',
  'dismissProposal',
  'recomputeProposal',
  'proposeFor',
  'blotter',
  'parentDetail',
  'cancelParent',
  'setTrading',
  'pauseClientBook',
  'restrictAsset',
  'liftRestriction',
  'setTaxTerms',
  'riskProfiles',
  'saveRiskProfile',
  'assignRiskProfile',
  'overrideRisk',
  'endRiskOverride',
  'rules',
  'setRules',
  'simulateCashFlow',
  'importClientBooks',
  'saveLayout',
] as const satisfies readonly (keyof DeskApi)[]

export type DeskFailure = Failure<
  | 'unknown-client-book'
  | 'unknown-proposal'
  | 'unknown-order'
  | 'unknown-asset'
  | 'not-open'
  | 'nothing-to-approve'
  | 'stale-prices'
  | 'trading-halted'
  | 'infeasible'
  | 'nothing-to-trade'
  | 'invalid-request'
  | 'venue-refused'
  | 'engine-stopped'
>

export interface ImportFailure extends Failure<'import-refused'> {
  readonly lines: readonly { readonly line: number; readonly column: string; readonly message: string }[]
}

/** One-way, coalesced: only the latest value of each counts. */
export interface DeskEvents {
  /** Changed rows of the monitor grid, at most 10 per second. */
  frame: GridFrame
  /** At most twice a second. */
  summary: DeskSummary
  /** Ask again for what you show of it. */
  changed: { readonly topics: readonly ChangedTopic[] }
  /** Books were added or models changed: ask for a new snapshot. */
  reset: { readonly why: string }
}
export type ChangedTopic = 'proposals' | 'blotter' | 'client-books'

// --- monitor -------------------------------------------------------------------------------------------------------

/** Columns of `GridFrame.cells`, in order. NaN is "not known". */
export const GRID_COLUMNS = [
  'valueUsd',
  /** Index into DeskSnapshot.assets. */
  'worstAsset',
  /** Weight points as a fraction, signed. */
  'drift',
  /** Half-widths, signed: beyond ±1 is out of band. */
  'position',
  'linesOut',
  'trackingErrorBps',
  'cashWeight',
  /** Milliseconds UTC. */
  'rebalancedAt',
  /** Index into NEXT_ACTIONS. */
  'nextAction',
  /** Progress 0..1 where the action has one. */
  'actionProgress',
  /** Age of the oldest price the book needs, seconds. */
  'ageSeconds',
  'dayChangeUsd',
  /** Index into BOOK_STATUSES. */
  'status',
  /** Cash the book is short of (withdrawals due, cash under its band); 0 when none. What `cashNeeds` counts. */
  'cashNeedUsd',
  /** Milliseconds UTC; NaN when not paused. What `paused` counts. */
  'pausedUntil',
  /** End of the wait the next action stands for (cool-down), milliseconds UTC; NaN when it has no end. */
  'actionUntil',
  /** Index into DeskSnapshot.assets of the asset behind `ageSeconds`. */
  'oldestAsset',
] as const
export type GridColumn = (typeof GRID_COLUMNS)[number]

/** Excluding groups that sum to all books. */
export const BOOK_STATUSES = [
  'in-band',
  'near-edge',
  'out-of-band',
  'awaiting-approval',
  'executing',
  'unable-to-check',
] as const
export type BookStatus = (typeof BOOK_STATUSES)[number]

export const NEXT_ACTIONS = [
  'none',
  'approve-proposal',
  'review-warning',
  'blocked',
  'held',
  'executing',
  'releasing',
  'cool-down',
  'paused',
  'unable-to-check',
  'infeasible',
  'cost-exceeds-benefit',
  'below-minimum',
  'computing',
  'trading-halted',
  'no-cash',
  'defensive',
  'restricted',
] as const
export type NextAction = (typeof NEXT_ACTIONS)[number]

export interface GridFrame {
  readonly sequence: number
  /** Wire time when the desk made it. */
  readonly at: number
  /** Row numbers as in DeskSnapshot.books. */
  readonly rows: Uint32Array
  /** rows.length × GRID_COLUMNS.length, row-major. */
  readonly cells: Float64Array
}

export interface BookRow {
  readonly bookId: ClientBookId
  readonly clientId: string
  readonly clientName: string
  readonly tier: 'standard' | 'premium'
  readonly modelId: string
  readonly modelName: string
  readonly segregated: boolean
}

export interface DeskSnapshot {
  readonly mode: 'simulation'
  readonly firm: string
  readonly advisor: string
  readonly assets: readonly AssetId[]
  readonly models: readonly {
    readonly id: string
    readonly name: string
    readonly version: number
    readonly books: number
  }[]
  readonly books: readonly BookRow[]
  readonly frame: GridFrame
  readonly summary: DeskSummary
  /** What saveLayout stored, "" before the first. */
  readonly layout: string
  readonly version: string
}

export interface RegimeView {
  readonly class: 'calm' | 'normal' | 'stressed' | 'crisis'
  readonly since: number
  readonly multiplier: number
  readonly volatility: number
  /** True while history is too short for an estimate. */
  readonly prior: boolean
  /** "stressed since 2022-06-13: 20-day volatility 96 %, 93rd percentile, probability 0.98" */
  readonly explanation: string
}

export interface DeskSummary {
  readonly at: number
  /** The simulated market's own time; null where the market is not simulated. */
  readonly marketTime: number | null
  readonly assetsUnderManagementUsd: number
  readonly dayChangeUsd: number
  readonly counts: Readonly<Record<BookStatus, number>>
  readonly cashNeeds: { readonly books: number; readonly usd: number }
  readonly paused: number
  readonly worst: {
    readonly bookId: ClientBookId
    readonly asset: AssetId
    readonly drift: number
    readonly position: number
  } | null
  /** Sum over the open proposals. */
  readonly costToFixUsd: number
  /** Of traded value, as on the Proposals screen. */
  readonly costToFixBps: number
  readonly regime: RegimeView
  readonly alerts: readonly Alert[]
  readonly venues: readonly VenueHealth[]
  readonly trading: TradingState
  readonly tradingWhy: string | null
  readonly booksChecked: number
  readonly engineP95Ms: number
  readonly openProposals: number
  readonly workingParents: number
  readonly audit: { readonly entries: number; readonly verifiedAt: number | null; readonly ok: boolean }
  readonly pendingApprovals: readonly PendingApproval[]
}

export interface Alert {
  readonly id: string
  readonly severity: 'critical' | 'warning' | 'notice'
  readonly text: string
  readonly at: number
}

// --- client book ---------------------------------------------------------------------------------------------------

export interface ClientBookView {
  readonly book: ClientBook
  readonly modelName: string
  readonly modelVersion: number
  readonly at: number
  readonly valueUsd: number
  readonly driftOneWay: number
  readonly trackingErrorBps: number
  readonly riskIsPrior: boolean
  readonly status: BookStatus
  readonly nonTrigger: { readonly reason: NonTriggerReason; readonly why: string } | null
  readonly lines: readonly ClientBookLine[]
  readonly proposal: Proposal | null
  readonly cash: {
    readonly weight: number
    readonly target: number
    readonly reserve: number
    readonly freeUsd: number
    readonly byVenue: readonly {
      readonly venue: VenueId
      readonly asset: AssetId
      readonly quantity: Amount
      readonly usd: number
    }[]
  }
  readonly regime: RegimeView
  readonly risk: BookRiskView
  readonly restrictions: readonly Restriction[]
  /** Sales of this calendar year, UTC. */
  readonly realised: RealisedGains
  readonly lastRebalanceAt: number | null
  readonly events: readonly { readonly at: number; readonly text: string }[]
}

/** Of lots sold, after fees; gains by term and tax only of sales made under tax terms. */
export interface RealisedGains {
  readonly year: number
  readonly sales: number
  /** Of sales whose lots had a known cost. */
  readonly gainUsd: number
  /** Null where no sale was made under tax terms. */
  readonly underTerms: {
    readonly shortTermGainUsd: number
    readonly longTermGainUsd: number
    readonly taxUsd: number
  } | null
  /** The newest SOLD_LOTS, newest first. */
  readonly lots: readonly SoldLotView[]
}
export const SOLD_LOTS = 200

/** What one fill took from one lot. */
export interface SoldLotView {
  readonly soldAt: number
  readonly acquiredAt: number
  readonly venue: VenueId
  readonly asset: AssetId
  readonly quantity: Amount
  /** After fees. */
  readonly proceedsUsd: number
  /** Null where the lot's cost is not known. */
  readonly costUsd: number | null
  /** Null where the book had no tax terms. */
  readonly tax: { readonly term: Term; readonly gainUsd: number; readonly taxUsd: number } | null
}

export interface ClientBookLine {
  readonly asset: AssetId
  readonly quantity: Amount
  /** NaN where unable to check, with the reason in `priceWhy`. */
  readonly priceUsd: number
  readonly priceAgeSeconds: number
  readonly priceWhy: string | null
  readonly valueUsd: number
  readonly weight: number
  readonly target: number
  readonly low: number
  readonly high: number
  /** Before the regime multiplier. */
  readonly baseLow: number
  readonly baseHigh: number
  readonly position: number
  /** Distance to the nearest edge in weight points; negative when outside. */
  readonly toEdge: number
  readonly gainShortTermUsd: number
  readonly gainLongTermUsd: number
  readonly byVenue: readonly { readonly venue: VenueId; readonly quantity: Amount }[]
  readonly band: {
    readonly rule: string
    readonly relativeHalf: number | null
    readonly floorHalf: number | null
    readonly baseHalf: number
    readonly multiplier: number
    /** Of the risk profile. */
    readonly profileFactor: number
    readonly half: number
    readonly cutBy: string | null
  }
  /** What it is not sold below to hedge another line; null where nothing is kept. */
  readonly kept: KeptRule | null
  /** Volatility class of the asset's own prices, explained; null without any. The band follows the market's. */
  readonly ownRegime: string | null
  readonly lots: readonly {
    readonly acquiredAt: number
    readonly venue: VenueId
    readonly quantity: Amount
    readonly unitCostUsd: number | null
    readonly gainUsd: number | null
  }[]
  /** What the open proposal says of this line, or why nothing is planned. */
  readonly plan: {
    readonly reason: LineReason
    readonly side: Side | null
    readonly notionalUsd: number
    readonly after: number
    readonly why: string
  } | null
}

export interface WeightHistory {
  readonly asset: AssetId
  /** Times in milliseconds, oldest first; equally long columns. */
  readonly times: Float64Array
  readonly weights: Float64Array
  readonly lows: Float64Array
  readonly highs: Float64Array
  readonly target: number
  /** Before this the weights are today's holdings at past prices: the book was not watched yet. */
  readonly recordedFrom: number
  readonly rebalances: readonly number[]
}

// --- risk profiles and rules --------------------------------------------------------------------------------------

export interface RiskProfileView {
  readonly profile: RiskProfile
  readonly at: number
  readonly by: string
  readonly why: string
  /** Client books that have it. */
  readonly books: number
}

export type RiskChoice =
  | { readonly kind: 'answers'; readonly answers: RiskAnswers }
  | { readonly kind: 'profile'; readonly profileId: RiskProfileId }

/** What holds for a book and where it comes from. */
export interface BookRiskView {
  /** Null where the book has no profile: its own risk aversion and reserve hold. */
  readonly given: BookRisk | null
  readonly profile: RiskProfile | null
  readonly inForce: RiskTerms
}

/** With nulls until somebody has changed them: as the program starts. */
export interface RulesView {
  readonly rules: RebalancingRules
  readonly at: number | null
  readonly by: string | null
  readonly why: string | null
}

// --- proposals -----------------------------------------------------------------------------------------------------

export interface ProposalsView {
  readonly at: number
  readonly proposals: readonly Proposal[]
  readonly pricesAgeSeconds: number
  /** Sentence when nothing can be approved now, null otherwise. */
  readonly approvalBlocked: string | null
  readonly undoSeconds: number
  readonly pending: readonly PendingApproval[]
  readonly lastOutcome: ApprovalOutcome | null
}

export type ApprovalRequest =
  | { readonly kind: 'all-clean' }
  | { readonly kind: 'selected'; readonly proposalIds: readonly string[] }

export interface PendingApproval {
  readonly approvalId: string
  readonly proposalIds: readonly string[]
  readonly releaseAt: number
}

/** "sent, re-priced (look again), expired". */
export interface ApprovalOutcome {
  readonly approvalId: string
  readonly at: number
  readonly planId: string | null
  readonly sent: readonly string[]
  readonly repriced: readonly string[]
  readonly expired: readonly string[]
}

export interface TradingRequest {
  readonly action: 'stop' | 'reduce-only' | 'resume'
  readonly scope:
    | { readonly kind: 'all' }
    | { readonly kind: 'venue'; readonly venue: VenueId }
    | { readonly kind: 'client-book'; readonly bookId: ClientBookId }
  readonly why: string
}

// --- blotter -------------------------------------------------------------------------------------------------------

export interface BlotterView {
  readonly at: number
  readonly parents: readonly ParentView[]
  readonly totals: {
    readonly orderedUsd: number
    readonly filledUsd: number
    readonly slippageBps: number
    readonly estimatedBps: number
    readonly feesUsd: number
  }
}

export interface ParentView {
  readonly id: string
  readonly planId: string
  readonly releasedAt: number
  readonly approval: 'advisor' | 'mandate'
  readonly asset: AssetId
  readonly side: Side
  readonly segregatedBook: ClientBookId | null
  readonly books: number
  readonly quantity: Amount
  readonly filledQuantity: Amount
  readonly filledFraction: number
  readonly averagePriceUsd: number
  readonly arrivalPriceUsd: number
  /** Plus costs us, minus is better than arrival; excluding fees. NaN before the first fill. */
  readonly slippageBps: number
  readonly estimatedBps: number
  readonly venueShares: readonly { readonly venue: VenueId; readonly fraction: number }[]
  readonly feesUsd: number
  readonly schedule: string
  readonly state: ParentState
  readonly why: string
  readonly children: readonly ChildView[]
}

export interface ChildView {
  readonly id: string
  readonly venue: VenueId
  readonly market: MarketKey
  readonly quantity: Amount
  readonly filledQuantity: Amount
  readonly filledFraction: number
  /** Quote currency. */
  readonly averagePrice: number
  /** At the price the quote currency had when it was planned. NaN before the first fill. */
  readonly averagePriceUsd: number
  readonly limitPrice: number
  readonly feesUsd: number
  readonly kind: string
  readonly state: ChildState
  readonly why: string | null
  readonly at: number
}

export interface ParentDetail {
  readonly parent: ParentView
  readonly allocations: readonly {
    readonly bookId: ClientBookId
    readonly clientName: string
    readonly intended: Amount
    readonly allocated: Amount
    readonly share: number
    readonly offProRataSteps: number
  }[]
  /** Fills of the venues minus allocations: 0 exactly, or the part not yet allocated. */
  readonly sumCheck: Amount
  readonly filled: Amount
  readonly events: readonly { readonly at: number; readonly text: string }[]
  readonly estimated: CostSplit
  readonly realised: CostSplit
}
