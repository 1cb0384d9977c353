import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { createRandom } from '../../core/random.ts'
import { isPositiveDefinite } from '../linear-algebra/cholesky.ts'
import { denseCovariance, factorModel } from './factor-model.ts'

/** Correlation matrix of random loadings on `rank` factors plus own noise. */
function correlationOf(seed: number, n: number, rank: number, noise: number): Float64Array {
  const random = createRandom(seed)
  const g = Float64Array.from({ length: n * rank }, () => random.normal())
  const c = new Float64Array(n * n)
  for (let i = 0; i < n; i++)
    for (let j = 0; j < n; j++) {
      let sum = i === j ? noise : 0
      for (let k = 0; k < rank; k++) sum += g[i * rank + k]! * g[j * rank + k]!
      c[i * n + j] = sum
    }
  return c.map((value, at) => value / Math.sqrt(c[Math.trunc(at / n) * (n + 1)]! * c[(at % n) * (n + 1)]!))
}

describe('statistical factor model', () => {
  test('one factor of a constant correlation, worked by hand', () => {
    // ρ = 0.5, n = 3: λ₁ = 1 + 2ρ = 2, v₁ = (1,1,1)/√3, so each loading is σ√(2/3) and σ²/3 is specific
    const model = factorModel(Float64Array.of(1, 0.5, 0.5, 0.5, 1, 0.5, 0.5, 0.5, 1), Float64Array.of(0.3, 0.6, 1), 1)
    for (const [i, sigma] of [0.3, 0.6, 1].entries()) {
      expect(model.loadings[i]).toBeCloseTo(sigma * Math.sqrt(2 / 3), 12)
      expect(model.specific[i]).toBeCloseTo((sigma * sigma) / 3, 12)
    }
    expect(model.explained).toBeCloseTo(2 / 3, 12)
  })

  test('variances are kept, all factors give the whole matrix, fewer come nearer with each', () => {
    const n = 8
    const correlation = correlationOf(1, n, 5, 0.5)
    const volatility = Float64Array.from({ length: n }, (_, i) => 0.2 + 0.1 * i)
    const full = correlation.map((rho, at) => rho * volatility[Math.trunc(at / n)]! * volatility[at % n]!)
    let last = Number.POSITIVE_INFINITY
    for (let count = 1; count <= n; count++) {
      const dense = denseCovariance(factorModel(correlation, volatility, count))
      for (let i = 0; i < n; i++) expect(dense[i * n + i]).toBeCloseTo(full[i * n + i]!, 12)
      const standard = dense.map((value, at) => value / (volatility[Math.trunc(at / n)]! * volatility[at % n]!))
      const error = standard.reduce((sum, value, at) => sum + (value - correlation[at]!) ** 2, 0)
      expect(error).toBeLessThan(last)
      last = error
    }
    // the floor of what is an asset's own keeps a thousandth back
    expect(last).toBeLessThan(1e-4)
  })

  test('positive definite for duplicates, any rank and any number of factors', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 1e6 }),
        fc.integer({ min: 1, max: 14 }),
        fc.integer({ min: 1, max: 20 }),
        fc.constantFrom(0, 1e-9, 0.3),
        (seed, n, count, noise) => {
          const correlation = correlationOf(seed, n, 2, noise)
          const model = factorModel(correlation, new Float64Array(n).fill(0.7), count)
          expect(model.factorCount).toBe(Math.min(count, n))
          expect(model.loadings.length).toBe(n * model.factorCount)
          expect(model.specific.every((value) => value > 0)).toBe(true)
          expect(isPositiveDefinite(denseCovariance(model), n)).toBe(true)
        },
      ),
      { numRuns: 60 },
    )
  })

  test('the sign of a factor is fixed: its largest loading is positive', () => {
    const model = factorModel(correlationOf(3, 6, 3, 0.4), new Float64Array(6).fill(1), 3)
    for (let k = 0; k < 3; k++) {
      const column = Array.from({ length: 6 }, (_, i) => model.loadings[i * 3 + k]!)
      expect(Math.max(...column)).toBe(Math.max(...column.map(Math.abs)))
    }
  })

  test('no factors is a bug of the caller', () => {
    expect(() => factorModel(Float64Array.of(1), Float64Array.of(1), 0)).toThrow('0 factors')
  })
})
