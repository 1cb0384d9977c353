import type { AssetId, MarketKey } from '../../core/instruments.ts'
import type { Side } from '../../core/order.ts'
import { type Failure, fail, ok, type Result } from '../../core/result.ts'
import { type CostCurve, type CostCurveError, mergeCostCurve, type VenueShares } from './cost-curve.ts'
import type { EffectiveCost } from './depth.ts'
import type { MarketQuality } from './market-quality.ts'
import {
  DEFAULT_SETTINGS,
  type MarketFacts,
  MarketState,
  type MicrostructureSettings,
  type OrderBookFrame,
} from './market-state.ts'
import type { Refusal } from './order-book-check.ts'

export interface RefusedFrame {
  readonly market: MarketKey
  readonly reason: Refusal
}

export type MicrostructureError = Failure<'unknown-market' | 'no-order-book'>

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
      else known.facts = facts
    }
  }

  /** Takes in the order books that changed; answers those it refused. A frame of an unknown market is an error. */
  observe(frames: readonly OrderBookFrame[]): Result<readonly RefusedFrame[], MicrostructureError> {
    const stranger = frames.find((frame) => !this.#markets.has(frame.market))
    if (stranger !== undefined) return fail('unknown-market', `market ${stranger.market} was not set`)
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

  /** See `mergeCostCurve`, which does the same on a snapshot without a call to the thread. */
  costCurve(asset: AssetId, side: Side, shares: VenueShares | null, now: number): Result<CostCurve, CostCurveError> {
    return mergeCostCurve(this.snapshot(now), asset, side, shares)
  }

  effectiveCost(market: MarketKey, side: Side, notional: number): Result<EffectiveCost, MicrostructureError> {
    const state = this.#markets.get(market)
    if (state === undefined) return fail('unknown-market', `market ${market} was not set`)
    const cost = state.effectiveCost(side, notional)
    return cost === null ? fail('no-order-book', `no order book of ${market} has come yet`) : ok(cost)
  }
}
