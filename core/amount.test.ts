import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  type Amount,
  add,
  amount,
  ceilToStep,
  divide,
  floorToStep,
  formatAmount,
  formatAmountFixed,
  fromFloat,
  multiply,
  parseAmount,
  prorate,
  toFloat,
} from './amount.ts'

describe('amounts are exact decimals', () => {
  test.each([
    ['0', '0'],
    ['0.1', '0.1'],
    ['-12.50', '-12.5'],
    ['1e-7', '0.0000001'],
    ['1.5E3', '1500'],
    ['007.000', '7'],
    ['0.000000000001', '0.000000000001'],
    ['12.34e1', '123.4'],
    ['1234e-2', '12.34'],
  ])('%s reads as %s', (text, canonical) => expect(formatAmount(amount(text))).toBe(canonical))

  test.each(['', 'abc', '1,5', '0x10', 'NaN', 'Infinity', '1.', '--1', '1e99'])('%j is refused', (text) =>
    expect(parseAmount(text)).toMatchObject({ ok: false, error: { code: 'not-a-number' } }),
  )

  test('a digit beyond the scale is refused, a zero is not', () => {
    expect(parseAmount('0.0000000000001')).toMatchObject({ ok: false, error: { code: 'too-fine' } })
    expect(parseAmount('0.1000000000000000')).toMatchObject({ ok: true })
  })

  test('text and back is the identity', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: -(10n ** 30n), max: 10n ** 30n }), (v) => amount(formatAmount(v as Amount)) === v),
    )
  })

  test('sums do not lose a unit where floats do', () =>
    expect(formatAmount(add(amount('0.1'), amount('0.2')))).toBe('0.3'))

  test('product, quotient and share', () => {
    expect(formatAmount(multiply(amount('0.00123'), amount('91240.5')))).toBe('112.225815')
    expect(formatAmount(divide(amount('1'), amount('3')))).toBe('0.333333333333')
    expect(formatAmount(prorate(amount('10'), amount('1'), amount('3')))).toBe('3.333333333333')
  })

  test('steps: floor ≤ value ≤ ceil, both multiples, less than a step apart', () => {
    fc.assert(
      fc.property(
        fc.bigInt({ min: -(10n ** 20n), max: 10n ** 20n }),
        fc.bigInt({ min: 1n, max: 10n ** 13n }),
        (v, s) => {
          const [down, up] = [floorToStep(v as Amount, s as Amount), ceilToStep(v as Amount, s as Amount)]
          return down <= v && v <= up && down % s === 0n && up % s === 0n && up - down < 2n * s && v - down < s
        },
      ),
    )
  })

  test('fixed text cuts, never rounds up', () => {
    expect(formatAmountFixed(amount('1.999'), 2)).toBe('1.99')
    expect(formatAmountFixed(amount('-1.999'), 0)).toBe('-1')
  })

  test('float conversion is named, and refuses what is not a number', () => {
    expect(formatAmount(fromFloat(0.1))).toBe('0.1')
    expect(toFloat(amount('2.5'))).toBe(2.5)
    expect(() => fromFloat(Number.NaN)).toThrow('NaN')
  })
})
