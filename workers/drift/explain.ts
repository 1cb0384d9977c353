import { bandPosition } from '../../core/band.ts'
import type { ClientBookId } from '../../core/client-book.ts'
import type { AssetId } from '../../core/instruments.ts'
import { CELLS } from './band-rows.ts'
import type { BookTable } from './book-table.ts'
import type { DriftLine } from './drift-load.ts'
import {
  ABLE,
  createDriftColumns,
  DRIFT_STATUSES,
  type DriftStatus,
  framePrices,
  NO_VALUE,
  sweepBooks,
} from './sweep.ts'

export interface LineDrift extends DriftLine {
  readonly valueUsd: number
  readonly weight: number
  /** w − t. */
  readonly drift: number
  readonly position: number
  /** Weight points to the nearer limit; below 0 outside. */
  readonly edgeDistance: number
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

/** Every line of one book at these prices (column order, NaN where not usable). */
export function explainBook(table: BookTable, prices: Float64Array, book: number): BookDrift {
  const columns = createDriftColumns(1)
  sweepBooks(table, framePrices(prices), columns, book, book + 1)
  const bookId = table.bookIds[book]!
  const status = DRIFT_STATUSES[columns.status[0]!]!
  const column = columns.unableColumn[0]!
  if (column !== ABLE) {
    return { bookId, status, unable: whyUnable(table.columnAssets, column), valueUsd: Number.NaN, lines: [] }
  }
  const valueUsd = columns.valueUsd[0]!
  const set = table.sets.of(table.bands.setOf[table.bandOf[book]!]!)
  const lines = Array.from({ length: set.length + 1 }, (_, j) => explainLine(table, prices, book, valueUsd, j)).filter(
    (line) => line.target !== 0 || line.valueUsd !== 0,
  )
  return { bookId, status, unable: null, valueUsd, lines }
}

/** `column` as in `unableColumn`. */
export function whyUnable(columnAssets: readonly AssetId[], column: number): string {
  if (column === NO_VALUE) return 'the value of the client book is not above zero'
  return `the price of ${columnAssets[column]} is stale or missing`
}

/** Line j of the book: of column j of its set, or of CASH after the last. */
function explainLine(table: BookTable, prices: Float64Array, book: number, bookValueUsd: number, j: number): LineDrift {
  const { bands, lineAssets, riskyCount } = table
  const row = table.bandOf[book]!
  const column = table.sets.of(bands.setOf[row]!)[j] ?? riskyCount
  const cell = bands.startOf[row]! + CELLS * j
  const target = bands.cells.values[cell]!
  const low = bands.cells.values[cell + 1]!
  const high = bands.cells.values[cell + 2]!
  const valueUsd = lineValue(table, prices, book, j)
  const weight = valueUsd / bookValueUsd
  return {
    asset: lineAssets[column]!,
    target,
    low,
    high,
    valueUsd,
    weight,
    drift: weight - target,
    position: bandPosition(weight, target, { low, high }),
    edgeDistance: Math.min(weight - low, high - weight),
    breached: weight > high || weight < low,
  }
}

/** USD in line j of the book; prices that it does not need may be anything. */
export function lineValue(table: BookTable, prices: Float64Array, book: number, j: number): number {
  const { sets, bands, riskyCount } = table
  const quantities = table.quantities.values
  const set = bands.setOf[table.bandOf[book]!]!
  const size = sets.sizeOf[set]!
  const held = table.heldAt[book]!
  if (j < size) {
    const quantity = quantities[held + j]!
    return quantity === 0 ? 0 : quantity * prices[sets.columns[sets.startOf[set]! + j]!]!
  }
  let cash = 0
  for (let column = riskyCount; column < prices.length; column++) {
    const quantity = quantities[held + size + column - riskyCount]!
    if (quantity !== 0) cash += quantity * prices[column]!
  }
  return cash
}
