import type { ClientBookId } from '../client-book.ts'
import type { AssetId } from '../instruments.ts'
import type { TradingState } from '../order.ts'
import type { VenueHealth } from './exchange.ts'
import type { PendingApproval } from './proposals-view.ts'

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
