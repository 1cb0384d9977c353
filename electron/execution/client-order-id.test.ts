import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type AttemptKey, clientOrderId } from './client-order-id.ts'

const KEY: AttemptKey = { epoch: 'e1', planId: 'plan-1', leg: 'plan-1:BTC:sell:omnibus@binance', attempt: 1 }

describe('client order id', () => {
  it('is a UUID that both venues take, the same for the same attempt', () => {
    const id = clientOrderId(KEY)
    expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/)
    expect(id).toHaveLength(36)
    expect(clientOrderId({ ...KEY })).toBe(id)
  })

  it('differs in every part of the key', () => {
    const ids = [
      KEY,
      { ...KEY, epoch: 'e2' },
      { ...KEY, planId: 'plan-2' },
      { ...KEY, leg: 'other' },
      { ...KEY, attempt: 2 },
      { ...KEY, epoch: 'e1plan', planId: '-1' },
    ].map(clientOrderId)
    expect(new Set(ids).size).toBe(ids.length)
  })

  it('keeps the borders between the parts of the key', () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), fc.string({ minLength: 1 }), (a, b, c) => {
        const left = clientOrderId({ epoch: a + c, planId: b, leg: 'leg', attempt: 1 })
        const right = clientOrderId({ epoch: a, planId: c + b, leg: 'leg', attempt: 1 })
        expect(left).not.toBe(right)
      }),
    )
  })
})
