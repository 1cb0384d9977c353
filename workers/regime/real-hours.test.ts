import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { unwrap } from '../../core/result.ts'
import { millis } from '../../core/units.ts'
import { parseSeriesTime, readCloseSeries } from './close-series.ts'
import { IntradayRegime } from './intraday-regime.ts'
import { DEFAULT_REGIME_SETTINGS, REGIME_CLASSES } from './settings.ts'

const folder = process.env['TRIMTAB_DATA'] ?? ''
const HOUR = 3_600_000
const DAY = 24 * HOUR

interface StudiedDay {
  readonly date: string
  /** Levels at the close before, at the close, and hour by hour as far as there is a price. */
  readonly before: number
  readonly close: number
  readonly hours: readonly { readonly hour: number; readonly level: number }[]
}

describe.skipIf(folder === '')('regime on real hours of Bitcoin (skipped: TRIMTAB_DATA is not set)', () => {
  let studied: StudiedDay[] | null = null
  const days = (): readonly StudiedDay[] => (studied ??= study())
  const dayOf = (date: string): StudiedDay => days().find((day) => day.date === date)!

  test('12 March 2020 is a crisis before noon, thirteen hours ahead of its close', () => {
    const day = dayOf('2020-03-12')
    expect([day.before, day.close]).toEqual([2, 3])
    expect(day.hours.find(({ level }) => level === 3)!.hour).toBe(11)
  })

  test('13 June 2022 is stressed in its afternoon', () => {
    const day = dayOf('2022-06-13')
    expect([day.before, day.close]).toEqual([1, 2])
    expect(day.hours.find(({ level }) => level === 2)!.hour).toBeLessThanOrEqual(16)
  })

  test('19 May 2021 comes into a market that is stressed since the 12th', () => {
    expect(dayOf('2021-05-12').close).toBe(2)
    expect(dayOf('2021-05-19').before).toBe(2)
  })

  test('alarms within the day are taken back at the close less than twice a year', () => {
    const raised = days().filter(({ before, hours }) => hours.some(({ level }) => level > before))
    const takenBack = raised.filter(({ close, hours }) => hours.at(-1)!.level > close)
    const years = days().length / 365
    expect(raised.length).toBeGreaterThanOrEqual(10)
    expect(takenBack.length / years).toBeLessThan(2)
  })

  /** Days of the venue from 2018 on; hours that its outages left out stay out. */
  function study(): StudiedDay[] {
    const daily = unwrap(readCloseSeries(readFileSync(`${folder}/binance_btcusdt_daily.csv`, 'utf8'), 'close'))
    const hourly = unwrap(readCloseSeries(readFileSync(`${folder}/binance_btcusdt_1h.csv`, 'utf8'), 'close'))
    const byTime = new Map(hourly.dates.map((date, i) => [parseSeriesTime(date)! + HOUR, hourly.closes[i]!]))
    const lastHour = parseSeriesTime(hourly.dates.at(-1)!)!
    const regime = new IntradayRegime({ ...DEFAULT_REGIME_SETTINGS, firstFitDays: Number.POSITIVE_INFINITY })
    const levelAt = (time: number): number => REGIME_CLASSES.indexOf(regime.reading(millis(time)).class)
    const found: StudiedDay[] = []
    for (const [i, date] of daily.dates.entries()) {
      const start = parseSeriesTime(date)!
      if (start > lastHour) break
      const before = levelAt(start)
      const hours: { hour: number; level: number }[] = []
      for (let hour = 1; hour < 24; hour++) {
        const price = byTime.get(start + hour * HOUR)
        if (price === undefined) continue
        regime.addHour(millis(start + hour * HOUR), price)
        hours.push({ hour, level: levelAt(start + hour * HOUR) })
      }
      regime.closeDay(millis(start + DAY), daily.closes[i]!)
      if (date >= '2018') found.push({ date, before, close: levelAt(start + DAY), hours })
    }
    return found
  }
})
