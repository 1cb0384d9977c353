import { afterEach, describe, expect, test } from 'vitest'
import { amount } from '../../core/amount.ts'
import { HOUSE, OMNIBUS } from '../../core/client-book.ts'
import { fact } from '../../core/journal.ts'
import { millis } from '../../core/units.ts'
import { bookOf, DeskBench, lotsOf, MODEL, ON_TARGET, START } from './test-support/desk-bench.ts'

const benches: DeskBench[] = []
afterEach(() => {
  for (const bench of benches.splice(0)) bench.close()
})
const open = (): DeskBench => {
  const bench = new DeskBench([
    { book: bookOf('clara', { custody: { kind: 'segregated', account: 'clara-1' } }) },
    { book: bookOf('anna') },
    { book: bookOf('boris'), holdings: { 'kraken USD': '5' } },
  ])
  benches.push(bench)
  return bench
}

test('books stand in the order of their ids: the row numbers of every frame', () => {
  const { world } = open()
  expect(world.books.map((book) => book.id)).toEqual(['anna', 'boris', 'clara'])
  expect(world.books.map((book) => world.rowOf(book.id))).toEqual([0, 1, 2])
  expect(world.book('boris')?.clientName).toBe('Client boris')
  expect(world.book('nobody')).toBeUndefined()
  expect(() => world.rowOf('nobody')).toThrow(/nobody/)
})

test('holdings are each book’s own, the house’s nobody’s', () => {
  const bench = open()
  bench.record(
    fact('holdings-opened', {
      subAccount: HOUSE,
      account: OMNIBUS,
      lots: lotsOf({ 'kraken USD': '77', 'binance BNB': '1' }),
    }),
  )
  bench.world.reload()
  expect(bench.world.holdingsOf('boris')).toEqual([
    { subAccount: 'boris', venue: 'kraken', asset: 'USD', quantity: amount('5') },
  ])
  expect(bench.world.holdingsOf('anna')).toHaveLength(Object.keys(ON_TARGET).length)
  expect(bench.world.holdingsOf('nobody')).toEqual([])
  // nor does any client book need the price of what the house has
  expect(bench.world.assetsInUse()).not.toContain('BNB')
})

describe('is a mirror that is read again where something changed', () => {
  test('the holdings of the books named, no others', () => {
    const bench = open()
    const flow = (subAccount: string) =>
      fact('cash-flow-booked', {
        subAccount,
        account: OMNIBUS,
        venue: 'kraken',
        asset: 'USD',
        quantity: amount('1'),
        kind: 'deposit',
        venueEntryId: null,
      })
    bench.record(flow('anna'), flow('boris'))
    bench.world.refreshHoldings(['boris'])
    const usd = (bookId: string) => bench.world.holdingsOf(bookId).find((held) => held.asset === 'USD')!.quantity
    expect([usd('anna'), usd('boris')]).toEqual([amount('40000'), amount('6')])
    bench.world.reload()
    expect(usd('anna')).toBe(amount('40001'))
  })

  test('the settings of a book', () => {
    const { world } = open()
    world.refreshBook({ ...world.book('boris')!, pausedUntil: millis(START) })
    expect(world.books.map((book) => book.pausedUntil)).toEqual([null, START, null])
  })

  test('books that were added and a newer model', () => {
    const bench = open()
    bench.record(
      fact('client-book-opened', { book: bookOf('aaron') }),
      fact('model-saved', { model: { ...MODEL, version: 2 } }),
    )
    bench.world.reload()
    expect(bench.world.books.map((book) => book.id)).toEqual(['aaron', 'anna', 'boris', 'clara'])
    expect(bench.world.rowOf('anna')).toBe(1)
    expect(bench.world.modelOf(bench.world.book('aaron')!).version).toBe(2)
  })
})

test('accounts in use: every segregated one and omnibus, on every venue', () => {
  expect(open().world.venueAccounts()).toEqual([
    { venue: 'binance', account: 'clara-1' },
    { venue: 'binance', account: OMNIBUS },
    { venue: 'kraken', account: 'clara-1' },
    { venue: 'kraken', account: OMNIBUS },
  ])
})

describe('assets in use', () => {
  test('are those of models and holdings, without CASH', () => {
    expect(open().world.assetsInUse()).toEqual(['BTC', 'ETH', 'SOL', 'USD', 'USDT'])
  })

  test('gain what a book comes to hold; every change is counted', () => {
    const bench = open()
    const counts = [bench.world.changes]
    bench.moveCash('anna', 'kraken', 'DOGE', '5')
    expect(bench.world.assetsInUse()).toEqual(['BTC', 'DOGE', 'ETH', 'SOL', 'USD', 'USDT'])
    counts.push(bench.world.changes)
    bench.world.refreshBook(bench.world.book('anna')!)
    counts.push(bench.world.changes)
    bench.world.reload()
    counts.push(bench.world.changes)
    expect(new Set(counts).size).toBe(4)
    expect(counts).toEqual(counts.toSorted((a, b) => a - b))
  })
})

describe('markets', () => {
  test('an asset trades where it is quoted in a settlement currency; currencies are no assets to trade', () => {
    const { world } = open()
    expect(world.marketsOf('BTC').map((market) => market.venue)).toEqual(['binance', 'kraken'])
    expect(world.marketsOf('USDT')).toEqual([])
    expect(world.marketOn('kraken', 'ETH')?.symbol).toBe('ETH/USD')
    expect(world.marketOn('kraken', 'DOGE')).toBeUndefined()
    expect(world.market('kraken:USDT/USD')?.base).toBe('USDT')
  })

  test('set anew, the old ones are gone', () => {
    const { world } = open()
    world.setMarkets(world.markets.filter((market) => market.venue === 'kraken'))
    expect(world.marketOn('binance', 'BTC')).toBeUndefined()
    expect(world.market('binance:BTC/USDT')).toBeUndefined()
  })
})
