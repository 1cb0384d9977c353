import type { AssetId, VenueId } from '../../core/instruments.ts'
import type { Side } from '../../core/order.ts'
import { type Failure, fail, ok, type Result } from '../../core/result.ts'
import type { MarketQuality } from './market-quality.ts'

/** Part of a trade that goes to a venue; they need not sum to 1. */
export type VenueShares = Readonly<Partial<Record<VenueId, number>>>

/** What trading an asset costs: `c·|Δ| + k·|Δ|^{3/2}` with `k = Y·σ_daily·√(V/ADV)`, fractions of the book's value V. */
export interface CostCurve {
  readonly asset: AssetId
  readonly side: Side
  readonly halfSpread: number
  readonly fee: number
  /** c = half-spread + taker fee, fraction of traded value. */
  readonly linearCost: number
  readonly impactY: number
  readonly sigmaDaily: number
  /** Summed over the venues used, USD. */
  readonly advUsd: number
  /** True where a venue's Y is the default. */
  readonly isDefaultImpact: boolean
  /** Shares used, summing to 1. */
  readonly shares: VenueShares
  /** Venues of the mix that were left out, with the reason; their share went to the others. */
  readonly excluded: readonly { readonly venue: VenueId; readonly why: string }[]
}

export type CostCurveError = Failure<'no-usable-venue'>

/** k of the optimiser's objective for a book of this value. */
export const impactCoefficient = (
  curve: Pick<CostCurve, 'impactY' | 'sigmaDaily' | 'advUsd'>,
  valueUsd: number,
): number => curve.impactY * curve.sigmaDaily * Math.sqrt(valueUsd / curve.advUsd)

/**
 * Merges the venues' curves for fixed shares s_v (by inventory; by daily volume where none are given).
 *
 * A trade q costs on venue v the fraction `c_v + Y_v·σ_v·√(s_v·q/ADV_v)` of its part s_v·q, so together
 * `c = Σ s_v·c_v` and, with `ADV = Σ ADV_v` and `σ = Σ s_v·σ_v`, `Y = Σ s_v^{3/2}·Y_v·(σ_v/σ)·√(ADV/ADV_v)`.
 * One venue gives its own Y back; two alike with half the volume each and half the trade each give the Y of one.
 */
export function mergeCostCurve(
  markets: readonly MarketQuality[],
  asset: AssetId,
  side: Side,
  venueShares: VenueShares | null,
): Result<CostCurve, CostCurveError> {
  const own = markets.filter((market) => market.asset === asset)
  const weightOf = (market: MarketQuality): number =>
    Math.max(0, venueShares === null ? market.advUsd : (venueShares[market.venue] ?? 0))
  const wanted = own.filter((market) => weightOf(market) > 0)
  const excluded = wanted
    .filter((market) => market.unusable !== null)
    .map((market) => ({ venue: market.venue, why: market.unusable! }))
  const used = wanted.filter((market) => market.unusable === null)
  const total = used.reduce((sum, market) => sum + weightOf(market), 0)
  if (!(total > 0)) {
    const why = excluded.map(({ venue, why }) => `${venue}: ${why}`).join('; ')
    return fail('no-usable-venue', `no order book of ${asset} can be used${why ? ` (${why})` : ''}`)
  }
  const advUsd = used.reduce((sum, market) => sum + market.advUsd, 0)
  const curve = { halfSpread: 0, fee: 0, impactY: 0, sigmaDaily: 0 }
  const shares: Partial<Record<VenueId, number>> = {}
  for (const market of used) {
    const share = weightOf(market) / total
    shares[market.venue] = (shares[market.venue] ?? 0) + share
    const impactY = side === 'buy' ? market.impactBuyY : market.impactSellY
    curve.halfSpread += (share * market.halfSpreadBps) / 1e4
    curve.fee += (share * market.takerBps) / 1e4
    curve.impactY += share ** 1.5 * impactY * market.sigmaDaily * Math.sqrt(advUsd / market.advUsd)
    curve.sigmaDaily += share * market.sigmaDaily
  }
  return ok({
    asset,
    side,
    ...curve,
    impactY: curve.impactY / curve.sigmaDaily,
    linearCost: curve.halfSpread + curve.fee,
    advUsd,
    isDefaultImpact: used.some((market) => market.isDefaultImpact),
    shares,
    excluded,
  })
}
