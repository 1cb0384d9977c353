import { midOf } from './depth.ts'
import { fitImpact } from './impact-fit.ts'
import { DEFAULT_SETTINGS } from './market-state.ts'
import type { OrderBookRow } from './read-order-books.ts'
import type { MarketTrade } from './read-trades.ts'
import type { RowTime } from './report-time.ts'

const DAY_MS = 86_400_000
/** Returns for the volatility are taken over at least this long: below it a mid's flicker counts as movement. */
const RETURN_MS = 5_000

export interface ReportFit {
  readonly buyY: number | null
  readonly sellY: number | null
  readonly rmsBps: number | null
  readonly rSquared: number | null
  /** Points per side and snapshot. */
  readonly points: number
  readonly snapshots: number
  /** Mean smallest and largest size fitted. */
  readonly fromUsd: number | null
  readonly toUsd: number | null
  readonly why: string | null
}

/** Root of the sum of squared log returns over the time they took, scaled to a day; null where nothing moved. */
export function realisedSigma(rows: readonly OrderBookRow[], { longest }: RowTime): number | null {
  let [squares, time] = [0, 0]
  let last = rows[0]!
  for (const [i, row] of rows.entries()) {
    if (i > 0 && row.at - rows[i - 1]!.at > longest) last = row
    if (row.at - last.at < RETURN_MS) continue
    squares += Math.log(midOf(row.bids, row.asks) / midOf(last.bids, last.asks)) ** 2
    time += row.at - last.at
    last = row
  }
  return squares > 0 ? Math.sqrt((squares / time) * DAY_MS) : null
}

/** Traded value scaled to a day, USD; null where all trades have one time. */
export function dailyVolume(trades: readonly MarketTrade[]): number | null {
  const time = trades.at(-1)!.at - trades[0]!.at
  const value = trades.reduce((sum, { price, quantity }) => sum + price * quantity, 0)
  return time > 0 ? (value / time) * DAY_MS : null
}

/**
 * Impact of the orders that the market's takers really sent: trades of one side at one time are one of them, its impact
 * is |average − first price| ÷ first. Y by least squares through the origin; independent of the order books.
 */
export function sweepImpact(
  trades: readonly MarketTrade[],
  sigmaDaily: number | null,
  advUsd: number | null,
): { readonly count: number; readonly Y: number | null } {
  let [count, xy, xx] = [0, 0, 0]
  for (let i = 0; i < trades.length; count++) {
    const first = trades[i]!
    let [quantity, value] = [0, 0]
    for (; i < trades.length && trades[i]!.at === first.at && trades[i]!.aggressor === first.aggressor; i++) {
      quantity += trades[i]!.quantity
      value += trades[i]!.quantity * trades[i]!.price
    }
    const impact = Math.abs(value / quantity - first.price) / first.price
    const x = (sigmaDaily ?? 0) * Math.sqrt(value / (advUsd ?? 1))
    xy += x * impact
    xx += x * x
  }
  return { count, Y: sigmaDaily === null || advUsd === null ? null : xy / xx }
}

/** Fits every order book on its own, both sides, and takes the means over time. */
export function fitAll(
  rows: readonly OrderBookRow[],
  time: RowTime,
  sigmaDaily: number | null,
  advUsd: number | null,
): ReportFit {
  const nothing = { buyY: null, sellY: null, rmsBps: null, rSquared: null, points: 0, snapshots: 0 }
  const none = (why: string): ReportFit => ({ ...nothing, fromUsd: null, toUsd: null, why })
  if (sigmaDaily === null)
    return none(`no mid moved over ${RETURN_MS / 1000} s or more, so the volatility is not known: give --sigma-daily`)
  if (advUsd === null) return none('all trades have one time, so the daily volume is not known: give --adv-usd')
  const scale = { sigmaDaily, advQuote: advUsd }
  let [weight, buyY, sellY, error, rSquared, from, to, points] = [0, 0, 0, 0, 0, 0, 0, 0]
  let snapshots = 0
  for (const [i, { bids, asks }] of rows.entries()) {
    const mid = midOf(bids, asks)
    const buy = fitImpact(asks, 'buy', mid, scale, DEFAULT_SETTINGS.fitDistance)
    const sell = fitImpact(bids, 'sell', mid, scale, DEFAULT_SETTINGS.fitDistance)
    if (buy === null || sell === null) continue
    const held = time.held[i]!
    weight += held
    snapshots++
    points = buy.points
    buyY += held * buy.impactY
    sellY += held * sell.impactY
    error += (held * (buy.error + sell.error)) / 2
    rSquared += (held * (buy.rSquared + sell.rSquared)) / 2
    from += (held * (buy.from + sell.from)) / 2
    to += (held * (buy.to + sell.to)) / 2
  }
  if (weight === 0) return none(`no level stands within ${1e4 * DEFAULT_SETTINGS.fitDistance} bps of the mid`)
  return {
    buyY: buyY / weight,
    sellY: sellY / weight,
    rmsBps: (1e4 * error) / weight,
    rSquared: rSquared / weight,
    points,
    snapshots,
    fromUsd: from / weight,
    toUsd: to / weight,
    why: null,
  }
}
