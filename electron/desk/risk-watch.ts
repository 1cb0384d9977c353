import type { RegimeView } from '../../core/contracts/desk-api.ts'
import type { VenueConnection } from '../../core/contracts/exchange.ts'
import type { Volatilities } from '../../core/decisions/volatility-spike.ts'
import { type AssetId, type Bar, keyOf, type Market, type MarketKey } from '../../core/instruments.ts'
import { type Millis, millis } from '../../core/units.ts'
import { RegimeTracker } from '../../workers/regime/index.ts'
import { DEFAULT_RISK_SETTINGS, historyOfBars, type RiskEngine, type RiskModel } from '../../workers/risk/index.ts'
import type { RemoteEngine } from '../../workers/thread-link/index.ts'
import type { RiskView } from '../proposals/planning-inputs.ts'
import type { World } from './world.ts'

const { priorVolatility: PRIOR_VOLATILITY, priorCorrelation: PRIOR_CORRELATION } = DEFAULT_RISK_SETTINGS
const DAY_MS = 86_400_000
/** Assets that say nothing about the market's volatility. */
const STABLE: ReadonlySet<AssetId> = new Set(['USDT', 'USDC'])
const DAILY_BARS = 400
const HOURLY_BARS = 1_000
/** Days of traded value that the average daily volume is taken over. */
const VOLUME_DAYS = 30

export interface RiskWatchParts {
  readonly world: World
  readonly connections: readonly VenueConnection[]
  readonly engine: RemoteEngine<RiskEngine>
  readonly log: (line: string) => void
}

/** Covariance, volatility, volume and regime, from the venues' own bars; made anew once a market day. */
export class RiskWatch {
  readonly #parts: RiskWatchParts
  #model: RiskModel | null = null
  #indexOf = new Map<AssetId, number>()
  /** Closed daily bars as far as they are known: a day's refresh asks for what is new. */
  readonly #daily = new Map<MarketKey, readonly Bar[]>()
  #advUsd = new Map<MarketKey, number>()
  #tracker = new RegimeTracker()
  #day = -1

  constructor(parts: RiskWatchParts) {
    this.#parts = parts
  }

