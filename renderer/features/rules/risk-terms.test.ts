import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { RISK_RANGES, RISK_TERMS } from '../../../core/risk-profile.ts'
import { readNumber } from '../../ui/read-number.ts'
import { readTerm, showTerm, termLabel, termRange, writeTerm } from './risk-terms.ts'

describe('a term', () => {
  test('comes back from its field as it went in', () => {
    fc.assert(
      fc.property(fc.constantFrom(...RISK_TERMS), fc.integer({ min: 0, max: 10_000 }), (term, share) => {
        const { from, to } = RISK_RANGES[term]
        const value = Number((from + ((to - from) * share) / 10_000).toFixed(6))
        expect(readTerm(term, readNumber(writeTerm(term, value))!)).toBe(value)
      }),
    )
  })

  test('is written in its unit', () => {
    expect(termLabel('maximumTrackingError')).toBe('Largest tracking error, % a year')
    expect(showTerm('cashReserve', 0.0075)).toBe('0.75')
    expect(showTerm('maximumTrackingError', Number.POSITIVE_INFINITY)).toBe('no limit')
    expect(termRange('maximumTurnover')).toBe('1 to 100')
  })
})

describe('a number as a person writes it', () => {
  test.each([
    ['1.5', 1.5],
    [' 1,5 ', 1.5],
    ['-3', -3],
    ['', undefined],
    ['1e5', Number.NaN],
    ['five', Number.NaN],
  ])('%j is %j', (text, value) => expect(readNumber(text)).toBe(value))
})
