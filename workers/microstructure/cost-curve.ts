import type { CostParts, LadderCost } from '../../core/decisions/ladder-cost.ts'
import type { AssetId, MarketKey, VenueId } from '../../core/instruments.ts'
import type { Side } from '../../core/order.ts'
import { type Failure, fail, ok, type Result } from '../../core/result.ts'
import { type CurveFit, fitCurve } from './curve-fit.ts'
import type { MarketQuality } from './market-quality.ts'
import { costOnVenue, MergedVenues, type VenueCost, venueCost } from './venue-cost.ts'

/** USD that may be traded per venue: the holding there for a sale, the quote cash there for a buy. */
export type VenueCapacities = Readonly<Partial<Record<VenueId, number>>>

/** One side of a market's order book at this moment; null where there is none. */
export type LadderOf = (market: MarketKey, side: Side) => LadderCost | null
const NO_LADDER: LadderOf = () => null

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

/** Where an asset can be traded now. */
export type UsableVenues = Pick<CostCurve, 'venues' | 'advUsd' | 'isDefaultImpact' | 'excluded'>

/**
 * The venues with what may be traded on each (null: as much as one likes). One without an order book at hand is taken by
 * its curve.
 */
export function usableVenues(
  markets: readonly MarketQuality[],
  asset: AssetId,
  side: Side,
  capacities: VenueCapacities | null,
  ladderOf: LadderOf = NO_LADDER,
): UsableVenues {
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
    venues.push(venueCost(market, side, capacity, ladderOf(market.market, side)))
    advUsd += market.advUsd
    isDefaultImpact ||= market.isDefaultImpact
  }
  return { venues, advUsd, isDefaultImpact, excluded }
}

/**
 * Merges what the venues cost by infimal convolution within what may be traded on each and fits the result from 0 to
 * `rangeUsd`, the size that the trade may have. Capacities may be short of that range: the cost of what lies beyond goes
 * on at the last unit's.
 */
export function mergeCostCurve(
  markets: readonly MarketQuality[],
  asset: AssetId,
  side: Side,
  capacities: VenueCapacities | null,
  rangeUsd: number,
  ladderOf: LadderOf = NO_LADDER,
): Result<CostCurve, CostCurveError> {
  const usable = usableVenues(markets, asset, side, capacities, ladderOf)
  if (usable.venues.length === 0) {
    const why = usable.excluded.map(({ venue, why }) => `${venue}: ${why}`).join('; ')
    return fail('no-usable-venue', `no order book of ${asset} can be used${why ? ` (${why})` : ''}`)
  }
  const fit = fitCurve(usable.venues, rangeUsd)
  return ok({ asset, side, ...usable, fit, linearCost: fit.linear })
}

/** Where the router would trade a quantity, USD per venue; what is beyond the venues' capacity is not in it. */
export function routedShares(
  curve: Pick<CostCurve, 'venues'>,
  notionalUsd: number,
): readonly (readonly [venue: VenueId, usd: number])[] {
  const parts = new MergedVenues(curve.venues, notionalUsd).split(notionalUsd)
  return curve.venues.map(({ venue }, v) => [venue, parts[v]!] as const)
}

/** USD. */
export interface TradeCost extends CostParts {
  readonly total: number
}

/** What the router would pay for a quantity on the merged venues, exact rather than fitted, by what it is paid for. */
export function routedCost(curve: Pick<CostCurve, 'venues'>, notionalUsd: number): TradeCost {
  const merged = new MergedVenues(curve.venues, notionalUsd)
  const parts = merged.split(notionalUsd)
  let [fee, spread, impact] = [0, 0, 0]
  curve.venues.forEach((venue, v) => {
    const cost = costOnVenue(venue, parts[v]!)
    fee += cost.fee
    spread += cost.spread
    impact += cost.impact
  })
  const beyond = notionalUsd - merged.capacity
  if (!(beyond > 0)) return { fee, spread, impact, total: fee + spread + impact }
  // As the capacity's last unit; fee and spread by venue in the same proportions as what fits.
  const total = fee + spread + impact + beyond * merged.marginal(notionalUsd)
  const scale = notionalUsd / merged.capacity
  return { fee: fee * scale, spread: spread * scale, impact: total - (fee + spread) * scale, total }
}
