import { millis } from '../../core/units.ts'
import { IntradayRegime } from './intraday-regime.ts'
import { type ClosesByTime, type IndexLevel, marketIndex } from './market-index.ts'
import { DEFAULT_REGIME_SETTINGS, type RegimeSettings } from './settings.ts'

const HOUR = 3_600_000

type Closes = ReadonlyMap<number, number>

/** Closes per asset and market, by the time they were known at: of whole days, and of full hours. */
export interface FollowedCloses {
  readonly daily: readonly (readonly Closes[])[]
  readonly hourly: readonly (readonly Closes[])[]
}

/**
 * The regime of some assets' market index, or of one asset alone, from closed bars: all days, with the hours between
 * them where they are known, then hour by hour. A pure function of the bars and of when they were asked for, so that
 * a desk which was started again says what one that ran on says.
 */
export class FollowedRegime {
  readonly regime: IntradayRegime
  #last: IndexLevel | null = null

  constructor({ daily, hourly }: FollowedCloses, settings: RegimeSettings = DEFAULT_REGIME_SETTINGS) {
    this.regime = new IntradayRegime(settings)
    const days = marketIndex(daily, timesOf(daily))
    const hours = timesOf(hourly)
    // a day's close stands in for the hour that ends with it, in every market that has one
    const joined = join(daily, hourly)
    let next = 0
    for (const [i, day] of days.entries()) {
      this.regime.closeDay(millis(day.time), day.level)
      this.#last = day
      const until = days[i + 1]?.time ?? Number.POSITIVE_INFINITY
      while (next < hours.length && hours[next]! <= day.time) next++
      const from = next
      while (next < hours.length && hours[next]! < until) next++
      this.#follow(joined, hours.slice(from, next))
    }
  }

  /** When the last price was known that counts; null before the first. */
  get lastTime(): number | null {
    return this.#last?.time ?? null
  }

  /** The hours that ended since the last price, up to `now`. Hours that come late are taken in when they come. */
  addHours({ daily, hourly }: FollowedCloses, now: number): void {
    if (this.#last === null) return
    const from = (Math.floor(this.#last.time / HOUR) + 1) * HOUR
    const times = Array.from({ length: Math.max(0, Math.floor((now - from) / HOUR) + 1) }, (_, i) => from + i * HOUR)
    this.#follow(join(daily, hourly), times)
  }

  #follow(closes: readonly (readonly ClosesByTime[])[], times: readonly number[]): void {
    for (const level of marketIndex(closes, times, this.#last)) {
      this.regime.addHour(millis(level.time), level.level)
      this.#last = level
    }
  }
}

function timesOf(assets: readonly (readonly Closes[])[]): number[] {
  const times = new Set<number>()
  for (const markets of assets) for (const closes of markets) for (const time of closes.keys()) times.add(time)
  return [...times].sort((a, b) => a - b)
}

const join = (daily: FollowedCloses['daily'], hourly: FollowedCloses['hourly']): ClosesByTime[][] =>
  hourly.map((markets, asset) =>
    markets.map((closes, market) => ({ get: (time) => daily[asset]?.[market]?.get(time) ?? closes.get(time) })),
  )
