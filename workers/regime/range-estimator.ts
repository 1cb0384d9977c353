/** One bar of prices, all above 0. */
export interface PriceRange {
  readonly open: number
  readonly high: number
  readonly low: number
  readonly close: number
}

/** Variance over the bar, ln(high/low)²/(4 ln 2): Parkinson, J. Business 53, 1980. Too low where trades are few. */
export function parkinsonVariance({ high, low }: Pick<PriceRange, 'high' | 'low'>): number {
  return Math.log(high / low) ** 2 / (4 * Math.LN2)
}

/**
 * Variance over the bar, ½ ln(high/low)² − (2 ln 2 − 1) ln(close/open)²: Garman and Klass, J. Business 53, 1980. Never
 * below 0 while open and close lie within the range. A day that falls straight through counts a ninth of its squared
 * return: it misses crashes.
 */
export function garmanKlassVariance({ open, high, low, close }: PriceRange): number {
  return 0.5 * Math.log(high / low) ** 2 - (2 * Math.LN2 - 1) * Math.log(close / open) ** 2
}

/** Whether the figures are prices of one bar: positive, finite, open and close within the range. */
export function isPriceRange({ open, high, low, close }: PriceRange): boolean {
  return low > 0 && Number.isFinite(high) && low <= Math.min(open, close) && high >= Math.max(open, close)
}
