import type { VenueConnection } from '../../core/contracts/exchange.ts'
import type { RegimeView } from '../../core/contracts/monitor-view.ts'
import type { Volatilities } from '../../core/decisions/volatility-spike.ts'
import { type AssetId, type Bar, keyOf, type Market, type MarketKey } from '../../core/instruments.ts'
import type { Failure } from '../../core/result.ts'
import type { Millis } from '../../core/units.ts'
import { explainRegime, type RegimeReading } from '../../workers/regime/index.ts'
import { DEFAULT_RISK_SETTINGS, historyOfBars, type RiskEngine, type RiskModel } from '../../workers/risk/index.ts'
import type { RemoteEngine } from '../../workers/thread-link/index.ts'
import type { RiskView } from '../proposals/planning-inputs.ts'
import { RegimeWatch } from './regime-watch.ts'
import type { RuleBook } from './rule-book.ts'
import type { World } from './world.ts'

const { priorVolatility: PRIOR_VOLATILITY, priorCorrelation: PRIOR_CORRELATION } = DEFAULT_RISK_SETTINGS
const DAY_MS = 86_400_000
const HOUR_MS = 3_600_000
/** Assets that say nothing about the market's volatility. */
const STABLE: ReadonlySet<AssetId> = new Set(['USDT', 'USDC'])
/** As many as every venue gives at once: the regime ranks volatility among that of two years. */
const DAILY_BARS = 720
/** Of which the risk model takes these. */
const RISK_DAYS = 400
const HOURLY_BARS = 1_000
/** Days of traded value that the average daily volume is taken over. */
const VOLUME_DAYS = 30

export interface RiskWatchParts {
  readonly world: World
  readonly connections: readonly VenueConnection[]
  readonly engine: RemoteEngine<RiskEngine>
  readonly rules: Pick<RuleBook, 'multipliers'>
  readonly log: (line: string) => void
  /** Told of bars that could not be had, although the figures that stand do for the desk. */
  readonly onMissing: (failure: Failure) => void
}

/** What a refresh brought. */
export type RiskNews = 'none' | 'hour' | 'day'

/** Covariance, volatility and volume, made anew once a market day, and regime, every market hour, from venues' own bars. */
export class RiskWatch {
  readonly #parts: RiskWatchParts
  #model: RiskModel | null = null
  #indexOf = new Map<AssetId, number>()
  /** Closed bars as far as they are known: a refresh asks for what is new. */
  readonly #daily = new Map<MarketKey, readonly Bar[]>()
  readonly #hourly = new Map<MarketKey, readonly Bar[]>()
  #advUsd = new Map<MarketKey, number>()
  readonly #regime: RegimeWatch
  #day = -1
  #hour = -1

  constructor(parts: RiskWatchParts) {
    this.#parts = parts
    this.#regime = new RegimeWatch(parts.rules)
  }

