import type { ClientBookId } from '../../core/client-book.ts'
import { type AssetId, CASH, isSettlementAsset } from '../../core/instruments.ts'
import { type Failure, fail, ok, type Result } from '../../core/result.ts'

export interface DriftHolding {
  readonly asset: AssetId
  /** Over all venues, in units of the asset; below zero when short. */
  readonly quantity: number
}

/** A line of the book's model with its tolerance band, the regime multiplier already in it. Fractions of the value. */
export interface DriftLine {
  /** An asset, or CASH for all settlement currencies together. */
  readonly asset: AssetId
  readonly target: number
  readonly low: number
  readonly high: number
}

export interface DriftBook {
  readonly id: ClientBookId
  readonly holdings: readonly DriftHolding[]
  readonly lines: readonly DriftLine[]
}

export interface DriftLoad {
  /** Every asset that a book may hold or target, settlement currencies included; `prices` come in this order. */
  readonly assets: readonly AssetId[]
  readonly books: readonly DriftBook[]
  /**
   * A held asset without a line has the target 0 and may weigh this much either way before it is a breach
   * (residues would otherwise breach for ever). Default 0.001.
   */
  readonly unlistedWeight?: number
}

export type DriftInputError = Failure<
  'unknown-book' | 'duplicate-book' | 'unknown-asset' | 'duplicate-asset' | 'invalid-quantity' | 'invalid-band'
>

/**
 * All client books as one structure of arrays, book-major: `quantities[book × columns + column]`,
 * `targets[book × lines + line]`. Columns are the risky assets, then the settlement currencies; line i is
 * column i for the risky ones, and the last line is CASH.
 */
export interface BookTable {
  readonly bookIds: readonly ClientBookId[]
  readonly indexOfBook: ReadonlyMap<ClientBookId, number>
  /** Line names: risky assets, then CASH. */
  readonly lineAssets: readonly AssetId[]
  /** Assets in column order. */
  readonly columnAssets: readonly AssetId[]
  readonly columnOf: ReadonlyMap<AssetId, number>
  /** Caller's asset order → column. */
  readonly columnOfInput: Int32Array
  readonly quantities: Float64Array
  readonly targets: Float64Array
  readonly lows: Float64Array
  readonly highs: Float64Array
  readonly unlistedWeight: number
}

export function createBookTable(load: DriftLoad): Result<BookTable, DriftInputError> {
  const risky = load.assets.filter((asset) => !isSettlementAsset(asset))
  const columnAssets = [...risky, ...load.assets.filter(isSettlementAsset)]
  const columnOf = new Map(columnAssets.map((asset, column) => [asset, column]))
  if (columnOf.size !== load.assets.length || columnOf.has(CASH)) {
    return fail('duplicate-asset', `assets must be distinct and without ${CASH}: ${load.assets.join(', ')}`)
  }
  const indexOfBook = new Map(load.books.map((book, index) => [book.id, index]))
  if (indexOfBook.size !== load.books.length) {
    const twice = load.books.find((book, index) => indexOfBook.get(book.id) !== index)
    return fail('duplicate-book', `client book "${twice?.id}" was given twice`)
  }
  const cells = load.books.length * (risky.length + 1)
  const table: BookTable = {
    bookIds: load.books.map((book) => book.id),
    indexOfBook,
    lineAssets: [...risky, CASH],
    columnAssets,
    columnOf,
    columnOfInput: Int32Array.from(load.assets, (asset) => columnOf.get(asset)!),
    quantities: new Float64Array(load.books.length * columnAssets.length),
    targets: new Float64Array(cells),
    lows: new Float64Array(cells),
    highs: new Float64Array(cells),
    unlistedWeight: load.unlistedWeight ?? 0.001,
  }
  for (const book of load.books) {
    const held = setHoldings(table, book.id, book.holdings)
    if (!held.ok) return held
    const lined = setLines(table, book.id, book.lines)
    if (!lined.ok) return lined
  }
  return ok(table)
}

/** Sets the quantities of the assets named (not a difference); the others stay. All or nothing. */
export function setHoldings(
  table: BookTable,
  bookId: ClientBookId,
  holdings: readonly DriftHolding[],
): Result<undefined, DriftInputError> {
  const book = table.indexOfBook.get(bookId)
  if (book === undefined) return fail('unknown-book', `client book "${bookId}" is not loaded`)
  for (const { asset, quantity } of holdings) {
    if (!table.columnOf.has(asset)) return fail('unknown-asset', `client book "${bookId}" holds unknown ${asset}`)
    if (!Number.isFinite(quantity)) {
      return fail('invalid-quantity', `client book "${bookId}" holds ${quantity} ${asset}, which is not a number`)
    }
  }
  const offset = book * table.columnAssets.length
  for (const { asset, quantity } of holdings) table.quantities[offset + table.columnOf.get(asset)!] = quantity
  return ok(undefined)
}

/** Replaces all lines of the book. All or nothing. */
export function setLines(
  table: BookTable,
  bookId: ClientBookId,
  lines: readonly DriftLine[],
): Result<undefined, DriftInputError> {
  const book = table.indexOfBook.get(bookId)
  if (book === undefined) return fail('unknown-book', `client book "${bookId}" is not loaded`)
  const cashLine = table.lineAssets.length - 1
  const indices: number[] = []
  for (const { asset, target, low, high } of lines) {
    const index = asset === CASH ? cashLine : (table.columnOf.get(asset) ?? cashLine)
    if (index === cashLine && asset !== CASH) {
      return fail('unknown-asset', `client book "${bookId}" targets ${asset}, which is unknown or part of ${CASH}`)
    }
    if (indices.includes(index)) return fail('duplicate-asset', `client book "${bookId}" has two lines for ${asset}`)
    if (!(Number.isFinite(low) && Number.isFinite(high) && low <= target && target <= high)) {
      return fail('invalid-band', `client book "${bookId}": target ${target} of ${asset} is not in [${low}, ${high}]`)
    }
    indices.push(index)
  }
  const offset = book * table.lineAssets.length
  const end = offset + table.lineAssets.length
  table.targets.fill(0, offset, end)
  table.lows.fill(-table.unlistedWeight, offset, end)
  table.highs.fill(table.unlistedWeight, offset, end)
  for (const [k, line] of lines.entries()) {
    const cell = offset + indices[k]!
    table.targets[cell] = line.target
    table.lows[cell] = line.low
    table.highs[cell] = line.high
  }
  return ok(undefined)
}
