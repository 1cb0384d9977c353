/**
 * Lower Cholesky factor of a symmetric matrix, in place: row-major, only the lower triangle is read and written.
 * Returns -1, or the index of the first pivot that is not above `floor` (the matrix is then not positive definite).
 */
export function factorCholesky(matrix: Float64Array, size: number, floor = 0): number {
  for (let i = 0; i < size; i++) {
    const ri = i * size
    for (let j = 0; j <= i; j++) {
      const rj = j * size
      let sum = matrix[ri + j]!
      for (let q = 0; q < j; q++) sum -= matrix[ri + q]! * matrix[rj + q]!
      if (j < i) matrix[ri + j] = sum / matrix[rj + j]!
      else {
        // written so that NaN fails too
        if (!(sum > floor)) return i
        matrix[ri + i] = Math.sqrt(sum)
      }
    }
  }
  return -1
}

/** Solves L y = rhs in place. */
export function solveLower(factor: Float64Array, size: number, rhs: Float64Array): void {
  for (let i = 0; i < size; i++) {
    const ri = i * size
    let sum = rhs[i]!
    for (let q = 0; q < i; q++) sum -= factor[ri + q]! * rhs[q]!
    rhs[i] = sum / factor[ri + i]!
  }
}

/** Solves L Lᵀ x = rhs in place. */
export function solveCholesky(factor: Float64Array, size: number, rhs: Float64Array): void {
  solveLower(factor, size, rhs)
  for (let i = size - 1; i >= 0; i--) {
    const xi = rhs[i]! / factor[i * size + i]!
    rhs[i] = xi
    // column i of Lᵀ is row i of L
    const ri = i * size
    for (let q = 0; q < i; q++) rhs[q]! -= factor[ri + q]! * xi
  }
}

/** Whether a symmetric matrix (row-major, lower triangle read) has a Cholesky factor. */
export function isPositiveDefinite(matrix: Float64Array, size: number): boolean {
  return factorCholesky(Float64Array.from(matrix), size) < 0
}
