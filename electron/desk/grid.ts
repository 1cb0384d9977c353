import type { ClientBook } from '../../core/client-book.ts'
import {
  BOOK_STATUSES,
  type BookStatus,
  GRID_COLUMNS,
  type GridColumn,
  type GridFrame,
  NEXT_ACTIONS,
  type NextAction,
} from '../../core/contracts/monitor-view.ts'
import type { AssetId } from '../../core/instruments.ts'
import type { Proposal } from '../../core/proposal.ts'
import { ABLE, DRIFT_STATUSES, type DriftFigures } from '../../workers/drift/index.ts'
import type { Wait } from './proposal-book.ts'

const WIDTH = GRID_COLUMNS.length
const AT = Object.fromEntries(GRID_COLUMNS.map((name, column) => [name, column])) as Record<GridColumn, number>
const [TAKEN, CHANGED, URGENT] = [0, 1, 2]
const actionIndex = (action: NextAction): number => NEXT_ACTIONS.indexOf(action)
const statusIndex = (status: BookStatus): number => BOOK_STATUSES.indexOf(status)
const OUT = DRIFT_STATUSES.indexOf('out')
/** Of a book inside its bands that has nothing else to tell, by its status in a sweep. */
const QUIET_STATUS = [statusIndex('in-band'), statusIndex('near-edge')]

/** The oldest price that a book needs. */
export interface OldestPrice {
  readonly asset: AssetId
  readonly ageMs: number
}

/** What the desk knows of one book besides its figures. */
export interface RowFacts {
  readonly book: ClientBook
  readonly proposal: Proposal | undefined
  readonly blocked: boolean
  readonly releasing: boolean
  readonly executing: boolean
  readonly progress: number
  readonly wait: Wait | undefined
  readonly halted: boolean
  readonly rebalancedAt: number | null
}

/** Figures of every row, besides those of the sweep. */
export interface RowFigures {
  readonly trackingErrorBps: Float64Array
  /** Least weight of cash: below it the book is short of cash. */
  readonly cashFloor: Float64Array
  readonly dayOpenUsd: Float64Array
}

/**
 * The monitor's cells, one row per client book; answers only rows that changed since they were last taken. Figures are
 * written for all rows at once, ten times a second; the rest only where a book has something of its own to tell.
 */
export class Grid {
  #cells = new Float64Array(0)
  /** 0 as last taken, 1 changed, 2 with another status or next action. */
  #changed = new Uint8Array(0)
  #assetIndex = new Map<AssetId, number>()
  #sequence = 0
  /** Where the next frame begins to look for changed rows. */
  #cursor = 0

  resize(rows: number, assets: readonly AssetId[]): void {
    this.#cells = new Float64Array(rows * WIDTH).fill(Number.NaN)
    this.#changed = new Uint8Array(rows).fill(CHANGED)
    this.#assetIndex = new Map(assets.map((asset, index) => [asset, index]))
    this.#cursor = 0
  }

  /** `column` values of all rows, for counts; the caller must not write. */
  cell(row: number, column: GridColumn): number {
    return this.#cells[row * WIDTH + AT[column]]!
  }
  get rows(): number {
    return this.#changed.length
  }

