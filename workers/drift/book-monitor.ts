import { assert } from '../../core/assert.ts'
import { bruteForceStatus } from './audit.ts'
import { CELLS } from './band-rows.ts'
import { BookFilter, whyUnfit } from './book-filter.ts'
import type { BookTable } from './book-table.ts'
import type { CrossingEntry } from './crossings.ts'
import { type Decider, isAsTold, PlainDecider, TOLD_UNABLE, verdictOf } from './decider.ts'
import { lineValue } from './explain.ts'
import type { FilterModule } from './filter-module.ts'
import {
  createDriftColumns,
  type DriftColumns,
  framePrices,
  type PriceFrame,
  STATUS_OUT,
  STATUS_UNABLE,
  sweepBooks,
} from './sweep.ts'

/** What changed since it was last told; books by their index as loaded. */
export interface Changes {
  readonly breached: CrossingEntry[]
  readonly cured: CrossingEntry[]
  /** With the first column whose price is needed and missing, or NO_VALUE. */
  readonly unable: { readonly book: number; readonly column: number }[]
  /** Were unable and can be checked again. */
  readonly able: number[]
}

/** A book of which the sweep said one thing and brute force another. Statuses index DRIFT_STATUSES. */
export interface AuditFinding {
  readonly book: number
  readonly said: number
  readonly exact: number
}

/**
 * Which books are in, out or unable, frame after frame, and what of it has been told. Two tests stand behind every
 * answer: a crossing is measured in float64 before it is told, and audits compare with brute force.
 */
export class BookMonitor {
  readonly #table: BookTable
  #decider: Decider
  #whyPlain: string | null
  #frame: PriceFrame
  #queued = 0
  /** Of a book that is out: the line its breach was told with. */
  readonly #toldLine: Uint16Array
  readonly #one = createDriftColumns(1)
  /** Books changed after the last frame: its verdicts are of what was. */
  #isOutdated = true
  #findings: AuditFinding[] = []

  constructor(table: BookTable, filter: FilterModule) {
    this.#table = table
    this.#frame = framePrices(new Float64Array(table.columnAssets.length).fill(Number.NaN))
    this.#toldLine = new Uint16Array(table.bookIds.length)
    const { decider, whyPlain } = chooseDecider(table, filter)
    this.#decider = decider
    this.#whyPlain = whyPlain
  }

  /** Why every book is decided by the plain sweep; null while the filter runs. */
  get whyPlain(): string | null {
    return this.#whyPlain
  }
  /** Memory beyond the table's own. */
  get bytes(): number {
    return this.#decider.bytes + this.#toldLine.byteLength
  }
  /** 0 in, 2 out, 3 unable, of the last frame; a view until books change. */
  get verdicts(): Uint8Array {
    return this.#decider.verdicts
  }
  get outs(): number {
    return this.#decider.outs
  }
  get unables(): number {
    return this.#decider.unables
  }
  /** A frame, or a first one, has to be decided. */
  get isOutdated(): boolean {
    return this.#isOutdated
  }

  bookChanged(book: number): void {
    this.#change(() => this.#decider.bookChanged(book))
  }
  allBooksChanged(): void {
    this.#change(() => this.#decider.allBooksChanged())
  }

  /** Decides every book at these prices (column order, NaN where not usable). Tells nothing. */
  decide(prices: Float64Array): void {
    this.#frame = framePrices(prices)
    this.#queued = this.#decider.decide(this.#frame)
    this.#isOutdated = false
  }

