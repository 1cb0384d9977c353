import { CELLS } from './band-rows.ts'
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
  /** Line with the largest |band position|, those outside their band first; ties go to the first line of the book's. */
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

/** `shared`: memory that other threads see as it is, instead of a copy of it. */
export function createDriftColumns(books: number, shared = false): DriftColumns {
  const bytes = (each: number): ArrayBuffer =>
    shared ? (new SharedArrayBuffer(each * books) as unknown as ArrayBuffer) : new ArrayBuffer(each * books)
  return {
    valueUsd: new Float64Array(bytes(8)),
    worstLine: new Int32Array(bytes(4)),
    worstDrift: new Float64Array(bytes(8)),
    worstPosition: new Float64Array(bytes(8)),
    breachedLines: new Uint16Array(bytes(2)),
    turnover: new Float64Array(bytes(8)),
    cashWeight: new Float64Array(bytes(8)),
    status: new Uint8Array(bytes(1)),
    unableColumn: new Int32Array(bytes(4)),
  }
}

export const sharedDoubles = (length: number): Float64Array =>
  new Float64Array(new SharedArrayBuffer(8 * length) as unknown as ArrayBuffer)

/** A price that may be used: fresh, finite and above zero. */
export const isUsablePrice = (price: number, fresh: boolean): boolean =>
  fresh && price > 0 && price < Number.POSITIVE_INFINITY

/** Prices of one moment as the sweep reads them. */
export interface PriceFrame {
  /** USD, column order; 0 where missing, which a book that does not need the price counts as 0 × 0 in its sum. */
  readonly usable: Float64Array
  /** Columns without a usable price. */
  readonly missing: readonly number[]
}

/** `prices` in column order, NaN where not usable. */
export function framePrices(prices: Float64Array): PriceFrame {
  const missing: number[] = []
  const usable = prices.slice()
  for (let column = 0; column < usable.length; column++) {
    if (!Number.isNaN(usable[column]!)) continue
    missing.push(column)
    usable[column] = 0
  }
  return { usable, missing }
}

/**
 * Weights of books [from, to) against their bands; book `from` is written at row `at` of `out`.
 * The order of the arithmetic is part of the contract, because the last bit decides at an edge: total = Σ q·p over the
 * columns from the first to the last, cash likewise over the settlement currencies, w = q·p / total. (Columns that the
 * book has no cell for would add 0.) A price is needed where the book holds the asset or has a target in it; cash is
 * needed where it is held. w > high or w < low is a breach: both limits belong to the band.
 */
export function sweepBooks(
  table: BookTable,
  frame: PriceFrame,
  out: DriftColumns,
  from: number,
  to: number,
  at = 0,
): void {
  const hasGaps = frame.missing.length > 0
  for (let book = from, row = at; book < to; book++, row++) {
    const needed = hasGaps ? missingColumn(table, book, frame) : ABLE
    if (needed !== ABLE) markUnable(row, needed, out)
    else if (!checkBook(table, book, frame.usable, out, row)) markUnable(row, NO_VALUE, out)
  }
}

/** First column that the book needs and that has no price, or ABLE. */
function missingColumn(table: BookTable, book: number, { usable }: PriceFrame): number {
  const { sets, bands, riskyCount } = table
  const quantities = table.quantities.values
  const cells = bands.cells.values
  const row = table.bandOf[book]!
  const set = bands.setOf[row]!
  const size = sets.sizeOf[set]!
  const own = sets.startOf[set]!
  const held = table.heldAt[book]!
  const lined = bands.startOf[row]!
  for (let j = 0; j < size; j++) {
    const column = sets.columns[own + j]!
    if (usable[column] === 0 && (quantities[held + j] !== 0 || cells[lined + CELLS * j] !== 0)) return column
  }
  for (let column = riskyCount; column < usable.length; column++) {
    if (usable[column] === 0 && quantities[held + size + column - riskyCount] !== 0) return column
  }
  return ABLE
}

function markUnable(at: number, column: number, out: DriftColumns): void {
  out.valueUsd[at] = Number.NaN
  out.worstLine[at] = -1
  out.worstDrift[at] = Number.NaN
  out.worstPosition[at] = Number.NaN
  out.breachedLines[at] = 0
  out.turnover[at] = Number.NaN
  out.cashWeight[at] = Number.NaN
  out.status[at] = STATUS_UNABLE
  out.unableColumn[at] = column
}

/** False, and nothing written, where the book's value is not above zero. `at` is the row of `out`. */
function checkBook(table: BookTable, book: number, prices: Float64Array, out: DriftColumns, at: number): boolean {
  const { sets, bands, riskyCount, scratch: values } = table
  const quantities = table.quantities.values
  const cells = bands.cells.values
  const { columns } = sets
  const row = table.bandOf[book]!
  const set = bands.setOf[row]!
  const size = sets.sizeOf[set]!
  const own = sets.startOf[set]!
  const held = table.heldAt[book]!
  const lined = bands.startOf[row]!
  let total = 0
  for (let j = 0; j < size; j++) {
    const value = quantities[held + j]! * prices[columns[own + j]!]!
    values[j] = value
    total += value
  }
  let cash = 0
  for (let column = riskyCount; column < prices.length; column++) {
    const value = quantities[held + size + column - riskyCount]! * prices[column]!
    total += value
    cash += value
  }
  if (!(total > 0 && total < Number.POSITIVE_INFINITY)) return false
  values[size] = cash

  let worst = -1
  let worstDrift = 0
  let worstPosition = 0
  let worstMagnitude = -1
  let breached = 0
  let absolute = 0
  for (let j = 0; j <= size; j++) {
    const weight = values[j]! / total
    const cell = lined + CELLS * j
    const target = cells[cell]!
    const low = cells[cell + 1]!
    const high = cells[cell + 2]!
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
      worst = j
      worstDrift = drift
      worstPosition = position
      worstMagnitude = magnitude
    }
  }
  out.valueUsd[at] = total
  out.worstLine[at] = worst === size ? riskyCount : columns[own + worst]!
  out.worstDrift[at] = worstDrift
  out.worstPosition[at] = worstPosition
  out.breachedLines[at] = breached
  out.turnover[at] = absolute / 2
  out.cashWeight[at] = cash / total
  out.status[at] = breached > 0 ? STATUS_OUT : worstMagnitude >= NEAR_POSITION ? STATUS_NEAR : STATUS_IN
  out.unableColumn[at] = ABLE
  return true
}
