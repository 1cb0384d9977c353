import { assert } from '../../core/assert.ts'
import { symmetricEigen } from '../linear-algebra/eigenvalues.ts'

/** Σ = B Bᵀ + diag(specific), per year: the form the optimiser takes. */
export interface FactorModel {
  readonly factorCount: number
  /** n×factorCount row-major, per √year; factors in falling order of what they explain. */
  readonly loadings: Float64Array
  /** Per year, above 0. */
  readonly specific: Float64Array
  /** Share of the summed variance of standardised returns that the factors carry. */
  readonly explained: number
}

/** Least share of an asset's variance that is its own: duplicated assets would have none, and Σ no inverse. */
const LEAST_SPECIFIC_SHARE = 1e-3

/**
 * Statistical factor model: the leading principal components of the correlation matrix R = Σ_k λ_k v_k v_kᵀ,
 *
 *     B_ik = σ_i √λ_k v_ik · s_i,    specific_i = σ_i² − Σ_k B_ik²,
 *
 * so that every variance is kept as it was. s_i is 1 except where the factors explain all of an asset: it is then
 * shrunk until `LEAST_SPECIFIC_SHARE` is its own. Positive definite for any R.
 *
 * @param correlation n×n row-major with a unit diagonal
 * @param volatility n entries, per √year
 */
export function factorModel(correlation: Float64Array, volatility: Float64Array, factorCount: number): FactorModel {
  const n = volatility.length
  assert(correlation.length === n * n, `${correlation.length} correlations for ${n} assets`)
  assert(Number.isInteger(factorCount) && factorCount >= 1, `${factorCount} factors: 1 or more`)
  const count = Math.min(factorCount, n)
  const { values, vectors } = symmetricEigen(correlation, n)
  const loadings = new Float64Array(n * count)
  const specific = new Float64Array(n)
  let explained = 0
  for (let i = 0; i < n; i++) {
    let shared = 0
    for (let k = 0; k < count; k++) {
      const column = n - 1 - k
      const loading = Math.sqrt(Math.max(0, values[column]!)) * vectors[i * n + column]!
      loadings[i * count + k] = loading
      shared += loading * loading
    }
    const kept = Math.min(shared, 1 - LEAST_SPECIFIC_SHARE)
    const scale = volatility[i]! * (shared > 0 ? Math.sqrt(kept / shared) : 1)
    for (let k = 0; k < count; k++) loadings[i * count + k]! *= scale
    specific[i] = volatility[i]! ** 2 * (1 - kept)
    explained += kept / n
  }
  return { factorCount: count, loadings, specific, explained }
}

/** Σ of a factor model as n×n row-major, per year. */
export function denseCovariance({ factorCount, loadings, specific }: FactorModel): Float64Array {
  const n = specific.length
  const matrix = new Float64Array(n * n)
  for (let i = 0; i < n; i++)
    for (let j = 0; j < n; j++) {
      let sum = i === j ? specific[i]! : 0
      for (let k = 0; k < factorCount; k++) sum += loadings[i * factorCount + k]! * loadings[j * factorCount + k]!
      matrix[i * n + j] = sum
    }
  return matrix
}
