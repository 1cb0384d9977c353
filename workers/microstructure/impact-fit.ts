import type { FloatLadder } from '../../core/decisions/float-ladder.ts'
import type { Side } from '../../core/order.ts'

/** Y until an order book has been fitted. */
export const DEFAULT_IMPACT = 0.8
/** The grid: from this fraction of the quantity used to all of it, evenly spaced in the logarithm. */
const SMALLEST_PART = 1e-3
const GRID_POINTS = 16
const PARTS = Float64Array.from({ length: GRID_POINTS }, (_, i) => SMALLEST_PART ** (1 - i / (GRID_POINTS - 1)))

export interface ImpactFit {
  readonly impactY: number
  /** Root mean square of cost − fitted cost over the grid, fraction of traded value. */
  readonly error: number
  /** `1 − Σ(y − fit)² ÷ Σ(y − ȳ)²`: 1 is perfect, below 0 worse than a constant; 1 where nothing varies and all fits. */
  readonly rSquared: number
  readonly points: number
  /** Smallest and largest size that the fit has seen, quote currency at the mid; outside it nothing is known. */
  readonly from: number
  readonly to: number
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
 * Null where the volume or the volatility is not known, or nothing rests there.
 */
export function fitImpact(
  ladder: FloatLadder,
  side: Side,
  mid: number,
  { sigmaDaily, advQuote }: ImpactScale,
  distance: number,
): ImpactFit | null {
  const length = ladder.length
  let levels = 0
  let quantity = 0
  const limit = distance * mid
  for (; levels < length && Math.abs(ladder[levels]! - mid) <= limit; levels += 2) quantity += ladder[levels + 1]!
  if (!(quantity > 0 && sigmaDaily > 0 && advQuote > 0)) return null
  const best = ladder[0]!
  const sign = side === 'buy' ? 1 : -1
  const unit = sigmaDaily / Math.sqrt(advQuote)
  // One walk through the levels meets all points of the grid, which rise.
  let [level, filled, paid] = [0, 0, 0]
  let [xy, xx, yy, sum] = [0, 0, 0, 0]
  for (let point = 0; point < GRID_POINTS; point++) {
    const size = quantity * PARTS[point]!
    while (level + 2 < levels && filled + ladder[level + 1]! < size) {
      filled += ladder[level + 1]!
      paid += ladder[level + 1]! * (ladder[level]! - best)
      level += 2
    }
    // Beyond the best price, so that the half-spread is not subtracted from a large number.
    const y = (sign * (paid + (size - filled) * (ladder[level]! - best))) / (size * mid)
    const x = unit * Math.sqrt(size * mid)
    xy += x * y
    xx += x * x
    yy += y * y
    sum += y
  }
  const impactY = Math.max(0, xy / xx)
  const squares = Math.max(0, yy - 2 * impactY * xy + impactY * impactY * xx)
  const variance = yy - (sum * sum) / GRID_POINTS
  return {
    impactY,
    error: Math.sqrt(squares / GRID_POINTS),
    rSquared: variance > 1e-12 * yy ? 1 - squares / variance : squares > 1e-12 * yy ? 0 : 1,
    points: GRID_POINTS,
    from: quantity * mid * SMALLEST_PART,
    to: quantity * mid,
  }
}
