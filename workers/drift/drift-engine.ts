import { setImmediate as nextTurn, setTimeout as sleep } from 'node:timers/promises'
import type { ClientBookId } from '../../core/client-book.ts'
import { type Failure, fail, ok, type Result } from '../../core/result.ts'
import { type BookTable, createBookTable, replaceBands, setHoldings, setLines } from './book-table.ts'
import {
  type DriftBands,
  type DriftColumnLoad,
  type DriftHolding,
  type DriftInputError,
  type DriftLine,
  type DriftLoad,
  toColumns,
} from './drift-load.ts'
import type { BookDrift } from './explain.ts'
import { type FilterModule, findFilter } from './filter-module.ts'
import { type DriftMeasure, type DriftReport, type DriftSweep, hasNews, LoadedBooks } from './loaded-books.ts'
import { SharedPrices } from './shared-prices.ts'

export type DriftError =
  | DriftInputError
  | Failure<'not-loaded' | 'wrong-length' | 'no-prices' | 'prices-busy' | 'already-watching'>

export interface DriftUpdate {
  readonly bookId: ClientBookId
  readonly holdings?: readonly DriftHolding[]
  readonly lines?: readonly DriftLine[]
}

export interface WatchOptions {
  /** Answer every frame, also where nothing changed. */
  readonly evenIfQuiet?: boolean
  /**
   * Least time from the start of one sweep to the next: ticks in between become one frame. Default 2 ms. However it is
   * set, a sweep is followed by a pause as long as it took: watching uses half a core at most.
   */
  readonly paceMs?: number
}

export interface DriftInfo {
  readonly sweep: 'simd-filter' | 'plain'
  /** Why the filter does not run; null while it does. */
  readonly whyPlain: string | null
  readonly books: number
  readonly assets: number
  /** Distinct sets of bands. */
  readonly bandRows: number
  /** Typed arrays and filter memory; names of books and objects come on top. */
  readonly bytesPerBook: number
  /** Comparisons with brute force since the load. */
  readonly audited: number
}

const PACE_MS = 2
/** Books per part of a measurement: a third of a millisecond. */
const MEASURED_AT_ONCE = 4_096
/** How often a quiet watcher looks after its audit, and whether it was loaded anew. */
const IDLE_MS = 50

/**
 * Exact drift of every client book. Whoever asks, the set of books out of their bands equals brute force in float64:
 * a filter only spares it the books that are far from every edge.
 */
export class DriftEngine {
  readonly #filter: FilterModule
  readonly #now: () => number
  #loaded: LoadedBooks | null = null
  #shared: SharedPrices | null = null
  #checkedFrame = -1
  #startedAt = Number.NEGATIVE_INFINITY
  #tookMs = 0
  #watching = false

  /** `now` in milliseconds, for the pace of audits and of watching. */
  constructor(filter: FilterModule = findFilter(import.meta.dirname), now: () => number = () => performance.now()) {
    this.#filter = filter
    this.#now = now
  }

  /** Replaces everything; the first answer then tells every book that is out as newly breached. */
  load(load: DriftLoad): Result<{ readonly books: number }, DriftError> {
    const columns = toColumns(load)
    return columns.ok ? this.loadColumns(columns.value) : columns
  }

  loadColumns(load: DriftColumnLoad): Result<{ readonly books: number }, DriftError> {
    return this.#take(createBookTable(load))
  }

