/** Random numbers by address: the same (seed, place) always gives the same number, in any order of asking. */

const QUANTILES = 4096
const NORMAL = buildNormalTable()

/** Mixes three words into 32 random bits (a murmur-style finaliser after each word). */
export function hashWords(a: number, b: number, c: number): number {
  let h = Math.imul(a ^ 0x9e3779b9, 0x85ebca6b)
  h ^= h >>> 13
  h = Math.imul(h ^ b, 0xc2b2ae35)
  h ^= h >>> 16
  h = Math.imul(h ^ c, 0x27d4eb2f)
  h ^= h >>> 15
  h = Math.imul(h, 0x85ebca6b)
  h ^= h >>> 13
  h = Math.imul(h, 0xc2b2ae35)
  return (h ^ (h >>> 16)) >>> 0
}

/** Uniform in [0, 1). */
export const uniformAt = (a: number, b: number, c: number): number => hashWords(a, b, c) / 4294967296

/** Standard normal, of 4,096 equally likely values with unit variance. */
export const normalAt = (a: number, b: number, c: number): number => NORMAL[hashWords(a, b, c) >>> 20]!

/**
 * Smooth noise in time with unit variance at its knots: linear between normals that stand `spacing` apart.
 * @param time in the unit of spacing
 */
export function smoothNoise(seed: number, channel: number, time: number, spacing: number): number {
  const place = time / spacing
  const knot = Math.floor(place)
  const share = place - knot
  return normalAt(seed, channel, knot) * (1 - share) + normalAt(seed, channel, knot + 1) * share
}

function buildNormalTable(): Float64Array {
  const table = new Float64Array(QUANTILES)
  let squares = 0
  for (let i = 0; i < QUANTILES; i++) {
    table[i] = normalQuantile((i + 0.5) / QUANTILES)
    squares += table[i]! ** 2
  }
  const scale = Math.sqrt(QUANTILES / squares)
  for (let i = 0; i < QUANTILES; i++) table[i]! *= scale
  return table
}

/** Inverse of the normal distribution function (Acklam's rational approximation, relative error below 1.2e-9). */
function normalQuantile(p: number): number {
  const a = [
    -39.69683028665376, 220.9460984245205, -275.9285104469687, 138.357751867269, -30.66479806614716, 2.506628277459239,
  ]
  const b = [-54.47609879822406, 161.5858368580409, -155.6989798598866, 66.80131188771972, -13.28068155288572, 1]
  const c = [
    -0.007784894002430293, -0.3223964580411365, -2.400758277161838, -2.549732539343734, 4.374664141464968,
    2.938163982698783,
  ]
  const d = [0.007784695709041462, 0.3224671290700398, 2.445134137142996, 3.754408661907416, 1]
  const polynomial = (coefficients: readonly number[], x: number): number =>
    coefficients.reduce((sum, k) => sum * x + k, 0)
  if (p < 0.02425) {
    const q = Math.sqrt(-2 * Math.log(p))
    return polynomial(c, q) / polynomial(d, q)
  }
  if (p > 0.97575) return -normalQuantile(1 - p)
  const q = p - 0.5
  return (polynomial(a, q * q) * q) / polynomial(b, q * q)
}
