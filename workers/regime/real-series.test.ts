import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { unwrap } from '../../core/result.ts'
import { classifySeries, type RegimeDay } from './classify-series.ts'
import { readCloseSeries } from './close-series.ts'

const folder = process.env['TRIMTAB_DATA'] ?? ''
const isLoud = (day: RegimeDay): boolean => day.class === 'stressed' || day.class === 'crisis'

describe.skipIf(folder === '')('regime on real daily closes (skipped: TRIMTAB_DATA is not set)', () => {
  const text = folder === '' ? '' : readFileSync(`${folder}/daily_close.csv`, 'utf8')
  const load = (column: string): { days: RegimeDay[]; closes: Float64Array } => {
    const series = unwrap(readCloseSeries(text, column))
    return { days: classifySeries(series.dates, series.closes), closes: series.closes }
  }

  test.each(['2020-03', '2021-05', '2022-06', '2022-11'])(
    'BTC in %s is loud within 3 days of its first fall',
    (month) => {
      const { days, closes } = load('BTC')
      const fallen = days.findIndex((day, i) => {
        if (!day.date.startsWith(month)) return false
        let sum = 0
        for (let j = i - 60; j < i; j++) sum += Math.log(closes[j]! / closes[j - 1]!) ** 2
        return Math.abs(Math.log(closes[i]! / closes[i - 1]!)) > 3 * Math.sqrt(sum / 60)
      })
      expect(fallen).toBeGreaterThan(0)
      expect(days.slice(fallen, fallen + 4).some(isLoud)).toBe(true)
      expect(days.slice(fallen + 3, fallen + 14).every(isLoud)).toBe(true)
    },
  )

  test('quiet months are calm or normal', () => {
    const { days } = load('BTC')
    const last = days.at(-1)!.date
    for (const month of ['2019-01', '2020-01', '2023-08'].filter((month) => month < last.slice(0, 7))) {
      const inMonth = days.filter((day) => day.date.startsWith(month))
      expect(inMonth.filter(isLoud).length / inMonth.length).toBeLessThan(0.5)
    }
  })

  test.each(['BTC', 'ETH', 'XRP', 'LTC', 'DOGE', 'ADA'])('%s: single-figure changes a year, few loud days', (asset) => {
    const { days } = load(asset)
    const perYear = new Map<string, number>()
    for (const [i, day] of days.entries())
      if (i > 0 && day.class !== days[i - 1]!.class)
        perYear.set(day.date.slice(0, 4), (perYear.get(day.date.slice(0, 4)) ?? 0) + 1)
    expect(Math.max(...perYear.values())).toBeLessThan(10)
    const loud = days.filter(isLoud).length / days.length
    expect(loud).toBeGreaterThan(0.05)
    expect(loud).toBeLessThanOrEqual(0.4)
  })

  test('a coin that died (log return below −5) leaves numbers that are numbers', () => {
    for (const day of load('LUNA').days) expect(Number.isFinite(day.volatility)).toBe(true)
  })
})
