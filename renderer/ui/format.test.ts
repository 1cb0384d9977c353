import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { amount, parseAmount } from '../../core/amount.ts'
import { unwrap } from '../../core/result.ts'
import * as format from './format.ts'

describe('numbers', () => {
  test('thousands, fixed decimals, a real minus', () => {
    expect(format.formatNumber(1837070)).toBe('1,837,070')
    expect(format.formatNumber(-2.125, 2)).toBe('−2.13')
    expect(format.formatUsd(-1722.4)).toBe('−$1,722')
  })
  test('a value that rounds to zero has no sign', () => {
    expect(format.formatNumber(-0.004, 2)).toBe('0.00')
    expect(format.formatUsd(-0.2)).toBe('$0')
    expect(format.formatSigned(-0.004, 2)).toBe('\u20070.00')
  })
  test('changes always carry their sign', () => {
    expect(format.formatSigned(3.371, 2)).toBe('+3.37')
    expect(format.formatSigned(-3.371, 2)).toBe('−3.37')
  })
  test('missing is a dash, in every form', () => {
    for (const text of [
      format.formatNumber(Number.NaN),
      format.formatSigned(Number.POSITIVE_INFINITY),
      format.formatUsd(Number.NaN),
      format.formatUsdShort(Number.NaN),
      format.formatPercent(Number.NaN),
      format.formatPrice(Number.NaN),
      format.formatTime(Number.NaN),
      format.formatDate(Number.NaN),
    ])
      expect(text).toBe('—')
  })
  test('headlines shorten from ten thousand on', () => {
    expect(format.formatUsdShort(383_700_000)).toBe('$383.7M')
    expect(format.formatUsdShort(9_870)).toBe('$9,870')
    expect(format.formatUsdShort(-12_340)).toBe('−$12.3k')
    expect(format.formatSignedShort(2_350_000)).toBe('+2.35M')
  })
  test('the same number of decimals whatever the value', () => {
    fc.assert(
      fc.property(
        fc.double({ min: -1e9, max: 1e9, noNaN: true }),
        fc.integer({ min: 0, max: 6 }),
        (value, decimals) => {
          const digits = format.formatNumber(value, decimals).split('.')[1] ?? ''
          expect(digits.length).toBe(decimals)
        },
      ),
    )
  })
})

describe('prices and quantities', () => {
  test.each([
    [91240.5, '91,240.50'],
    [18.635, '18.635'],
    [2.184, '2.1840'],
    [0.7425, '0.7425'],
    [0.0000123, '0.00001230'],
  ])('price %d', (price, text) => expect(format.formatPrice(price)).toBe(text))
  test.each([
    [91240.5, 5],
    [3412.8, 4],
    [188.42, 3],
    [2.18, 1],
    [0.74, 2],
    [1, 2],
    [0.09, 1],
  ])('a unit at %d has %d decimals', (price, decimals) => expect(format.quantityDecimals(price)).toBe(decimals))
  test('quantities are cut, never rounded up', () => {
    expect(format.formatQuantity(amount('12345.6789'), 2)).toBe('12,345.67')
    expect(format.formatQuantity(amount('-0.009'), 2)).toBe('0.00')
    expect(format.formatQuantity(amount('-1234567'), 0)).toBe('−1,234,567')
  })
  test('columns that must add up show every digit', () => {
    expect(format.wholeDecimals([amount('1.5'), amount('0.00012')])).toBe(5)
    fc.assert(
      fc.property(fc.array(fc.bigInt({ min: -(10n ** 20n), max: 10n ** 20n }), { minLength: 1 }), (raw) => {
        const amounts = raw as ReturnType<typeof amount>[]
        const decimals = format.wholeDecimals(amounts)
        for (const value of amounts) {
          const shown = format.formatQuantity(value, decimals).replaceAll(',', '').replace('−', '-')
          expect(unwrap(parseAmount(shown))).toBe(value)
        }
      }),
    )
  })
})

describe('times are UTC', () => {
  const at = Date.UTC(2026, 10, 20, 14, 32, 7)
  test('time, day, date', () => {
    expect(format.formatTime(at)).toBe('14:32:07')
    expect(format.formatDay(at)).toBe('20 Nov')
    expect(format.formatDate(at)).toBe('2026-11-20')
  })
  test('until: the hour today, the day after that', () => {
    expect(format.formatUntil(at + 3_600_000, at)).toBe('15:32')
    expect(format.formatUntil(at + 86_400_000, at)).toBe('21 Nov')
    expect(format.formatDay(at, at + 365 * 86_400_000)).toBe('20 Nov 2026')
    expect(format.formatUntil(at + 365 * 86_400_000, at)).toBe('20 Nov 2027')
  })
  test('a countdown ends at zero', () => {
    expect(format.formatCountdown(702_000)).toBe('11:42')
    expect(format.formatCountdown(3_731_000)).toBe('1:02:11')
    expect(format.formatCountdown(-5)).toBe('0:00')
  })
  test('since', () => {
    expect(format.formatSince(at - 57 * 86_400_000, at)).toBe('57 d')
    expect(format.formatSince(at - 5 * 3_600_000, at)).toBe('5 h')
    expect(format.formatSince(at - 12 * 60_000, at)).toBe('12 min')
    expect(format.formatSince(Number.NaN, at)).toBe('–')
  })
})
