import { formatAmount } from '../../core/amount.ts'
import type { ClientBook } from '../../core/client-book.ts'
import type { OpeningLot } from '../../core/journal.ts'
import { COLUMNS, type ColumnName } from './client-book-columns.ts'
import { formatCsv } from './csv-table.ts'
import { formatDate } from './date-text.ts'
import type { ImportedFirm } from './parse-client-books.ts'
import { formatRestrictions } from './restriction-text.ts'

/** Writes client books in the form that parseClientBooksCsv reads; a pause is not part of it. */
export function exportClientBooksCsv({ books, lots }: ImportedFirm): string {
  const header = COLUMNS.map((column) => column.name) as ColumnName[]
  const rows = books.flatMap((book) => {
    const ofBook = bookCells(book)
    return (lots.get(book.id) ?? []).map((lot) => {
      const cells: Record<ColumnName, string> = { ...ofBook, ...lotCells(lot) }
      return header.map((name) => cells[name])
    })
  })
  return formatCsv([header, ...rows])
}

const bookCells = (book: ClientBook) => ({
  client_id: book.clientId,
  client_name: book.clientName,
  book_id: book.id,
  tier: book.tier,
  model: book.modelId,
  custody: book.custody.kind,
  account: book.custody.kind === 'segregated' ? book.custody.account : '',
  cash_reserve: String(book.cashReserve),
  risk_aversion: String(book.riskAversion),
  maximum_turnover: book.mandate === null ? '' : String(book.mandate.maximumTurnover),
  maximum_cost_bps: book.mandate === null ? '' : String(book.mandate.maximumCostBps),
  maximum_tax_bps: text(book.mandate?.maximumTaxBps),
  may_cross: book.mayCross ? 'yes' : 'no',
  kept_share: text(book.keptShare),
  tax_short_term: text(book.taxTerms?.shortTermRate),
  tax_long_term: text(book.taxTerms?.longTermRate),
  tax_holding_days: text(book.taxTerms?.holdingPeriodDays),
  tax_loss: text(book.taxTerms?.lossRate),
  restrictions: formatRestrictions(book.restrictions),
})

const text = (value: number | undefined): string => (value === undefined ? '' : String(value))

const lotCells = (lot: OpeningLot) => ({
  venue: lot.venue,
  asset: lot.asset,
  quantity: formatAmount(lot.quantity),
  unit_cost_usd: lot.unitCostUsd === null ? '' : formatAmount(lot.unitCostUsd),
  acquired_at: formatDate(lot.acquiredAt),
})