  /** What is not as it was told; from now on it is. */
  tell(): Changes {
    const changes: Changes = { breached: [], cured: [], unable: [], able: [] }
    for (let k = 0; k < this.#queued; k++) this.#tellBook(this.#decider.queue[k]!, changes)
    this.#queued = 0
    if (this.#distrustFilter()) for (let k = 0; k < this.#queued; k++) this.#tellBook(this.#decider.queue[k]!, changes)
    return changes
  }

  /** Compares the verdicts of books [from, to) with brute force; only between a frame and the next change. True where one differs. */
  audit(from: number, to: number): boolean {
    assert(!this.#isOutdated, 'the books are as they were decided')
    for (let book = from; book < to; book++) this.#compare(book, bruteForceStatus(this.#table, this.#frame, book))
    this.#distrustFilter()
    return this.#findings.length > 0
  }

  /** The same for all books against a full sweep at the same prices. */
  auditColumns(columns: DriftColumns): void {
    assert(!this.#isOutdated, 'the books are as they were decided')
    for (let book = 0; book < columns.status.length; book++) this.#compare(book, verdictOf(columns.status[book]!))
    this.#distrustFilter()
  }

  /** Every book in float64 at the prices of the last frame. */
  measureAll(columns: DriftColumns): void {
    sweepBooks(this.#table, this.#frame, columns, 0, this.#table.bookIds.length)
  }

  /** Differences since they were last taken. */
  takeFindings(): readonly AuditFinding[] {
    const taken = this.#findings
    this.#findings = []
    return taken
  }

  #compare(book: number, exact: number): void {
    const said = this.#decider.verdicts[book]!
    if (said !== exact) this.#findings.push({ book, said, exact })
  }

  #tellBook(book: number, changes: Changes): void {
    const { told, verdicts } = this.#decider
    const before = told[book]!
    if (isAsTold(verdicts[book]!, before)) return
    const verdict = this.#measure(book)
    this.#compare(book, verdict)
    if (isAsTold(verdict, before)) return
    const wasUnable = (before & TOLD_UNABLE) !== 0
    if (verdict === STATUS_UNABLE) {
      changes.unable.push({ book, column: this.#one.unableColumn[0]! })
      told[book] = before | TOLD_UNABLE
      return
    }
    if (wasUnable) changes.able.push(book)
    told[book] = verdict
    const wasOut = (before & STATUS_OUT) !== 0
    const isOut = verdict === STATUS_OUT
    if (isOut && !wasOut) {
      this.#toldLine[book] = this.#one.worstLine[0]!
      changes.breached.push(this.#entry(book))
    } else if (wasOut && !isOut) changes.cured.push(this.#entry(book))
  }

  /** Exact verdict of one book; its figures are in `#one`. */
  #measure(book: number): number {
    sweepBooks(this.#table, this.#frame, this.#one, book, book + 1)
    return verdictOf(this.#one.status[0]!)
  }

  /** The line it was told with, at the figures of `#one`. */
  #entry(book: number): CrossingEntry {
    const { sets, bands, bandOf, riskyCount, unlistedWeight } = this.#table
    const line = this.#toldLine[book]!
    const row = bandOf[book]!
    const set = bands.setOf[row]!
    const size = sets.sizeOf[set]!
    let j = 0
    while (j < size && sets.columns[sets.startOf[set]! + j] !== line) j++
    // A line that is gone since: neither held nor targeted.
    if (j === size && line !== riskyCount) return { book, line, above: true, weight: 0, limit: unlistedWeight }
    const weight = lineValue(this.#table, this.#frame.usable, book, j) / this.#one.valueUsd[0]!
    const cell = bands.startOf[row]! + CELLS * j
    const above = weight >= bands.cells.values[cell]!
    return { book, line, above, weight, limit: bands.cells.values[cell + (above ? 2 : 1)]! }
  }

  #change(write: () => void): void {
    this.#isOutdated = true
    try {
      write()
    } catch (cause) {
      if (!(cause instanceof RangeError)) throw cause
      this.#decidePlainly(`no memory for the float32 copy of the client books: ${cause.message}`)
    }
  }

  /** One difference is one too many: from now on the plain sweep decides every book, this frame included. */
  #distrustFilter(): boolean {
    if (this.#findings.length === 0 || this.#whyPlain !== null) return false
    this.#decidePlainly('switched off: an audit found a difference')
    this.#queued = this.#decider.decide(this.#frame)
    return true
  }

  #decidePlainly(why: string): void {
    const plain = new PlainDecider(this.#table)
    plain.told.set(this.#decider.told)
    this.#decider = plain
    this.#whyPlain = why
    this.#queued = 0
  }
}

function chooseDecider(table: BookTable, filter: FilterModule): { decider: Decider; whyPlain: string | null } {
  const plain = (whyPlain: string) => ({ decider: new PlainDecider(table), whyPlain })
  if (filter.module === null) return plain(filter.why)
  const unfit = whyUnfit(table)
  if (unfit !== null) return plain(unfit)
  try {
    return { decider: new BookFilter(filter.module, table), whyPlain: null }
  } catch (cause) {
    if (!(cause instanceof RangeError)) throw cause
    return plain(`no memory for the float32 copy of ${table.bookIds.length} client books: ${cause.message}`)
  }
}