  /** Sets the quantities of the assets named; the others stay. */
  applyHoldings(bookId: ClientBookId, holdings: readonly DriftHolding[]): Result<undefined, DriftError> {
    if (this.#loaded === null) return NOT_LOADED
    const held = setHoldings(this.#loaded.table, bookId, holdings)
    if (!held.ok) return held
    this.#loaded.monitor.bookChanged(held.value)
    this.#shared?.ring()
    return ok(undefined)
  }

  /** Replaces the lines of the book: an override, another model. */
  applyBands(bookId: ClientBookId, lines: readonly DriftLine[]): Result<undefined, DriftError> {
    if (this.#loaded === null) return NOT_LOADED
    const lined = setLines(this.#loaded.table, bookId, lines)
    if (!lined.ok) return lined
    this.#loaded.monitor.bookChanged(lined.value)
    this.#shared?.ring()
    return ok(undefined)
  }

  /** Many books in one message; stops at the first error, those before it stay applied. */
  applyAll(updates: readonly DriftUpdate[]): Result<undefined, DriftError> {
    for (const { bookId, holdings, lines } of updates) {
      const held = holdings === undefined ? ok(undefined) : this.applyHoldings(bookId, holdings)
      if (!held.ok) return held
      const lined = lines === undefined ? ok(undefined) : this.applyBands(bookId, lines)
      if (!lined.ok) return lined
    }
    return ok(undefined)
  }

  /** Replaces the lines of all books: a regime multiplier, new model versions. All or nothing. */
  applyAllBands(bands: DriftBands): Result<undefined, DriftError> {
    if (this.#loaded === null) return NOT_LOADED
    const replaced = replaceBands(this.#loaded.table, bands)
    if (!replaced.ok) return replaced
    this.#loaded.monitor.allBooksChanged()
    this.#shared?.ring()
    return ok(undefined)
  }

  /** Memory of a `SharedPrices` with the prices of the assets loaded, for `sweepShared` and `nextReport`. */
  attachPrices(buffer: SharedArrayBuffer): Result<undefined, DriftError> {
    if (this.#loaded === null) return NOT_LOADED
    const shared = SharedPrices.over(buffer)
    const assets = this.#loaded.table.columnAssets.length
    if (shared.assets !== assets)
      return fail('wrong-length', `shared memory of ${shared.assets} prices for ${assets} assets`)
    this.#shared?.ring()
    this.#shared = shared
    this.#checkedFrame = -1
    return ok(undefined)
  }

  /**
   * Every figure of every book. `prices` in USD and `priceOk` (1 fresh, 0 stale or missing) in the order of the assets
   * loaded. The arrays of the answer are the caller's to keep.
   */
  sweep(prices: Float64Array, priceOk: Uint8Array): Result<DriftSweep, DriftError> {
    if (this.#loaded === null) return NOT_LOADED
    const set = this.#loaded.setPrices(prices, priceOk)
    return set.ok ? ok(this.#loaded.sweep(true, false)) : set
  }

  /**
   * The same at the shared prices, the figures in shared memory: valid until the sweep after the next.
   * `tell: false` leaves what changed to `nextReport`.
   */
  sweepShared({ tell = true }: { readonly tell?: boolean } = {}): Result<DriftSweep, DriftError> {
    if (this.#loaded === null) return NOT_LOADED
    if (this.#shared === null) return NO_PRICES
    return this.#loaded.readShared(this.#shared) === null ? PRICES_BUSY : ok(this.#loaded.sweep(tell, true))
  }

  /** Covariance per year (n × n) of the assets in the order loaded, for the tracking errors of `measureShared`. */
  setCovariance(covariance: Float64Array): Result<undefined, DriftError> {
    return this.#loaded === null ? NOT_LOADED : this.#loaded.setCovariance(covariance)
  }

  /**
   * Every figure of every book at the shared prices of now, in parts: what is told by `nextReport` waits for one part
   * at most. The figures are in shared memory, valid until the call after the next. Tells nothing and audits nothing.
   */
  async measureShared({ trackingError = false } = {}): Promise<Result<DriftMeasure, DriftError>> {
    const loaded = this.#loaded
    if (loaded === null) return NOT_LOADED
    if (this.#shared === null) return NO_PRICES
    if (loaded.readShared(this.#shared) === null) return PRICES_BUSY
    const pass = loaded.startMeasure(trackingError)
    const books = loaded.table.bookIds.length
    for (let from = 0; from < books; from += MEASURED_AT_ONCE) {
      if (from > 0) await nextTurn()
      loaded.measure(pass, from, Math.min(books, from + MEASURED_AT_ONCE))
    }
    return ok(loaded.measured(pass))
  }

  /**
   * Sweeps whenever there are new prices or books changed, and answers with the first news. Call it again for
   * more: nothing is lost in between, and frames that nobody waits for are not swept.
   */
  async nextReport({
    evenIfQuiet = false,
    paceMs = PACE_MS,
  }: WatchOptions = {}): Promise<Result<DriftReport, DriftError>> {
    if (this.#watching) return fail('already-watching', 'another call of nextReport has not answered yet')
    this.#watching = true
    try {
      for (;;) {
        if (this.#loaded === null) return NOT_LOADED
        if (this.#shared === null) return NO_PRICES
        const bell = this.#shared.bell
        if (!this.#isDue(this.#loaded, this.#shared)) {
          await this.#shared.rung(bell, IDLE_MS)
          continue
        }
        const early = this.#startedAt + Math.max(paceMs, 2 * this.#tookMs) - this.#now()
        if (early > 0) {
          await sleep(early)
          continue
        }
        const report = this.#check(this.#loaded, this.#shared)
        if (report !== null && (evenIfQuiet || hasNews(report))) return ok(report)
        // Fills and other calls get their turn between frames.
        await nextTurn()
      }
    } finally {
      this.#watching = false
    }
  }

  /** Every line of one book at the prices of the last frame. */
  explain(bookId: ClientBookId): Result<BookDrift, DriftError> {
    if (this.#loaded === null) return NOT_LOADED
    const book = this.#loaded.table.indexOfBook.get(bookId)
    if (book === undefined) return fail('unknown-book', `client book "${bookId}" is not loaded`)
    return ok(this.#loaded.explain(book))
  }

  info(): Result<DriftInfo, DriftError> {
    if (this.#loaded === null) return NOT_LOADED
    const { table, monitor, audit } = this.#loaded
    const { quantities, heldAt, bandOf, bands, sets, bookIds } = table
    const own = quantities.bytes + heldAt.byteLength + bandOf.byteLength + bands.bytes + sets.bytes
    const bytes = own + monitor.bytes
    return ok({
      sweep: monitor.whyPlain === null ? 'simd-filter' : 'plain',
      whyPlain: monitor.whyPlain,
      books: bookIds.length,
      assets: table.columnAssets.length,
      bandRows: bands.used,
      bytesPerBook: bookIds.length === 0 ? 0 : bytes / bookIds.length,
      audited: audit.audited,
    })
  }

  #take(table: Result<BookTable, DriftInputError>): Result<{ readonly books: number }, DriftError> {
    if (!table.ok) return table
    this.#loaded = new LoadedBooks(table.value, this.#filter, this.#now)
    this.#shared?.ring()
    this.#shared = null
    return ok({ books: table.value.bookIds.length })
  }

  /** Something to check, or to tell; a slice of the audit where there is time for it. */
  #isDue(loaded: LoadedBooks, shared: SharedPrices): boolean {
    return shared.frame !== this.#checkedFrame || loaded.monitor.isOutdated || loaded.auditSlice()
  }

  #check(loaded: LoadedBooks, shared: SharedPrices): DriftReport | null {
    this.#startedAt = this.#now()
    const frame = loaded.readShared(shared)
    if (frame === null) return null
    this.#checkedFrame = frame
    const report = loaded.report(frame)
    this.#tookMs = this.#now() - this.#startedAt
    // After the answer is on its way.
    setImmediate(() => {
      if (this.#loaded === loaded && loaded.auditSlice()) shared.ring()
    })
    return report
  }
}

const NOT_LOADED = fail('not-loaded', 'no client books are loaded')
const NO_PRICES = fail('no-prices', 'no shared prices are attached')
const PRICES_BUSY = fail('prices-busy', 'the shared prices have been in the middle of a write for 50 ms')
