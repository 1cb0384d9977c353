/**
 * Why the float32 filter may be believed.
 *
 * Filtered books hold quantities that are 0 or in [2⁻⁵⁰, 2⁵⁰], at prices in the same range (anything else, a short
 * position too, goes to float64 by a NaN), so every sum below is of terms ≥ 0, nothing cancels, overflows or underflows.
 * u = 2⁻²⁴, V = vectors of four columns per book, C = those of the settlement currencies.
 *
 * Roundings, each a factor in [1 − u, 1/(1 − u)], between the true value v or total T and the filter's v̂ or T̂:
 *   product q·p    3: quantity, price, product
 *   T̂              3 + D with D = V + 2: at most V additions in the lane (the one to zero is exact, adding the cash
 *                  lanes is one), 2 across the lanes
 *   v̂              3 for an asset; 3 + C + 1 for cash (C − 1 additions in the lane, 2 across)
 *   edge · T̂       1
 * together at most R = D + C + 8. The exact engine's own weight w = v/T in float64 has (columns + 3) roundings of 2⁻⁵³,
 * far below u/4. With 4R²u ≤ 1 (R ≤ 2048, some 8,000 assets), (1 − u)^−R ≤ 1 + Ru + u/2, hence
 *
 *   |v̂ / (edge · T̂) ÷ w / edge  − 1| ≤ e,   e = (R + 1)·u                                             (the margin)
 *
 * Inside for certain: v̂ ≤ fl(⌊h(1 − e)⌋·T̂) gives w ≤ h, and v̂ ≥ fl(⌈l(1 + e)⌉·T̂) gives w ≥ l, with the edges rounded
 * to float32 away from the doubt. Outside for certain: the same edges once more, with K = fl(1 + 3e) on the other side;
 * v̂ > fl(⌊h(1 − e)⌋·fl(T̂·K)) gives w > h because (1 − e)(1 + 3e)(1 − 5u) ≥ 1 + e, that is e ≥ 3e² + 8u; R ≥ 12 makes
 * e ≥ 13u. Likewise below. What is neither is undecided, and float64 decides with the plain engine's own code.
 *
 * Edges that cannot be crossed: a weight of a book without short positions is in [0, 1] also as rounded (sums of terms
 * ≥ 0 are monotonic), so l ≤ 0 is −∞ and h ≥ 1 is +∞. h = 0 is exact: v̂ = 0 only for v = 0. Other edges in (0, 2⁻²⁰) or
 * below 0 would leave the normal range of float32 and are NaN: never inside, so float64 decides.
 */
export const UNIT_ROUNDOFF = 2 ** -24

/** e of the proof, for books of so many vectors of risky columns and of settlement currencies. */
export function filterMargin(riskyVectors: number, cashVectors: number): number {
  const additions = riskyVectors + cashVectors + 2
  const roundings = additions + cashVectors + 8
  return (roundings + 1) * UNIT_ROUNDOFF
}

/** K of the proof. */
export const widening = (margin: number): number => Math.fround(1 + 3 * margin)

const SMALLEST = 2 ** -50
const LARGEST = 2 ** 50
const SMALLEST_EDGE = 2 ** -20

/** The quantity as the filter keeps it; NaN where it must not judge the book. */
export const filterQuantity = (quantity: number): number =>
  quantity === 0 || (quantity >= SMALLEST && quantity <= LARGEST) ? quantity : Number.NaN

/** The price as the filter reads it; NaN sends every book to float64. */
export const filterPrice = (price: number): number => (price >= SMALLEST && price <= LARGEST ? price : Number.NaN)

/** The upper limit, moved inwards by the margin. */
export function innerHigh(high: number, margin: number): number {
  if (high >= 1) return Number.POSITIVE_INFINITY
  if (high === 0) return 0
  return high >= SMALLEST_EDGE ? float32Below(high * (1 - margin)) : Number.NaN
}

/** The lower limit, moved inwards by the margin. */
export function innerLow(low: number, margin: number): number {
  if (low <= 0) return Number.NEGATIVE_INFINITY
  return low >= SMALLEST_EDGE ? float32Above(low * (1 + margin)) : Number.NaN
}

const single = new Float32Array(1)
const bits = new Uint32Array(single.buffer)

/** Largest float32 ≤ x, for positive normal x. */
function float32Below(x: number): number {
  single[0] = x
  if (single[0] > x) bits[0]!--
  return single[0]
}
/** Smallest float32 ≥ x, for positive normal x. */
function float32Above(x: number): number {
  single[0] = x
  if (single[0] < x) bits[0]!++
  return single[0]
}
