import { type CostSource, MergedCost } from './infimal-convolution.ts'

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
 * Least squares of the average cost `C(Q)/Q` on `linear + impact·√Q`. Never below the cheapest source's first unit:
 * a mix that turns dear at a kink would otherwise be told too cheap for small trades. One source is met exactly.
 * The sources must be able to take something.
 */
export function fitCurve(sources: readonly CostSource[], rangeUsd: number): CurveFit {
  const only = onlySource(sources, rangeUsd)
  if (only !== null) return { linear: only.linear, impact: only.impact, rangeUsd, rmsBps: 0, worstBps: 0 }
  const merged = new MergedCost(sources)
  const xs = new Float64Array(POINTS)
  const ys = new Float64Array(POINTS)
  let [meanX, meanY] = [0, 0]
  for (let j = 0; j < POINTS; j++) {
    const quantity = rangeUsd * ((j + 1) / POINTS) ** 2
    xs[j] = Math.sqrt(quantity)
    ys[j] = merged.cost(quantity) / quantity
    meanX += xs[j]! / POINTS
    meanY += ys[j]! / POINTS
  }
  let [covariance, variance, moment, square] = [0, 0, 0, 0]
  const floor = merged.marginal(0)
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

/** The cheapest source where it takes the whole range before another one's first unit is as cheap; null otherwise. */
function onlySource(sources: readonly CostSource[], rangeUsd: number): CostSource | null {
  let cheapest: CostSource | null = null
  for (const source of sources)
    if (source.capacity > 0 && (cheapest === null || source.linear < cheapest.linear)) cheapest = source
  if (cheapest === null || cheapest.capacity < rangeUsd) return null
  const last = cheapest.linear + 1.5 * cheapest.impact * Math.sqrt(rangeUsd)
  for (const source of sources) if (source !== cheapest && source.capacity > 0 && source.linear < last) return null
  return cheapest
}
