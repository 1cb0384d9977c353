import { expect, test } from 'vitest'
import { NON_TRIGGER_REASONS } from '../proposal.ts'
import { millis } from '../units.ts'
import { endsWay, marketDay, waySentence } from './continuation.ts'

const at = (text: string) => millis(Date.parse(text))

test('a day of the market ends at midnight, UTC', () => {
  expect(marketDay(at('2025-01-06T23:59:59.999Z'))).toBe(marketDay(at('2025-01-06T00:00:00Z')))
  expect(marketDay(at('2025-01-07T00:00:00Z'))).toBe(marketDay(at('2025-01-06T00:00:00Z')) + 1)
})

test('a way ends where no more is wanted or less than may be traded, not where something is in its way', () =>
  expect(NON_TRIGGER_REASONS.filter(endsWay)).toEqual(['below-minimum', 'cost-exceeds-benefit']))

test('what was left, and when', () =>
  expect(waySentence({ turnover: 0.01204, since: at('2025-01-06T17:00:00Z') })).toBe(
    '1.20 % of the book was left on 2025-01-06',
  ))
