import { readFileSync } from 'node:fs'
import { unwrap } from '../../core/result.ts'
import { readCloseSeries } from '../../workers/regime/index.ts'

export const DAY = 86_400_000
/** Every asset of the data with five years or more that is not a stablecoin. */
export const STUDY_ASSETS = ['BTC', 'ETH', 'XRP', 'LTC', 'BNB', 'ADA', 'DOGE', 'LINK', 'TRX', 'XLM'] as const
/** Settings are chosen on what came before, and scored on what came after. */
export const SPLIT = '2021-01-01'

export interface StudySeries {
  readonly asset: string
  readonly dates: readonly string[]
  readonly times: readonly number[]
  readonly closes: Float64Array
  /** Of the day, where the data have bars. */
  readonly bars: ReadonlyMap<string, { readonly open: number; readonly high: number; readonly low: number }>
}

/** Daily closes, and bars where there are any, from the folder that TRIMTAB_DATA names. */
export function readStudySeries(folder: string): readonly StudySeries[] {
  const closes = readFileSync(`${folder}/daily_close.csv`, 'utf8')
  const bars = new Map<string, Map<string, { open: number; high: number; low: number }>>()
  for (const line of readFileSync(`${folder}/daily_ohlcv.csv`, 'utf8').trim().split('\n').slice(1)) {
    const [asset, date, open, high, low] = line.split(',')
    const ofAsset = bars.get(asset!) ?? new Map()
    bars.set(asset!, ofAsset.set(date!, { open: Number(open), high: Number(high), low: Number(low) }))
  }
  return STUDY_ASSETS.map((asset) => {
    const { dates, closes: values } = unwrap(readCloseSeries(closes, asset))
    const times = dates.map((date) => Date.parse(date))
    return { asset, dates, times, closes: values, bars: bars.get(asset) ?? new Map() }
  })
}

export const returnsOf = ({ closes }: StudySeries): number[] =>
  Array.from(closes, (close, i) => (i === 0 ? 0 : Math.log(close / closes[i - 1]!)))