  /**
   * Figures of all rows. A row that is inside its bands in a sweep where `hasOwnState` is 0 gets its status here; the
   * others need `updateState`. What was last known stands: a screen takes its colour away, not the figure.
   */
  updateFigures(sweep: DriftFigures, figures: RowFigures, hasOwnState: Uint8Array): void {
    const worstAsset = Int32Array.from(sweep.lineAssets, (asset) => this.#assetIndex.get(asset) ?? -1)
    const { valueUsd, worstLine, worstDrift, worstPosition, breachedLines, cashWeight, unableColumn, status } = sweep
    const { trackingErrorBps, cashFloor, dayOpenUsd } = figures
    for (let row = 0; row < this.rows; row++) {
      const able = unableColumn[row] === ABLE
      const value = valueUsd[row]!
      const weight = cashWeight[row]!
      if (able) {
        this.#set(row, AT.valueUsd, value)
        this.#set(row, AT.cashWeight, weight)
        const change = value - dayOpenUsd[row]!
        if (change === change) this.#set(row, AT.dayChangeUsd, change)
      }
      const worst = able ? worstAsset[worstLine[row]!]! : -1
      this.#set(row, AT.worstAsset, worst < 0 ? Number.NaN : worst)
      this.#set(row, AT.drift, worstDrift[row]!)
      this.#set(row, AT.position, worstPosition[row]!)
      this.#set(row, AT.linesOut, able ? breachedLines[row]! : Number.NaN)
      this.#set(row, AT.trackingErrorBps, able ? trackingErrorBps[row]! : Number.NaN)
      this.#set(row, AT.cashNeedUsd, able ? Math.max(0, cashFloor[row]! - weight) * value : 0)
      if (hasOwnState[row] === 0 && status[row]! < OUT) this.#set(row, AT.status, QUIET_STATUS[status[row]!]!)
    }
  }

  /** Status, next action and what belongs to them. */
  updateState(row: number, sweep: DriftFigures, facts: RowFacts): void {
    const status = bookStatus(sweep, row, facts)
    const action = nextAction(status, facts)
    const before = [this.cell(row, 'status'), this.cell(row, 'nextAction')]
    this.#set(row, AT.rebalancedAt, facts.rebalancedAt ?? Number.NaN)
    this.#set(row, AT.nextAction, actionIndex(action))
    this.#set(row, AT.actionProgress, action === 'executing' ? facts.progress : Number.NaN)
    this.#set(row, AT.status, statusIndex(status))
    this.#set(row, AT.pausedUntil, facts.book.pausedUntil ?? Number.NaN)
    this.#set(row, AT.actionUntil, facts.wait?.reason === 'cool-down' ? (facts.wait.until ?? Number.NaN) : Number.NaN)
    if (before[0] !== statusIndex(status) || before[1] !== actionIndex(action)) this.#changed[row] = URGENT
  }

  /** The oldest price that the book needs; null where it needs none. */
  updateAge(row: number, oldest: OldestPrice | null): void {
    // whole halves of a second: an age that only grows would make every row new every frame
    this.#set(row, AT.ageSeconds, oldest === null ? Number.NaN : Math.floor(oldest.ageMs / 500) / 2)
    this.#set(row, AT.oldestAsset, oldest === null ? Number.NaN : (this.#assetIndex.get(oldest.asset) ?? Number.NaN))
  }

  /**
   * Rows with a cell that changed since they were last taken, `most` of them: first those with another status or next
   * action, then the others in turn, so that every row comes within a few frames however many there are.
   */
  takeChanged(at: number, most = Number.POSITIVE_INFINITY): GridFrame | null {
    const changed = this.#changed
    const rows: number[] = []
    for (let row = 0; row < changed.length && rows.length < most; row++) if (changed[row] === URGENT) rows.push(row)
    for (const row of rows) changed[row] = TAKEN
    let row = this.#cursor
    for (let seen = 0; seen < changed.length && rows.length < most; seen++) {
      if (row >= changed.length) row = 0
      if (changed[row] === CHANGED) {
        rows.push(row)
        changed[row] = TAKEN
      }
      row++
    }
    this.#cursor = row
    if (rows.length === 0) return null
    const cells = new Float64Array(rows.length * WIDTH)
    for (let i = 0; i < rows.length; i++) {
      // a subarray per row would cost more than its cells
      const [from, to] = [rows[i]! * WIDTH, i * WIDTH]
      for (let column = 0; column < WIDTH; column++) cells[to + column] = this.#cells[from + column]!
    }
    return { sequence: ++this.#sequence, at, rows: Uint32Array.from(rows), cells }
  }

  full(at: number): GridFrame {
    return {
      sequence: this.#sequence,
      at,
      rows: Uint32Array.from({ length: this.rows }, (_, row) => row),
      cells: this.#cells.slice(),
    }
  }

  #set(row: number, column: number, value: number): void {
    const at = row * WIDTH + column
    const before = this.#cells[at]!
    // two NaN are no change
    if (before === value || (before !== before && value !== value)) return
    this.#cells[at] = value
    if (this.#changed[row] === TAKEN) this.#changed[row] = CHANGED
  }
}

/** Executing and unable come first: nothing else is true of such a book for the advisor. */
export function bookStatus(
  sweep: DriftFigures,
  row: number,
  facts: Pick<RowFacts, 'executing' | 'proposal'>,
): BookStatus {
  if (facts.executing) return 'executing'
  const drift = DRIFT_STATUSES[sweep.status[row]!]!
  if (drift === 'unable') return 'unable-to-check'
  if (facts.proposal !== undefined && facts.proposal.state === 'open') return 'awaiting-approval'
  return drift === 'out' ? 'out-of-band' : drift === 'near' ? 'near-edge' : 'in-band'
}

const ACTION_OF_WAIT: Partial<Record<Wait['reason'], NextAction>> = {
  'cool-down': 'cool-down',
  paused: 'paused',
  infeasible: 'infeasible',
  'cost-exceeds-benefit': 'cost-exceeds-benefit',
  'below-minimum': 'below-minimum',
  'no-cash': 'no-cash',
  defensive: 'defensive',
  restricted: 'restricted',
  'trading-halted': 'trading-halted',
}

function nextAction(status: BookStatus, facts: RowFacts): NextAction {
  if (facts.executing) return 'executing'
  if (status === 'unable-to-check') return 'unable-to-check'
  if (facts.releasing) return 'releasing'
  if (facts.proposal !== undefined) {
    if (facts.proposal.state === 'held') return 'held'
    if (facts.blocked) return 'blocked'
    return facts.proposal.cleanliness === 'warning' ? 'review-warning' : 'approve-proposal'
  }
  if (status === 'out-of-band') {
    if (facts.halted) return 'trading-halted'
    return (facts.wait && ACTION_OF_WAIT[facts.wait.reason]) ?? 'computing'
  }
  return facts.book.pausedUntil !== null ? 'paused' : 'none'
}
