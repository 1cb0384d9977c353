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
export function explainLine(
  table: BookTable,
  prices: Float64Array,
  book: number,
  bookValueUsd: number,
  j: number,
): LineDrift {
  const { bands, columnAssets, lineAssets, riskyCount } = table
  const row = table.bandOf[book]!
  const columns = table.sets.of(bands.setOf[row]!)
  const held = table.heldAt[book]!
  const worth = (cell: number, column: number): number => {
    const quantity = table.quantities.values[held + cell]!
    return quantity === 0 ? 0 : quantity * prices[column]!
  }
  let valueUsd = 0
  if (j < columns.length) valueUsd = worth(j, columns[j]!)
  else {
    for (let column = riskyCount; column < columnAssets.length; column++) {
      valueUsd += worth(columns.length + column - riskyCount, column)
    }
  }
  const cell = bands.startOf[row]! + CELLS * j
  const [target, low, high] = bands.cells.values.subarray(cell, cell + CELLS) as unknown as [number, number, number]
  const weight = valueUsd / bookValueUsd
  return {
    asset: lineAssets[columns[j] ?? riskyCount]!,
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
