import type { ClientBookId } from '../../core/client-book.ts'
import { type AssetId, CASH, isSettlementAsset } from '../../core/instruments.ts'
import { type Failure, fail, ok, type Result } from '../../core/result.ts'
import { BandRows } from './band-rows.ts'

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

interface DriftScope {
  /** Every asset that a book may hold or target, settlement currencies included; `prices` come in this order. */
  readonly assets: readonly AssetId[]
  /**
   * A held asset without a line has the target 0 and may weigh this much either way before it is a breach
   * (residues would otherwise breach for ever). Default 0.001.
   */
  readonly unlistedWeight?: number
}

export interface DriftLoad extends DriftScope {
  readonly books: readonly DriftBook[]
}

/** Bands of many books at once: set `bandOf[book]` of `bands`. */
export interface DriftBands {
  readonly bands: readonly (readonly DriftLine[])[]
  readonly bandOf: Uint32Array
}

/** The same as `DriftLoad` without an object per holding: 70,000 client books cross to a thread in milliseconds. */
export interface DriftColumnLoad extends DriftScope, DriftBands {
  readonly bookIds: readonly ClientBookId[]
  /** `quantities[book × assets + asset]`, in the order of `assets`. */
  readonly quantities: Float64Array
}

export type DriftInputError = Failure<
  | 'unknown-book'
  | 'duplicate-book'
  | 'unknown-asset'
  | 'duplicate-asset'
  | 'invalid-quantity'
  | 'invalid-band'
  | 'wrong-length'
>

/**
 * All client books as one structure of arrays, book-major: `quantities[book × columns + column]`. Columns are the
 * risky assets, then the settlement currencies; line i is column i for the risky ones, and the last line is CASH.
 * Book b follows row `bandOf[b]` of `bands`.
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
  /** Replaced as a whole by `replaceBands`. */
  bands: BandRows
  readonly bandOf: Uint32Array
  readonly unlistedWeight: number
}

/** Lines of one row, before it has a number. */
interface RowDraft {
  readonly targets: Float64Array
  readonly lows: Float64Array
  readonly highs: Float64Array
}

export function createBookTable(load: DriftLoad): Result<BookTable, DriftInputError> {
  const bookIds = load.books.map((book) => book.id)
  const created = emptyTable(load, bookIds)
  if (!created.ok) return created
  const table = created.value
  for (const [index, book] of load.books.entries()) {
    const held = setHoldings(table, book.id, book.holdings)
    if (!held.ok) return held
    const row = internLines(table, table.bands, book.lines, `client book "${book.id}"`)
    if (!row.ok) return row
    table.bandOf[index] = row.value
  }
  return ok(table)
}

export function createBookTableOfColumns(load: DriftColumnLoad): Result<BookTable, DriftInputError> {
  const created = emptyTable(load, load.bookIds)
  if (!created.ok) return created
  const table = created.value
  const width = load.assets.length
  if (load.quantities.length !== width * load.bookIds.length) {
    const wanted = `${load.bookIds.length} client books × ${width} assets`
    return fail('wrong-length', `got ${load.quantities.length} quantities for ${wanted}`)
  }
  const { quantities, columnOfInput } = table
  for (let book = 0; book < load.bookIds.length; book++) {
    for (let input = 0; input < width; input++) {
      const quantity = load.quantities[book * width + input]!
      if (!Number.isFinite(quantity)) return notANumber(load.bookIds[book]!, quantity, load.assets[input]!)
      quantities[book * width + columnOfInput[input]!] = quantity
    }
  }
  const banded = replaceBands(table, load)
  return banded.ok ? ok(table) : banded
}

function emptyTable(scope: DriftScope, bookIds: readonly ClientBookId[]): Result<BookTable, DriftInputError> {
  const risky = scope.assets.filter((asset) => !isSettlementAsset(asset))
  const columnAssets = [...risky, ...scope.assets.filter(isSettlementAsset)]
  const columnOf = new Map(columnAssets.map((asset, column) => [asset, column]))
  if (columnOf.size !== scope.assets.length || columnOf.has(CASH)) {
    return fail('duplicate-asset', `assets must be distinct and without ${CASH}: ${scope.assets.join(', ')}`)
  }
  const indexOfBook = new Map(bookIds.map((id, index) => [id, index]))
  if (indexOfBook.size !== bookIds.length) {
    const twice = bookIds.find((id, index) => indexOfBook.get(id) !== index)
    return fail('duplicate-book', `client book "${twice}" was given twice`)
  }
  return ok({
    bookIds,
    indexOfBook,
    lineAssets: [...risky, CASH],
    columnAssets,
    columnOf,
    columnOfInput: Int32Array.from(scope.assets, (asset) => columnOf.get(asset)!),
    quantities: new Float64Array(bookIds.length * columnAssets.length),
    bands: new BandRows(risky.length + 1, 16),
    bandOf: new Uint32Array(bookIds.length),
    unlistedWeight: scope.unlistedWeight ?? 0.001,
  })
}

