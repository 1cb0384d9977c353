import { costOnVenue, MergedVenues, marginalOnVenue, type VenueCost } from './venue-cost.ts'

/** Merged costs are fitted at this many quantities, evenly spaced in √Q: the optimiser's cost is linear in √Q. */
const POINTS = 12

/** `C(Q) ≈ linear·Q + impact·Q^{3/2}` for Q from 0 to `rangeUsd`. */
export interface CurveFit {
  /** Fraction of traded value. */
  readonly linear: number
  /** Per √USD. */
  readonly impact: number
  readonly rangeUsd: number
  /** Root mean square and largest |fit − true| of the average cost C(Q)/Q over the range, bps. */
  readonly rmsBps: number
  readonly worstBps: number
}

/**
 * Least squares of the average cost `C(Q)/Q` on `linear + impact·√Q`: over the sizes that the trade may have, and no
 * larger ones. Never below the cheapest venue's first unit: a mix that turns dear at a kink would otherwise be taken
 * for too cheap for small trades. One venue's curve is met exactly. The venues must be able to take something.
 */
export function fitCurve(venues: readonly VenueCost[], rangeUsd: number): CurveFit {
  const only = onlyVenue(venues, rangeUsd)
  if (only !== null && only.ladder === null)
    return { linear: only.linear, impact: only.impact, rangeUsd, rmsBps: 0, worstBps: 0 }
  const merged = only === null ? new MergedVenues(venues, rangeUsd) : null
  const costOf = (usd: number): number => merged?.cost(usd) ?? totalOnVenue(only!, usd)
  const floor = merged?.marginal(0) ?? only!.linear
  const xs = new Float64Array(POINTS)
  const ys = new Float64Array(POINTS)
  let [meanX, meanY] = [0, 0]
  for (let j = 0; j < POINTS; j++) {
    const quantity = rangeUsd * ((j + 1) / POINTS) ** 2
    xs[j] = Math.sqrt(quantity)
    ys[j] = costOf(quantity) / quantity
    meanX += xs[j]! / POINTS
    meanY += ys[j]! / POINTS
  }
  let [covariance, variance, moment, square] = [0, 0, 0, 0]
  for (let j = 0; j < POINTS; j++) {
    covariance += (xs[j]! - meanX) * (ys[j]! - meanY)
    variance += (xs[j]! - meanX) ** 2
    moment += xs[j]! * (ys[j]! - floor)
    square += xs[j]! ** 2
  }
  let impact = Math.max(0, covariance / variance)
  let linear = meanY - impact * meanX
  if (linear < floor) {
    linear = floor
    impact = Math.max(0, moment / square)
  }
  let [squares, worst] = [0, 0]
  for (let j = 0; j < POINTS; j++) {
    const difference = Math.abs(linear + impact * xs[j]! - ys[j]!)
    squares += difference ** 2
    worst = Math.max(worst, difference)
  }
  return { linear, impact, rangeUsd, rmsBps: 1e4 * Math.sqrt(squares / POINTS), worstBps: 1e4 * worst }
}

/**
 * K per √USD of what the venues' impact alone costs, `I(Q) ≈ K·Q^{3/2}`, by least squares of I(Q)/Q over the range:
 * for who pays spread and fee by themselves and impact together with others.
 */
export function fitImpactAlone(venues: readonly VenueCost[], rangeUsd: number): number {
  const only = onlyVenue(venues, rangeUsd)
  if (only !== null && only.ladder === null) return only.impact
  const merged = only === null ? new MergedVenues(venues, rangeUsd) : null
  const most = Math.min(rangeUsd, merged?.capacity ?? rangeUsd)
  let [moment, square] = [0, 0]
  for (let j = 0; j < POINTS; j++) {
    const quantity = most * ((j + 1) / POINTS) ** 2
    const impact = merged === null ? costOnVenue(only!, quantity).impact : impactOf(venues, merged.split(quantity))
    moment += impact / Math.sqrt(quantity)
    square += quantity
  }
  return Math.max(0, moment / square)
}

const impactOf = (venues: readonly VenueCost[], parts: Float64Array): number =>
  venues.reduce((sum, venue, v) => sum + costOnVenue(venue, parts[v]!).impact, 0)

function totalOnVenue(venue: VenueCost, usd: number): number {
  const { fee, spread, impact } = costOnVenue(venue, usd)
  return fee + spread + impact
}

/** The cheapest venue where it takes the whole range before another one's first unit is as cheap; null otherwise. */
function onlyVenue(venues: readonly VenueCost[], rangeUsd: number): VenueCost | null {
  let cheapest: VenueCost | null = null
  for (const venue of venues)
    if (venue.capacity > 0 && (cheapest === null || venue.linear < cheapest.linear)) cheapest = venue
  if (cheapest === null || cheapest.capacity < rangeUsd) return null
  const last = marginalOnVenue(cheapest, rangeUsd)
  for (const venue of venues) if (venue !== cheapest && venue.capacity > 0 && venue.linear < last) return null
  return cheapest
}
