import type { ClientBook, ClientBookId, Holding, Lot } from '../../core/client-book.ts'
import type { Clock } from '../../core/clock.ts'
import type { RegimeView } from '../../core/contracts/monitor-view.ts'
import type { NaiveLadders, NaiveOrder } from '../../core/decisions/naive-orders.ts'
import type { AssetId } from '../../core/instruments.ts'
import type { ModelPortfolio } from '../../core/model-portfolio.ts'
import type { Trigger } from '../../core/proposal.ts'
import type { RiskTerms } from '../../core/risk-profile.ts'
import type { RiskWeighing } from '../../core/risk-weighing.ts'
import type { Millis } from '../../core/units.ts'
import type {
  FirmAnswer,
  FirmRequest,
  RebalanceProblem,
  RebalanceSolution,
  RelaxRequest,
  Solved,
  StagedRelaxation,
} from '../../workers/optimizer/index.ts'
import type { BookPosition, PriceBoard } from './book-position.ts'
import type { FlowBeside } from './flow-pools.ts'
import type { PlanningSettings } from './settings.ts'
import type { MarketsOf } from './shape-trades.ts'
import type { CostBoard } from './venue-mix.ts'

/** Covariance of returns per year for the assets of a book. */
export interface RiskView {
  /** n×n, row-major, for the assets in the order asked; CASH and unknown settlement lines have zero rows. */
  covarianceOf(assets: readonly AssetId[]): Float64Array
  /** True where one of the assets rests on the prior instead of history. */
  isPrior(assets: readonly AssetId[]): boolean
}

/** A solution that may stop short of its goal: a trade rate goes to `x` today, and further on other days. */
export interface PacedSolved extends Solved {
  readonly goal?: Float64Array
  /** How it was weighed in the firm's company; left out where every book is solved for itself. */
  readonly weighing?: RiskWeighing
}
export type PacedSolution = PacedSolved | Exclude<RebalanceSolution, Solved>

/** The market at one moment, as planning sees it. */
export interface MarketView {
  readonly prices: PriceBoard
  readonly costs: CostBoard
  readonly risk: RiskView
  readonly marketsOf: MarketsOf
  /** Regime multiplier of the bands now. */
  readonly multiplier: number
  readonly regime: RegimeView['class']
  /** The market's own time. */
  readonly marketTime: Millis
  /** What a book would send out naively on the order books of this moment. */
  naiveOrders(book: ClientBook, position: BookPosition): readonly NaiveOrder[]
  readonly naiveLadders: NaiveLadders
}

/** One client book that asked for a proposal. */
export interface PlanRequest {
  readonly book: ClientBook
  readonly model: ModelPortfolio
  readonly holdings: readonly Holding[]
  /** Of a book with tax terms, per venue and asset oldest first; empty for all others. */
  readonly lots: readonly Lot[]
  /** What holds for the book: its risk profile with its override, or its own. */
  readonly terms: RiskTerms
  readonly trigger: Trigger
  /** Lines an advisor took out. */
  readonly leftOut: readonly AssetId[]
}

export interface PlanningDeps {
  readonly settings: PlanningSettings
  readonly clock: Clock
  readonly nextProposalId: () => string
  /** The optimiser in its worker threads. */
  solve(problems: readonly RebalanceProblem[]): Promise<readonly PacedSolution[]>
  /** All books in one batch, which knows what they trade together; null where no thread could answer. */
  solveFirm(request: FirmRequest): Promise<FirmAnswer | null>
  /** What the firm trades beside the books that are planned now. */
  flowBeside(planned: ReadonlySet<ClientBookId>): FlowBeside
  /** The smallest relaxations of infeasible problems, in the order asked; null where no thread could answer. */
  relax(requests: readonly RelaxRequest[]): Promise<readonly StagedRelaxation[] | null>
}
