import type { ClientBookId } from '../../core/client-book.ts'
import type { AssetId } from '../../core/instruments.ts'
import { type Failure, fail, ok, type Result } from '../../core/result.ts'
import { AuditPass } from './audit-pass.ts'
import { type AuditFinding, BookMonitor, type Changes } from './book-monitor.ts'
import type { BookTable } from './book-table.ts'
import { type BandCrossing, type CrossingColumns, crossingColumns, listCrossings } from './crossings.ts'
import { type BookDrift, explainBook } from './explain.ts'
import type { FilterModule } from './filter-module.ts'
import type { SharedPrices } from './shared-prices.ts'
import {
  createDriftColumns,
  DRIFT_STATUSES,
  type DriftColumns,
  type DriftStatus,
  framePrices,
  isUsablePrice,
  type PriceFrame,
  sharedDoubles,
  sweepBooks,
} from './sweep.ts'
import { type ColumnCovariance, inColumnOrder, trackingErrors } from './tracking-error.ts'

/** A client book of which the sweep said one thing and brute force another: a bug, and an alarm. */
export interface AuditDifference {
  readonly bookId: ClientBookId
  readonly said: DriftStatus
  readonly exact: DriftStatus
}

/** Differences found since the last answer. What is told is exact in spite of them. */
export interface AuditReport {
  readonly differences: number
  readonly first: readonly AuditDifference[]
}

export interface DriftFigures extends DriftColumns {
  /** Names of the entries of `worstLine`. */
  readonly lineAssets: readonly AssetId[]
}

/** Every figure of every book, told of no change: what screens show. */
export interface DriftMeasure extends DriftFigures {
  /** Ex-ante, per year, as of the last pass that took it; NaN without a covariance or where a book can't be checked. */
  readonly trackingError: Float64Array
}

export interface DriftSweep extends DriftFigures {
  /** Out now and not out when last told; being unable to check in between changes nothing. */
  readonly newlyBreached: readonly BandCrossing[]
  readonly newlyCured: readonly BandCrossing[]
  readonly audit: AuditReport
}

/** What a frame of prices changed. Each change is told once, in a sweep or in a report. */
export interface DriftReport {
  /** Of the shared prices. */
  readonly frame: number
  /** Client books out of their bands, and those that can't be checked, now. */
  readonly out: number
  readonly unable: number
  readonly newlyBreached: CrossingColumns
  readonly newlyCured: CrossingColumns
  /** Newly unable to be checked; `column` as in `DriftColumns.unableColumn`. */
  readonly newlyUnable: { readonly book: Uint32Array; readonly column: Int32Array }
  /** Were unable and can be checked again. */
  readonly newlyAble: Uint32Array
  readonly audit: AuditReport
}

/** A pass over all books at the prices of its beginning. */
interface MeasurePass {
  readonly frame: PriceFrame
  readonly columns: DriftColumns
  readonly trackingError: Float64Array | null
}

const SHOWN_DIFFERENCES = 10

/** One load of client books: their table, what is known and told of them, and how far the audit has come. */
export class LoadedBooks {
  readonly table: BookTable
  readonly monitor: BookMonitor
  readonly audit: AuditPass
  /** Prices of the last frame in column order, NaN where not usable. */
  readonly #prices: Float64Array
  /** One frame of the shared prices, in the order of the assets loaded. */
  readonly #sharedPrices: Float64Array
  readonly #sharedFresh: Uint8Array
  /** Two, so that one can be read in another thread while the other is written. */
  #shared: readonly [DriftColumns, DriftColumns] | null = null
  #turn = 0
  #covariance: ColumnCovariance | null = null
  #trackingError: Float64Array | null = null

  /** `now` in milliseconds. */
  constructor(table: BookTable, filter: FilterModule, now: () => number) {
    const assets = table.columnAssets.length
    this.table = table
    this.monitor = new BookMonitor(table, filter)
    this.audit = new AuditPass(table.bookIds.length, now)
    this.#prices = new Float64Array(assets).fill(Number.NaN)
    this.#sharedPrices = new Float64Array(assets)
    this.#sharedFresh = new Uint8Array(assets)
  }

  /** Prices in USD and flags (1 fresh) in the order of the assets loaded. */
  setPrices(prices: Float64Array, fresh: Uint8Array): Result<undefined, Failure<'wrong-length'>> {
    const count = this.#prices.length
    if (prices.length !== count || fresh.length !== count) {
      return fail('wrong-length', `got ${prices.length} prices and ${fresh.length} flags for ${count} assets`)
    }
    for (let i = 0; i < count; i++) {
      const price = prices[i]!
      this.#prices[this.table.columnOfInput[i]!] = isUsablePrice(price, fresh[i] === 1) ? price : Number.NaN
    }
    return ok(undefined)
  }

