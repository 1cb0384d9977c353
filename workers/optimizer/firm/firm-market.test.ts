import fc from 'fast-check'
import { expect, test } from 'vitest'
import { poolPrice } from './firm-market.ts'

const usd = fc.double({ min: 0, max: 1e9, noNaN: true })

test('however a day is cut into slabs, they cost what the whole costs', () => {
  fc.assert(
    fc.property(fc.array(usd, { minLength: 1, maxLength: 8 }), (slabs) => {
      const K = 3e-7
      let [done, cost] = [0, 0]
      for (const slab of slabs) {
        cost += poolPrice(K, done, slab) * slab
        done += slab
      }
      expect(Math.abs(cost - K * done ** 1.5)).toBeLessThanOrEqual(1e-9 * K * done ** 1.5)
    }),
  )
})

test('the first slab pays K·√S, an infinitesimal one the marginal price, nothing the first unit of a day', () => {
  expect(poolPrice(2e-6, 0, 4e6)).toBeCloseTo(2e-6 * 2000, 15)
  expect(poolPrice(2e-6, 4e6, 1e-3)).toBeCloseTo(1.5 * 2e-6 * 2000, 12)
  expect(poolPrice(2e-6, 0, 0)).toBe(0)
})
