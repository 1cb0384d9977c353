import type { FloatLadder } from '../../core/decisions/float-ladder.ts'
import type { Side } from '../../core/order.ts'
import { effectiveCost, quantityWithin } from './depth.ts'

/** Y until an order book has been fitted. */
export const DEFAULT_IMPACT = 0.8
/** The grid: from this fraction of the quantity used to all of it, evenly spaced in the logarithm. */
const SMALLEST_PART = 1e-3
const GRID_POINTS = 16

export interface ImpactFit {
  readonly impactY: number
  /** Root mean square of cost − fitted cost over the grid, fraction of traded value. */
  readonly error: number
}

export interface ImpactScale {
  /** Standard deviation of daily returns. */
  readonly sigmaDaily: number
  /** Average daily volume of the market in its quote currency. */
  readonly advQuote: number
}

/**
 * Fits `cost(q) − half-spread ≈ Y·σ_daily·√(q/ADV)` to one side of an order book by least squares through the origin:
 * `Y = Σ x·y ÷ Σ x²` with `x = σ·√(q/ADV)`. q runs over what rests within `distance` of the mid. Y is never below 0.
 */
export function fitImpact(
  ladder: FloatLadder,
  side: Side,
  mid: number,
  { sigmaDaily, advQuote }: ImpactScale,
  distance: number,
): ImpactFit | null {
  const quantity = quantityWithin(ladder, mid, distance)
  if (!(quantity > 0 && sigmaDaily > 0 && advQuote > 0)) return null
  const best = Math.abs(ladder[0]! - mid) / mid
  const xs: number[] = []
  const ys: number[] = []
  for (let point = 0; point < GRID_POINTS; point++) {
    const notional = mid * quantity * SMALLEST_PART ** (1 - point / (GRID_POINTS - 1))
    xs.push(sigmaDaily * Math.sqrt(notional / advQuote))
    ys.push(effectiveCost(ladder, side, mid, notional).cost - best)
  }
  const dot = (a: readonly number[], b: readonly number[]): number => a.reduce((sum, x, i) => sum + x * b[i]!, 0)
  const impactY = Math.max(0, dot(xs, ys) / dot(xs, xs))
  const residuals = ys.map((y, i) => y - impactY * xs[i]!)
  return { impactY, error: Math.sqrt(dot(residuals, residuals) / residuals.length) }
}
