import { readFileSync } from 'node:fs'
import { unwrap } from '../core/result.ts'
import { classifySeries, readCloseSeries } from '../workers/regime/index.ts'
import { type ChartSeries, drawRegimes } from './regime/chart.ts'

const FROM = '2018-01-01'
const ASSETS = [
  ['BTC', 'Bitcoin'],
  ['ETH', 'Ether'],
] as const

/** The picture of `docs/regime-study.md`, as SVG on stdout. Needs the folder of daily prices in TRIMTAB_DATA. */
export async function benchRegimeChart(): Promise<void> {
  const folder = process.env['TRIMTAB_DATA'] ?? ''
  if (folder === '') {
    console.error('regime-chart needs daily prices: set TRIMTAB_DATA to their folder')
    process.exitCode = 2
    return
  }
  const text = readFileSync(`${folder}/daily_close.csv`, 'utf8')
  const panels = ASSETS.map(([column, name]): ChartSeries => {
    const { dates, closes } = unwrap(readCloseSeries(text, column))
    // as `trimtab regime` prints it, from the first day on; shown from 2018
    const days = classifySeries(dates, closes).map((day, i) => ({
      time: Date.parse(day.date),
      close: closes[i]!,
      class: day.class,
      multiplier: day.multiplier,
    }))
    return { name, days: days.filter(({ time }) => time >= Date.parse(FROM)) }
  })
  process.stdout.write(drawRegimes(panels))
}
