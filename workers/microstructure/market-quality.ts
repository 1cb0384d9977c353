import type { AssetId, MarketKey, VenueId } from '../../core/instruments.ts'
import type { Refusal } from './order-book-check.ts'

/** One market on one venue as the screens, the planner and the cost curves see it. */
export interface MarketQuality {
  readonly market: MarketKey
  readonly venue: VenueId
  readonly asset: AssetId
  /** Mid of the last good order book, quote currency; NaN before the first. */
  readonly mid: number
  /** Time-weighted over the window. */
  readonly halfSpreadBps: number
  /** Quote currency on the thinner side within 10, 25, 50 bps of the mid. */
  readonly depth10: number
  readonly depth25: number
  readonly depth50: number
  readonly makerBps: number
  readonly takerBps: number
  /** Impact coefficient of `Y·σ_daily·√(q/ADV)`, time-weighted: both sides' mean, then each. */
  readonly impactY: number
  readonly impactBuyY: number
  readonly impactSellY: number
  readonly fitErrorBps: number
  /** True until a fit was possible: Y is then 0.8. */
  readonly isDefaultImpact: boolean
  readonly sigmaDaily: number
  readonly advUsd: number
  /** Since the last good order book; infinite before the first. */
  readonly ageMs: number
  readonly isStale: boolean
  /** Of the last order book seen; null where it was good. */
  readonly refused: Refusal | null
  /** Order books refused since the start, by reason. */
  readonly refusals: Readonly<Record<Refusal, number>>
  /** Sentence for why the market can't be used now; null where it can. */
  readonly unusable: string | null
}
