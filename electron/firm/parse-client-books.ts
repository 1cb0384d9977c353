import type { ClientBook, ClientBookId, VenueAccountId } from '../../core/client-book.ts'
import type { ImportFailure } from '../../core/contracts/desk-api.ts'
import { type AssetId, VENUES } from '../../core/instruments.ts'
import type { OpeningLot } from '../../core/journal.ts'
import { err, ok, type Result } from '../../core/result.ts'
import { BOOK_COLUMNS, COLUMNS, type ColumnName } from './client-book-columns.ts'
import { FaultList, RowReader } from './csv-cells.ts'
import { type CsvRow, parseCsv } from './csv-table.ts'
import { parseDate } from './date-text.ts'
import type { Firm } from './firm.ts'
import { type ImportContext, readBook } from './read-book-row.ts'

export type ImportedFirm = Pick<Firm, 'books' | 'lots'>

interface Draft {
  readonly first: RowReader
  readonly book: ClientBook | undefined
  readonly lots: OpeningLot[]
  readonly linesOfLots: Map<string, number>
}

/**
 * Reads a file of client books (columns: client-book-columns.ts). All of it or nothing: the failure lists every fault
 * with its line, column, the value given and what is allowed.
 */
export function parseClientBooksCsv(text: string, context: ImportContext): Result<ImportedFirm, ImportFailure> {
  const faults = new FaultList()
  const parsed = parseCsv(text)
  if (!parsed.ok) {
    faults.add(parsed.error.line, '', parsed.error.message)
    return refuse(faults)
  }
  const [header, ...rows] = parsed.value
  const positions = readHeader(header, faults)
  if (faults.count > 0) return refuse(faults)
  const drafts = new Map<ClientBookId, Draft>()
  for (const row of rows) readRow(row)
  if (drafts.size === 0 && faults.count === 0) faults.add(header?.line ?? 1, '', 'the file has a header and no rows')
  checkAcrossBooks([...drafts.values()], context, faults)
  if (faults.count > 0) return refuse(faults)
  return ok({
    books: [...drafts.values()].map((draft) => draft.book!),
    lots: new Map([...drafts].map(([id, draft]) => [id, draft.lots])),
  })

  function readRow(row: CsvRow): void {
    if (row.cells.every((cell) => cell === '')) return
    if (row.cells.length !== positions.size) {
      faults.add(row.line, '', `has ${row.cells.length} cells, the header has ${positions.size}`)
      return
    }
    const reader = new RowReader(row, positions, faults)
    const id = reader.filled('book_id')
    if (id === undefined) return
    let draft = drafts.get(id)
    if (draft === undefined) {
      draft = { first: reader, book: readBook(reader, id, context), lots: [], linesOfLots: new Map() }
      drafts.set(id, draft)
    } else {
      for (const { name } of BOOK_COLUMNS) {
        const [is, was] = [reader.text(name), draft.first.text(name)]
        if (is !== was) {
          reader.fault(name, `was "${is}", line ${draft.first.line} of the same client book ${id} says "${was}"`)
        }
      }
    }
    readLot(reader, draft, context)
  }
}

function refuse(faults: FaultList): { readonly ok: false; readonly error: ImportFailure } {
  const lines = faults.sorted
  const [first] = lines
  const where =
    first === undefined ? '' : `line ${first.line}${first.column ? `, ${first.column}` : ''}: ${first.message}`
  const more = lines.length > 1 ? ` (and ${lines.length - 1} more)` : ''
  return err({ code: 'import-refused', message: `nothing was imported: ${where}${more}`, lines })
}

/** Position per column name. The order is free, names are not. */
function readHeader(header: CsvRow | undefined, faults: FaultList): ReadonlyMap<ColumnName, number> {
  const positions = new Map<ColumnName, number>()
  const line = header?.line ?? 1
  if (header === undefined) faults.add(line, '', 'the file is empty')
  const allowed = COLUMNS.map((column) => column.name)
  for (const [position, cell] of (header?.cells ?? []).entries()) {
    const name = allowed.find((name) => name === cell.toLowerCase()) as ColumnName | undefined
    if (name === undefined) faults.add(line, cell, `"${cell}" is not a column; allowed: ${allowed.join(', ')}`)
    else if (positions.has(name)) faults.add(line, name, 'the column is there twice')
    else positions.set(name, position)
  }
  if (header !== undefined) {
    for (const { name, required, meaning } of COLUMNS) {
      if (required && !positions.has(name as ColumnName)) faults.add(line, name, `the column is missing (${meaning})`)
    }
  }
  return positions
}

function readLot(reader: RowReader, draft: Draft, { assets, now }: ImportContext): void {
  const venue = reader.oneOf('venue', VENUES)
  const asset = reader.text('asset').toUpperCase()
  const offered = venue === undefined ? undefined : (assets.get(venue) ?? new Set<AssetId>())
  const known = offered === undefined || offered.has(asset)
  if (!known) reader.fault('asset', `was "${asset}", ${venue} has ${[...offered!].sort().join(', ')}`)
  const quantity = reader.amount('quantity')
  if (quantity === null) reader.fault('quantity', 'is empty, it must be a decimal above 0')
  const unitCostUsd = reader.amount('unit_cost_usd')
  const day = reader.text('acquired_at')
  const acquired = day === '' ? ok(now) : parseDate(day)
  if (!acquired.ok) reader.fault('acquired_at', acquired.error.message)
  else if (acquired.value > now) reader.fault('acquired_at', `was "${day}", it must not lie in the future`)
  if (venue === undefined) return
  const key = `${venue} ${asset} ${day}`
  const earlier = draft.linesOfLots.get(key)
  if (earlier !== undefined) {
    const date = day === '' ? 'without a date' : `of ${day}`
    reader.fault('asset', `the lot of ${asset} on ${venue} ${date} is on line ${earlier} already: put them in one row`)
  }
  draft.linesOfLots.set(key, reader.line)
  if (!known || quantity === null || quantity === undefined || unitCostUsd === undefined || !acquired.ok) return
  draft.lots.push({ venue, asset, quantity, unitCostUsd, acquiredAt: acquired.value })
}

/** One name per client, one book per segregated account. */
function checkAcrossBooks(drafts: readonly Draft[], context: ImportContext, faults: FaultList): void {
  const clients = new Map<string, RowReader>()
  const accounts = new Map<VenueAccountId, RowReader>()
  for (const { first } of drafts) {
    const [client, name, account] = [first.text('client_id'), first.text('client_name'), first.text('account')]
    const before = clients.get(client)
    if (client !== '' && before !== undefined && before.text('client_name') !== name) {
      const was = before.text('client_name')
      faults.add(first.line, 'client_name', `was "${name}", line ${before.line} calls client ${client} "${was}"`)
    }
    clients.set(client, before ?? first)
    if (account === '') continue
    const holder = accounts.get(account)
    if (holder !== undefined)
      faults.add(first.line, 'account', `"${account}" is the account of line ${holder.line} already`)
    if (context.existingAccounts.has(account)) faults.add(first.line, 'account', `"${account}" is in the firm already`)
    accounts.set(account, first)
  }
}
