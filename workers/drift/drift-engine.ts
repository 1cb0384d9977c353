import { bandPosition } from '../../core/band.ts'
import type { ClientBookId } from '../../core/client-book.ts'
import type { AssetId } from '../../core/instruments.ts'
import { type Failure, fail, ok, type Result } from '../../core/result.ts'
import {
  type BookTable,
  createBookTable,
  type DriftHolding,
  type DriftInputError,
  type DriftLine,
  type DriftLoad,
  setHoldings,
  setLines,
} from './book-table.ts'
import {
  ABLE,
  createDriftColumns,
  DRIFT_STATUSES,
  type DriftColumns,
  type DriftStatus,
  isUsablePrice,
  NO_VALUE,
  STATUS_OUT,
  STATUS_UNABLE,
  sweepBooks,
} from './sweep.ts'

/** A book that left its bands, or came back. */
export interface BandCrossing {
  readonly bookId: ClientBookId
  /** The worst line: of now for a breach, of the last breach for a cure. */
  readonly asset: AssetId
  readonly side: 'above' | 'below'
  readonly weight: number
  readonly limit: number
  /** Distance beyond that limit in weight: above 0 outside, 0 or less inside. */
  readonly beyond: number
}

export interface DriftSweep extends DriftColumns {
  /** Names of the entries of `worstLine`. */
  readonly lineAssets: readonly AssetId[]
  /** Out now and not out when last checked; being unable to check in between changes nothing. */
  readonly newlyBreached: readonly BandCrossing[]
  readonly newlyCured: readonly BandCrossing[]
}

export interface LineDrift extends DriftLine {
  readonly valueUsd: number
  readonly weight: number
  /** w − t. */
  readonly drift: number
  readonly position: number
  readonly breached: boolean
}

export interface BookDrift {
  readonly bookId: ClientBookId
  readonly status: DriftStatus
  /** Why the book can't be checked; null where it can. */
  readonly unable: string | null
  readonly valueUsd: number
  /** Every line with a target or a holding; empty where the book can't be checked. */
  readonly lines: readonly LineDrift[]
}

export type DriftError = DriftInputError | Failure<'not-loaded' | 'wrong-length'>

export interface DriftUpdate {
  readonly bookId: ClientBookId
  readonly holdings?: readonly DriftHolding[]
  readonly lines?: readonly DriftLine[]
}

/** Exact drift of every client book: each sweep computes each book anew, nothing is estimated or skipped. */
export class DriftEngine {
  #table: BookTable | null = null
  #prices = new Float64Array(0)
  /** 1 where the book was out when it could last be checked, and the line that was worst then. */
  #wasOut = new Uint8Array(0)
  #outLine = new Int32Array(0)

  /** Replaces everything; the first sweep then reports every book that is out as newly breached. */
  load(load: DriftLoad): Result<{ readonly books: number }, DriftError> {
    const table = createBookTable(load)
    if (!table.ok) return table
    this.#table = table.value
    this.#prices = new Float64Array(load.assets.length).fill(Number.NaN)
    this.#wasOut = new Uint8Array(load.books.length)
    this.#outLine = new Int32Array(load.books.length)
    return ok({ books: load.books.length })
  }

  /** Sets the quantities of the assets named; the others stay. */
  applyHoldings(bookId: ClientBookId, holdings: readonly DriftHolding[]): Result<undefined, DriftError> {
    return this.#table === null ? NOT_LOADED : setHoldings(this.#table, bookId, holdings)
  }

