import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { amount, formatAmount } from '../../core/amount.ts'
import { OMNIBUS } from '../../core/client-book.ts'
import type { DeskStore } from '../../core/contracts/store.ts'
import { type Fact, fact } from '../../core/journal.ts'
import type { TaxTerms } from '../../core/tax-terms.ts'
import { millis } from '../../core/units.ts'
import { bookOf, childOf, MODEL, openTestStore, parentOf, START, tradeOf } from './test-support/example-firm.ts'

const DAY = 86_400_000
const terms: TaxTerms = { shortTermRate: 0.4, longTermRate: 0.2, holdingPeriodDays: 365 }
/** Of 0.3 BTC each: the oldest at a small long-term gain, a long-term loss, a short-term loss, a cheap one, one unknown. */
const LOTS = [
  ['95000', 900],
  ['120000', 500],
  ['120000', 30],
  ['40000', 20],
  [null, 10],
] as const

let folder: string
let store: DeskStore
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'trimtab-lot-sales-'))
  store = openTestStore(folder)
})
afterEach(() => {
  store.close()
  rmSync(folder, { recursive: true })
})

function open(taxTerms: TaxTerms | undefined): void {
  const lots = LOTS.map(([cost, daysAgo]) => ({
    venue: 'binance' as const,
    asset: 'BTC',
    quantity: amount('0.3'),
    unitCostUsd: cost === null ? null : amount(cost),
    acquiredAt: millis(START - daysAgo * DAY),
  }))
  store.record(
    [
      fact('model-saved', { model: MODEL }),
      fact('client-book-opened', { book: bookOf('anna', taxTerms === undefined ? {} : { taxTerms }) }),
      fact('holdings-opened', { subAccount: 'anna', account: OMNIBUS, lots }),
    ],
    'import',
  )
}

/** Anna sells so much at $100,000 less a fee of 0.1 % in USDT, which is worth $1. */
function soldFacts(quantity: string, number = 1): readonly Fact[] {
  const [planId, parentId, childId] = [`plan-${number}`, `parent-${number}`, `child-${number}`]
  const participants = [{ bookId: 'anna', quantity: amount(quantity) }]
  const trade = tradeOf(`trade-${number}`, quantity, '100000', { side: 'sell' })
  const fee = amount(String(Number(formatAmount(trade.cost)) / 1000))
  const whole = { quantity: trade.quantity, cost: trade.cost, fee, feeAsset: 'USDT' }
  return [
    fact('plan-released', {
      planId,
      proposalIds: [],
      approval: 'advisor',
      parents: [parentOf(parentId, { planId, side: 'sell', quantity: amount(quantity), participants })],
    }),
    fact('child-journaled', {
      child: childOf(childId, { planId, parentId, side: 'sell', quantity: amount(quantity), participants }),
    }),
    fact('child-changed', { childId, state: 'sent', venueOrderId: null, why: null }),
    fact('trade-recorded', { trade: { ...trade, fee }, childId }),
    fact('fills-allocated', {
      childId,
      venue: 'binance',
      account: OMNIBUS,
      base: 'BTC',
      quote: 'USDT',
      side: 'sell',
      quotePriceUsd: amount('1'),
      allocations: [{ bookId: 'anna', ...whole }],
    }),
  ]
}
const lotsLeft = (): readonly string[] =>
  store
    .lotsOf('anna')
    .map((lot) => `${formatAmount(lot.quantity)} @ ${lot.unitCostUsd && formatAmount(lot.unitCostUsd)}`)
const sales = () =>
  store.lotSalesOf('anna', millis(0)).map(({ quantity, costUsd, proceedsUsd, tax }) => ({
    quantity: formatAmount(quantity),
    gain: costUsd === null ? null : formatAmount((proceedsUsd - costUsd) as typeof proceedsUsd),
    tax: tax && `${tax.term} ${formatAmount(tax.taxUsd)}`,
  }))

describe('sales of a book without tax terms', () => {
  test('use up the oldest lot first, as before; gains are kept, nothing is said of tax', () => {
    open(undefined)
    store.record(soldFacts('0.4'), 'desk')
    expect(lotsLeft()).toEqual(['0.2 @ 120000', '0.3 @ 120000', '0.3 @ 40000', '0.3 @ null'])
    expect(sales()).toEqual([
      { quantity: '0.3', gain: '1470', tax: null },
      { quantity: '0.1', gain: '-2010', tax: null },
    ])
  })
})

describe('sales of a book with tax terms', () => {
  test('use up lots in order of rising tax, at what the fill brings after its fee', () => {
    open(terms)
    store.record(soldFacts('1.3'), 'desk')
    expect(lotsLeft()).toEqual(['0.2 @ null'])
    expect(sales()).toEqual([
      { quantity: '0.3', gain: '-6030', tax: 'short -2412' },
      { quantity: '0.3', gain: '-6030', tax: 'long -1206' },
      { quantity: '0.3', gain: '1470', tax: 'long 294' },
      { quantity: '0.3', gain: '17970', tax: 'short 7188' },
      // bought for nothing, as far as anybody knows
      { quantity: '0.1', gain: null, tax: 'short 3996' },
    ])
  })

  test('by the terms in force at the fill: what an advisor states later changes nothing behind it', () => {
    open(terms)
    store.record(soldFacts('0.1', 1), 'desk')
    const lossless = { ...terms, lossRate: 0, shortTermRate: 0.1 }
    store.record([fact('client-book-changed', { book: bookOf('anna', { taxTerms: lossless }), why: 'a move' })], 'desk')
    store.record(soldFacts('0.1', 2), 'desk')
    store.record([fact('client-book-changed', { book: bookOf('anna'), why: 'no tax' })], 'desk')
    store.record(soldFacts('0.1', 3), 'desk')
    expect(sales().map(({ tax }) => tax)).toEqual(['short -804', 'long 0', null])
    expect(store.verify()).toMatchObject({ ok: true })
  })

  test('a fact of a fill that comes again is one sale, and the tables are those of the journal', () => {
    open(terms)
    const facts = soldFacts('0.5')
    store.record(facts, 'desk')
    const recorded = facts.find((each) => each.type === 'trade-recorded')!
    store.record([recorded], 'desk')
    expect(sales().map(({ quantity }) => quantity)).toEqual(['0.3', '0.2'])
    expect(store.verify()).toMatchObject({ ok: true })
  })

  test('what leaves without a sale uses up the oldest lot', () => {
    open(terms)
    store.record(
      [
        fact('cash-flow-booked', {
          subAccount: 'anna',
          account: OMNIBUS,
          venue: 'binance',
          asset: 'BTC',
          quantity: amount('-0.3'),
          kind: 'withdrawal',
          venueEntryId: null,
        }),
      ],
      'desk',
    )
    expect(lotsLeft()[0]).toBe('0.3 @ 120000')
    expect(sales()).toEqual([])
  })
})
