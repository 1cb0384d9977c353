import { expect, test } from 'vitest'
import { createRandom } from '../../core/random.ts'
import { symmetricEigen, symmetricEigenvalues } from './eigenvalues.ts'

test('A v = λ v, orthonormal, ascending, the largest entry of each vector positive', () => {
  const n = 7
  const random = createRandom(3)
  const a = new Float64Array(n * n)
  for (let i = 0; i < n; i++)
    for (let j = 0; j <= i; j++) {
      a[i * n + j] = random.normal()
      a[j * n + i] = a[i * n + j]!
    }
  const { values, vectors } = symmetricEigen(a, n)
  expect(values).toEqual(symmetricEigenvalues(a, n))
  expect(values).toEqual(values.slice().sort())
  for (let k = 0; k < n; k++) {
    const column = (q: number): number[] => Array.from({ length: n }, (_, i) => vectors[i * n + q]!)
    const v = column(k)
    for (let i = 0; i < n; i++) {
      const product = v.reduce((sum, x, j) => sum + a[i * n + j]! * x, 0)
      expect(product).toBeCloseTo(values[k]! * v[i]!, 10)
    }
    for (let q = 0; q < n; q++) {
      const w = column(q)
      expect(v.reduce((sum, x, i) => sum + x * w[i]!, 0)).toBeCloseTo(q === k ? 1 : 0, 10)
    }
    expect(Math.max(...v)).toBe(Math.max(...v.map(Math.abs)))
  }
})
