import { expect, test } from 'vitest'
import { parseTaxTerms } from './tax-option.ts'

test('terms as an option states them', () => {
  expect(parseTaxTerms('0.35,0.2,365')).toEqual({
    ok: true,
    value: { shortTermRate: 0.35, longTermRate: 0.2, holdingPeriodDays: 365 },
  })
  expect(parseTaxTerms('0.35, 0.2, 365, 0')).toMatchObject({ ok: true, value: { lossRate: 0 } })
})

test.each([
  ['0.35,0.2', '--tax was "0.35,0.2", it must be SHORT,LONG,DAYS'],
  ['a,0.2,365', '--tax was "a,0.2,365", it must be SHORT,LONG,DAYS'],
  ['35,20,365', '--tax was "35,20,365": the short-term rate was 35, a fraction from 0 to 0.75 is allowed'],
  ['0.3,0.2,365,0.4', '--tax was "0.3,0.2,365,0.4": the loss rate was 0.4, a loss saves 0.3 at most'],
])('%s is refused', (text, message) => {
  expect(parseTaxTerms(text)).toMatchObject({
    ok: false,
    error: { code: 'bad-option', message: expect.stringContaining(message) },
  })
})