  /** Takes in what closed since. Bars that can't be had leave the figures that stand, with a log line. */
  async refresh(marketNow: Millis): Promise<RiskNews> {
    const [day, hour] = [Math.floor(marketNow / DAY_MS), Math.floor(marketNow / HOUR_MS)]
    if (day === this.#day && hour === this.#hour) return 'none'
    const daily = day === this.#day ? null : await this.#takeDays(marketNow)
    const hasHours = hour !== this.#hour && (await this.#takeHours(marketNow))
    const bars = { daily: this.#daily, hourly: this.#hourly }
    // not one venue answered: what stands stands, and it is asked again
    if (hasHours) this.#hour = hour
    if (daily !== null && daily.size > 0) {
      this.#day = day
      await this.#takeDay(daily, marketNow)
      this.#regime.rebuild(this.#indexMarkets(), bars)
      return 'day'
    }
    if (!hasHours) return 'none'
    this.#regime.addHours(bars, marketNow)
    return 'hour'
  }

  async #takeDay(daily: ReadonlyMap<MarketKey, readonly Bar[]>, marketNow: Millis): Promise<void> {
    this.#takeVolumes(daily)
    const series = this.#seriesOfAssets(daily)
    const assets = [...series.keys()].sort()
    const estimate = await this.#parts.engine.estimate({
      histories: assets.map((asset) =>
        historyOfBars(asset, series.get(asset)!.slice(-RISK_DAYS), DAY_MS, marketNow, STABLE.has(asset)),
      ),
      asOf: marketNow,
    })
    if (estimate.ok) {
      this.#model = estimate.value
      this.#indexOf = new Map(estimate.value.assets.map((asset, index) => [asset, index]))
    } else this.#parts.log(`risk model: ${estimate.error.message}`)
  }

  /** Closed hourly bars per asset of its first market that has any, for the history chart. */
  hourlyBars(): ReadonlyMap<AssetId, { readonly market: Market; readonly bars: readonly Bar[] }> {
    const found = new Map<AssetId, { readonly market: Market; readonly bars: readonly Bar[] }>()
    for (const market of this.#parts.world.markets) {
      const bars = this.#hourly.get(keyOf(market))
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
    return Math.round(100 * this.#regime.multiplierAt(now)) / 100
  }
  regimeReading(now: Millis): RegimeReading {
    return this.#regime.reading(now)
  }
  regime(now: Millis): RegimeView {
    const reading = this.regimeReading(now)
    return {
      class: reading.class,
      since: reading.since ?? now,
      multiplier: this.multiplier(now),
      volatility: reading.volatility,
      prior: reading.prior,
      explanation: explainRegime(reading),
    }
  }
  /** Of an asset's own prices, explained; null without bars. Bands follow the market's. */
  regimeOf(asset: AssetId, now: Millis): string | null {
    const reading = this.#regime.readingOf(asset, now)
    return reading === null ? null : explainRegime(reading)
  }

  /** Of the market, per year. */
  volatilities(now: Millis): Volatilities {
    const { volatility, slowVolatility, prior } = this.#regime.reading(now)
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

  /** Daily bars of every market. */
  async #takeDays(marketNow: Millis): Promise<ReadonlyMap<MarketKey, readonly Bar[]>> {
    const found = new Map<MarketKey, readonly Bar[]>()
    for (const connection of this.#parts.connections)
      for (const market of this.#parts.world.markets) {
        if (market.venue !== connection.venue) continue
        const bars = await this.#closedBars(market, '1d', marketNow)
        if (bars !== null) found.set(keyOf(market), bars)
      }
    return found
  }

  /** Hourly bars, per asset of as many markets as it takes until one has every hour. False if no venue answered. */
  async #takeHours(marketNow: Millis): Promise<boolean> {
    let answered = false
    const settled = new Set<AssetId>()
    for (const market of this.#parts.world.markets) {
      if (settled.has(market.base)) continue
      const bars = await this.#closedBars(market, '1h', marketNow)
      answered ||= bars !== null
      if (bars !== null && isGapless(bars, marketNow)) settled.add(market.base)
    }
    return answered
  }

  /** All that are known, after asking for those that are not; null if the venue does not answer. */
  async #closedBars(market: Market, interval: '1h' | '1d', marketNow: Millis): Promise<readonly Bar[] | null> {
    const [span, most, kept] =
      interval === '1d' ? [DAY_MS, DAILY_BARS, this.#daily] : [HOUR_MS, HOURLY_BARS, this.#hourly]
    const connection = this.#parts.connections.find(({ venue }) => venue === market.venue)
    if (connection === undefined) return null
    const key = keyOf(market)
    const known = kept.get(key) ?? []
    const missing = Math.ceil((marketNow - (known.at(-1)?.openTime ?? Number.NEGATIVE_INFINITY)) / span)
    // one more than is missing: the last known one again, where the two join
    const bars = await connection.bars(key, interval, Math.min(most, missing + 1))
    if (!bars.ok) {
      const failure = { code: bars.error.code, message: `bars of ${key}: ${bars.error.message}` }
      this.#parts.log(failure.message)
      this.#parts.onMissing(failure)
      return null
    }
    // an open bar would look into the future of its own day
    const closed = bars.value.filter((bar) => bar.openTime + span <= marketNow)
    const first = closed[0]?.openTime ?? Number.POSITIVE_INFINITY
    // as many as one that asks for everything has: the last of `most` is still open
    const joined = [...known.filter((bar) => bar.openTime < first), ...closed].slice(1 - most)
    kept.set(key, joined)
    return joined
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

  #indexMarkets(): readonly Market[] {
    return this.#parts.world.markets.filter(({ base }) => !STABLE.has(base))
  }
}

function isGapless(hours: readonly Bar[], now: Millis): boolean {
  const [first, last] = [hours[0]?.openTime ?? 0, hours.at(-1)?.openTime ?? 0]
  return last + 2 * HOUR_MS > now && last - first === (hours.length - 1) * HOUR_MS
}
