import type { ClientBook } from '../../core/client-book.ts'
import {
  BOOK_STATUSES,
  type BookStatus,
  GRID_COLUMNS,
  type GridColumn,
  type GridFrame,
  NEXT_ACTIONS,
  type NextAction,
} from '../../core/contracts/desk-api.ts'
import type { AssetId } from '../../core/instruments.ts'
import type { Proposal } from '../../core/proposal.ts'
import { ABLE, DRIFT_STATUSES, type DriftSweep } from '../../workers/drift/index.ts'
import type { Wait } from './proposal-book.ts'

const WIDTH = GRID_COLUMNS.length
const AT = Object.fromEntries(GRID_COLUMNS.map((name, column) => [name, column])) as Record<GridColumn, number>
const actionIndex = (action: NextAction): number => NEXT_ACTIONS.indexOf(action)
const statusIndex = (status: BookStatus): number => BOOK_STATUSES.indexOf(status)

/** What the desk knows of one book besides its drift. */
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
  readonly trackingErrorBps: number
  readonly oldest: { readonly asset: AssetId; readonly ageMs: number } | null
  readonly cashNeedUsd: number
  readonly dayOpenUsd: number
}

/** The monitor's cells, one row per client book; answers only rows that changed since they were last taken. */
export class Grid {
  #cells = new Float64Array(0)
  #sent = new Float64Array(0)
  #assetIndex = new Map<AssetId, number>()
  #sequence = 0

  resize(rows: number, assets: readonly AssetId[]): void {
    this.#cells = new Float64Array(rows * WIDTH).fill(Number.NaN)
    this.#sent = new Float64Array(rows * WIDTH).fill(Number.NEGATIVE_INFINITY)
    this.#assetIndex = new Map(assets.map((asset, index) => [asset, index]))
  }

  /** `column` values of all rows, for counts; the caller must not write. */
  cell(row: number, column: GridColumn): number {
    return this.#cells[row * WIDTH + AT[column]]!
  }
  get rows(): number {
    return this.#cells.length / WIDTH
  }

  update(row: number, sweep: DriftSweep, facts: RowFacts): void {
    const cells = this.#cells
    const base = row * WIDTH
    const set = (column: GridColumn, value: number): void => {
      cells[base + AT[column]] = value
    }
    /** What was last known stands, with its age: a screen takes its colour away, not the figure. */
    const setKnown = (column: GridColumn, value: number): void => {
      if (Number.isFinite(value)) set(column, value)
    }
    const able = sweep.unableColumn[row] === ABLE
    const status = bookStatus(sweep, row, facts)
    const action = nextAction(status, facts)
    const worst = able ? sweep.lineAssets[sweep.worstLine[row]!] : undefined
    setKnown('valueUsd', sweep.valueUsd[row]!)
    set('worstAsset', worst === undefined ? Number.NaN : (this.#assetIndex.get(worst) ?? Number.NaN))
    set('drift', sweep.worstDrift[row]!)
    set('position', sweep.worstPosition[row]!)
    set('linesOut', able ? sweep.breachedLines[row]! : Number.NaN)
    set('trackingErrorBps', able ? facts.trackingErrorBps : Number.NaN)
    setKnown('cashWeight', sweep.cashWeight[row]!)
    set('rebalancedAt', facts.rebalancedAt ?? Number.NaN)
    set('nextAction', actionIndex(action))
    set('actionProgress', action === 'executing' ? facts.progress : Number.NaN)
    // whole tenths: an age that only grows would make every row new every frame
    set('ageSeconds', facts.oldest === null ? Number.NaN : Math.floor(facts.oldest.ageMs / 500) / 2)
    setKnown('dayChangeUsd', sweep.valueUsd[row]! - facts.dayOpenUsd)
    set('status', statusIndex(status))
    set('cashNeedUsd', facts.cashNeedUsd)
    set('pausedUntil', facts.book.pausedUntil ?? Number.NaN)
    set('actionUntil', facts.wait?.reason === 'cool-down' ? (facts.wait.until ?? Number.NaN) : Number.NaN)
    set('oldestAsset', facts.oldest === null ? Number.NaN : (this.#assetIndex.get(facts.oldest.asset) ?? Number.NaN))
  }

  /** Rows with any cell that differs from what was last taken. */
  takeChanged(at: number): GridFrame | null {
    const rows: number[] = []
    for (let row = 0; row < this.rows; row++) {
      for (let k = row * WIDTH; k < (row + 1) * WIDTH; k++)
        if (!Object.is(this.#cells[k], this.#sent[k])) {
          rows.push(row)
          break
        }
    }
    if (rows.length === 0) return null
    const cells = new Float64Array(rows.length * WIDTH)
    rows.forEach((row, i) => {
      const part = this.#cells.subarray(row * WIDTH, (row + 1) * WIDTH)
      cells.set(part, i * WIDTH)
      this.#sent.set(part, row * WIDTH)
    })
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
}

/** Executing and unable come first: nothing else is true of such a book for the advisor. */
export function bookStatus(
  sweep: DriftSweep,
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
