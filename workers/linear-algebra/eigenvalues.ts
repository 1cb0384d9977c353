import { EigenvalueDecomposition, Matrix } from 'ml-matrix'

export interface SymmetricEigen {
  /** Ascending. */
  readonly values: Float64Array
  /** n×n row-major; column k is the unit vector of `values[k]`, its largest entry positive. */
  readonly vectors: Float64Array
}

/** Eigenvalues of a symmetric matrix (row-major), ascending. Slow and accurate: for validation and reports. */
export function symmetricEigenvalues(matrix: Float64Array, size: number): Float64Array {
  return decompose(matrix, size).realEigenvalues.sort()
}

/** Eigenvalues and eigenvectors of a symmetric matrix (row-major). The sign of a vector is fixed, not the library's. */
export function symmetricEigen(matrix: Float64Array, size: number): SymmetricEigen {
  const { realEigenvalues, vectors: found } = decompose(matrix, size)
  const order = Array.from(realEigenvalues.keys()).sort((a, b) => realEigenvalues[a]! - realEigenvalues[b]!)
  const vectors = new Float64Array(size * size)
  for (const [k, from] of order.entries()) {
    let largest = 0
    for (let i = 0; i < size; i++) {
      const entry = found.get(i, from)
      // a hair above the last, so that two entries equal but for rounding always give the first
      if (Math.abs(entry) > Math.abs(largest) * (1 + 1e-9)) largest = entry
    }
    const sign = largest < 0 ? -1 : 1
    for (let i = 0; i < size; i++) vectors[i * size + k] = sign * found.get(i, from)
  }
  return { values: Float64Array.from(order, (from) => realEigenvalues[from]!), vectors }
}

function decompose(matrix: Float64Array, size: number): { realEigenvalues: Float64Array; vectors: Matrix } {
  const rows = Array.from({ length: size }, (_, i) => Array.from(matrix.subarray(i * size, (i + 1) * size)))
  const decomposition = new EigenvalueDecomposition(new Matrix(rows), { assumeSymmetric: true })
  return {
    realEigenvalues: Float64Array.from(decomposition.realEigenvalues),
    vectors: decomposition.eigenvectorMatrix,
  }
}
