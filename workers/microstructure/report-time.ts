import { DEFAULT_SETTINGS } from './market-state.ts'
import type { OrderBookRow } from './read-order-books.ts'

/** How long each order book of a file stood. */
export interface RowTime {
  /** Milliseconds, per row. */
  readonly held: Float64Array
  /** Longest that a row can stand for. */
  readonly longest: number
  readonly gaps: { readonly count: number; readonly seconds: number }
}

/** A row stands until the next, at most three usual steps or the age at which a live order book is stale. */
export function timeOf(rows: readonly OrderBookRow[]): RowTime {
  const steps = rows.slice(1).map((row, i) => row.at - rows[i]!.at)
  const median = steps.toSorted((a, b) => a - b)[Math.floor(steps.length / 2)] ?? 1
  const longest = Math.max(DEFAULT_SETTINGS.staleMs, 3 * median)
  const held = Float64Array.from(rows, (_, i) => Math.min(longest, steps[i] ?? Math.max(1, median)))
  const gaps = steps.filter((step) => step > longest)
  return {
    held,
    longest,
    gaps: { count: gaps.length, seconds: gaps.reduce((sum, step) => sum + step - longest, 0) / 1000 },
  }
}

/** Mean over the time that the rows stood. */
export function timeMean(
  rows: readonly OrderBookRow[],
  { held }: RowTime,
  value: (row: OrderBookRow) => number,
): number {
  let [weight, sum] = [0, 0]
  for (const [i, row] of rows.entries()) {
    weight += held[i]!
    sum += held[i]! * value(row)
  }
  return sum / weight
}
