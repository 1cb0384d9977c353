import type { BookTable } from './book-table.ts'

/** near: inside every band, and the worst line at 80 % of its half-width or more. */
export const DRIFT_STATUSES = ['in', 'near', 'out', 'unable'] as const
export type DriftStatus = (typeof DRIFT_STATUSES)[number]
export const STATUS_IN = 0
export const STATUS_NEAR = 1
export const STATUS_OUT = 2
export const STATUS_UNABLE = 3
export const NEAR_POSITION = 0.8

/** In `unableColumn`: the book can be checked. */
export const ABLE = -2
/** In `unableColumn`: all prices are there, but the value of the book is not above zero. */
export const NO_VALUE = -1

/** One entry per client book, in the order they were loaded. Where a book is `unable` every figure is NaN or −1. */
export interface DriftColumns {
  readonly valueUsd: Float64Array
  /** Line with the largest |band position|, those outside their band first; ties go to the first line. */
  readonly worstLine: Int32Array
  /** w − t of that line. */
  readonly worstDrift: Float64Array
  /** Signed, in half-widths; infinite outside a band of zero width. */
  readonly worstPosition: Float64Array
  readonly breachedLines: Uint16Array
  /** ½ Σ|w − t|. */
  readonly turnover: Float64Array
  readonly cashWeight: Float64Array
  /** Index into DRIFT_STATUSES. */
  readonly status: Uint8Array
  /** Column of the first price that is needed and missing, or ABLE, or NO_VALUE. */
  readonly unableColumn: Int32Array
}

export function createDriftColumns(books: number): DriftColumns {
  return {
    valueUsd: new Float64Array(books),
    worstLine: new Int32Array(books),
    worstDrift: new Float64Array(books),
    worstPosition: new Float64Array(books),
    breachedLines: new Uint16Array(books),
    turnover: new Float64Array(books),
    cashWeight: new Float64Array(books),
    status: new Uint8Array(books),
    unableColumn: new Int32Array(books),
  }
}

/** A price that may be used: fresh, finite and above zero. */
export const isUsablePrice = (price: number, fresh: boolean): boolean =>
  fresh && price > 0 && price < Number.POSITIVE_INFINITY

/**
 * Weights of every book at `prices` (USD, column order; NaN where not usable) against its bands.
 * A price is needed where the book holds the asset or has a target in it; cash is needed where it is held.
 * w > high or w < low is a breach: both limits belong to the band.
 */
export function sweepBooks(table: BookTable, prices: Float64Array, out: DriftColumns): void {
  const values = new Float64Array(table.columnAssets.length + 1)
  const missing: number[] = []
  // A missing price that a book does not need counts as 0 × 0 in its sum.
  const usable = Float64Array.from(prices, (price, column) => {
    if (!Number.isNaN(price)) return price
    missing.push(column)
    return 0
  })
  for (let book = 0; book < table.bookIds.length; book++) {
    const needed = missing.length > 0 ? missingColumn(table, book, missing) : ABLE
    if (needed !== ABLE) markUnable(book, needed, out)
    else if (!checkBook(table, book, usable, values, out)) markUnable(book, NO_VALUE, out)
  }
}

function missingColumn(table: BookTable, book: number, missing: readonly number[]): number {
  const held = book * table.columnAssets.length
  const lined = book * table.lineAssets.length
  const cashLine = table.lineAssets.length - 1
  for (const column of missing) {
    if (table.quantities[held + column] !== 0) return column
    if (column < cashLine && table.targets[lined + column] !== 0) return column
  }
  return ABLE
}

function markUnable(book: number, column: number, out: DriftColumns): void {
  out.valueUsd[book] = Number.NaN
  out.worstLine[book] = -1
  out.worstDrift[book] = Number.NaN
  out.worstPosition[book] = Number.NaN
  out.breachedLines[book] = 0
  out.turnover[book] = Number.NaN
  out.cashWeight[book] = Number.NaN
  out.status[book] = STATUS_UNABLE
  out.unableColumn[book] = column
}

/** False, and nothing written, where the book's value is not above zero. `values` is scratch. */
function checkBook(
  table: BookTable,
  book: number,
  prices: Float64Array,
  values: Float64Array,
  out: DriftColumns,
): boolean {
  const { quantities, targets, lows, highs } = table
  const columns = table.columnAssets.length
  const lines = table.lineAssets.length
  const cashLine = lines - 1
  const held = book * columns
  const lined = book * lines
  let total = 0
  let cash = 0
  for (let column = 0; column < columns; column++) {
    const value = quantities[held + column]! * prices[column]!
    values[column] = value
    total += value
    if (column >= cashLine) cash += value
  }
  if (!(total > 0 && total < Number.POSITIVE_INFINITY)) return false
  values[cashLine] = cash

  let worst = 0
  let worstDrift = 0
  let worstPosition = 0
  let worstMagnitude = -1
  let breached = 0
  let absolute = 0
  for (let line = 0; line < lines; line++) {
    const weight = values[line]! / total
    const target = targets[lined + line]!
    const low = lows[lined + line]!
    const high = highs[lined + line]!
    const drift = weight - target
    absolute += Math.abs(drift)
    // As core/band.ts bandPosition, without an object per line.
    const width = drift >= 0 ? high - target : target - low
    const position = drift === 0 ? 0 : width > 0 ? drift / width : drift * Number.POSITIVE_INFINITY
    const magnitude = Math.abs(position)
    const isOut = weight > high || weight < low
    if (isOut) {
      if (breached === 0) worstMagnitude = -1
      breached++
    }
    if ((isOut || breached === 0) && magnitude > worstMagnitude) {
      worst = line
      worstDrift = drift
      worstPosition = position
      worstMagnitude = magnitude
    }
  }
  out.valueUsd[book] = total
  out.worstLine[book] = worst
  out.worstDrift[book] = worstDrift
  out.worstPosition[book] = worstPosition
  out.breachedLines[book] = breached
  out.turnover[book] = absolute / 2
  out.cashWeight[book] = cash / total
  out.status[book] = breached > 0 ? STATUS_OUT : worstMagnitude >= NEAR_POSITION ? STATUS_NEAR : STATUS_IN
  out.unableColumn[book] = ABLE
  return true
}