/** Sets the quantities of the assets named (not a difference); the others stay. All or nothing. Answers the book's index. */
export function setHoldings(
  table: BookTable,
  bookId: ClientBookId,
  holdings: readonly DriftHolding[],
): Result<number, DriftInputError> {
  const book = table.indexOfBook.get(bookId)
  if (book === undefined) return unknownBook(bookId)
  for (const { asset, quantity } of holdings) {
    if (!table.columnOf.has(asset)) return fail('unknown-asset', `client book "${bookId}" holds unknown ${asset}`)
    if (!Number.isFinite(quantity)) return notANumber(bookId, quantity, asset)
  }
  const offset = book * table.columnAssets.length
  for (const { asset, quantity } of holdings) table.quantities[offset + table.columnOf.get(asset)!] = quantity
  return ok(book)
}

/** Replaces all lines of the book. All or nothing. Answers the book's index. */
export function setLines(
  table: BookTable,
  bookId: ClientBookId,
  lines: readonly DriftLine[],
): Result<number, DriftInputError> {
  const book = table.indexOfBook.get(bookId)
  if (book === undefined) return unknownBook(bookId)
  const row = internLines(table, table.bands, lines, `client book "${bookId}"`)
  if (!row.ok) return row
  table.bands.release(table.bandOf[book]!)
  table.bandOf[book] = row.value
  return ok(book)
}

/** Replaces the lines of all books. All or nothing. */
export function replaceBands(table: BookTable, { bands, bandOf }: DriftBands): Result<undefined, DriftInputError> {
  if (bandOf.length !== table.bookIds.length) {
    return fail('wrong-length', `got bands of ${bandOf.length} client books for ${table.bookIds.length}`)
  }
  const beyond = bandOf.findIndex((set) => set >= bands.length)
  if (beyond >= 0) {
    const of = `client book "${table.bookIds[beyond]}"`
    return fail('wrong-length', `${of} follows band set ${bandOf[beyond]} of ${bands.length}`)
  }
  const made = new BandRows(table.bands.lines, bands.length)
  const rows = new Uint32Array(bands.length)
  for (const [set, lines] of bands.entries()) {
    const row = internLines(table, made, lines, `band set ${set}`)
    if (!row.ok) return row
    rows[set] = row.value
  }
  for (let book = 0; book < bandOf.length; book++) {
    const row = rows[bandOf[book]!]!
    made.share(row)
    table.bandOf[book] = row
  }
  for (const row of rows) made.release(row)
  table.bands = made
  return ok(undefined)
}

/** The row of these lines; the caller counts as one more user of it. */
function internLines(
  table: BookTable,
  bands: BandRows,
  lines: readonly DriftLine[],
  of: string,
): Result<number, DriftInputError> {
  const draft = draftRow(table, lines, of)
  if (!draft.ok) return draft
  return ok(bands.intern(draft.value.targets, draft.value.lows, draft.value.highs))
}

function draftRow(table: BookTable, lines: readonly DriftLine[], of: string): Result<RowDraft, DriftInputError> {
  const cashLine = table.lineAssets.length - 1
  const draft: RowDraft = {
    targets: new Float64Array(cashLine + 1),
    lows: new Float64Array(cashLine + 1).fill(-table.unlistedWeight),
    highs: new Float64Array(cashLine + 1).fill(table.unlistedWeight),
  }
  const given = new Set<number>()
  for (const { asset, target, low, high } of lines) {
    const index = asset === CASH ? cashLine : (table.columnOf.get(asset) ?? cashLine)
    if (index >= cashLine && asset !== CASH) {
      return fail('unknown-asset', `${of} targets ${asset}, which is unknown or part of ${CASH}`)
    }
    if (given.has(index)) return fail('duplicate-asset', `${of} has two lines for ${asset}`)
    if (!(Number.isFinite(low) && Number.isFinite(high) && low <= target && target <= high)) {
      return fail('invalid-band', `${of}: target ${target} of ${asset} is not in [${low}, ${high}]`)
    }
    given.add(index)
    draft.targets[index] = target
    draft.lows[index] = low
    draft.highs[index] = high
  }
  return ok(draft)
}

const unknownBook = (bookId: ClientBookId) => fail('unknown-book', `client book "${bookId}" is not loaded`)
const notANumber = (bookId: ClientBookId, quantity: number, asset: AssetId) =>
  fail('invalid-quantity', `client book "${bookId}" holds ${quantity} ${asset}, which is not a number`)
