import type { VenueHealth } from '../../../core/contracts/exchange.ts'
import type { BookStatus, DeskSummary, RegimeView } from '../../../core/contracts/monitor-view.ts'
import { BOOK_STATUSES } from '../../../core/contracts/monitor-view.ts'
import type { PendingApproval } from '../../../core/contracts/proposals-view.ts'
import type { AssetId } from '../../../core/instruments.ts'
import type { TradingState } from '../../../core/order.ts'
import type { AlertBoard } from '../alerts.ts'
import type { Grid } from '../grid.ts'
import type { ProposalBook } from '../proposal-book.ts'
import type { World } from '../world.ts'

export interface SummaryInputs {
  readonly at: number
  readonly marketTime: number | null
  readonly world: World
  readonly grid: Grid
  readonly assets: readonly AssetId[]
  readonly proposals: ProposalBook
  readonly alerts: AlertBoard
  readonly venues: readonly VenueHealth[]
  readonly regime: RegimeView
  readonly trading: { readonly state: TradingState; readonly why: string | null }
  readonly engineP95Ms: number
  readonly workingParents: number
  readonly audit: DeskSummary['audit']
  readonly pendingApprovals: readonly PendingApproval[]
}

/** The figures of the shell and of the Monitor's head, from the same cells that the grid shows. */
export function summaryView(inputs: SummaryInputs): DeskSummary {
  const { grid, world } = inputs
  const counts = Object.fromEntries(BOOK_STATUSES.map((status) => [status, 0])) as Record<BookStatus, number>
  let [aum, dayChange, cashUsd, cashBooks, paused] = [0, 0, 0, 0, 0]
  let worst: DeskSummary['worst'] = null
  for (let row = 0; row < grid.rows; row++) {
    const status = BOOK_STATUSES[grid.cell(row, 'status')]
    if (status === undefined) continue
    counts[status]++
    const value = grid.cell(row, 'valueUsd')
    if (Number.isFinite(value)) aum += value
    const change = grid.cell(row, 'dayChangeUsd')
    if (Number.isFinite(change)) dayChange += change
    const need = grid.cell(row, 'cashNeedUsd')
    if (need > 0) {
      cashUsd += need
      cashBooks++
    }
    if (grid.cell(row, 'pausedUntil') > inputs.at) paused++
    const position = grid.cell(row, 'position')
    if (Number.isFinite(position) && Math.abs(position) > Math.abs(worst?.position ?? 0)) {
      const asset = inputs.assets[grid.cell(row, 'worstAsset')]
      if (asset !== undefined) worst = { bookId: world.books[row]!.id, asset, drift: grid.cell(row, 'drift'), position }
    }
  }
  let [costUsd, tradedUsd] = [0, 0]
  for (const proposal of inputs.proposals.list()) {
    costUsd += proposal.cost.totalUsd
    tradedUsd += proposal.buyUsd + proposal.sellUsd
  }
  return {
    at: inputs.at,
    marketTime: inputs.marketTime,
    assetsUnderManagementUsd: aum,
    dayChangeUsd: dayChange,
    counts,
    cashNeeds: { books: cashBooks, usd: cashUsd },
    paused,
    worst,
    costToFixUsd: costUsd,
    costToFixBps: tradedUsd > 0 ? (1e4 * costUsd) / tradedUsd : 0,
    regime: inputs.regime,
    alerts: inputs.alerts.list(),
    venues: inputs.venues,
    trading: inputs.trading.state,
    tradingWhy: inputs.trading.why,
    booksChecked: Object.values(counts).reduce((sum, count) => sum + count, 0) - counts['unable-to-check'],
    engineP95Ms: inputs.engineP95Ms,
    openProposals: inputs.proposals.list().filter((proposal) => proposal.state === 'open').length,
    workingParents: inputs.workingParents,
    audit: inputs.audit,
    pendingApprovals: inputs.pendingApprovals,
  }
}
