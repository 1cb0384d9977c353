import type { ClientBookId } from '../../core/client-book.ts'
import { type AssetId, CASH, isSettlementAsset } from '../../core/instruments.ts'
import { fail, ok, type Result } from '../../core/result.ts'
import { BandRows, CELLS } from './band-rows.ts'
import { CellHeap } from './cell-heap.ts'
import { ColumnSets } from './column-sets.ts'
import type { DriftBands, DriftColumnLoad, DriftHolding, DriftInputError, DriftLine } from './drift-load.ts'

/**
 * All client books as one structure of arrays. Columns are the risky assets, then the settlement currencies. A book
 * has a row of bands, the row a set of risky columns: whatever the book holds or targets. Quantity j of book b, at
 * `quantities.values[heldAt[b] + j]`, belongs to column j of the set; after these come all settlement currencies.
 */
export interface BookTable {
  readonly bookIds: readonly ClientBookId[]
  readonly indexOfBook: ReadonlyMap<ClientBookId, number>
  /** Line names: risky assets, then CASH. */
  readonly lineAssets: readonly AssetId[]
  /** Assets in column order. */
  readonly columnAssets: readonly AssetId[]
  readonly columnOf: ReadonlyMap<AssetId, number>
  /** Columns below are risky assets; also the line of CASH. */
  readonly riskyCount: number
  /** Caller's asset order → column. */
  readonly columnOfInput: Int32Array
  readonly sets: ColumnSets
  readonly bands: BandRows
  /** Row of bands of the book. */
  readonly bandOf: Uint32Array
  readonly heldAt: Uint32Array
  readonly quantities: CellHeap
  readonly unlistedWeight: number
  /** Values of one book's columns while it is swept. */
  readonly scratch: Float64Array
}

/** One row of bands before it has a number. */
interface RowDraft {
  /** Risky columns, rising. */
  readonly columns: readonly number[]
  /** Target, low and high per column, then of CASH. */
  readonly cells: Float64Array
}

export function createBookTable(load: DriftColumnLoad): Result<BookTable, DriftInputError> {
  const { bookIds, holdingsFrom, holdingAsset, holdingQuantity } = load
  const created = emptyTable(load)
  if (!created.ok) return created
  const table = created.value
  const entries = holdingAsset.length
  if (
    holdingsFrom.length !== bookIds.length + 1 ||
    holdingQuantity.length !== entries ||
    holdingsFrom[bookIds.length] !== entries
  ) {
    const given = `${holdingsFrom.length} starts, ${entries} assets, ${holdingQuantity.length} quantities`
    return fail('wrong-length', `got ${given} for ${bookIds.length} client books`)
  }
  const followed = followBands(table, load, (book, visit) => {
    for (let entry = holdingsFrom[book]!; entry < holdingsFrom[book + 1]!; entry++) {
      const column = table.columnOfInput[holdingAsset[entry]!]
      if (column !== undefined && column < table.riskyCount && holdingQuantity[entry] !== 0) visit(column)
    }
  })
  if (!followed.ok) return followed
  table.bandOf.set(followed.value)
  table.quantities.reserve(table.bandOf.reduce((sum, row) => sum + widthOf(table, row), 0))
  const filled = fillQuantities(table, load)
  return filled.ok ? created : filled
}

function fillQuantities(table: BookTable, load: DriftColumnLoad): Result<undefined, DriftInputError> {
  const { bookIds, holdingsFrom, holdingAsset, holdingQuantity } = load
  const { columnOfInput, columnAssets, bandOf, bands, sets, heldAt, quantities, riskyCount } = table
  // Place of each column in a book of the set at hand; all settlement currencies follow the risky ones.
  const placeOf = new Int32Array(columnAssets.length)
  let placed = -1
  for (let book = 0; book < bookIds.length; book++) {
    const set = bands.setOf[bandOf[book]!]!
    if (set !== placed) {
      const columns = sets.of(set)
      placeOf.fill(-1)
      for (let j = 0; j < columns.length; j++) placeOf[columns[j]!] = j
      for (let column = riskyCount; column < columnAssets.length; column++) {
        placeOf[column] = columns.length + column - riskyCount
      }
      placed = set
    }
    const start = quantities.take(widthOf(table, bandOf[book]!))
    heldAt[book] = start
    for (let entry = holdingsFrom[book]!; entry < holdingsFrom[book + 1]!; entry++) {
      const column = columnOfInput[holdingAsset[entry]!]
      const quantity = holdingQuantity[entry]!
      if (column === undefined) {
        return fail(
          'unknown-asset',
          `client book "${bookIds[book]}" holds asset ${holdingAsset[entry]}, which is unknown`,
        )
      }
      if (!Number.isFinite(quantity)) return notANumber(bookIds[book]!, quantity, columnAssets[column]!)
      if (placeOf[column]! >= 0) quantities.values[start + placeOf[column]!] = quantity
    }
  }
  return ok(undefined)
}

