import { describe, expect, test } from 'vitest'
import { amount } from '../../core/amount.ts'
import type { Holding } from '../../core/client-book.ts'
import { ownTerms } from '../../core/risk-profile.ts'
import { bookOf, MODEL } from '../desk/test-support/desk-bench.ts'
import { snapshotHash } from './snapshot.ts'

const held = (venue: Holding['venue'], asset: string, quantity: string): Holding => ({
  subAccount: 'anna',
  venue,
  asset,
  quantity: amount(quantity),
})
const HOLDINGS = [held('binance', 'BTC', '1'), held('kraken', 'BTC', '2')]
const terms = ownTerms(bookOf('anna'))
const base = { book: bookOf('anna'), model: MODEL, holdings: HOLDINGS, terms }
const hash = (changes: Partial<typeof base> = {}, multiplier = 1): string =>
  snapshotHash({ ...base, ...changes }, multiplier)

test('the same book gives the same hash, whatever the order of its holdings', () => {
  expect(hash()).toMatch(/^[0-9a-f]{32}$/)
  expect(hash({ holdings: HOLDINGS.toReversed() })).toBe(hash())
})

describe('another hash after', () => {
  test.each([
    ['a unit more', { holdings: [HOLDINGS[0]!, held('kraken', 'BTC', '2.000000000001')] }],
    ['the same units on the other venue', { holdings: [held('kraken', 'BTC', '1'), held('binance', 'BTC', '2')] }],
    ['a newer model', { model: { ...MODEL, version: 2 } }],
    ['another model', { model: { ...MODEL, id: 'growth' } }],
    ['another reserve', { terms: { ...terms, cashReserve: 0.02 } }],
    ['another risk aversion', { terms: { ...terms, riskAversion: 5 } }],
    ['other bands', { terms: { ...terms, bandFactor: 1.1 } }],
    ['a limit on turnover', { terms: { ...terms, maximumTurnover: 0.2 } }],
    ['a restriction', { book: bookOf('anna', { restrictions: [{ kind: 'no-buy', asset: 'BTC', reason: 'x' }] }) }],
    ['another book', { book: bookOf('boris') }],
  ] as const)('%s', (_, changes) => expect(hash(changes as Partial<typeof base>)).not.toBe(hash()))

  test('another regime', () => expect(hash({}, 1.15)).not.toBe(hash()))
})

test('a pause or a name is no change of what was computed', () =>
  expect(hash({ book: bookOf('anna', { clientName: 'Other', pausedUntil: 5 as never }) })).toBe(hash()))
