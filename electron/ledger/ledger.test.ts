import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type Amount, amount } from '../../core/amount.ts'
import type { Holding } from '../../core/client-book.ts'
import type { VenueId } from '../../core/instruments.ts'
import { cashOf, lineWeights, quantitiesOf } from './book-value.ts'
import { compareBalances } from './compare-balances.ts'

const held = (venue: VenueId, asset: string, quantity: string): Holding => ({
  subAccount: 'anna',
  venue,
  asset,
  quantity: amount(quantity),
})
const HOLDINGS = [
  held('binance', 'BTC', '0.1'),
  held('kraken', 'BTC', '0.2'),
  held('binance', 'USDT', '10000'),
  held('kraken', 'USD', '20000'),
]

describe('book value', () => {
  test('quantities add exactly over venues', () => expect(quantitiesOf(HOLDINGS).get('BTC')).toBe(amount('0.3')))

  test('cash is per venue', () => {
    expect([...cashOf(HOLDINGS, 'binance')]).toEqual([['USDT', amount('10000')]])
    expect([...cashOf(HOLDINGS, 'kraken')]).toEqual([['USD', amount('20000')]])
  })

  test('every settlement currency counts at its own price', () => {
    const prices = new Map([
      ['BTC', 100_000],
      ['USDT', 0.95],
      ['USD', 1],
    ])
    const { valueUsd, weights } = lineWeights(HOLDINGS, prices)
    expect(valueUsd).toBeCloseTo(59_500, 9)
    expect(weights.get('CASH')).toBeCloseTo(29_500 / 59_500, 12)
  })

  test('a missing price is never taken for zero', () => {
    expect(lineWeights(HOLDINGS, new Map([['USD', 1]])).valueUsd).toBeNaN()
  })
})

describe('reconciliation', () => {
  const balance = (asset: string, free: string, locked = '0') => ({
    asset,
    free: amount(free),
    locked: amount(locked),
  })

  test('free and locked together, zero where one side is silent, one unit is a difference', () => {
    const ledger = new Map([
      ['BTC', amount('1.5')],
      ['ETH', amount('2')],
      ['XRP', amount('0')],
    ])
    const venue = [
      balance('BTC', '1', '0.5'),
      balance('ETH', '2.000000000001'),
      balance('DOT', '3'),
      balance('SOL', '0'),
    ]
    expect(compareBalances(ledger, venue)).toEqual([
      { asset: 'DOT', ledger: 0n, venue: amount('3') },
      { asset: 'ETH', ledger: amount('2'), venue: amount('2.000000000001') },
    ])
  })

  test('differences are exactly what brings the ledger to the venue', () => {
    const side = fc.dictionary(fc.constantFrom('BTC', 'ETH', 'SOL', 'USD'), fc.bigInt({ min: -3n, max: 3n }))
    fc.assert(
      fc.property(side, side, (ledger, venue) => {
        const totals = new Map(Object.entries(ledger) as [string, Amount][])
        const balances = Object.entries(venue).map(([asset, free]) => ({
          asset,
          free: free as Amount,
          locked: 0n as Amount,
        }))
        for (const difference of compareBalances(totals, balances)) {
          expect(difference.ledger).not.toBe(difference.venue)
          totals.set(difference.asset, difference.venue)
        }
        expect(compareBalances(totals, balances)).toEqual([])
      }),
    )
  })
})
