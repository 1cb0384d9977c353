import { expect, test } from 'vitest'
import { createRandom } from '../../core/random.ts'
import { garmanKlassVariance, isPriceRange, parkinsonVariance } from './range-estimator.ts'

test('by hand', () => {
  const bar = { open: 100, high: 110, low: 95, close: 105 }
  expect(parkinsonVariance(bar)).toBeCloseTo(Math.log(110 / 95) ** 2 / 2.772588722239781, 12)
  expect(garmanKlassVariance(bar)).toBeCloseTo(0.5 * 0.021492 - 0.386294 * 0.0023805, 5)
})

test('both find the variance of a random walk, and spread less than the squared return', () => {
  const random = createRandom(4)
  const sigma = 0.04
  const steps = 2000
  const found = { parkinson: [] as number[], garmanKlass: [] as number[], squares: [] as number[] }
  for (let day = 0; day < 600; day++) {
    let [at, high, low] = [0, 0, 0]
    for (let step = 0; step < steps; step++) {
      at += (sigma / Math.sqrt(steps)) * random.normal()
      high = Math.max(high, at)
      low = Math.min(low, at)
    }
    const bar = { open: 1, high: Math.exp(high), low: Math.exp(low), close: Math.exp(at) }
    found.parkinson.push(parkinsonVariance(bar))
    found.garmanKlass.push(garmanKlassVariance(bar))
    found.squares.push(at * at)
  }
  const mean = (values: number[]): number => values.reduce((sum, x) => sum + x, 0) / values.length
  const spread = (values: number[]): number => mean(values.map((x) => (x - mean(values)) ** 2))
  // a walk in steps misses the extremes between them: a few per cent low
  expect(mean(found.parkinson) / sigma ** 2).toBeCloseTo(0.97, 1)
  expect(mean(found.garmanKlass) / sigma ** 2).toBeCloseTo(0.96, 1)
  expect(spread(found.squares) / spread(found.parkinson)).toBeGreaterThan(3.5)
  expect(spread(found.squares) / spread(found.garmanKlass)).toBeGreaterThan(5)
})

test('what is no bar is seen', () => {
  expect(isPriceRange({ open: 100, high: 110, low: 95, close: 105 })).toBe(true)
  expect(isPriceRange({ open: 100, high: 104, low: 95, close: 105 })).toBe(false)
  expect(isPriceRange({ open: 100, high: 110, low: 0, close: 105 })).toBe(false)
  expect(isPriceRange({ open: 100, high: Number.NaN, low: 95, close: 105 })).toBe(false)
})
