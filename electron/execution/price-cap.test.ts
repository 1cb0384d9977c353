import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type Amount, amount, formatAmount, multiply, ONE, toFloat, ZERO } from '../../core/amount.ts'
import type { Level } from '../../core/instruments.ts'
import { bps } from '../../core/units.ts'
import { highestLimit, isWithinCap, levelsBeyond, parentPriceCap } from './price-cap.ts'

const level = (price: string, quantity: string): Level => ({ price: amount(price), quantity: amount(quantity) })

describe('price cap of a parent', () => {
  it.each([
    // 60,000 × 1.003 = 60,180; in USDT worth 0.999: 60,240.24…
    ['buy', '0.999', '0.01', '60240.24'],
    ['buy', '1', '0.1', '60180'],
    // 60,000 × 0.997 = 59,820; in USDT worth 0.999: 59,879.879…, a sell's cap is rounded up
    ['sell', '0.999', '0.01', '59879.88'],
    ['sell', '1', '7', '59822'],
  ] as const)('%s, quote at %s USD, tick %s: %s', (side, quoteUsd, tick, cap) => {
    const parent = { side, arrivalPriceUsd: 60_000, maximumSlippageBps: bps(30) }
    expect(formatAmount(parentPriceCap(parent, amount(quoteUsd), amount(tick)))).toBe(cap)
  })

  it('never allows more than the slippage, whatever the tick and the price of the quote', () => {
    fc.assert(
      fc.property(
        fc.constantFrom('buy' as const, 'sell' as const),
        fc.double({ min: 0.001, max: 1e6, noNaN: true }),
        fc.integer({ min: 0, max: 500 }),
        fc.integer({ min: 900_000, max: 1_100_000 }),
        fc.constantFrom('0.01', '0.1', '0.00001', '0.0005'),
        (side, arrivalPriceUsd, slippage, quoteMillionths, tick) => {
          const quoteUsd = (BigInt(quoteMillionths) * 1_000_000n) as Amount
          const cap = parentPriceCap(
            { side, arrivalPriceUsd, maximumSlippageBps: bps(slippage) },
            quoteUsd,
            amount(tick),
          )
          expect(cap % amount(tick)).toBe(0n)
          if (cap === amount(tick)) return
          const capUsd = toFloat(multiply(cap, quoteUsd))
          const allowed = arrivalPriceUsd * (1 + ((side === 'buy' ? 1 : -1) * slippage) / 1e4)
          if (side === 'buy') expect(capUsd).toBeLessThanOrEqual(allowed + 1e-9)
          else expect(capUsd).toBeGreaterThanOrEqual(allowed - 1e-9)
        },
      ),
    )
  })

  it('is a ceiling for buys and a floor for sells', () => {
    expect(isWithinCap('buy', amount('10'), amount('10'))).toBe(true)
    expect(isWithinCap('buy', amount('10.01'), amount('10'))).toBe(false)
    expect(isWithinCap('sell', amount('10'), amount('10'))).toBe(true)
    expect(isWithinCap('sell', amount('9.99'), amount('10'))).toBe(false)
  })
})

describe('levels beyond what others take', () => {
  const levels = [level('10', '1'), level('11', '2'), level('12', '3')]
  it.each([
    ['0', ['10 1', '11 2', '12 3']],
    ['0.4', ['10 0.6', '11 2', '12 3']],
    ['1', ['11 2', '12 3']],
    ['2.5', ['11 0.5', '12 3']],
    ['6', []],
    ['9', []],
  ])('after %s', (taken, expected) =>
    expect(
      levelsBeyond(levels, amount(taken)).map((l) => `${formatAmount(l.price)} ${formatAmount(l.quantity)}`),
    ).toEqual(expected),
  )
})

describe('highest limit of a buy', () => {
  const levels = [level('100', '1'), level('101', '1')]
  const limit = (quantity: string, cap: string, tolerance = '0.001'): string =>
    formatAmount(highestLimit(levels, amount(quantity), amount(cap), amount('0.01'), amount(tolerance)))
  it('is the worst price that the quantity touches plus the tolerance', () => {
    expect(limit('1', '200')).toBe('100.1')
    expect(limit('1.5', '200')).toBe('101.11')
  })
  it('is never above the cap, and the cap where the depth does not reach', () => {
    expect(limit('1', '100.05')).toBe('100.05')
    expect(limit('3', '200')).toBe('200')
    expect(limit('1', '99')).toBe('99')
    expect(highestLimit([], ONE, amount('50'), amount('0.01'), ZERO)).toBe(amount('50'))
  })
})
