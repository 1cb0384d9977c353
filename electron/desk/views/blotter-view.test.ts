import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { amount, ZERO } from '../../../core/amount.ts'
import { OMNIBUS } from '../../../core/client-book.ts'
import { ManualClock } from '../../../core/clock.ts'
import type { DeskStore } from '../../../core/contracts/store.ts'
import { fact } from '../../../core/journal.ts'
import { usd } from '../../../core/units.ts'
import { readOrder, readOrders } from '../../store/history-reader/history-records.ts'
import {
  childOf,
  openingFacts,
  openTestStore,
  parentOf,
  START,
  tradeOf,
} from '../../store/test-support/example-firm.ts'
import { exampleProposal } from '../../store/test-support/example-proposal.ts'
import { MARKETS } from '../test-support/desk-bench.ts'
import { World } from '../world.ts'
import { type BlotterDesk, blotterView, PLANS_SHOWN, parentDetail } from './blotter-view.ts'

let folder: string
let store: DeskStore
let desk: BlotterDesk
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'trimtab-blotter-'))
  const clock = new ManualClock(START)
  store = openTestStore(folder, clock)
  store.record(openingFacts(), 'import')
  const world = new World(store)
  world.setMarkets(MARKETS)
  desk = { parts: { clock, world, market: { priceOf: (asset) => (asset === 'BNB' ? 600 : undefined) } } }
})
afterEach(() => {
  store.close()
  rmSync(folder, { recursive: true })
})

const blotter = () => blotterView(desk, readOrders(store, PLANS_SHOWN))
const detailOf = (parentId: string) => parentDetail(desk, readOrder(store, parentId)!)

const none = { feeUsd: usd(0), spreadUsd: usd(0), impactUsd: usd(0), totalUsd: usd(0) }
/** Buys 0.5 BTC at an arrival price of $100,000 for anna (0.3) and boris (0.2): $25 of spread and impact estimated. */
function release(planId = 'plan-1'): void {
  const proposals = ['anna', 'boris'].map((bookId, i) => {
    const base = exampleProposal(`${planId}-R${i}`, bookId)
    const cost = { ...none, feeUsd: usd(20), spreadUsd: usd(i === 0 ? 10 : 6), impactUsd: usd(i === 0 ? 5 : 4) }
    return { ...base, lines: [{ ...base.lines[0]!, cost }, ...base.lines.slice(1)] }
  })
  store.record(
    [
      ...proposals.map((proposal) => fact('proposal-made', { proposal })),
      fact('plan-released', {
        planId,
        proposalIds: proposals.map(({ id }) => id),
        approval: 'advisor',
        parents: [parentOf(`${planId}-parent`, { planId })],
      }),
      ...proposals.map(({ id }) => fact('proposal-changed', { proposalId: id, state: 'executing', why: 'released' })),
      fact('child-journaled', { child: childOf(`${planId}-child`, { parentId: `${planId}-parent`, planId }) }),
      fact('child-changed', { childId: `${planId}-child`, state: 'sent', venueOrderId: 'v1', why: null }),
    ],
    'desk',
  )
}
const trade = (id: string, quantity: string, price: string, fee = '0', feeAsset = 'USDT'): void =>
  void store.record(
    [
      fact('trade-recorded', {
        trade: tradeOf(id, quantity, price, { fee: amount(fee), feeAsset }),
        childId: 'plan-1-child',
      }),
    ],
    'venue:binance',
  )

