import { describe, expect, test } from 'vitest'
import { checkTaxTerms, rateOf, type TaxTerms, taxTermsText, termOf } from './tax-terms.ts'
import { millis } from './units.ts'

const terms: TaxTerms = { shortTermRate: 0.4, longTermRate: 0.2, holdingPeriodDays: 365 }
const at = (text: string) => millis(Date.parse(text))

describe('what an advisor may state', () => {
  test('rates as fractions, whole days, a loss worth no more than a gain costs', () => {
    expect(checkTaxTerms(terms).ok).toBe(true)
    expect(checkTaxTerms({ ...terms, lossRate: 0 }).ok).toBe(true)
    expect(checkTaxTerms({ ...terms, lossRate: 0.4 }).ok).toBe(true)
  })

  test.each([
    [{ shortTermRate: 25 }, 'bad-tax-rate', 'the short-term rate was 25, a fraction from 0 to 0.75 is allowed'],
    [{ longTermRate: -0.1 }, 'bad-tax-rate', 'the long-term rate was -0.1, a fraction from 0 to 0.75 is allowed'],
    [{ lossRate: Number.NaN }, 'bad-tax-rate', 'the loss rate was NaN, a fraction from 0 to 0.75 is allowed'],
    [
      { holdingPeriodDays: 365.25 },
      'bad-holding-period',
      'the holding period was 365.25 days, 0 to 3660 whole days are allowed',
    ],
    [{ lossRate: 0.5 }, 'loss-beats-gains', 'the loss rate was 0.5, a loss saves 0.4 at most: what a gain costs'],
  ] as const)('%o is refused: %s', (change, code, message) => {
    expect(checkTaxTerms({ ...terms, ...change })).toEqual({ ok: false, error: { code, message } })
  })
})

describe('the term of a lot', () => {
  test('turns on the day after the holding period, whatever the hour', () => {
    const bought = at('2025-01-01T23:59:59.999Z')
    expect(termOf(bought, at('2026-01-01T00:00:00Z'), terms)).toBe('short')
    expect(termOf(bought, at('2026-01-01T23:59:59.999Z'), terms)).toBe('short')
    expect(termOf(bought, at('2026-01-02T00:00:00Z'), terms)).toBe('long')
    expect(termOf(at('2025-01-01T00:00:00Z'), at('2026-01-01T23:59:59.999Z'), terms)).toBe('short')
  })

  test('with a period of no days a lot is short-term on its own day only', () => {
    const none = { ...terms, holdingPeriodDays: 0 }
    expect(termOf(at('2025-03-01T08:00:00Z'), at('2025-03-01T20:00:00Z'), none)).toBe('short')
    expect(termOf(at('2025-03-01T20:00:00Z'), at('2025-03-02T01:00:00Z'), none)).toBe('long')
  })
})

test('a loss saves what a gain of its term costs, unless another rate or nothing is stated', () => {
  expect([rateOf('short', true, terms), rateOf('long', true, terms)]).toEqual([0.4, 0.2])
  expect([rateOf('short', true, { ...terms, lossRate: 0.1 }), rateOf('long', true, { ...terms, lossRate: 0 })]).toEqual(
    [0.1, 0],
  )
  expect(rateOf('short', false, { ...terms, lossRate: 0 })).toBe(0.4)
})

test('terms in a sentence', () => {
  expect(taxTermsText(terms)).toBe('gains 40 %, 20 % after 365 days; losses save the same')
  expect(taxTermsText({ ...terms, lossRate: 0.15 })).toBe('gains 40 %, 20 % after 365 days; losses save 15 %')
  expect(taxTermsText({ ...terms, lossRate: 0 })).toBe('gains 40 %, 20 % after 365 days; losses save nothing')
})
