import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { createRandom } from '../../core/random.ts'
import { factorCholesky, isPositiveDefinite, solveCholesky } from './cholesky.ts'
import { symmetricEigenvalues } from './eigenvalues.ts'

/** G Gᵀ of a random n×rank matrix, plus ridge on the diagonal. */
function gram(seed: number, size: number, rank: number, ridge: number): Float64Array {
  const random = createRandom(seed)
  const g = Float64Array.from({ length: size * rank }, () => random.normal())
  const out = new Float64Array(size * size)
  for (let i = 0; i < size; i++)
    for (let j = 0; j < size; j++) {
      let sum = i === j ? ridge : 0
      for (let q = 0; q < rank; q++) sum += g[i * rank + q]! * g[j * rank + q]!
      out[i * size + j] = sum
    }
  return out
}

describe('cholesky', () => {
  test('solves random positive definite systems', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 2 ** 31 }), fc.integer({ min: 1, max: 30 }), (seed, size) => {
        const matrix = gram(seed, size, size, 1)
        const truth = Float64Array.from({ length: size }, (_, i) => Math.sin(i + seed))
        const rhs = new Float64Array(size)
        for (let i = 0; i < size; i++) for (let j = 0; j < size; j++) rhs[i]! += matrix[i * size + j]! * truth[j]!
        const factor = Float64Array.from(matrix)
        expect(factorCholesky(factor, size)).toBe(-1)
        solveCholesky(factor, size, rhs)
        for (let i = 0; i < size; i++) expect(rhs[i]).toBeCloseTo(truth[i]!, 9)
      }),
      { numRuns: 100 },
    )
  })

  test('names the pivot that fails, NaN included', () => {
    expect(factorCholesky(Float64Array.of(1, 2, 2, 1), 2)).toBe(1)
    expect(factorCholesky(Float64Array.of(-1), 1)).toBe(0)
    expect(factorCholesky(Float64Array.of(1, 0, 0, Number.NaN), 2)).toBe(1)
  })

  test('agrees with the eigenvalues on what is positive definite', () => {
    const definite = gram(7, 6, 6, 0.1)
    const indefinite = gram(7, 6, 3, -0.01)
    expect(isPositiveDefinite(definite, 6)).toBe(true)
    expect(symmetricEigenvalues(definite, 6)[0]).toBeGreaterThan(0)
    expect(isPositiveDefinite(indefinite, 6)).toBe(false)
    expect(symmetricEigenvalues(indefinite, 6)[0]).toBeLessThan(0)
  })
})
