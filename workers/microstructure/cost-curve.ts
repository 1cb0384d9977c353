import type { AssetId, VenueId } from '../../core/instruments.ts'
import type { Side } from '../../core/order.ts'
import { type Failure, fail, ok, type Result } from '../../core/result.ts'
import { type CurveFit, fitCurve } from './curve-fit.ts'
import { type CostSource, MergedCost, sourceCost } from './infimal-convolution.ts'
import type { MarketQuality } from './market-quality.ts'

/** USD that may be traded per venue: the holding there for a sale, the quote cash there for a buy. */
export type VenueCapacities = Readonly<Partial<Record<VenueId, number>>>

/** What a trade of q USD costs on one venue: `(halfSpread + fee)·q + impact·q^{3/2}`. */
export interface VenueCost extends CostSource {
  readonly venue: VenueId
  /** Fractions of traded value; they sum to `linear`. */
  readonly halfSpread: number
  readonly fee: number
}

/** What trading an asset costs on the venues that the router would use. Plain data: it crosses threads. */
export interface CostCurve {
  readonly asset: AssetId
  readonly side: Side
  /** The venues that can be used, and how far. */
  readonly venues: readonly VenueCost[]
  /** The optimiser's form of their merged cost: `c·q + K·q^{3/2}`, with the fit's error. */
  readonly fit: CurveFit
  /** c of the fit, fraction of traded value. */
  readonly linearCost: number
  /** Summed over the venues used, USD. */
  readonly advUsd: number
  /** True where a venue's Y is the default. */
  readonly isDefaultImpact: boolean
  /** Venues that were left out, with the reason. */
  readonly excluded: readonly { readonly venue: VenueId; readonly why: string }[]
}

export type CostCurveError = Failure<'no-usable-venue'>

/** k of the optimiser's `k·|Δ|^{3/2}` for a book of this value: K·√V, which is Y·σ_daily·√(V/ADV) on one venue. */
export const impactCoefficient = (curve: Pick<CostCurve, 'fit'>, valueUsd: number): number =>
  curve.fit.impact * Math.sqrt(valueUsd)

/**
 * Merges the venues' curves by infimal convolution within what may be traded on each (null: as much as one likes) and
 * fits the result from 0 to `rangeUsd`, the size that the trade may have. Capacities may be short of that range: the
 * cost of what lies beyond goes on at the last unit's.
 */
export function mergeCostCurve(
  markets: readonly MarketQuality[],
  asset: AssetId,
  side: Side,
  capacities: VenueCapacities | null,
  rangeUsd: number,
): Result<CostCurve, CostCurveError> {
  const venues: VenueCost[] = []
  const excluded: { venue: VenueId; why: string }[] = []
  let advUsd = 0
  let isDefaultImpact = false
  for (const market of markets) {
    if (market.asset !== asset) continue
    const capacity = capacities === null ? Number.POSITIVE_INFINITY : (capacities[market.venue] ?? 0)
    if (!(capacity > 0)) continue
    if (market.unusable !== null) {
      excluded.push({ venue: market.venue, why: market.unusable })
      continue
    }
    venues.push(venueCost(market, side, capacity))
    advUsd += market.advUsd
    isDefaultImpact ||= market.isDefaultImpact
  }
  if (venues.length === 0) {
    const why = excluded.map(({ venue, why }) => `${venue}: ${why}`).join('; ')
    return fail('no-usable-venue', `no order book of ${asset} can be used${why ? ` (${why})` : ''}`)
  }
  const fit = fitCurve(venues, rangeUsd)
  return ok({ asset, side, venues, fit, linearCost: fit.linear, advUsd, isDefaultImpact, excluded })
}

/** Impact per √USD is `Y·σ_daily/√ADV`. */
function venueCost(market: MarketQuality, side: Side, capacity: number): VenueCost {
  const halfSpread = market.halfSpreadBps / 1e4
  const fee = market.takerBps / 1e4
  const impactY = side === 'buy' ? market.impactBuyY : market.impactSellY
  return {
    venue: market.venue,
    halfSpread,
    fee,
    linear: halfSpread + fee,
    impact: (impactY * market.sigmaDaily) / Math.sqrt(market.advUsd),
    capacity,
  }
}

/** Where the router would trade a quantity, USD per venue; what is beyond the venues' capacity is not in it. */
export function routedShares(
  curve: Pick<CostCurve, 'venues'>,
  notionalUsd: number,
): readonly (readonly [venue: VenueId, usd: number])[] {
  const parts = new MergedCost(curve.venues).split(notionalUsd)
  return curve.venues.map(({ venue }, v) => [venue, parts[v]!] as const)
}

/** USD. */
export interface TradeCost {
  readonly fee: number
  readonly spread: number
  readonly impact: number
  readonly total: number
}

/** What the router would pay for a quantity on the merged venues, exact rather than fitted, by what it is paid for. */
export function routedCost(curve: Pick<CostCurve, 'venues'>, notionalUsd: number): TradeCost {
  const merged = new MergedCost(curve.venues)
  const parts = merged.split(notionalUsd)
  let [fee, spread, total] = [0, 0, 0]
  curve.venues.forEach((venue, v) => {
    fee += venue.fee * parts[v]!
    spread += venue.halfSpread * parts[v]!
    total += sourceCost(venue, parts[v]!)
  })
  const beyond = notionalUsd - merged.capacity
  if (beyond > 0) {
    // As the capacity's last unit; by venue in the same proportions as what fits.
    const scale = notionalUsd / merged.capacity
    fee *= scale
    spread *= scale
    total += beyond * merged.marginal(notionalUsd)
  }
  return { fee, spread, impact: total - fee - spread, total }
}
