import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import {
  type Amount,
  add,
  amount,
  formatAmount,
  multiply,
  negate,
  prorate,
  subtract,
  sum,
  ZERO,
} from '../../core/amount.ts'
import { HOUSE, OMNIBUS } from '../../core/client-book.ts'
import type { DeskStore } from '../../core/contracts/store.ts'
import { isSettlementAsset } from '../../core/instruments.ts'
import { type Fact, fact } from '../../core/journal.ts'
import type { Allocation, VenueTrade } from '../../core/order.ts'
import { childOf, openingFacts, openTestStore, parentOf, tradeOf } from './test-support/example-firm.ts'

// Small against the opening holdings (1 BTC, 50,000 USDT a book), so that no run is cut short by an empty pocket.
const fill = fc.record({
  lots: fc.integer({ min: 1, max: 60 }),
  price: fc.integer({ min: 9_000_000, max: 11_000_000 }),
  feeInBase: fc.boolean(),
  repeated: fc.boolean(),
})
const order = fc.record({
  buy: fc.boolean(),
  segregated: fc.boolean(),
  fills: fc.array(fill, { maxLength: 4 }),
  allocateAfter: fc.integer({ min: 1, max: 4 }),
})
const STEP = amount('0.00001')

test('books and HOUSE sum to the venue at every moment, lots to holdings whenever all is allocated', () => {
  let fills = 0
  fc.assert(
    fc.property(fc.array(order, { minLength: 1, maxLength: 6 }), fc.boolean(), (orders, taxed) => {
      const folder = mkdtempSync(join(tmpdir(), 'trimtab-accounting-'))
      const store = openTestStore(folder)
      try {
        store.record(openingFacts(), 'import')
        if (taxed) store.record(['anna', 'clara'].map(withTaxTerms), 'desk')
        // The oracle knows nothing of sub-accounts: it adds up what the venue did.
        const venue = new Map<string, Amount>()
        const move = (account: string, asset: string, by: Amount): void =>
          void venue.set(`${account} ${asset}`, add(venue.get(`${account} ${asset}`) ?? ZERO, by))
        for (const account of [OMNIBUS, 'clara-account']) {
          for (const [asset, quantity] of store.accountTotals('binance', account)) move(account, asset, quantity)
        }
        for (const [index, order] of orders.entries()) {
          const account = order.segregated ? 'clara-account' : OMNIBUS
          const childId = `child-${index}`
          store.record(openOrder(index, account, order.buy), 'desk')
          let waiting: VenueTrade[] = []
          for (const [number, fill] of order.fills.entries()) {
            const trade = makeTrade(`${index}-${number}`, account, order.buy, fill)
            const sign = order.buy ? (value: Amount) => value : negate
            move(account, 'BTC', sign(trade.quantity))
            move(account, 'USDT', negate(sign(trade.cost)))
            move(account, trade.feeAsset, negate(trade.fee))
            const recorded = fact('trade-recorded', { trade, childId })
            store.record(fill.repeated ? [recorded, recorded] : [recorded], 'venue:binance')
            fills++
            waiting.push(trade)
            expectTotals(store, venue)
            if (waiting.length >= order.allocateAfter || number === order.fills.length - 1) {
              store.record([allocate(childId, account, order.buy, waiting)], 'desk')
              waiting = []
              expectTotals(store, venue)
            }
          }
        }
        expect(store.holdingsOf(HOUSE)).toEqual([])
        expect(store.childrenToAllocate()).toEqual([])
        for (const book of ['anna', 'boris', 'clara']) expectLotsEqualHoldings(store, book)
        expect(store.verify().ok).toBe(true)
      } finally {
        store.close()
        rmSync(folder, { recursive: true })
      }
    }),
    { numRuns: 12 },
  )
  expect(fills).toBeGreaterThan(25)
})

const taxTerms = { shortTermRate: 0.4, longTermRate: 0.2, holdingPeriodDays: 365 }
function withTaxTerms(bookId: string): Fact {
  const opened = openingFacts().flatMap((each) => (each.type === 'client-book-opened' ? [each.payload.book] : []))
  const book = { ...opened.find(({ id }) => id === bookId)!, taxTerms }
  return fact('client-book-changed', { book, why: 'tax terms' })
}

