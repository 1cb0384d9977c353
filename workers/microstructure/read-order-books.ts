import type { Result } from '../../core/result.ts'
import { type CsvFailure, type CsvTable, outOfOrder, parseNumber, RefusalTally, readCsv, shorten } from './csv-rows.ts'
import type { OrderBookFrame } from './market-state.ts'
import { type Refusal, refusalOf } from './order-book-check.ts'

export type RowRefusal = Refusal | 'cell-count' | 'bad-time'

export interface OrderBookRow extends Pick<OrderBookFrame, 'bids' | 'asks' | 'at'> {
  readonly line: number
}

export interface OrderBookRows {
  /** In order of time. */
  readonly rows: readonly OrderBookRow[]
  /** Levels per side that the file has columns for. */
  readonly levels: number
  readonly refused: RefusalTally<RowRefusal>
}

const NEEDED = ['time_ms', 'book', 'bid1_px', 'bid1_qty', 'ask1_px', 'ask1_qty'] as const

export const readOrderBookTable = (text: string): Result<CsvTable, CsvFailure> => readCsv('the l2 file', text, NEEDED)

/**
 * Snapshots of one book: `time_ms,book,bid1_px,bid1_qty,…,ask1_px,ask1_qty,…`, UTC milliseconds, quote per base, base
 * units, best first; a thin side ends in empty cells. Rows that cannot be order books are left out and counted.
 */
export function orderBookRows({ columns, rows }: CsvTable, book: string): OrderBookRows {
  const refused = new RefusalTally<RowRefusal>()
  const bookAt = columns.indexOf('book')
  const timeAt = columns.indexOf('time_ms')
  const [bids, asks] = [ladderColumns(columns, 'bid'), ladderColumns(columns, 'ask')]
  const good: OrderBookRow[] = []
  for (const { line, cells } of rows) {
    if (cells.length !== columns.length) {
      refused.add('cell-count', line, `${cells.length} cells, the header has ${columns.length}`)
      continue
    }
    if (cells[bookAt] !== book) continue
    const at = parseNumber(cells[timeAt]!)
    if (!(at > 0 && at < 8.64e15)) {
      refused.add('bad-time', line, `time_ms is ${shorten(cells[timeAt]!)}, it must be milliseconds above 0`)
      continue
    }
    const frame = { line, at, bids: ladderOf(cells, bids), asks: ladderOf(cells, asks) }
    const reason = refusalOf(frame.bids, frame.asks)
    if (reason === null) good.push(frame)
    else refused.add(reason, line, describe(reason, columns, cells, { bids, asks }))
  }
  const late = outOfOrder(good.map(({ at }) => at))
  const inOrder: OrderBookRow[] = []
  for (const [i, row] of good.entries()) {
    const last = inOrder.at(-1)
    if (!late[i]) inOrder.push(row)
    else
      refused.add(
        'out-of-order',
        row.line,
        last !== undefined && row.at < last.at
          ? `time_ms ${row.at} is before the ${last.at} of line ${last.line}`
          : `time_ms ${row.at} is after all that follow it`,
      )
  }
  return { rows: inOrder, levels: Math.min(bids.length, asks.length) / 2, refused }
}

/** Indices of price and quantity, level by level, as far as the header goes. */
function ladderColumns(columns: readonly string[], side: 'bid' | 'ask'): number[] {
  const found: number[] = []
  for (let level = 1; ; level++) {
    const [price, quantity] = [columns.indexOf(`${side}${level}_px`), columns.indexOf(`${side}${level}_qty`)]
    if (price < 0 || quantity < 0) return found
    found.push(price, quantity)
  }
}

function ladderOf(cells: readonly string[], columns: readonly number[]): Float64Array {
  let length = columns.length
  while (length > 0 && cells[columns[length - 1]!] === '' && cells[columns[length - 2]!] === '') length -= 2
  return Float64Array.from(columns.slice(0, length), (column) => parseNumber(cells[column]!))
}

function describe(
  reason: Refusal,
  columns: readonly string[],
  cells: readonly string[],
  { bids, asks }: { readonly bids: readonly number[]; readonly asks: readonly number[] },
): string {
  const cell = (column: number): string => `${columns[column]} ${shorten(cells[column]!)}`
  const all = [...bids, ...asks]
  switch (reason) {
    case 'empty':
      return `${cells[bids[0]!] === '' ? 'bids' : 'asks'} are empty`
    case 'not-a-number': {
      const bad = all.find((column) => !Number.isFinite(parseNumber(cells[column]!)) && cells[column] !== '')
      const gap = all.find((column) => cells[column] === '')
      return `${cell(bad ?? gap ?? all[0]!)} is no number`
    }
    case 'not-positive':
      return `${cell(all.find((column) => parseNumber(cells[column]!) <= 0) ?? all[0]!)} must be above 0`
    case 'unsorted': {
      const prices = (side: readonly number[]): number[] => side.filter((_, i) => i % 2 === 0)
      for (const [side, direction, order] of [
        [prices(bids), -1, 'below'],
        [prices(asks), 1, 'above'],
      ] as const)
        for (let i = 1; i < side.length; i++) {
          const step = parseNumber(cells[side[i]!]!) - parseNumber(cells[side[i - 1]!]!)
          if (direction * step <= 0) return `${cell(side[i]!)} must be ${order} ${cell(side[i - 1]!)}`
        }
      return 'levels are not in order'
    }
    default:
      return `${cell(bids[0]!)} must be below ${cell(asks[0]!)}`
  }
}
