import { EigenvalueDecomposition, Matrix } from 'ml-matrix'

/** Eigenvalues of a symmetric matrix (row-major), ascending. Slow and accurate: for validation and reports. */
export function symmetricEigenvalues(matrix: Float64Array, size: number): Float64Array {
  const rows = Array.from({ length: size }, (_, i) => Array.from(matrix.subarray(i * size, (i + 1) * size)))
  const decomposition = new EigenvalueDecomposition(new Matrix(rows), { assumeSymmetric: true })
  return Float64Array.from(decomposition.realEigenvalues).sort()
}