  /** The last shared frame becomes the prices; answers its number, null where no whole frame could be read. */
  readShared(shared: SharedPrices): number | null {
    const frame = shared.read(this.#sharedPrices, this.#sharedFresh)
    if (frame !== null) this.setPrices(this.#sharedPrices, this.#sharedFresh)
    return frame
  }

  /** Every figure of every book, all of it audited, and with `tell` what changed. `shared`: in memory of its own. */
  sweep(tell: boolean, shared: boolean): DriftSweep {
    const { monitor, table } = this
    monitor.decide(this.#prices)
    const columns = shared ? this.#nextShared() : createDriftColumns(table.bookIds.length)
    monitor.measureAll(columns)
    monitor.auditColumns(columns)
    this.audit.allCompared()
    const changes = tell ? monitor.tell() : NO_CHANGES
    const named = (entries: Changes['breached']): readonly BandCrossing[] =>
      listCrossings(crossingColumns(entries), table.bookIds, table.lineAssets)
    return {
      ...columns,
      lineAssets: table.lineAssets,
      newlyBreached: named(changes.breached),
      newlyCured: named(changes.cured),
      audit: this.#takeAudit(),
    }
  }

  /** n × n, per year, of the assets in the order loaded. */
  setCovariance(covariance: Float64Array): Result<undefined, Failure<'wrong-length'>> {
    const wanted = this.#prices.length ** 2
    if (covariance.length !== wanted)
      return fail('wrong-length', `got ${covariance.length} covariances for ${this.#prices.length} assets`)
    this.#covariance = inColumnOrder(this.table, covariance)
    return ok(undefined)
  }

  /** Begins a pass for `measure` at the prices of now. Its figures are in shared memory, two passes apart. */
  startMeasure(withTrackingError: boolean): MeasurePass {
    this.#trackingError ??= sharedDoubles(this.table.bookIds.length).fill(Number.NaN)
    const takesError = withTrackingError && this.#covariance !== null
    return {
      frame: framePrices(this.#prices),
      columns: this.#nextShared(),
      trackingError: takesError ? this.#trackingError : null,
    }
  }

  /** Figures of books [from, to): between two parts a tick gets its turn. */
  measure({ frame, columns, trackingError }: MeasurePass, from: number, to: number): void {
    sweepBooks(this.table, frame, columns, from, to, from)
    if (trackingError !== null)
      trackingErrors(this.table, frame.usable, this.#covariance!, columns, trackingError, from, to)
  }

  measured({ columns }: MeasurePass): DriftMeasure {
    return { ...columns, lineAssets: this.table.lineAssets, trackingError: this.#trackingError! }
  }

  /** Decides every book and tells what changed. */
  report(frame: number): DriftReport {
    this.monitor.decide(this.#prices)
    this.audit.frameDecided()
    const { breached, cured, unable, able } = this.monitor.tell()
    return {
      frame,
      out: this.monitor.outs,
      unable: this.monitor.unables,
      newlyBreached: crossingColumns(breached),
      newlyCured: crossingColumns(cured),
      newlyUnable: unable.length === 0 ? NONE_UNABLE : unableColumns(unable),
      newlyAble: able.length === 0 ? NONE_ABLE : Uint32Array.from(able),
      audit: this.#takeAudit(),
    }
  }

  /** Compares the next slice with brute force. True where it found a difference, which the next answer will tell. */
  auditSlice(): boolean {
    if (this.monitor.isOutdated || this.audit.isOver) return false
    const { from, to } = this.audit.next()
    return this.monitor.audit(from, to)
  }

  explain(book: number): BookDrift {
    return explainBook(this.table, this.#prices, book)
  }

  #takeAudit(): AuditReport {
    const findings = this.monitor.takeFindings()
    const named = ({ book, said, exact }: AuditFinding): AuditDifference => ({
      bookId: this.table.bookIds[book]!,
      said: DRIFT_STATUSES[said]!,
      exact: DRIFT_STATUSES[exact]!,
    })
    return { differences: findings.length, first: findings.slice(0, SHOWN_DIFFERENCES).map(named) }
  }

  #nextShared(): DriftColumns {
    const books = this.table.bookIds.length
    this.#shared ??= [createDriftColumns(books, true), createDriftColumns(books, true)]
    this.#turn = 1 - this.#turn
    return this.#shared[this.#turn]!
  }
}

const unableColumns = (unable: Changes['unable']): DriftReport['newlyUnable'] => ({
  book: Uint32Array.from(unable, (entry) => entry.book),
  column: Int32Array.from(unable, (entry) => entry.column),
})
const NONE_UNABLE = unableColumns([])
const NONE_ABLE = new Uint32Array(0)
const NO_CHANGES: Changes = { breached: [], cured: [], unable: [], able: [] }

/** Whether there is something in it that somebody should know. */
export const hasNews = (report: DriftReport): boolean =>
  report.newlyBreached.book.length > 0 ||
  report.newlyCured.book.length > 0 ||
  report.newlyUnable.book.length > 0 ||
  report.newlyAble.length > 0 ||
  report.audit.differences > 0
