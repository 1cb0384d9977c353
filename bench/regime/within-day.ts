import { readFileSync } from 'node:fs'
import { unwrap } from '../../core/result.ts'
import { millis } from '../../core/units.ts'
import { DEFAULT_REGIME_SETTINGS, IntradayRegime, REGIME_CLASSES, readCloseSeries } from '../../workers/regime/index.ts'
import { DAY } from './study-data.ts'

const HOUR = 3_600_000
const STRESSED = REGIME_CLASSES.indexOf('stressed')

/** A day that raised the class, at its close or before. */
export interface Alarm {
  readonly date: string
  readonly before: number
  /** Highest level within the day; `before` where the hours saw nothing. */
  readonly within: number
  readonly close: number
  /** Full hour, UTC, at which the day first stood above `before`; null where only its close did. */
  readonly hour: number | null
}

export interface WithinDay {
  readonly alarms: readonly Alarm[]
  readonly days: number
  /** Hours without a price, of all. */
  readonly missingHours: number
}

/**
 * The live rule on one venue's Bitcoin: its days since 2018, with their hours as far as the venue was up; the days before
 * them are history only.
 */
export function followHours(folder: string, withinDayMargin: number): WithinDay {
  const read = (file: string) => unwrap(readCloseSeries(readFileSync(`${folder}/${file}`, 'utf8'), 'close'))
  const [daily, hourly] = [read('binance_btcusdt_daily.csv'), read('binance_btcusdt_1h.csv')]
  const timeOf = (date: string): number => Date.parse(`${date.replace(' ', 'T')}${date.length > 10 ? ':00Z' : ''}`)
  const prices = new Map(hourly.dates.map((date, i) => [timeOf(date) + HOUR, hourly.closes[i]!]))
  const until = timeOf(hourly.dates.at(-1)!)
  const settings = { ...DEFAULT_REGIME_SETTINGS, firstFitDays: Number.POSITIVE_INFINITY, withinDayMargin }
  const regime = new IntradayRegime(settings)
  const levelAt = (time: number): number => REGIME_CLASSES.indexOf(regime.reading(millis(time)).class)
  const alarms: Alarm[] = []
  let [days, missingHours] = [0, 0]
  for (const [i, date] of daily.dates.entries()) {
    const start = timeOf(date)
    if (start > until) break
    const before = levelAt(start)
    let [within, first]: [number, number | null] = [before, null]
    for (let hour = 1; hour < 24; hour++) {
      const price = prices.get(start + hour * HOUR)
      if (price === undefined) {
        if (date >= FIRST_DAY) missingHours++
        continue
      }
      regime.addHour(millis(start + hour * HOUR), price)
      const level = levelAt(start + hour * HOUR)
      if (level > within) first ??= hour
      within = Math.max(within, level)
    }
    regime.closeDay(millis(start + DAY), daily.closes[i]!)
    if (date < FIRST_DAY) continue
    days++
    const close = levelAt(start + DAY)
    if (Math.max(within, close) > before && Math.max(within, close) >= STRESSED)
      alarms.push({ date, before, within, close, hour: first })
  }
  return { alarms, days, missingHours }
}

const FIRST_DAY = '2018-01-01'