describe('the blotter', () => {
  test('is empty before the first plan', () =>
    expect(blotter()).toEqual({
      at: START,
      parents: [],
      totals: { orderedUsd: 0, filledUsd: 0, slippageBps: 0, estimatedBps: 0, feesUsd: 0 },
    }))

  test('an order that is out: nothing filled, its price not known', () => {
    release()
    const [parent] = blotter().parents
    expect(parent).toMatchObject({
      id: 'plan-1-parent',
      planId: 'plan-1',
      side: 'buy',
      books: 2,
      segregatedBook: null,
      filledQuantity: ZERO,
      filledFraction: 0,
      arrivalPriceUsd: 100_000,
      schedule: 'immediate, capped',
      venueShares: [],
      children: [{ venue: 'binance', kind: 'IOC, capped', state: 'sent', filledFraction: 0, limitPrice: 100_100 }],
    })
    expect(parent!.averagePriceUsd).toBeNaN()
    expect(parent!.slippageBps).toBeNaN()
    // (10 + 6 + 5 + 4) of $50,000
    expect(parent!.estimatedBps).toBeCloseTo(5, 9)
    expect(blotter().totals).toMatchObject({ orderedUsd: 50_000, filledUsd: 0, slippageBps: 0 })
  })

  test('filled in parts: average, slippage against arrival, fees in dollars', () => {
    release()
    trade('t1', '0.2', '100010', '20')
    trade('t2', '0.2', '100030', '0.0004', 'BTC')
    const { parents, totals } = blotter()
    const parent = parents[0]!
    expect(parent.averagePriceUsd).toBeCloseTo(100_020, 6)
    expect(parent.slippageBps).toBeCloseTo(2, 9)
    expect(parent.filledFraction).toBeCloseTo(0.8, 12)
    expect(parent.venueShares).toEqual([{ venue: 'binance', fraction: 1 }])
    // 20 USDT and 0.0004 BTC at its own price
    expect(parent.feesUsd).toBeCloseTo(20 + 0.0004 * 100_030, 9)
    expect(parent.children[0]!.feesUsd).toBeCloseTo(parent.feesUsd, 9)
    expect(totals.filledUsd).toBeCloseTo(40_000, 9)
    expect(totals.slippageBps).toBeCloseTo(2, 9)
    expect(totals.estimatedBps).toBeCloseTo(5, 9)
  })

  test('a sale below arrival costs: plus is worse for either side', () => {
    store.record(
      [
        fact('plan-released', {
          planId: 'plan-1',
          proposalIds: [],
          approval: 'mandate',
          parents: [parentOf('plan-1-parent', { side: 'sell' })],
        }),
        fact('child-journaled', { child: childOf('plan-1-child', { parentId: 'plan-1-parent', side: 'sell' }) }),
        fact('child-changed', { childId: 'plan-1-child', state: 'sent', venueOrderId: 'v1', why: null }),
        fact('trade-recorded', {
          trade: tradeOf('t1', '0.5', '99900', { side: 'sell' }),
          childId: 'plan-1-child',
        }),
      ],
      'venue:binance',
    )
    expect(blotter().parents[0]!.slippageBps).toBeCloseTo(10, 9)
    expect(blotter().parents[0]!.approval).toBe('mandate')
  })

  test('a fee in a third currency counts at its price, without one it is not known', () => {
    release()
    trade('t1', '0.2', '100000', '0.01', 'BNB')
    expect(blotter().parents[0]!.feesUsd).toBeCloseTo(6, 9)
    expect(blotter().parents[0]!.children[0]!.feesUsd).toBeCloseTo(6, 9)
    trade('t2', '0.1', '100000', '0.01', 'KCS')
    expect(blotter().parents[0]!.feesUsd).toBeNaN()
  })

  test('a segregated book’s order names the book', () => {
    store.record(
      [
        fact('plan-released', {
          planId: 'plan-1',
          proposalIds: [],
          approval: 'advisor',
          parents: [
            parentOf('plan-1-parent', {
              account: 'clara-account',
              participants: [{ bookId: 'clara', quantity: amount('0.5') }],
            }),
          ],
        }),
      ],
      'desk',
    )
    expect(blotter().parents[0]).toMatchObject({ segregatedBook: 'clara', books: 1 })
  })

  test('newest plans come first', () => {
    release('plan-1')
    release('plan-2')
    expect(blotter().parents.map((parent) => parent.planId)).toEqual(['plan-2', 'plan-1'])
  })
})

describe('one order', () => {
  test('that is not there is null', () => expect(readOrder(store, 'nothing')).toBeNull())

  test('its fills against what was given to client books: the difference is what is not allocated yet', () => {
    release()
    trade('t1', '0.4', '100000', '40')
    expect(detailOf('plan-1-parent')).toMatchObject({ sumCheck: amount('0.4'), filled: amount('0.4') })
    store.record(
      [
        fact('fills-allocated', {
          childId: 'plan-1-child',
          venue: 'binance',
          account: OMNIBUS,
          base: 'BTC',
          quote: 'USDT',
          side: 'buy',
          quotePriceUsd: amount('1'),
          allocations: [
            { bookId: 'anna', quantity: amount('0.24001'), cost: amount('24001'), fee: amount('24'), feeAsset: 'USDT' },
            {
              bookId: 'boris',
              quantity: amount('0.15999'),
              cost: amount('15999'),
              fee: amount('16'),
              feeAsset: 'USDT',
            },
          ],
        }),
      ],
      'desk',
    )
    const detail = detailOf('plan-1-parent')
    expect(detail.sumCheck).toBe(ZERO)
    expect(detail.allocations).toMatchObject([
      { bookId: 'anna', clientName: 'Client anna', intended: amount('0.3'), allocated: amount('0.24001') },
      { bookId: 'boris', intended: amount('0.2'), allocated: amount('0.15999') },
    ])
    expect(detail.allocations.map(({ share }) => share)).toEqual([0.6, 0.4])
    // fair would be 0.24 and 0.16; a step is 0.00001
    expect(detail.allocations[0]!.offProRataSteps).toBeCloseTo(1, 6)
    expect(detail.allocations[1]!.offProRataSteps).toBeCloseTo(-1, 6)
    expect(detail.events.length).toBeGreaterThan(0)
  })

  test('estimated beside realised: their parts add up to their totals', () => {
    release()
    trade('t1', '0.5', '100040', '50')
    const { estimated, realised } = detailOf('plan-1-parent')
    expect(estimated).toEqual({ feeUsd: 40, spreadUsd: 16, impactUsd: 9, totalUsd: 65 })
    // 0.5 × $40 of shortfall: $16 of it is the spread that was expected
    expect(realised.totalUsd).toBeCloseTo(70, 6)
    expect(realised).toMatchObject({ feeUsd: 50, spreadUsd: 16 })
    expect(realised.impactUsd).toBeCloseTo(4, 6)
  })
})