function emptyTable({ assets, bookIds, unlistedWeight }: DriftColumnLoad): Result<BookTable, DriftInputError> {
  const risky = assets.filter((asset) => !isSettlementAsset(asset))
  const columnAssets = [...risky, ...assets.filter(isSettlementAsset)]
  const columnOf = new Map(columnAssets.map((asset, column) => [asset, column]))
  if (columnOf.size !== assets.length || columnOf.has(CASH)) {
    return fail('duplicate-asset', `assets must be distinct and without ${CASH}: ${assets.join(', ')}`)
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
    riskyCount: risky.length,
    columnOfInput: Int32Array.from(assets, (asset) => columnOf.get(asset)!),
    sets: new ColumnSets(),
    bands: new BandRows(16),
    bandOf: new Uint32Array(bookIds.length),
    heldAt: new Uint32Array(bookIds.length),
    quantities: new CellHeap(),
    unlistedWeight: unlistedWeight ?? 0.001,
    scratch: new Float64Array(risky.length + 1),
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
  const added: number[] = []
  for (const { asset, quantity } of holdings) {
    const column = table.columnOf.get(asset)
    if (column === undefined) return fail('unknown-asset', `client book "${bookId}" holds unknown ${asset}`)
    if (!Number.isFinite(quantity)) return notANumber(bookId, quantity, asset)
    if (quantity !== 0 && cellOf(table, book, column) < 0) added.push(column)
  }
  if (added.length > 0)
    follow(table, book, internRow(table, withColumns(table, draftOf(table, table.bandOf[book]!), added)))
  for (const { asset, quantity } of holdings) {
    const at = cellOf(table, book, table.columnOf.get(asset)!)
    if (at >= 0) table.quantities.values[at] = quantity
  }
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
  const draft = draftLines(table, lines, () => `client book "${bookId}"`)
  if (!draft.ok) return draft
  const held: number[] = []
  visitHeld(table, book, (column) => held.push(column))
  follow(table, book, internRow(table, withColumns(table, draft.value, held)))
  return ok(book)
}

/** Replaces the lines of all books. All or nothing. */
export function replaceBands(table: BookTable, bands: DriftBands): Result<undefined, DriftInputError> {
  const rows = followBands(table, bands, (book, visit) => visitHeld(table, book, visit))
  if (!rows.ok) return rows
  for (let book = 0; book < table.bookIds.length; book++) follow(table, book, rows.value[book]!)
  return ok(undefined)
}

/** A row for every book, of which it counts as a user. `visitHoldings` names the risky columns that a book holds. */
function followBands(
  table: BookTable,
  { bands, bandOf }: DriftBands,
  visitHoldings: (book: number, visit: (column: number) => void) => void,
): Result<Uint32Array, DriftInputError> {
  const books = table.bookIds.length
  if (bandOf.length !== books) return fail('wrong-length', `got bands of ${bandOf.length} client books for ${books}`)
  const beyond = bandOf.findIndex((index) => index >= bands.length)
  if (beyond >= 0) {
    const of = `client book "${table.bookIds[beyond]}"`
    return fail('wrong-length', `${of} follows bands ${bandOf[beyond]} of ${bands.length}`)
  }
  // One user of its own keeps each row while the books find theirs.
  const kept: number[] = []
  const letGo = (): void => kept.forEach((row) => releaseRow(table, row))
  for (const [index, lines] of bands.entries()) {
    const draft = draftLines(table, lines, () => `client book "${table.bookIds[bandOf.indexOf(index)]}"`)
    if (!draft.ok) {
      letGo()
      return draft
    }
    kept.push(internRow(table, draft.value))
  }
  const rows = new Uint32Array(books)
  const extra: number[] = []
  const isListed = new Uint8Array(table.riskyCount)
  let listed = -1
  for (let book = 0; book < books; book++) {
    const row = kept[bandOf[book]!]!
    const set = table.bands.setOf[row]!
    if (set !== listed) {
      isListed.fill(0)
      for (const column of table.sets.of(set)) isListed[column] = 1
      listed = set
    }
    extra.length = 0
    visitHoldings(book, (column) => {
      if (isListed[column] === 0) extra.push(column)
    })
    if (extra.length > 0) rows[book] = internRow(table, withColumns(table, draftOf(table, row), extra))
    else {
      table.bands.share(row, 1)
      rows[book] = row
    }
  }
  letGo()
  return ok(rows)
}

/** The book leaves its row for this one, of which it counts as a user already and which has all it holds. */
function follow(table: BookTable, book: number, row: number): void {
  const { bands, sets, bandOf, heldAt, quantities, columnAssets, riskyCount } = table
  const before = bandOf[book]!
  if (bands.setOf[before] !== bands.setOf[row]) {
    const held = new Float64Array(columnAssets.length)
    const start = heldAt[book]!
    const size = sets.sizeOf[bands.setOf[before]!]!
    for (const [j, column] of sets.of(bands.setOf[before]!).entries()) held[column] = quantities.values[start + j]!
    for (let column = riskyCount; column < columnAssets.length; column++) {
      held[column] = quantities.values[start + size + column - riskyCount]!
    }
    quantities.give(start, widthOf(table, before))
    const own = quantities.take(widthOf(table, row))
    heldAt[book] = own
    const columns = sets.of(bands.setOf[row]!)
    for (const [j, column] of columns.entries()) quantities.values[own + j] = held[column]!
    quantities.values.set(held.subarray(riskyCount), own + columns.length)
  }
  releaseRow(table, before)
  bandOf[book] = row
}

/** Where the quantity of that column stands, −1 where the book has none. */
function cellOf(table: BookTable, book: number, column: number): number {
  const columns = table.sets.of(table.bands.setOf[table.bandOf[book]!]!)
  const start = table.heldAt[book]!
  if (column >= table.riskyCount) return start + columns.length + column - table.riskyCount
  const j = columns.indexOf(column)
  return j < 0 ? -1 : start + j
}

function visitHeld(table: BookTable, book: number, visit: (column: number) => void): void {
  const columns = table.sets.of(table.bands.setOf[table.bandOf[book]!]!)
  const start = table.heldAt[book]!
  for (let j = 0; j < columns.length; j++) if (table.quantities.values[start + j] !== 0) visit(columns[j]!)
}

const widthOf = ({ sets, bands, columnAssets, riskyCount }: BookTable, row: number): number =>
  sets.sizeOf[bands.setOf[row]!]! + columnAssets.length - riskyCount

const internRow = (table: BookTable, { columns, cells }: RowDraft): number =>
  table.bands.intern(table.sets.intern(columns), cells)

const releaseRow = ({ sets, bands }: BookTable, row: number): void =>
  bands.release(row, sets.sizeOf[bands.setOf[row]!]! + 1)

function draftOf({ sets, bands }: BookTable, row: number): RowDraft {
  const columns = [...sets.of(bands.setOf[row]!)]
  const start = bands.startOf[row]!
  return { columns, cells: bands.cells.values.slice(start, start + CELLS * (columns.length + 1)) }
}

/** The row with more columns, those it has not yet as assets without a line. */
function withColumns(table: BookTable, draft: RowDraft, columns: readonly number[]): RowDraft {
  const all = [...new Set([...draft.columns, ...columns])].sort((a, b) => a - b)
  if (all.length === draft.columns.length) return draft
  const { unlistedWeight } = table
  const cells = new Float64Array(CELLS * (all.length + 1))
  for (const [j, column] of all.entries()) {
    const known = draft.columns.indexOf(column)
    if (known < 0) cells.set([0, -unlistedWeight, unlistedWeight], CELLS * j)
    else cells.set(draft.cells.subarray(CELLS * known, CELLS * (known + 1)), CELLS * j)
  }
  cells.set(draft.cells.subarray(CELLS * draft.columns.length), CELLS * all.length)
  return { columns: all, cells }
}

function draftLines(
  table: BookTable,
  lines: readonly DriftLine[],
  of: () => string,
): Result<RowDraft, DriftInputError> {
  const byColumn = new Map<number, DriftLine>()
  for (const line of lines) {
    const { asset, target, low, high } = line
    const column = asset === CASH ? table.riskyCount : table.columnOf.get(asset)
    if (column === undefined || (column >= table.riskyCount && asset !== CASH)) {
      return fail('unknown-asset', `${of()} targets ${asset}, which is unknown or part of ${CASH}`)
    }
    if (byColumn.has(column)) return fail('duplicate-asset', `${of()} has two lines for ${asset}`)
    if (!(Number.isFinite(low) && Number.isFinite(high) && low <= target && target <= high)) {
      return fail('invalid-band', `${of()}: target ${target} of ${asset} is not in [${low}, ${high}]`)
    }
    byColumn.set(column, line)
  }
  const columns = [...byColumn.keys()].filter((column) => column < table.riskyCount).sort((a, b) => a - b)
  const unlisted = { target: 0, low: -table.unlistedWeight, high: table.unlistedWeight }
  const cells = [...columns, table.riskyCount].flatMap((column) => {
    const { target, low, high } = byColumn.get(column) ?? unlisted
    return [target, low, high]
  })
  return ok({ columns, cells: Float64Array.from(cells) })
}

const unknownBook = (bookId: ClientBookId) => fail('unknown-book', `client book "${bookId}" is not loaded`)
const notANumber = (bookId: ClientBookId, quantity: number, asset: AssetId) =>
  fail('invalid-quantity', `client book "${bookId}" holds ${quantity} ${asset}, which is not a number`)
