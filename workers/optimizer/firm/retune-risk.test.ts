import fc from 'fast-check'
import { expect, test } from 'vitest'
import { retuneRisk } from './retune-risk.ts'

test('finds the factor that puts the mean back, up or down, of any falling function', () => {
  fc.assert(
    fc.property(
      fc.double({ min: 0.51, max: 100, noNaN: true }),
      fc.double({ min: 0.1, max: 3, noNaN: true }),
      (factor, steepness) => {
        // levels off on both sides, as tracking error does between its bounds
        const meanAt = (f: number): number => 0.01 + 0.05 / (1 + f ** steepness)
        const found = retuneRisk(meanAt, meanAt(factor), 1e-12)
        expect(meanAt(found) / meanAt(factor)).toBeCloseTo(1, 9)
      },
    ),
  )
})

test('1 where nothing moved or nothing raises it; the largest where none lowers it enough', () => {
  expect(retuneRisk(() => 0.04, 0.04, 1e-6)).toBe(1)
  expect(retuneRisk(() => 0.05, 0.04, 1e-6)).toBe(1024)
  expect(retuneRisk(() => 0.03, 0.04, 1e-6)).toBe(1)
})

test('asks a handful of times', () => {
  let asked = 0
  const meanAt = (f: number): number => {
    asked++
    return 0.05 / f ** 0.3
  }
  retuneRisk(meanAt, meanAt(3.3), 1e-3)
  expect(asked).toBeLessThan(10)
})
