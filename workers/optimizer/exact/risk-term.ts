import type { Covariance } from '../problem.ts'

/** The matrix Q = scale·Σ: dense for factorisations, through its factors for exact products. */
export interface RiskTerm {
  readonly size: number
  /** Q, row-major. */
  readonly dense: Float64Array
  /** out = Q v. */
  multiply(v: Float64Array, out: Float64Array): void
}

export function createRiskTerm(covariance: Covariance, size: number, scale: number): RiskTerm {
  return covariance.kind === 'dense'
    ? denseRisk(covariance.matrix, size, scale)
    : factorRisk(covariance.loadings, covariance.specific, covariance.factorCount, size, scale)
}

/** The same covariance over some of its assets. */
export function selectAssets(covariance: Covariance, size: number, assets: readonly number[]): Covariance {
  const count = assets.length
  if (count === size) return covariance
  if (covariance.kind === 'dense') {
    const matrix = new Float64Array(count * count)
    for (const [a, i] of assets.entries())
      for (const [b, j] of assets.entries()) matrix[a * count + b] = covariance.matrix[i * size + j]!
    return { kind: 'dense', matrix }
  }
  const { factorCount } = covariance
  const loadings = new Float64Array(count * factorCount)
  for (const [a, i] of assets.entries())
    loadings.set(covariance.loadings.subarray(i * factorCount, (i + 1) * factorCount), a * factorCount)
  return {
    kind: 'factors',
    factorCount,
    loadings,
    specific: Float64Array.from(assets, (i) => covariance.specific[i]!),
  }
}

export function largestVariance(covariance: Covariance, size: number): number {
  let largest = 0
  for (let i = 0; i < size; i++) {
    let variance = 0
    if (covariance.kind === 'dense') variance = covariance.matrix[i * size + i]!
    else {
      variance = covariance.specific[i]!
      const start = i * covariance.factorCount
      for (let f = 0; f < covariance.factorCount; f++) variance += covariance.loadings[start + f]! ** 2
    }
    if (variance > largest) largest = variance
  }
  return largest
}

function denseRisk(matrix: Float64Array, size: number, scale: number): RiskTerm {
  const dense = new Float64Array(size * size)
  for (let i = 0; i < size; i++)
    for (let j = 0; j < size; j++) dense[i * size + j] = (scale * (matrix[i * size + j]! + matrix[j * size + i]!)) / 2
  return {
    size,
    dense,
    multiply(v, out) {
      for (let i = 0; i < size; i++) {
        let sum = 0
        const row = i * size
        for (let j = 0; j < size; j++) sum += dense[row + j]! * v[j]!
        out[i] = sum
      }
    },
  }
}

function factorRisk(
  loadings: Float64Array,
  specific: Float64Array,
  factorCount: number,
  size: number,
  scale: number,
): RiskTerm {
  const dense = new Float64Array(size * size)
  for (let i = 0; i < size; i++)
    for (let j = 0; j <= i; j++) {
      let sum = i === j ? specific[i]! : 0
      for (let f = 0; f < factorCount; f++) sum += loadings[i * factorCount + f]! * loadings[j * factorCount + f]!
      dense[i * size + j] = scale * sum
      dense[j * size + i] = scale * sum
    }
  const exposure = new Float64Array(factorCount)
  return {
    size,
    dense,
    multiply(v, out) {
      exposure.fill(0)
      for (let i = 0; i < size; i++) {
        const vi = v[i]!
        if (vi === 0) continue
        for (let f = 0; f < factorCount; f++) exposure[f]! += loadings[i * factorCount + f]! * vi
      }
      for (let i = 0; i < size; i++) {
        let sum = specific[i]! * v[i]!
        for (let f = 0; f < factorCount; f++) sum += loadings[i * factorCount + f]! * exposure[f]!
        out[i] = scale * sum
      }
    },
  }
}
