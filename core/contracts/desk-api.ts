import type { ClientBookId, Restriction } from '../client-book.ts'
import type { AssetId, VenueId } from '../instruments.ts'
import type { CashFlowKind, Proposal } from '../proposal.ts'
import type { RebalancingRules } from '../rebalancing-rules.ts'
import type { Failure, Result } from '../result.ts'
import type { RiskProfileId, RiskTerms } from '../risk-profile.ts'
import type { TaxTerms } from '../tax-terms.ts'
import type { BlotterView, ParentDetail } from './blotter-view.ts'
import type { ClientBookView, WeightHistory } from './client-book-view.ts'
import type { DeskSnapshot, DeskSummary, GridFrame } from './monitor-view.ts'
import type { ApprovalRequest, PendingApproval, ProposalsView } from './proposals-view.ts'
import type { RiskChoice, RiskProfileView, RulesView } from './risk-and-rules-view.ts'

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

export interface TradingRequest {
  readonly action: 'stop' | 'reduce-only' | 'resume'
  readonly scope:
    | { readonly kind: 'all' }
    | { readonly kind: 'venue'; readonly venue: VenueId }
    | { readonly kind: 'client-book'; readonly bookId: ClientBookId }
  readonly why: string
}

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
