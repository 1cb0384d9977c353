import { DEFAULT_REGIME_SETTINGS } from './settings.ts'
import { MILLIS_PER_DAY } from './volatility.ts'

/** Closes of one market by the time they were known at, UTC milliseconds. */
export interface ClosesByTime {
  get(time: number): number | undefined
}

export interface IndexLevel {
  readonly time: number
  readonly level: number
}

/**
 * The market's own price series at rising times: each step is the equal-weighted mean of the log returns of the assets
 * priced at both ends of it, in the first of the asset's markets that is. An asset that joins, or was away, counts from
 * its next step on, so nobody's coming or going is a return. Where no asset is priced at both ends there is no level, and
 * the next one closes the gap with one return over its whole span. Beyond the longest span that a return may have the
 * index goes on from its old level: the tracker leaves such a return out.
 */
export function marketIndex(
  assets: readonly (readonly ClosesByTime[])[],
  times: readonly number[],
  start: IndexLevel | null = null,
): IndexLevel[] {
  const isPriced = (time: number): boolean =>
    assets.some((markets) => markets.some((closes) => closes.get(time) !== undefined))
  const longestGap = DEFAULT_REGIME_SETTINGS.longestReturnDays * MILLIS_PER_DAY
  const levels: IndexLevel[] = []
  let last = start
  for (const time of times) {
    if (last === null) {
      if (!isPriced(time)) continue
      last = { time, level: BASE }
    } else {
      const from = last.time
      const returns = assets.flatMap((markets) => {
        for (const closes of markets) {
          const [before, now] = [closes.get(from), closes.get(time)]
          if (before !== undefined && now !== undefined) return [Math.log(now / before)]
        }
        return []
      })
      if (returns.length > 0) {
        const mean = returns.reduce((sum, value) => sum + value, 0) / returns.length
        last = { time, level: last.level * Math.exp(mean) }
      } else if (time - from > longestGap && isPriced(time)) last = { time, level: last.level }
      else continue
    }
    levels.push(last)
  }
  return levels
}

const BASE = 1_000
