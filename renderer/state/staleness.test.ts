import { expect, test } from 'vitest'
import type { VenueHealth } from '../../core/contracts/exchange.ts'
import { freshnessOf, stalenessOf } from './staleness.ts'

const venue = (ageMs: number, state: VenueHealth['state'] = 'connected', name: VenueHealth['venue'] = 'binance') =>
  ({ venue: name, state, dataLatencyMs: 1, orderLatencyMs: 1, ageMs, refusedBooks: 0, why: null }) satisfies VenueHealth

test('amber at 5 s, red at 20 s', () => {
  expect([0, 4_999, 5_000, 19_999, 20_000, Number.POSITIVE_INFINITY].map(freshnessOf)).toEqual([
    'fresh',
    'fresh',
    'amber',
    'amber',
    'red',
    'red',
  ])
})
test('the oldest venue decides and is named', () => {
  expect(stalenessOf([venue(300), venue(27_000, 'slow', 'kraken')], 0)).toEqual({
    freshness: 'red',
    source: 'kraken',
    ageMs: 27_000,
  })
  expect(stalenessOf([venue(300)], 0).source).toBeNull()
})
test('a venue without data is red whatever age it states', () => {
  expect(stalenessOf([venue(0, 'no-data')], 0).freshness).toBe('red')
})
test('ages grow while the desk says nothing, and then the desk is the cause', () => {
  expect(stalenessOf([venue(4_000)], 1_500)).toEqual({ freshness: 'amber', source: 'binance', ageMs: 5_500 })
  expect(stalenessOf([venue(4_000)], 21_000)).toEqual({ freshness: 'red', source: 'desk', ageMs: 21_000 })
})
