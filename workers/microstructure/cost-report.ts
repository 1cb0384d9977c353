import type { Side } from '../../core/order.ts'
import { fail, ok, type Result } from '../../core/result.ts'
import { booksOf, type CsvFailure, type RefusedRows } from './csv-rows.ts'
import { halfSpreadOf, midOf } from './depth.ts'
import { type OrderBookRow, orderBookRows, type RowRefusal, readOrderBookTable } from './read-order-books.ts'
import { readTradeTable, type TradeRefusal, tradeRows } from './read-trades.ts'
import { costRow, type DepthRow, depthRow, type EffectiveCostRow, type LevelsEnd, levelsEnd } from './report-figures.ts'
import { dailyVolume, fitAll, type ReportFit, realisedSigma, sweepImpact } from './report-impact.ts'
import { timeMean, timeOf } from './report-time.ts'

/** Basis points from the mid that depth is told at. */
const DEPTH_BPS = [1, 2, 5, 10, 25, 50] as const
const SIZES_USD = [1_000, 10_000, 100_000, 1_000_000] as const

export interface CostReportRequest {
  readonly l2: string
  readonly trades: string
  /** null: the only one in the file. */
  readonly book: string | null
  /** Above 0, where the caller knows them better than a few minutes of data can tell; null: from the files. */
  readonly sigmaDaily: number | null
  readonly advUsd: number | null
}

export interface CostReport {
  readonly book: string
  readonly from: string
  readonly to: string
  readonly snapshots: number
  readonly trades: number
  readonly levels: number
  /** Times without a snapshot, which count for nothing. */
  readonly gaps: { readonly count: number; readonly seconds: number }
  readonly mid: number
  /** Quoted, time-weighted; twice the half-spread. */
  readonly spreadBps: number
  readonly halfSpreadBps: number
  readonly depth: readonly DepthRow[]
  readonly levelsEndBps: Readonly<Record<'bid' | 'ask', LevelsEnd>>
  readonly effectiveCost: Readonly<Record<Side, readonly EffectiveCostRow[]>>
  /** Mean of both sides; null where it can't be fitted, for the reason given in `fit`. */
  readonly Y: number | null
  readonly fitErrorBps: number | null
  readonly fit: ReportFit
  /** Orders of the market's takers and the Y that they paid, to hold the fitted one against. */
  readonly sweeps: { readonly count: number; readonly Y: number | null }
  readonly sigmaDaily: number | null
  readonly sigmaFrom: 'given' | 'order books'
  readonly advUsd: number | null
  readonly advFrom: 'given' | 'trades'
  readonly refused: {
    readonly l2: { readonly rows: number; readonly byReason: readonly RefusedRows<RowRefusal>[] }
    readonly trades: { readonly rows: number; readonly byReason: readonly RefusedRows<TradeRefusal>[] }
  }
}

/**
 * Spread, depth, effective cost and impact of one market from files of order books and trades. Means are over time:
 * a snapshot counts as long as it stood, and a gap counts for nothing. The quote currency is taken for USD.
 */
export function costReport(request: CostReportRequest): Result<CostReport, CsvFailure> {
  const l2 = readOrderBookTable(request.l2)
  if (!l2.ok) return l2
  const tradeTable = readTradeTable(request.trades)
  if (!tradeTable.ok) return tradeTable
  const chosen = chooseBook(booksOf(l2.value), request.book)
  if (!chosen.ok) return chosen
  const book = chosen.value
  const { rows, levels, refused } = orderBookRows(l2.value, book)
  if (rows.length === 0)
    return fail(
      'no-rows',
      `no order book of ${book} can be used: ${refused.rows} refused, ${refused.list()[0]?.message}`,
    )
  const traded = tradeRows(tradeTable.value, book)
  if (traded.trades.length === 0) {
    const first = traded.refused.list()[0]
    const why = first === undefined ? `it holds ${booksOf(tradeTable.value).join(', ')}` : first.message
    return fail('no-rows', `the trades file has no usable trade of ${book}: ${why}`)
  }
  const time = timeOf(rows)
  const sigmaDaily = request.sigmaDaily ?? realisedSigma(rows, time)
  const advUsd = request.advUsd ?? dailyVolume(traded.trades)
  const fit = fitAll(rows, time, sigmaDaily, advUsd)
  const mean = (value: (row: OrderBookRow) => number): number => timeMean(rows, time, value)
  const halfSpreadBps = 1e4 * mean(({ bids, asks }) => halfSpreadOf(bids, asks))
  const costs = (side: Side): EffectiveCostRow[] => {
    const y = side === 'buy' ? fit.buyY : fit.sellY
    return SIZES_USD.map((usd) =>
      costRow(
        rows,
        time,
        side,
        usd,
        y === null ? null : halfSpreadBps + 1e4 * y * sigmaDaily! * Math.sqrt(usd / advUsd!),
      ),
    )
  }
  return ok({
    book,
    from: new Date(rows[0]!.at).toISOString(),
    to: new Date(rows.at(-1)!.at).toISOString(),
    snapshots: rows.length,
    trades: traded.trades.length,
    levels,
    gaps: time.gaps,
    mid: mean(({ bids, asks }) => midOf(bids, asks)),
    spreadBps: 2 * halfSpreadBps,
    halfSpreadBps,
    depth: DEPTH_BPS.map((bps) => depthRow(rows, time, bps)),
    levelsEndBps: { bid: levelsEnd(rows, time, 'bids'), ask: levelsEnd(rows, time, 'asks') },
    effectiveCost: { buy: costs('buy'), sell: costs('sell') },
    Y: fit.buyY === null || fit.sellY === null ? null : (fit.buyY + fit.sellY) / 2,
    fitErrorBps: fit.rmsBps,
    fit,
    sweeps: sweepImpact(traded.trades, sigmaDaily, advUsd),
    sigmaDaily,
    sigmaFrom: request.sigmaDaily === null ? 'order books' : 'given',
    advUsd,
    advFrom: request.advUsd === null ? 'trades' : 'given',
    refused: {
      l2: { rows: refused.rows, byReason: refused.list() },
      trades: { rows: traded.refused.rows, byReason: traded.refused.list() },
    },
  })
}

function chooseBook(books: readonly string[], wanted: string | null): Result<string, CsvFailure> {
  if (wanted === null && books.length === 1) return ok(books[0]!)
  if (wanted !== null && books.includes(wanted)) return ok(wanted)
  const held = books.length > 0 ? books.join(', ') : 'no row with as many cells as its header'
  return wanted === null
    ? fail('unknown-book', `the l2 file holds ${held}: name one with --book`)
    : fail('unknown-book', `--book was "${wanted}", the l2 file holds ${held}`)
}
