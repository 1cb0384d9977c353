import { beforeEach, describe, expect, test } from 'vitest'
import { amount, formatAmount } from '../../core/amount.ts'
import { HOUSE, OMNIBUS } from '../../core/client-book.ts'
import { type FactPayloads, fact } from '../../core/journal.ts'
import { childOf, parentOf, START, sentFacts, tradeOf } from './test-support/example-firm.ts'
import { lots, owned, store, total } from './test-support/store-of-test.ts'

const allocated = (
  allocations: FactPayloads['fills-allocated']['allocations'],
  changes: Partial<FactPayloads['fills-allocated']> = {},
) =>
  fact('fills-allocated', {
    childId: 'child-1',
    venue: 'binance',
    account: OMNIBUS,
    base: 'BTC',
    quote: 'USDT',
    side: 'buy',
    quotePriceUsd: amount('0.999'),
    allocations,
    ...changes,
  })
const part = (bookId: string, quantity: string, cost: string, fee: string, feeAsset = 'USDT') => ({
  bookId,
  quantity: amount(quantity),
  cost: amount(cost),
  fee: amount(fee),
  feeAsset,
})

describe('from trade to client book', () => {
  beforeEach(() => void store.record(sentFacts(), 'desk'))

  test('a trade lands in HOUSE at once, so that the account equals the venue; the allocation moves it', () => {
    store.record(
      [
        fact('trade-recorded', { trade: tradeOf('t1', '0.5', '100000', { fee: amount('50') }), childId: 'child-1' }),
        fact('child-changed', { childId: 'child-1', state: 'filled', venueOrderId: 'venue-order-1', why: null }),
      ],
      'venue:binance',
    )
    expect(owned(HOUSE)).toEqual({ 'binance BTC': '0.5', 'binance USDT': '-50050' })
    expect([total('BTC'), total('USDT')]).toEqual(['2.5', '49950'])
    expect(store.childrenToAllocate().map((record) => record.child.id)).toEqual(['child-1'])

    store.record([allocated([part('anna', '0.3', '30000', '30'), part('boris', '0.2', '20000', '20')])], 'desk')
    expect(owned(HOUSE)).toEqual({})
    expect(owned('anna')['binance USDT']).toBe('19970')
    expect([total('BTC'), total('USDT')]).toEqual(['2.5', '49950'])
    // (30000 + 30) × 0.999 ÷ 0.3
    expect(lots('anna').at(-1)).toEqual(['0.3', '99999.9'])
    expect(store.childrenToAllocate()).toEqual([])
    expect(store.allocationsOf('child-1')).toEqual([
      part('anna', '0.3', '30000', '30'),
      part('boris', '0.2', '20000', '20'),
    ])
    expect([...store.lastRebalances()]).toEqual([
      ['anna', START],
      ['boris', START],
    ])
  })

  test('a fee in base shortens the lot and raises its unit cost; a fee in a third asset needs that asset', () => {
    const inBase = tradeOf('t1', '0.5', '100000', { fee: amount('0.0005'), feeAsset: 'BTC' })
    store.record([fact('trade-recorded', { trade: inBase, childId: 'child-1' })], 'desk')
    store.record(
      [
        allocated([part('anna', '0.3', '30000', '0.0003', 'BTC'), part('boris', '0.2', '20000', '0.0002', 'BTC')], {
          quotePriceUsd: amount('1'),
        }),
      ],
      'desk',
    )
    expect(owned('anna')['binance BTC']).toBe('1.2997')
    expect(lots('anna').at(-1)).toEqual(['0.2997', '100100.1001001001'])

    const inThird = tradeOf('t2', '0.1', '100000', { side: 'sell', fee: amount('0.01'), feeAsset: 'BNB' })
    const sell = childOf('child-2', { side: 'sell', quantity: amount('0.1'), leg: 'parent-1/2' })
    store.record(
      [
        fact('child-journaled', { child: sell }),
        fact('trade-recorded', { trade: { ...inThird, venueOrderId: '2' }, childId: 'child-2' }),
      ],
      'desk',
    )
    const allocation = allocated([part('anna', '0.1', '10000', '0.01', 'BNB')], { childId: 'child-2', side: 'sell' })
    expect(() => store.record([allocation], 'desk')).toThrow('lots of BNB of anna')
    const deposit = { subAccount: 'anna', account: OMNIBUS, venue: 'binance', asset: 'BNB', kind: 'deposit' } as const
    store.record(
      [fact('cash-flow-booked', { ...deposit, quantity: amount('1'), venueEntryId: 'd1' }), allocation],
      'desk',
    )
    expect(owned('anna')['binance BNB']).toBe('0.99')
    // First in, first out: the lot of 400 days ago gave the 0.1.
    expect(lots('anna')[0]).toEqual(['0.3', '30000'])
    expect(lots('anna', 'BNB')).toEqual([['0.99', null]])
  })

  test('a repeated trade id is left out, once a batch and once later; another trade under it is a bug', () => {
    const recorded = fact('trade-recorded', { trade: tradeOf('t1', '0.2', '100000'), childId: 'child-1' })
    expect(store.record([recorded, recorded], 'desk')).toHaveLength(1)
    expect(store.record([recorded], 'desk')).toHaveLength(0)
    expect(store.tradeCount()).toBe(1)
    expect(store.hasTrade({ venue: 'binance', account: OMNIBUS, market: 'binance:BTC/USDT', id: 't1' })).toBe(true)
    expect([...store.tradeKeys('binance', OMNIBUS)]).toEqual(['binance:BTC/USDT t1'])
    expect(formatAmount(store.child('child-1')!.filledQuantity)).toBe('0.2')
    const other = fact('trade-recorded', { trade: tradeOf('t1', '0.3', '100000'), childId: 'child-1' })
    expect(() => store.record([other], 'desk')).toThrow('names two trades')
  })

  test('a venue ledger entry is booked once', () => {
    const reward = fact('cash-flow-booked', {
      subAccount: 'anna',
      account: OMNIBUS,
      venue: 'kraken',
      asset: 'DOT',
      quantity: amount('0.0000000001'),
      kind: 'reward',
      venueEntryId: 'L-1',
    })
    expect(store.record([reward, reward], 'venue:kraken')).toHaveLength(1)
    expect(owned('anna')['kraken DOT']).toBe('0.0000000001')
  })

  test('more than intended, another order, parts that do not sum: refused, and nothing of the batch is written', () => {
    const before = store.verify()
    const trade = fact('trade-recorded', { trade: tradeOf('t1', '0.3', '100000'), childId: 'child-1' })
    const more = fact('trade-recorded', { trade: tradeOf('t2', '0.2001', '100000'), childId: 'child-1' })
    expect(() => store.record([trade, more], 'desk')).toThrow('fills 0.5001, intended were 0.5')
    const sold = fact('trade-recorded', { trade: tradeOf('t3', '0.1', '1', { side: 'sell' }), childId: 'child-1' })
    expect(() => store.record([sold], 'desk')).toThrow('not one of child order')
    expect(() => store.record([trade, allocated([part('anna', '0.3', '29999', '0')])], 'desk')).toThrow(
      'sum to 29999 USDT cost, 30000 is due',
    )
    expect(() => store.record([trade, allocated([part('anna', '0.3', '30000', '1')])], 'desk')).toThrow('0 is due')
    expect(store.verify()).toEqual(before)
    expect(store.tradeCount()).toBe(0)
    // The journal goes on where it was.
    expect(store.record([trade], 'desk')).toMatchObject([{ sequence: before.ok ? before.value.entries + 1 : 0 }])
  })

  test('a client book below zero is refused, HOUSE may be', () => {
    const trade = fact('trade-recorded', { trade: tradeOf('t1', '0.5', '120000'), childId: 'child-1' })
    store.record([trade], 'desk')
    expect(owned(HOUSE)['binance USDT']).toBe('-60000')
    expect(() => store.record([allocated([part('anna', '0.5', '60000', '0')])], 'desk')).toThrow(
      'client book anna would own -10000 USDT on binance',
    )
  })

  test('on a segregated account the book itself moves at the trade, its lots at the allocation', () => {
    const own = { account: 'clara-account', market: 'binance:BTC/USDT' } as const
    const parent = parentOf('parent-2', { planId: 'plan-2', account: own.account })
    store.record(
      [
        fact('plan-released', { planId: 'plan-2', proposalIds: [], approval: 'mandate', parents: [parent] }),
        fact('child-journaled', { child: childOf('child-2', { parentId: 'parent-2', planId: 'plan-2', ...own }) }),
        fact('trade-recorded', { trade: tradeOf('t1', '0.1', '100000', own), childId: 'child-2' }),
      ],
      'desk',
    )
    expect(owned('clara')).toMatchObject({ 'binance BTC': '1.1', 'binance USDT': '40000' })
    expect(lots('clara')).toHaveLength(2)
    store.record(
      [allocated([part('clara', '0.1', '10000', '0')], { childId: 'child-2', account: own.account })],
      'desk',
    )
    expect(owned('clara')).toMatchObject({ 'binance BTC': '1.1', 'binance USDT': '40000' })
    expect(lots('clara').at(-1)).toEqual(['0.1', '99900'])
    // Not ours: nothing will be allocated, so the lots follow at once.
    const external = tradeOf('t2', '1.05', '90000', { ...own, side: 'sell', venueOrderId: 'x' })
    store.record([fact('trade-recorded', { trade: external, childId: null })], 'venue:binance')
    expect(lots('clara')).toEqual([['0.05', '99900']])
    expect(owned(HOUSE)).toEqual({})
  })
})
