import { expect, test } from 'vitest'
import { RateLimits } from './rate-limits.ts'

const code = (result: {
  ok: boolean
  error?: { error: { status: number; code: number }; retryAfterSeconds: number }
}) => (result.ok ? 'ok' : [result.error!.error.status, result.error!.error.code, result.error!.retryAfterSeconds])

test('weight per minute: 429 with the seconds to wait, then a ban, then all is well again', () => {
  let now = 60_000 * 1_000 + 15_000
  const limits = new RateLimits(() => now, true)
  for (let i = 0; i < 60; i++) expect(code(limits.spend(100))).toBe('ok')
  for (let i = 0; i < 10; i++) expect(code(limits.spend(1))).toEqual([429, -1003, 45])
  expect(code(limits.spend(1))).toEqual([418, -1003, 120])
  now += 61_000
  expect(code(limits.spend(1))).toEqual([418, -1003, 59])
  now += 60_000
  expect(code(limits.spend(1))).toBe('ok')
  expect(limits.usedWeight()).toBe(1)
})

test('a hundred orders in ten seconds, by account', () => {
  let now = 1_000_000
  const limits = new RateLimits(() => now, true)
  for (let i = 0; i < 100; i++) expect(code(limits.countOrder('a'))).toBe('ok')
  now += 4_000
  expect(code(limits.countOrder('a'))).toEqual([429, -1015, 6])
  expect(code(limits.countOrder('b'))).toBe('ok')
  now += 6_000
  expect(code(limits.countOrder('a'))).toBe('ok')
  expect(limits.usedOrders('a')).toEqual({ tenSeconds: 1, day: 101 })
})

test('in lockstep all is counted and nothing refused', () => {
  const limits = new RateLimits(() => 0, false)
  for (let i = 0; i < 300; i++) {
    expect(code(limits.spend(100))).toBe('ok')
    expect(code(limits.countOrder('a'))).toBe('ok')
  }
  expect(limits.usedWeight()).toBe(30_000)
})
