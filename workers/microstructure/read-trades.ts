import type { Side } from '../../core/order.ts'
import type { Result } from '../../core/result.ts'
import { type CsvFailure, type CsvTable, outOfOrder, parseNumber, RefusalTally, readCsv, shorten } from './csv-rows.ts'

export type TradeRefusal =
  | 'cell-count'
  | 'bad-time'
  | 'not-a-number'
  | 'not-positive'
  | 'bad-aggressor'
  | 'out-of-order'

/** A trade of the market, as it was printed. */
export interface MarketTrade {
  readonly at: number
  readonly price: number
  /** Base units. */
  readonly quantity: number
  /** Side of who took the liquidity. */
  readonly aggressor: Side
}

export interface TradeRows {
  /** In order of time. */
  readonly trades: readonly MarketTrade[]
  readonly refused: RefusalTally<TradeRefusal>
}

const NEEDED = ['time_ms', 'book', 'price', 'qty', 'aggressor'] as const
const AGGRESSORS: Readonly<Record<string, Side>> = { B: 'buy', S: 'sell' }

export const readTradeTable = (text: string): Result<CsvTable, CsvFailure> => readCsv('the trades file', text, NEEDED)

/** Trades of one book: `time_ms,book,price,qty,aggressor`, B where the taker bought, S where it sold. */
export function tradeRows({ columns, rows }: CsvTable, book: string): TradeRows {
  const refused = new RefusalTally<TradeRefusal>()
  const [timeAt, bookAt, priceAt, quantityAt, aggressorAt] = NEEDED.map((name) => columns.indexOf(name)) as [
    number,
    number,
    number,
    number,
    number,
  ]
  const good: (MarketTrade & { readonly line: number })[] = []
  for (const { line, cells } of rows) {
    if (cells.length !== columns.length) {
      refused.add('cell-count', line, `${cells.length} cells, the header has ${columns.length}`)
      continue
    }
    if (cells[bookAt] !== book) continue
    const [at, price, quantity] = [timeAt, priceAt, quantityAt].map((column) => parseNumber(cells[column]!)) as [
      number,
      number,
      number,
    ]
    const aggressor = AGGRESSORS[cells[aggressorAt]!]
    const told = (column: number): string => `${columns[column]} is ${shorten(cells[column]!)}`
    if (!(at > 0 && at < 8.64e15)) refused.add('bad-time', line, `${told(timeAt)}, it must be milliseconds above 0`)
    else if (!Number.isFinite(price)) refused.add('not-a-number', line, told(priceAt))
    else if (!Number.isFinite(quantity)) refused.add('not-a-number', line, told(quantityAt))
    else if (price <= 0) refused.add('not-positive', line, `${told(priceAt)}, it must be above 0`)
    else if (quantity <= 0) refused.add('not-positive', line, `${told(quantityAt)}, it must be above 0`)
    else if (aggressor === undefined) refused.add('bad-aggressor', line, `${told(aggressorAt)}, it must be B or S`)
    else good.push({ at, price, quantity, aggressor, line })
  }
  const late = outOfOrder(good.map(({ at }) => at))
  const trades = good.filter((_, i) => !late[i])
  for (const [i, { at, line }] of good.entries())
    if (late[i]) refused.add('out-of-order', line, `time_ms ${at} is out of order with its neighbours`)
  return { trades, refused }
}
