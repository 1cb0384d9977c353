import { factorCholesky } from '../../linear-algebra/cholesky.ts'
import type { Covariance } from '../problem.ts'

/** Σ = B Bᵀ + diag(specific) over n assets, with what the dual method asks of it. */
export interface PreparedRisk {
  readonly factorCount: number
  /** n × factorCount. */
  readonly loadings: Float64Array
  readonly specific: Float64Array
  /** Assets that have no risk at all: cash. */
  readonly risklessLines: readonly number[]
  readonly largestVariance: number
}

const prepared = new WeakMap<Covariance, PreparedRisk | null>()

/** Once per covariance object: books that share one share this too. Null where there is no such form worth having. */
export function prepareRisk(covariance: Covariance, size: number, maximumFactors: number): PreparedRisk | null {
  let risk = prepared.get(covariance)
  if (risk === undefined) {
    risk = makePrepared(covariance, size, maximumFactors)
    prepared.set(covariance, risk)
  }
  return risk
}

function makePrepared(covariance: Covariance, size: number, maximumFactors: number): PreparedRisk | null {
  const factors = covariance.kind === 'factors' ? covariance : splitDense(covariance.matrix, size, maximumFactors)
  if (factors === null || factors.factorCount > maximumFactors) return null
  const { factorCount, loadings, specific } = factors
  const risklessLines: number[] = []
  let largestVariance = 0
  for (let i = 0; i < size; i++) {
    let variance = specific[i]!
    if (variance < 0) return null
    for (let f = 0; f < factorCount; f++) variance += loadings[i * factorCount + f]! ** 2
    if (variance === 0) risklessLines.push(i)
    largestVariance = Math.max(largestVariance, variance)
  }
  return { factorCount, loadings, specific, risklessLines, largestVariance }
}

type Factors = Omit<PreparedRisk, 'risklessLines' | 'largestVariance'>

/** Share of the variances, of what could be taken, that becomes the diagonal: the rest keeps a Cholesky factor. */
const TAKEN = 0.9
const HALVINGS = 12

/**
 * A dense matrix as full-rank factors plus a diagonal, exact to rounding: Σ = τ·diag(Σ) + L Lᵀ with τ near the
 * smallest eigenvalue of the correlation matrix. Assets without risk take no factor. Null where τ would be too small
 * to help, or the factors too many.
 */
function splitDense(matrix: Float64Array, size: number, maximumFactors: number): Factors | null {
  const risky: number[] = []
  for (let i = 0; i < size; i++) if (matrix[i * size + i]! > 0) risky.push(i)
  const m = risky.length
  if (m > maximumFactors) return null
  const work = new Float64Array(m * m)
  const take = (share: number): boolean => {
    for (let a = 0; a < m; a++)
      for (let b = 0; b <= a; b++) {
        const [i, j] = [risky[a]!, risky[b]!]
        const value = a === b ? matrix[i * size + i]! : (matrix[i * size + j]! + matrix[j * size + i]!) / 2
        work[a * m + b] = a === b ? (1 - share) * value : value
      }
    return factorCholesky(work, m) < 0
  }
  let low = 0
  let high = 1
  for (let halving = 0; halving < HALVINGS; halving++) {
    const middle = (low + high) / 2
    if (take(middle)) low = middle
    else high = middle
  }
  const share = TAKEN * low
  if (low < 1e-3 || !take(share)) return null
  const loadings = new Float64Array(size * m)
  const specific = new Float64Array(size)
  for (const [a, i] of risky.entries()) {
    specific[i] = share * matrix[i * size + i]!
    for (let b = 0; b <= a; b++) loadings[i * m + b] = work[a * m + b]!
  }
  return { factorCount: m, loadings, specific }
}