  /** True when a new market day was taken in. Bars that can't be had leave yesterday's figures, with a log line. */
  async refresh(marketNow: Millis): Promise<boolean> {
    const day = Math.floor(marketNow / DAY_MS)
    if (day === this.#day) return false
    const daily = await this.#bars('1d', DAILY_BARS, marketNow)
    // not one venue answered: yesterday's figures stand, and it is asked again
    if (daily.size === 0) return false
    this.#day = day
    this.#takeVolumes(daily)
    const series = this.#seriesOfAssets(daily)
    const assets = [...series.keys()].sort()
    const estimate = await this.#parts.engine.estimate({
      histories: assets.map((asset) => historyOfBars(asset, series.get(asset)!, DAY_MS, marketNow, STABLE.has(asset))),
      asOf: marketNow,
    })
    if (estimate.ok) {
      this.#model = estimate.value
      this.#indexOf = new Map(estimate.value.assets.map((asset, index) => [asset, index]))
    } else this.#parts.log(`risk model: ${estimate.error.message}`)
    this.#trackRegime(assets.filter((asset) => !STABLE.has(asset)).map((asset) => series.get(asset)!))
    return true
  }

  /** Closed hourly bars per asset of its first market, for the history chart. */
  async hourlyBars(
    marketNow: Millis,
  ): Promise<ReadonlyMap<AssetId, { readonly market: Market; readonly bars: readonly Bar[] }>> {
    const hourly = await this.#bars('1h', HOURLY_BARS, marketNow)
    const found = new Map<AssetId, { readonly market: Market; readonly bars: readonly Bar[] }>()
    for (const market of this.#parts.world.markets) {
      const bars = hourly.get(keyOf(market))
      if (bars !== undefined && bars.length > 0 && !found.has(market.base)) found.set(market.base, { market, bars })
    }
    return found
  }

  advUsd(market: MarketKey): number {
    return this.#advUsd.get(market) ?? Number.NaN
  }
  sigmaDaily(asset: AssetId): number {
    const index = this.#indexOf.get(asset)
    return (index === undefined ? PRIOR_VOLATILITY : this.#model!.volatility[index]!) / Math.sqrt(365)
  }
  multiplier(now: Millis): number {
    // hundredths: a band that moves with every tick would make every open proposal old
    return Math.round(100 * this.#tracker.multiplierAt(now)) / 100
  }
  regime(now: Millis): RegimeView {
    const reading = this.#tracker.reading()
    return {
      class: reading.class,
      since: reading.since ?? now,
      multiplier: this.multiplier(now),
      volatility: reading.volatility,
      prior: reading.prior,
    }
  }

  /** Of the market, per year. */
  volatilities(): Volatilities {
    const { volatility, slowVolatility, prior } = this.#tracker.reading()
    return { fast: volatility, slow: slowVolatility, prior }
  }

  view(): RiskView {
    return {
      covarianceOf: (assets) => {
        const n = assets.length
        const matrix = new Float64Array(n * n)
        assets.forEach((a, i) =>
          assets.forEach((b, j) => {
            matrix[i * n + j] = this.#covariance(a, b)
          }),
        )
        return matrix
      },
      isPrior: (assets) =>
        assets.some((asset) => {
          const index = this.#indexOf.get(asset)
          return asset !== 'CASH' && (index === undefined || this.#model!.prior[index]!)
        }),
    }
  }

  /** Per year; CASH has none, an asset without an estimate stands on the prior. */
  #covariance(a: AssetId, b: AssetId): number {
    if (a === 'CASH' || b === 'CASH') return 0
    const [i, j] = [this.#indexOf.get(a), this.#indexOf.get(b)]
    if (this.#model !== null && i !== undefined && j !== undefined)
      return this.#model.covariance[i * this.#model.assets.length + j]!
    const volatility = (index: number | undefined): number =>
      index === undefined ? PRIOR_VOLATILITY : this.#model!.volatility[index]!
    return volatility(i) * volatility(j) * (a === b ? 1 : PRIOR_CORRELATION)
  }

  async #bars(interval: '1h' | '1d', most: number, marketNow: Millis): Promise<ReadonlyMap<MarketKey, readonly Bar[]>> {
    const span = interval === '1d' ? DAY_MS : 3_600_000
    const found = new Map<MarketKey, readonly Bar[]>()
    for (const connection of this.#parts.connections)
      for (const market of this.#parts.world.markets) {
        if (market.venue !== connection.venue) continue
        const key = keyOf(market)
        const known = interval === '1d' ? (this.#daily.get(key) ?? []) : []
        const missing = Math.ceil((marketNow - (known.at(-1)?.openTime ?? Number.NEGATIVE_INFINITY)) / span)
        // one more than is missing: the last known one again, where the two join
        const bars = await connection.bars(key, interval, Math.min(most, missing + 1))
        if (!bars.ok) {
          this.#parts.log(`bars of ${key}: ${bars.error.message}`)
          continue
        }
        // an open bar would look into the future of its own day
        const closed = bars.value.filter((bar) => bar.openTime + span <= marketNow)
        const first = closed[0]?.openTime ?? Number.POSITIVE_INFINITY
        // as many as one that asks for everything has: the last of `most` is still open
        const joined = [...known.filter((bar) => bar.openTime < first), ...closed].slice(1 - most)
        if (interval === '1d') this.#daily.set(key, joined)
        found.set(key, joined)
      }
    return found
  }

  #takeVolumes(daily: ReadonlyMap<MarketKey, readonly Bar[]>): void {
    for (const [market, bars] of daily) {
      const recent = bars.slice(-VOLUME_DAYS)
      const total = recent.reduce((sum, bar) => sum + bar.volume * bar.close, 0)
      this.#advUsd.set(market, recent.length > 0 ? total / recent.length : Number.NaN)
    }
  }

  /** One series per asset: the longest among its markets, the first venue's where equal. */
  #seriesOfAssets(daily: ReadonlyMap<MarketKey, readonly Bar[]>): ReadonlyMap<AssetId, readonly Bar[]> {
    const series = new Map<AssetId, readonly Bar[]>()
    for (const market of this.#parts.world.markets) {
      const bars = daily.get(keyOf(market))
      if (bars !== undefined && bars.length > (series.get(market.base)?.length ?? 0)) series.set(market.base, bars)
    }
    return series
  }

  /** The market index is the equal-weighted mean of the assets' daily log returns; missing days are left out. */
  #trackRegime(series: readonly (readonly Bar[])[]): void {
    const returns = new Map<number, { sum: number; count: number }>()
    for (const bars of series)
      for (let i = 1; i < bars.length; i++) {
        const [before, bar] = [bars[i - 1]!, bars[i]!]
        if (bar.openTime - before.openTime !== DAY_MS) continue
        const entry = returns.get(bar.openTime) ?? { sum: 0, count: 0 }
        entry.sum += Math.log(bar.close / before.close)
        entry.count++
        returns.set(bar.openTime, entry)
      }
    const tracker = new RegimeTracker()
    let level = 0
    for (const openTime of [...returns.keys()].sort((a, b) => a - b)) {
      const { sum, count } = returns.get(openTime)!
      level += sum / count
      tracker.update(millis(openTime + DAY_MS), 1_000 * Math.exp(level))
    }
    this.#tracker = tracker
  }
}
