import type { AssetId, MarketKey } from '../../core/instruments.ts'
import type { Side } from '../../core/order.ts'
import { type Failure, fail, ok, type Result } from '../../core/result.ts'
import { type CostCurve, type CostCurveError, mergeCostCurve, type VenueCapacities } from './cost-curve.ts'
import type { EffectiveCost } from './depth.ts'
import type { RealisedFill } from './fill-correction.ts'
import { HOURS_OF_WEEK, type LiquidityHour } from './liquidity-clock.ts'
import type { MarketQuality } from './market-quality.ts'
import {
  DEFAULT_SETTINGS,
  type MarketFacts,
  MarketState,
  type MicrostructureSettings,
  type OrderBookFrame,
} from './market-state.ts'
import type { Refusal } from './order-book-check.ts'
import type { WaitingSaves } from './waiting.ts'

export interface RefusedFrame {
  readonly market: MarketKey
  readonly reason: Refusal
}

export interface MarketFill extends RealisedFill {
  readonly market: MarketKey
}

export interface SavedClock {
  readonly market: MarketKey
  readonly learnt: readonly number[]
}

export type MicrostructureError = Failure<'unknown-market' | 'no-order-book' | 'bad-hour'>

/** Spread, depth, fees, impact and age of every market, from its live order books. Time comes from the caller. */
export class MicrostructureEngine {
  #settings = DEFAULT_SETTINGS
  readonly #markets = new Map<MarketKey, MarketState>()

  /** Forgets every market. */
  configure(settings: Partial<MicrostructureSettings>): void {
    this.#settings = { ...DEFAULT_SETTINGS, ...settings }
    this.#markets.clear()
  }

  /** Adds markets, or updates fees, volume, volatility and the price of the quote currency of known ones. */
  setMarkets(markets: readonly MarketFacts[]): void {
    for (const facts of markets) {
      const known = this.#markets.get(facts.market)
      if (known === undefined) this.#markets.set(facts.market, new MarketState(facts, this.#settings))
      else known.setFacts(facts)
    }
  }

  /** Takes in the order books that changed; answers those it refused. A frame of an unknown market is an error. */
  observe(frames: readonly OrderBookFrame[]): Result<readonly RefusedFrame[], MicrostructureError> {
    const stranger = frames.find((frame) => !this.#markets.has(frame.market))
    if (stranger !== undefined) return unknown(stranger.market)
    const refused: RefusedFrame[] = []
    for (const frame of frames) {
      const reason = this.#markets.get(frame.market)!.observe(frame)
      if (reason !== null) refused.push({ market: frame.market, reason })
    }
    return ok(refused)
  }

  /** Every market, in the order they were set. */
  snapshot(now: number): MarketQuality[] {
    return [...this.#markets.values()].map((state) => state.quality(now))
  }

  /**
   * Orders of the account that took liquidity and are over: each shifts the Y of its market and side from what the
   * order book says towards what was paid. Answers those that say nothing: market, volume or volatility not known, or
   * figures that can't be.
   */
  observeFill(fills: readonly MarketFill[]): MarketFill[] {
    return fills.filter((fill) => this.#markets.get(fill.market)?.observeFill(fill) !== true)
  }

  /** See `mergeCostCurve`, which does the same on a snapshot without a call to the thread. */
  costCurve(
    asset: AssetId,
    side: Side,
    capacities: VenueCapacities | null,
    rangeUsd: number,
    now: number,
  ): Result<CostCurve, CostCurveError> {
    return mergeCostCurve(this.snapshot(now), asset, side, capacities, rangeUsd)
  }

  effectiveCost(market: MarketKey, side: Side, notional: number): Result<EffectiveCost, MicrostructureError> {
    const state = this.#markets.get(market)
    if (state === undefined) return unknown(market)
    const cost = state.effectiveCost(side, notional)
    return cost === null ? fail('no-order-book', `no order book of ${market} has come yet`) : ok(cost)
  }

  /** Spread and depth by hour of the week, from Monday 00:00 UTC. */
  liquidityClock(market: MarketKey): Result<readonly LiquidityHour[], MicrostructureError> {
    const state = this.#markets.get(market)
    return state === undefined ? unknown(market) : ok(state.hours())
  }

  /**
   * What waiting until an hour of the week would save on a notional (quote currency).
   * @param now wire time, as in `snapshot`; `marketNow` the market's, which has the hours
   */
  waiting(
    market: MarketKey,
    side: Side,
    notional: number,
    now: number,
    marketNow: number,
    hour: number,
  ): Result<WaitingSaves, MicrostructureError> {
    const state = this.#markets.get(market)
    if (state === undefined) return unknown(market)
    if (!(Number.isInteger(hour) && hour >= 0 && hour < HOURS_OF_WEEK))
      return fail(
        'bad-hour',
        `the hour of the week was ${hour}, it must be a whole number from 0 to ${HOURS_OF_WEEK - 1}`,
      )
    return ok(state.waiting(side, notional, now, marketNow, hour))
  }

  /** What the clocks have learnt in weeks, to be given to the next run. */
  saveClocks(): SavedClock[] {
    return [...this.#markets].map(([market, state]) => ({ market, learnt: state.saveClock() }))
  }

  /** For markets that are set; answers those that could not be used: unknown, or of another shape. */
  restoreClocks(clocks: readonly SavedClock[]): MarketKey[] {
    return clocks
      .filter(({ market, learnt }) => this.#markets.get(market)?.restoreClock(learnt) !== true)
      .map(({ market }) => market)
  }
}

const unknown = (market: MarketKey): Result<never, MicrostructureError> =>
  fail('unknown-market', `market ${market} was not set`)