  /** Replaces the lines of the book: a new model version, a new regime multiplier. */
  applyBands(bookId: ClientBookId, lines: readonly DriftLine[]): Result<undefined, DriftError> {
    return this.#table === null ? NOT_LOADED : setLines(this.#table, bookId, lines)
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

  /**
   * Checks every book. `prices` in USD and `priceOk` (1 fresh, 0 stale or missing) in the order of the assets loaded.
   * The arrays of the answer are the caller's to keep.
   */
  sweep(prices: Float64Array, priceOk: Uint8Array): Result<DriftSweep, DriftError> {
    const table = this.#table
    if (table === null) return NOT_LOADED
    const count = table.columnAssets.length
    if (prices.length !== count || priceOk.length !== count) {
      return fail('wrong-length', `got ${prices.length} prices and ${priceOk.length} flags for ${count} assets`)
    }
    for (let i = 0; i < count; i++) {
      const price = prices[i]!
      this.#prices[table.columnOfInput[i]!] = isUsablePrice(price, priceOk[i] === 1) ? price : Number.NaN
    }
    const columns = createDriftColumns(table.bookIds.length)
    sweepBooks(table, this.#prices, columns)
    return ok({ ...columns, lineAssets: table.lineAssets, ...this.#crossings(table, columns) })
  }

  /** Every line of one book at the prices of the last sweep. */
  explain(bookId: ClientBookId): Result<BookDrift, DriftError> {
    const table = this.#table
    if (table === null) return NOT_LOADED
    const book = table.indexOfBook.get(bookId)
    if (book === undefined) return fail('unknown-book', `client book "${bookId}" is not loaded`)
    const columns = createDriftColumns(1)
    const one = oneBook(table, book)
    sweepBooks(one, this.#prices, columns)
    const status = DRIFT_STATUSES[columns.status[0]!]!
    if (columns.unableColumn[0] !== ABLE) {
      return ok({ bookId, status, unable: whyUnable(one, columns.unableColumn[0]!), valueUsd: Number.NaN, lines: [] })
    }
    const valueUsd = columns.valueUsd[0]!
    const lines = one.lineAssets
      .map((asset, line) => explainLine(one, this.#prices, valueUsd, asset, line))
      .filter((line) => line.target !== 0 || line.valueUsd !== 0)
    return ok({ bookId, status, unable: null, valueUsd, lines })
  }

  #crossings(table: BookTable, columns: DriftColumns): Pick<DriftSweep, 'newlyBreached' | 'newlyCured'> {
    const newlyBreached: BandCrossing[] = []
    const newlyCured: BandCrossing[] = []
    for (let book = 0; book < table.bookIds.length; book++) {
      if (columns.status[book] === STATUS_UNABLE) continue
      const isOut = columns.status[book] === STATUS_OUT
      const wasOut = this.#wasOut[book] === 1
      if (isOut) {
        const line = columns.worstLine[book]!
        this.#outLine[book] = line
        if (!wasOut) newlyBreached.push(this.#crossing(table, book, line, columns.valueUsd[book]!))
      } else if (wasOut) {
        newlyCured.push(this.#crossing(table, book, this.#outLine[book]!, columns.valueUsd[book]!))
      }
      this.#wasOut[book] = isOut ? 1 : 0
    }
    return { newlyBreached, newlyCured }
  }

  #crossing(table: BookTable, book: number, line: number, valueUsd: number): BandCrossing {
    const { asset, weight, target, low, high } = explainLine(
      oneBook(table, book),
      this.#prices,
      valueUsd,
      table.lineAssets[line]!,
      line,
    )
    const above = weight >= target
    return {
      bookId: table.bookIds[book]!,
      asset,
      side: above ? 'above' : 'below',
      weight,
      limit: above ? high : low,
      beyond: above ? weight - high : low - weight,
    }
  }
}

const NOT_LOADED = fail('not-loaded', 'no client books are loaded')

/** A table of one book that shares the memory of the whole. */
function oneBook(table: BookTable, book: number): BookTable {
  const columns = table.columnAssets.length
  const lines = table.lineAssets.length
  const cut = (values: Float64Array, width: number): Float64Array => values.subarray(book * width, (book + 1) * width)
  return {
    ...table,
    bookIds: [table.bookIds[book]!],
    quantities: cut(table.quantities, columns),
    targets: cut(table.targets, lines),
    lows: cut(table.lows, lines),
    highs: cut(table.highs, lines),
  }
}

function explainLine(
  one: BookTable,
  prices: Float64Array,
  bookValueUsd: number,
  asset: AssetId,
  line: number,
): LineDrift {
  const isCash = line === one.lineAssets.length - 1
  let valueUsd = 0
  for (let column = line; column < (isCash ? one.columnAssets.length : line + 1); column++) {
    if (one.quantities[column] !== 0) valueUsd += one.quantities[column]! * prices[column]!
  }
  const weight = valueUsd / bookValueUsd
  const [target, low, high] = [one.targets[line]!, one.lows[line]!, one.highs[line]!]
  const position = bandPosition(weight, target, { low, high })
  const breached = weight > high || weight < low
  return { asset, target, low, high, valueUsd, weight, drift: weight - target, position, breached }
}

function whyUnable(table: BookTable, column: number): string {
  if (column === NO_VALUE) return 'the value of the client book is not above zero'
  return `the price of ${table.columnAssets[column]} is stale or missing`
}
