import { assert } from '../../core/assert.ts'

/**
 * Ex-ante tracking error √((w−t)ᵀ Σ (w−t)) per √year, from the differences of weights (fractions) and a covariance
 * per year (n×n row-major).
 */
export function trackingError(differences: ArrayLike<number>, covariance: Float64Array): number {
  const count = differences.length
  assert(covariance.length === count * count, `${covariance.length} covariances for ${count} assets`)
  let variance = 0
  for (let i = 0; i < count; i++)
    for (let j = 0; j < count; j++) variance += differences[i]! * covariance[i * count + j]! * differences[j]!
  return Math.sqrt(Math.max(0, variance))
}
