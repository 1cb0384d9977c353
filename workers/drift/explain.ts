import { bandPosition } from '../../core/band.ts'
import type { ClientBookId } from '../../core/client-book.ts'
import type { AssetId } from '../../core/instruments.ts'
import type { BookTable, DriftLine } from './book-table.ts'
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
  const lines = table.lineAssets
    .map((asset, line) => explainLine(table, prices, book, valueUsd, asset, line))
    .filter((line) => line.target !== 0 || line.valueUsd !== 0)
  return { bookId, status, unable: null, valueUsd, lines }
}

/** `column` as in `unableColumn`. */
export function whyUnable(columnAssets: readonly AssetId[], column: number): string {
  if (column === NO_VALUE) return 'the value of the client book is not above zero'
  return `the price of ${columnAssets[column]} is stale or missing`
}

function explainLine(
  table: BookTable,
  prices: Float64Array,
  book: number,
  bookValueUsd: number,
  asset: AssetId,
  line: number,
): LineDrift {
  const columns = table.columnAssets.length
  const isCash = line === table.lineAssets.length - 1
  let valueUsd = 0
  for (let column = line; column < (isCash ? columns : line + 1); column++) {
    const quantity = table.quantities[book * columns + column]!
    if (quantity !== 0) valueUsd += quantity * prices[column]!
  }
  const cell = table.bandOf[book]! * table.lineAssets.length + line
  const weight = valueUsd / bookValueUsd
  const target = table.bands.targets[cell]!
  const low = table.bands.lows[cell]!
  const high = table.bands.highs[cell]!
  return {
    asset,
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