function openOrder(index: number, account: string, buy: boolean): readonly Fact[] {
  const side = buy ? 'buy' : 'sell'
  const [planId, parentId, childId] = [`plan-${index}`, `parent-${index}`, `child-${index}`]
  const parents = [parentOf(parentId, { planId, account, side })]
  return [
    fact('plan-released', { planId, proposalIds: [], approval: 'advisor', parents }),
    fact('child-journaled', {
      child: childOf(childId, { planId, parentId, account, side, leg: `${parentId}/binance` }),
    }),
    fact('child-changed', { childId, state: 'sent', venueOrderId: null, why: null }),
  ]
}

function makeTrade(
  id: string,
  account: string,
  buy: boolean,
  fill: { lots: number; price: number; feeInBase: boolean },
) {
  const quantity = (BigInt(fill.lots) * STEP) as Amount
  const price = (BigInt(fill.price) * 10_000_000_000n) as Amount
  const cost = multiply(quantity, price)
  const fee = prorate(fill.feeInBase ? quantity : cost, 1n as Amount, 1000n as Amount)
  const side = buy ? 'buy' : 'sell'
  const feeAsset = fill.feeInBase ? 'BTC' : 'USDT'
  return { ...tradeOf(id, '1', '1'), account, side, quantity, price, cost, fee, feeAsset } as const
}

/** Two thirds to one book and the rest to the other, per fee asset; all to the only one where segregated. */
function allocate(childId: string, account: string, buy: boolean, trades: readonly VenueTrade[]): Fact {
  const allocations: Allocation[] = []
  for (const feeAsset of new Set(trades.map((trade) => trade.feeAsset))) {
    const own = trades.filter((trade) => trade.feeAsset === feeAsset)
    const whole = {
      quantity: sum(own.map((t) => t.quantity)),
      cost: sum(own.map((t) => t.cost)),
      fee: sum(own.map((t) => t.fee)),
    }
    if (account !== OMNIBUS) {
      allocations.push({ bookId: 'clara', feeAsset, ...whole })
      continue
    }
    const share = (value: Amount): Amount => prorate(value, 2n as Amount, 3n as Amount)
    const first = { quantity: share(whole.quantity), cost: share(whole.cost), fee: share(whole.fee) }
    allocations.push({ bookId: 'anna', feeAsset, ...first })
    allocations.push({
      bookId: 'boris',
      feeAsset,
      quantity: subtract(whole.quantity, first.quantity),
      cost: subtract(whole.cost, first.cost),
      fee: subtract(whole.fee, first.fee),
    })
  }
  return fact('fills-allocated', {
    childId,
    venue: 'binance',
    account,
    base: 'BTC',
    quote: 'USDT',
    side: buy ? 'buy' : 'sell',
    quotePriceUsd: amount('1.0003'),
    allocations,
  })
}

function expectTotals(store: DeskStore, venue: ReadonlyMap<string, Amount>): void {
  for (const account of [OMNIBUS, 'clara-account']) {
    for (const asset of ['BTC', 'USDT']) {
      const total = store.accountTotals('binance', account).get(asset) ?? ZERO
      expect(`${account} ${asset} ${formatAmount(total)}`).toBe(
        `${account} ${asset} ${formatAmount(venue.get(`${account} ${asset}`)!)}`,
      )
    }
  }
}

function expectLotsEqualHoldings(store: DeskStore, book: string): void {
  const ofLots = new Map<string, Amount>()
  for (const { venue, asset, quantity } of store.lotsOf(book)) {
    expect(quantity > ZERO).toBe(true)
    ofLots.set(`${venue} ${asset}`, add(ofLots.get(`${venue} ${asset}`) ?? ZERO, quantity))
  }
  const owned = store.holdingsOf(book).filter((held) => !isSettlementAsset(held.asset))
  expect(new Map(owned.map((held) => [`${held.venue} ${held.asset}`, held.quantity]))).toEqual(ofLots)
}
