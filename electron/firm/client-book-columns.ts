/**
 * The columns of a file of client books. One row per lot (a purchase of one asset on one venue); what describes the
 * client book stands on each of its rows, the same every time.
 */
export interface CsvColumn {
  readonly name: string
  /** Whether the file must have it. A blank cell in an optional one takes the default that `meaning` states. */
  readonly required: boolean
  readonly meaning: string
}

const column = <N extends string>(name: N, meaning: string) => ({ name, required: true, meaning })
const optional = <N extends string>(name: N, meaning: string) => ({ name, required: false, meaning })

/** Equal on every row of a book. */
export const BOOK_COLUMNS = [
  column('client_id', 'the firm’s own id of the client'),
  column('client_name', 'name shown on every screen'),
  column('book_id', 'id of the client book, there once in the firm'),
  column('tier', 'standard or premium'),
  column('model', 'id of a model portfolio'),
  optional('custody', 'omnibus (the default) or segregated'),
  optional('account', 'name of the venue account of a segregated book'),
  optional('cash_reserve', 'fraction that always stays in cash, 0 by default'),
  optional('risk_aversion', 'above 0 and up to 100, 4 by default'),
  optional('maximum_turnover', 'mandate of a premium book: largest one-way turnover of one rebalance, a fraction'),
  optional('maximum_cost_bps', 'mandate of a premium book: largest cost of one rebalance, bps of the book'),
  optional('maximum_tax_bps', 'mandate of a premium book: largest tax of one rebalance, bps of the book, 0 by default'),
  optional('may_cross', 'yes or no (the default): whether opposite flows may be crossed inside the firm'),
  optional('kept_share', 'part of its target that no asset is sold below, 0 to 1; the model decides by default'),
  optional('tax_short_term', 'rate of gains on lots held up to tax_holding_days, a fraction; blank: no tax terms'),
  optional('tax_long_term', 'rate of gains on lots held longer, a fraction'),
  optional('tax_holding_days', 'days after which a lot is long-term, a whole number'),
  optional('tax_loss', 'what a loss saves, a fraction of it, 0: nothing; as a gain of its own term costs by default'),
  optional('restrictions', 'such as: no-buy DOGE until 2026-01-31: reason | at-most SOL 0.05: reason'),
] as const satisfies readonly CsvColumn[]

export const LOT_COLUMNS = [
  column('venue', 'where the lot lies'),
  column('asset', 'what it is, cash included (USD, USDT)'),
  column('quantity', 'a decimal above 0, with a point and at most 12 decimals'),
  optional('unit_cost_usd', 'US dollars paid per unit; blank where it is not known'),
  optional('acquired_at', 'date of the purchase, UTC unless it says otherwise; now by default'),
] as const satisfies readonly CsvColumn[]

export const COLUMNS: readonly CsvColumn[] = [...BOOK_COLUMNS, ...LOT_COLUMNS]
export type ColumnName = (typeof BOOK_COLUMNS)[number]['name'] | (typeof LOT_COLUMNS)[number]['name']
