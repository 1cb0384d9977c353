import { CELLS } from './band-rows.ts'
import type { BookTable } from './book-table.ts'
import { type DriftColumns, STATUS_UNABLE } from './sweep.ts'

/** Symmetric, per year, row-major over the risky columns. */
export interface ColumnCovariance {
  readonly size: number
  readonly values: Float64Array
}

/** `covariance` of the assets as loaded (n × n) in the order of the columns; settlement currencies carry no risk. */
export function inColumnOrder(table: BookTable, covariance: Float64Array): ColumnCovariance {
  const { columnOfInput, riskyCount: size } = table
  const assets = columnOfInput.length
  const values = new Float64Array(size * size)
  for (let a = 0; a < assets; a++) {
    const row = columnOfInput[a]!
    if (row >= size) continue
    for (let b = 0; b < assets; b++) {
      const column = columnOfInput[b]!
      if (column < size) values[row * size + column] = covariance[a * assets + b]!
    }
  }
  return { size, values }
}

/**
 * Ex-ante tracking error sqrt(dᵀ Σ d), d = w − t, per year, of books [from, to) whose figures are in `columns`; written
 * at their rows of `out`, NaN where a book can't be checked.
 */
export function trackingErrors(
  table: BookTable,
  prices: Float64Array,
  { size, values }: ColumnCovariance,
  columns: DriftColumns,
  out: Float64Array,
  from: number,
  to: number,
): void {
  const { sets, bands, bandOf, heldAt, scratch: differences } = table
  for (let book = from; book < to; book++) {
    if (columns.status[book] === STATUS_UNABLE) {
      out[book] = Number.NaN
      continue
    }
    const row = bandOf[book]!
    const set = bands.setOf[row]!
    const lines = sets.sizeOf[set]!
    const own = sets.startOf[set]!
    const held = heldAt[book]!
    const lined = bands.startOf[row]!
    const valueUsd = columns.valueUsd[book]!
    let variance = 0
    for (let j = 0; j < lines; j++) {
      const column = sets.columns[own + j]!
      const weight = (table.quantities.values[held + j]! * prices[column]!) / valueUsd
      const difference = weight - bands.cells.values[lined + CELLS * j]!
      const at = column * size
      let cross = 0
      for (let k = 0; k < j; k++) cross += values[at + sets.columns[own + k]!]! * differences[k]!
      variance += difference * (2 * cross + values[at + column]! * difference)
      differences[j] = difference
    }
    out[book] = Math.sqrt(Math.max(0, variance))
  }
}
