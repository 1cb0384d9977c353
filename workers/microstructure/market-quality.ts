import type { AssetId, MarketKey, VenueId } from '../../core/instruments.ts'
import type { AccountFees } from './fee-schedule.ts'
import type { Refusal } from './order-book-check.ts'

/** How good the impact fit is, and what the account's own fills changed. */
export interface ImpactQuality {
  /** As fitted to the order book, time-weighted, before the fills. */
  readonly fittedBuyY: number
  readonly fittedSellY: number
  /** 1 − residual ÷ total squares, mean of both sides, time-weighted. */
  readonly rSquared: number
  /** Points per side that each fit rests on. */
  readonly points: number
  /** Sizes that the last fit has seen on both sides, quote currency. */
  readonly from: number
  readonly to: number
  /** Realised fills that count on each side, old ones for less than one. */
  readonly buyFills: number
  readonly sellFills: number
  /** What they have paid for impact over what order books had said, shrunk towards 1: times Y, and times a walk. */
  readonly buyFactor: number
  readonly sellFactor: number
}

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
  /** What the account pays, its tier and discount in it. */
  readonly makerBps: number
  readonly takerBps: number
  /** Tier and what the next one would save; null where the fees can't be used. */
  readonly fees: AccountFees | null
  /** Impact coefficient of `Y·σ_daily·√(q/ADV)`, corrected by the account's own fills: both sides' mean, then each. */
  readonly impactY: number
  readonly impactBuyY: number
  readonly impactSellY: number
  /** Root mean square of the fit's error, time-weighted; NaN before the first fit. */
  readonly fitErrorBps: number
  /** null before the first fit. */
  readonly fit: ImpactQuality | null
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
