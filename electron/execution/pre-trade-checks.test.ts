import { describe, expect, it } from 'vitest'
import { amount, formatAmount, ONE } from '../../core/amount.ts'
import { type ChildOrder, DENIED_REASONS } from '../../core/order.ts'
import { millis } from '../../core/units.ts'
import {
  firstDenial,
  leastQuantity,
  ORDER_CHECKS,
  type OrderCandidate,
  SEND_CHECKS,
  type SendCandidate,
  VENUE_CHECKS,
  type VenueCandidate,
} from './pre-trade-checks.ts'
import { DEFAULT_SETTINGS } from './settings.ts'
import { MARKETS } from './test-support/execution-bench.ts'
import { bookGate, orderGate, type TradingStates, venueGate } from './trading-gate.ts'

const NOW = millis(1_000_000)
const venue: VenueCandidate = {
  venue: 'binance',
  parent: { side: 'buy', asset: 'BTC', account: 'omnibus' },
  trading: { state: 'active', scope: 'all trading' },
  connected: true,
  reconciled: true,
  pausedUntil: null,
  market: MARKETS.binance,
  orderBook: {
    market: 'binance:BTC/USDT',
    bids: [{ price: amount('100'), quantity: ONE }],
    asks: [{ price: amount('101'), quantity: ONE }],
    sequence: 1,
    receivedAt: NOW,
  },
  quotePriceUsd: ONE,
  now: NOW,
  settings: DEFAULT_SETTINGS,
}

describe('may a venue be used', () => {
  it('yes, when nothing is in the way', () => expect(firstDenial(VENUE_CHECKS, venue)).toBeNull())

  it.each<[string, Partial<VenueCandidate>, string, string]>([
    ['halted', { trading: { state: 'halted', scope: 'kraken' } }, 'trading-halted', 'halted for kraken'],
    ['reducing', { trading: { state: 'reducing', scope: 'all trading' } }, 'reduce-only', 'may only reduce'],
    ['not connected', { connected: false }, 'venue-unavailable', 'not connected'],
    ['not reconciled', { reconciled: false }, 'venue-unavailable', 'not been reconciled'],
    ['paused', { pausedUntil: NOW + 700 }, 'venue-unavailable', '700 ms'],
    ['no market', { market: undefined }, 'venue-unavailable', 'no market for BTC'],
    ['market halted', { market: { ...MARKETS.binance, status: 'halted' } }, 'venue-unavailable', 'halted on binance'],
    ['no order book', { orderBook: undefined }, 'stale-order-book', 'no verified order book'],
    ['old', { now: millis(NOW + 5_001) }, 'stale-order-book', '5001 ms old, 5000 ms are allowed'],
    ['one side empty', { orderBook: { ...venue.orderBook!, bids: [] } }, 'stale-order-book', 'empty side'],
    ['crossed', { orderBook: { ...venue.orderBook!, bids: venue.orderBook!.asks } }, 'stale-order-book', 'crossed'],
    ['no quote price', { quotePriceUsd: undefined }, 'stale-order-book', 'USDT has no price'],
  ])('%s', (_, change, reason, words) => {
    const denial = firstDenial(VENUE_CHECKS, { ...venue, ...change })
    expect(denial?.reason).toBe(reason)
    expect(denial?.why).toContain(words)
    expect(DENIED_REASONS).toContain(reason)
  })

  it('selling passes while only reducing is allowed', () => {
    const selling = {
      ...venue,
      parent: { ...venue.parent, side: 'sell' },
      trading: { state: 'reducing', scope: 'x' },
    } as const
    expect(firstDenial(VENUE_CHECKS, selling)).toBeNull()
  })
})

const child = {
  id: 'c',
  parentId: 'p',
  venue: 'binance',
  side: 'buy',
  quantity: ONE,
  limitPrice: amount('100'),
} as ChildOrder
const order: OrderCandidate = {
  child,
  market: MARKETS.binance,
  quotePriceUsd: ONE,
  priceCap: amount('100'),
  settings: DEFAULT_SETTINGS,
}

describe('may an order be written down', () => {
  it('yes, when nothing is in the way', () => expect(firstDenial(ORDER_CHECKS, order)).toBeNull())

  it.each<[string, Partial<ChildOrder>, string, string]>([
    [
      'too few',
      { quantity: amount('0.000009') },
      'below-minimum',
      'quantity was 0.000009 BTC, the minimum on binance is 0.00001',
    ],
    [
      'worth too little',
      { quantity: amount('0.04999') },
      'below-minimum',
      'notional was 4.999 USDT, the minimum on binance is 5',
    ],
    [
      'beyond the cap',
      { limitPrice: amount('100.01') },
      'beyond-price-cap',
      "limit was 100.01, the parent's cap is 100",
    ],
    [
      'too large',
      { quantity: amount('100000.1') },
      'order-notional-limit',
      '10000010.00 USD, the limit is 10000000 USD',
    ],
  ])('%s', (_, change, reason, words) => {
    const denial = firstDenial(ORDER_CHECKS, { ...order, child: { ...child, ...change } })
    expect(denial).toMatchObject({ reason })
    expect(denial?.why).toContain(words)
  })

  it('the least quantity is what the minimum notional needs, rounded up', () => {
    expect(formatAmount(leastQuantity(MARKETS.binance.filters, amount('30000')))).toBe('0.000166666667')
    expect(formatAmount(leastQuantity(MARKETS.kraken.filters, amount('100000')))).toBe('0.00005')
  })
})

const send: SendCandidate = {
  child,
  trading: { state: 'active', scope: 'all trading' },
  pausedUntil: null,
  parentState: 'working',
  stopping: false,
  now: NOW,
}

describe('may an order go out now', () => {
  it('yes, when nothing is in the way', () => expect(firstDenial(SEND_CHECKS, send)).toBeNull())
  it.each<[string, Partial<SendCandidate>, string]>([
    ['halted meanwhile', { trading: { state: 'halted', scope: 'all trading' } }, 'trading-halted'],
    ['parent cancelled meanwhile', { parentState: 'settling' }, 'trading-halted'],
    ['desk closing', { stopping: true }, 'trading-halted'],
    ['venue paused meanwhile', { pausedUntil: NOW + 1 }, 'venue-unavailable'],
  ])('%s', (_, change, reason) => expect(firstDenial(SEND_CHECKS, { ...send, ...change })).toMatchObject({ reason }))
})

describe('trading gate', () => {
  const states = (changes: Partial<TradingStates>): TradingStates => ({
    all: 'active',
    why: null,
    venues: new Map(),
    clientBooks: new Map(),
    ...changes,
  })
  it('is the strictest of all trading, the venue and the client books', () => {
    expect(venueGate(states({}), 'binance').state).toBe('active')
    expect(venueGate(states({ venues: new Map([['binance', 'halted']]) }), 'binance')).toMatchObject({
      state: 'halted',
      scope: 'binance',
    })
    expect(venueGate(states({ all: 'reducing', venues: new Map([['kraken', 'halted']]) }), 'binance').state).toBe(
      'reducing',
    )
    const one = states({ all: 'reducing', clientBooks: new Map([['anna', 'halted']]) })
    expect(orderGate(one, 'binance', ['boris']).state).toBe('reducing')
    expect(orderGate(one, 'binance', ['boris', 'anna'])).toEqual({ state: 'halted', scope: 'client book anna' })
    expect(bookGate(one, 'boris').state).toBe('active')
  })
})
