import { type AssetId, type Bar, keyOf, type Market, type MarketKey } from '../../core/instruments.ts'
import type { Millis } from '../../core/units.ts'
import {
  DEFAULT_REGIME_SETTINGS,
  type FollowedCloses,
  FollowedRegime,
  IntradayRegime,
  phaseTables,
  type RegimeReading,
} from '../../workers/regime/index.ts'
import type { RuleBook } from './rule-book.ts'

const DAY_MS = 86_400_000
const HOUR_MS = 3_600_000

export interface ClosedBars {
  readonly daily: ReadonlyMap<MarketKey, readonly Bar[]>
  readonly hourly: ReadonlyMap<MarketKey, readonly Bar[]>
}

/**
 * Volatility class of the market's index and of every asset alone, from the venues' own closed bars. The market's is
 * made anew from all of them once a day and goes on hour by hour; an asset's is made when it is asked for.
 */
export class RegimeWatch {
  readonly #rules: Pick<RuleBook, 'multipliers'>
  readonly #beforeBars = new IntradayRegime()
  #market: FollowedRegime | null = null
  readonly #ofAsset = new Map<AssetId, FollowedRegime>()
  #marketsOf: ReadonlyMap<AssetId, readonly MarketKey[]> = new Map()
  #bars: ClosedBars = { daily: new Map(), hourly: new Map() }

  constructor(rules: Pick<RuleBook, 'multipliers'>) {
    this.#rules = rules
  }

  /** `markets` are those of the index; of an asset on several venues the longest history comes first. */
  rebuild(markets: readonly Market[], bars: ClosedBars): void {
    this.#bars = bars
    this.#marketsOf = marketsByAsset(markets, bars.daily)
    this.#ofAsset.clear()
    this.#market = new FollowedRegime(closesOf([...this.#marketsOf.values()], bars))
  }

  /** Takes in the hours that closed since. */
  addHours(bars: ClosedBars, now: Millis): void {
    this.#bars = bars
    this.#ofAsset.clear()
    const from = this.#market?.lastTime ?? null
    if (from !== null) this.#market?.addHours(closesOf([...this.#marketsOf.values()], bars, from), now)
  }

  reading(now: Millis): RegimeReading {
    return this.#ofTheRules((this.#market?.regime ?? this.#beforeBars).reading(now))
  }
  /** Of one asset's own prices; null without bars. */
  readingOf(asset: AssetId, now: Millis): RegimeReading | null {
    const markets = this.#marketsOf.get(asset)
    if (markets === undefined) return null
    let followed = this.#ofAsset.get(asset)
    if (followed === undefined) {
      followed = new FollowedRegime(closesOf([markets], this.#bars))
      this.#ofAsset.set(asset, followed)
    }
    return this.#ofTheRules(followed.regime.reading(now))
  }
  /** Changes of the class phase in, and so do changes of the rules. */
  multiplierAt(now: Millis): number {
    const regime = this.#market?.regime ?? this.#beforeBars
    return phaseTables(this.#rules.multipliers, now, DEFAULT_REGIME_SETTINGS.phaseInHours, (multipliers) =>
      regime.multiplierAt(now, multipliers),
    )
  }
  /** The multiplier of its class in the rules of now. */
  #ofTheRules(reading: RegimeReading): RegimeReading {
    return { ...reading, multiplier: this.#rules.multipliers.at(-1)!.multipliers[reading.class] }
  }
}

function marketsByAsset(
  markets: readonly Market[],
  daily: ReadonlyMap<MarketKey, readonly Bar[]>,
): ReadonlyMap<AssetId, readonly MarketKey[]> {
  const found = new Map<AssetId, MarketKey[]>()
  for (const market of markets) {
    const key = keyOf(market)
    if ((daily.get(key)?.length ?? 0) > 0) found.set(market.base, [...(found.get(market.base) ?? []), key])
  }
  const length = (key: MarketKey): number => daily.get(key)!.length
  for (const keys of found.values()) keys.sort((a, b) => length(b) - length(a))
  return new Map([...found].sort(([a], [b]) => (a < b ? -1 : 1)))
}

function closesOf(
  assets: readonly (readonly MarketKey[])[],
  { daily, hourly }: ClosedBars,
  from = Number.NEGATIVE_INFINITY,
): FollowedCloses {
  const of = (bars: ReadonlyMap<MarketKey, readonly Bar[]>, span: number) =>
    assets.map((markets) => markets.map((key) => closesByTime(bars.get(key) ?? [], span, from)))
  return { daily: of(daily, DAY_MS), hourly: of(hourly, HOUR_MS) }
}

/** Keyed by the time each bar closed at; those before `from` are left out. */
function closesByTime(bars: readonly Bar[], span: number, from: number): ReadonlyMap<number, number> {
  const closes = new Map<number, number>()
  for (let i = bars.length - 1; i >= 0 && bars[i]!.openTime + span >= from; i--)
    closes.set(bars[i]!.openTime + span, bars[i]!.close)
  return closes
}
