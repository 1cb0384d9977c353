import { assert } from '../../core/assert.ts'

/** Returns of several assets over the same intervals. */
export interface ReturnPanel {
  readonly rows: number
  readonly columns: number
  /** rows×columns, row-major. Means are taken as zero: subtract them first where they matter. */
  readonly values: Float64Array
  /** One per row, summing to 1; 1/rows each is the published, equally weighted case. */
  readonly weights: Float64Array
}

export interface ShrunkCovariance {
  /** columns×columns row-major: intensity·target + (1 − intensity)·sample. */
  readonly covariance: Float64Array
  /** Share of the target, in [0, 1]. */
  readonly intensity: number
}

/** Towards what the sample is pulled. */
export type ShrinkageTarget = 'identity' | 'diagonal' | 'constant-correlation'

/**
 * Ledoit and Wolf's shrinkage of the sample covariance S = Σ w_t x_t x_tᵀ with the analytical intensity
 *
 *     δ = (π − ρ) / γ    clipped to [0, 1]
 *     π = Σ_ij Σ_t w_t² (x_it x_jt − s_ij)²     estimation variance of the sample (π̂/T of the papers where w = 1/T)
 *     γ = Σ_ij (f_ij − s_ij)²                   distance of the target
 *     ρ                                         covariance of target and sample, depends on the target:
 *       identity (mean variance × I)            0            "A well-conditioned estimator", J. Multivariate Anal. 88, 2004
 *       diagonal (own variances)                Σ_i π_ii
 *       constant correlation (mean ρ̄)           Σ_i π_ii + Σ_{i≠j} ρ̄/2 (√(s_jj/s_ii) ϑ_ii,ij + √(s_ii/s_jj) ϑ_jj,ij)
 *       with ϑ_kk,ij = Σ_t w_t² (x_kt² − s_kk)(x_it x_jt − s_ij)   "Honey, I shrunk the sample covariance matrix", 2004
 *
 * An asset that never moved has no correlation: its rows of the target are zero off the diagonal.
 */
export function shrinkCovariance(panel: ReturnPanel, target: ShrinkageTarget): ShrunkCovariance {
  const { rows, columns: n, values, weights } = panel
  assert(values.length === rows * n && weights.length === rows, `${values.length} returns for ${rows}×${n}`)
  const sample = sampleCovariance(panel)
  const meanCorrelation = target === 'constant-correlation' ? averageCorrelation(sample, n) : 0
  const aim = targetMatrix(sample, n, target, meanCorrelation)
  let estimation = 0
  let shared = 0
  let distance = 0
  for (let i = 0; i < n; i++)
    for (let j = 0; j < n; j++) {
      const [sij, sii, sjj] = [sample[i * n + j]!, sample[i * n + i]!, sample[j * n + j]!]
      distance += (aim[i * n + j]! - sij) ** 2
      const [toward, back] = sii > 0 && sjj > 0 ? [Math.sqrt(sjj / sii), Math.sqrt(sii / sjj)] : [0, 0]
      let [own, withI, withJ] = [0, 0, 0]
      for (let t = 0; t < rows; t++) {
        const [xi, xj, square] = [values[t * n + i]!, values[t * n + j]!, weights[t]! ** 2]
        const error = xi * xj - sij
        own += square * error * error
        withI += square * (xi * xi - sii) * error
        withJ += square * (xj * xj - sjj) * error
      }
      estimation += own
      if (i !== j) shared += (meanCorrelation / 2) * (toward * withI + back * withJ)
      else if (target !== 'identity') shared += own
    }
  const intensity = distance > 0 ? Math.min(1, Math.max(0, (estimation - shared) / distance)) : 1
  return {
    covariance: sample.map((value, at) => intensity * aim[at]! + (1 - intensity) * value),
    intensity,
  }
}

/** Σ w_t x_t x_tᵀ, row-major. */
export function sampleCovariance({ rows, columns: n, values, weights }: ReturnPanel): Float64Array {
  const sample = new Float64Array(n * n)
  for (let t = 0; t < rows; t++)
    for (let i = 0; i < n; i++) {
      const scaled = weights[t]! * values[t * n + i]!
      for (let j = 0; j < n; j++) sample[i * n + j]! += scaled * values[t * n + j]!
    }
  return sample
}

/** Mean correlation of the distinct pairs that have one; 0 where no pair has. */
export function averageCorrelation(sample: Float64Array, n: number): number {
  let sum = 0
  let pairs = 0
  for (let i = 0; i < n; i++)
    for (let j = 0; j < i; j++) {
      const scale = Math.sqrt(sample[i * n + i]! * sample[j * n + j]!)
      if (!(scale > 0)) continue
      sum += sample[i * n + j]! / scale
      pairs++
    }
  return pairs > 0 ? sum / pairs : 0
}

function targetMatrix(sample: Float64Array, n: number, target: ShrinkageTarget, correlation: number): Float64Array {
  let trace = 0
  for (let i = 0; i < n; i++) trace += sample[i * n + i]!
  return sample.map((_, at) => {
    const [i, j] = [Math.trunc(at / n), at % n]
    if (i === j) return target === 'identity' ? trace / n : sample[at]!
    return correlation * Math.sqrt(sample[i * n + i]! * sample[j * n + j]!)
  })
}
