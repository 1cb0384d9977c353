import { readFileSync } from 'node:fs'
import { assert } from '../../core/assert.ts'
import { createRandom } from '../../core/random.ts'
import { unwrap } from '../../core/result.ts'
import { readCloseSeries } from '../../workers/regime/index.ts'
import { type CloseHistory, estimateRisk } from '../../workers/risk/index.ts'

const DAY = 86_400_000
/** Y: impact in daily sigmas at a trade of a day's volume, as the microstructure model has it before it is fitted. */
const IMPACT_Y = 0.8
/** Part of the volume that data sources sum over all venues which a firm's two venues have. */
const VENUE_SHARE = 0.1
const VOLUME_DAYS = 30
/** The covariance is estimated again after so many days: it moves slowly. */
const RISK_EVERY = 7
/** Returns that a covariance needs before a book is run on it. */
const WARM_UP_DAYS = 60

/** One close of every asset, with what is known at it. */
export interface PriceDay {
  readonly date: string
  /** Price over that of the close before. */
  readonly gross: Float64Array
  /** n×n per year, of the closes up to this one. */
  readonly covariance: Float64Array
  /** K of K·S^{3/2}, per √USD, from volatility and volume up to this close. */
  readonly impact: Float64Array
}

export interface PriceDays {
  readonly name: string
  readonly assets: readonly string[]
  readonly days: readonly PriceDay[]
}

/** Assets of the daily data that have closes and volumes since 2017 and are no stablecoins. */
const ASSETS = ['BTC', 'ETH', 'XRP', 'LTC', 'BNB', 'ADA', 'DOGE', 'LINK']

/** Real closes and volumes from the folder that TRIMTAB_DATA names, days on which all have both. */
export function readPriceDays(folder: string, without: readonly string[] = []): PriceDays {
  const assets = ASSETS.filter((asset) => !without.includes(asset))
  const text = readFileSync(`${folder}/daily_close.csv`, 'utf8')
  const volumes = new Map<string, number>()
  const [header, ...rows] = readFileSync(`${folder}/daily_ohlcv.csv`, 'utf8').trim().split('\n')
  const names = header!.split(',')
  for (const row of rows) {
    const cells = row.split(',')
    const of = (name: string): string => cells[names.indexOf(name)]!
    volumes.set(`${of('asset')} ${of('date')}`, Number(of('volume_usd')))
  }
  const series = assets.map((asset) => {
    const { dates, closes } = unwrap(readCloseSeries(text, asset))
    return new Map(dates.map((date, i) => [date, closes[i]!]))
  })
  const dates = [...series[0]!.keys()].filter(
    (date) => series.every((of) => of.has(date)) && assets.every((asset) => volumes.has(`${asset} ${date}`)),
  )
  return priceDays(
    assets.length < ASSETS.length ? `real closes without ${without.join(', ')}` : 'real closes',
    assets,
    dates,
    series.map((of) => dates.map((date) => of.get(date)!)),
    assets.map((asset) => dates.map((date) => VENUE_SHARE * volumes.get(`${asset} ${date}`)!)),
  )
}

/**
 * Closes made up from a seed: one factor that all follow, fat tails (Student's t of 4 degrees), volatility 50 to 110 %
 * a year, correlation near 0.6, volume a day 5 to 500 million USD.
 */
export function makePriceDays(seed: number, years: number): PriceDays {
  const random = createRandom(seed)
  const start = Date.UTC(2000, 0, 1)
  const count = Math.round(years * 365)
  const dates = Array.from({ length: count }, (_, day) => new Date(start + day * DAY).toISOString().slice(0, 10))
  const sigmas = ASSETS.map((_, i) => ((0.5 + (0.6 * i) / (ASSETS.length - 1)) * 0.71) / Math.sqrt(365))
  const closes = ASSETS.map(() => [1_000])
  const common = Math.sqrt(0.6)
  for (let day = 1; day < count; day++) {
    // √(4/χ²₄) times a normal is Student's t of 4 degrees, of variance 2; storms are everywhere at once
    const tail = Math.sqrt(
      4 / Array.from({ length: 4 }, () => random.normal() ** 2).reduce((sum, square) => sum + square),
    )
    const factor = random.normal()
    closes.forEach((of, i) => {
      const shock = tail * (common * factor + Math.sqrt(1 - 0.6) * random.normal())
      of.push(of.at(-1)! * Math.exp(sigmas[i]! * shock - sigmas[i]! ** 2))
    })
  }
  const volumes = ASSETS.map((_, i) => dates.map(() => 5e8 * 100 ** (-i / (ASSETS.length - 1))))
  return priceDays(`made up, seed ${seed}`, ASSETS, dates, closes, volumes)
}

function priceDays(
  name: string,
  assets: readonly string[],
  dates: readonly string[],
  closes: readonly (readonly number[])[],
  volumes: readonly (readonly number[])[],
): PriceDays {
  const times = dates.map((date) => Date.parse(date) + DAY)
  const histories: CloseHistory[] = assets.map((asset, i) => ({ asset, times, closes: closes[i]! }))
  const days: PriceDay[] = []
  let covariance: Float64Array = new Float64Array(0)
  for (let day = WARM_UP_DAYS; day < dates.length; day++) {
    if ((day - WARM_UP_DAYS) % RISK_EVERY === 0) covariance = estimateRisk({ histories, asOf: times[day]! }).covariance
    const n = assets.length
    const impact = Float64Array.from({ length: n }, (_, i) => {
      const volume = volumes[i]!.slice(Math.max(0, day + 1 - VOLUME_DAYS), day + 1)
      const adv = volume.reduce((sum, value) => sum + value, 0) / volume.length
      return (IMPACT_Y * Math.sqrt(covariance[i * n + i]! / 365)) / Math.sqrt(adv)
    })
    const gross = Float64Array.from(closes, (of) => of[day]! / of[day - 1]!)
    assert(gross.every(Number.isFinite) && impact.every(Number.isFinite), `${dates[day]} has no price or no volume`)
    days.push({ date: dates[day]!, gross, covariance, impact })
  }
  return { name, assets, days }
}

/** The days from `from` until before `until`. */
export const daysWithin = ({ days }: PriceDays, from: string, until: string): readonly PriceDay[] =>
  days.filter(({ date }) => date >= from && date < until)
