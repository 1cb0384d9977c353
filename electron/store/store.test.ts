import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { type Amount, amount, formatAmount } from '../../core/amount.ts'
import { HOUSE, OMNIBUS } from '../../core/client-book.ts'
import type { DeskStore } from '../../core/contracts/store.ts'
import { type FactPayloads, fact } from '../../core/journal.ts'
import type { ProposalState } from '../../core/proposal.ts'
import { SHIPPED_MULTIPLIERS } from '../../core/regime.ts'
import { STANDARD_RISK_PROFILES } from '../../core/risk-profile.ts'
import { millis } from '../../core/units.ts'
import {
  bookOf,
  childOf,
  MODEL,
  openingFacts,
  openTestStore,
  parentOf,
  START,
  sentFacts,
  tradeOf,
} from './test-support/example-firm.ts'
import { exampleProposal } from './test-support/example-proposal.ts'

let folder: string
let store: DeskStore

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'trimtab-store-'))
  store = openTestStore(folder)
  store.record(openingFacts(), 'import')
})
afterEach(() => {
  const report = store.verify()
  store.close()
  rmSync(folder, { recursive: true })
  // Whatever a test did, the tables are what the journal says.
  expect(report).toMatchObject({ ok: true })
})

const owned = (subAccount: string): Record<string, string> =>
  Object.fromEntries(store.holdingsOf(subAccount).map((h) => [`${h.venue} ${h.asset}`, formatAmount(h.quantity)]))
const lots = (subAccount: string, asset = 'BTC'): (string | null)[][] =>
  store
    .lotsOf(subAccount)
    .filter((lot) => lot.asset === asset)
    .map((lot) => [formatAmount(lot.quantity), lot.unitCostUsd === null ? null : formatAmount(lot.unitCostUsd)])
const total = (asset: string, account: string = OMNIBUS): string =>
  formatAmount(store.accountTotals('binance', account).get(asset) ?? (0n as Amount))

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

describe('opening', () => {
  test('what was recorded is read back, also by the next desk on the folder', () => {
    const check = (): void => {
      expect(store.epoch).toBe('epoch-of-the-test')
      expect(store.models()).toEqual([MODEL])
      expect(store.clientBooks().map((book) => book.id)).toEqual(['anna', 'boris', 'clara'])
      expect(store.clientBooks()[1]).toEqual(
        bookOf('boris', { tier: 'premium', mandate: { maximumTurnover: 0.1, maximumCostBps: 20 } }),
      )
      expect(store.venueAccounts()).toEqual([OMNIBUS, 'clara-account'])
      expect(owned('anna')).toEqual({ 'binance BTC': '1', 'binance USDT': '50000', 'kraken USD': '30000' })
      expect(total('BTC')).toBe('2')
      expect(total('BTC', 'clara-account')).toBe('1')
    }
    check()
    store.close()
    store = openTestStore(folder)
    check()
  })

  test('settlement currencies have no lots', () => {
    expect(lots('anna')).toEqual([
      ['0.4', '30000'],
      ['0.6', '60000'],
    ])
    expect(lots('anna', 'USDT')).toEqual([])
  })

  test('a newer version of a model replaces it, an equal one is refused', () => {
    store.record([fact('model-saved', { model: { ...MODEL, version: 2, name: 'Core 2' } })], 'advisor:eva')
    expect(store.models().map((model) => model.name)).toEqual(['Core 2'])
    expect(() => store.record([fact('model-saved', { model: { ...MODEL, version: 2 } })], 'desk')).toThrow('newer than')
  })

  test('a book without a model, twice, called house, or moved with holdings is refused', () => {
    const open = (book: Parameters<typeof bookOf>) => () =>
      store.record([fact('client-book-opened', { book: bookOf(...book) })], 'import')
    expect(open(['dora', { modelId: 'none' }])).toThrow('follows model none')
    expect(open(['anna'])).toThrow('is open already')
    expect(open([HOUSE])).toThrow("can't be called")
    const moved = bookOf('anna', { custody: { kind: 'segregated', account: 'other' } })
    expect(() => store.record([fact('client-book-changed', { book: moved, why: 'asked' })], 'desk')).toThrow('custody')
  })
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

describe('proposals', () => {
  const made = (id: string, changes: Parameters<typeof exampleProposal>[2] = {}) =>
    fact('proposal-made', { proposal: exampleProposal(id, 'anna', changes) })
  const changed = (proposalId: string, state: ProposalState) =>
    fact('proposal-changed', { proposalId, state, why: 'so' })

  test('are read back in the state they are in now, oldest first', () => {
    store.record([made('p1'), changed('p1', 'superseded'), made('p2'), changed('p2', 'held')], 'desk')
    expect(store.proposals(['open', 'held'])).toEqual([exampleProposal('p2', 'anna', { state: 'held' })])
    expect(store.proposals(['held', 'superseded']).map((proposal) => proposal.id)).toEqual(['p1', 'p2'])
    expect(store.proposal('p1')?.state).toBe('superseded')
    expect(store.proposal('p3')).toBeUndefined()
    expect(store.historyOf('p2').map((entry) => entry.text)).toEqual(['proposal made: 1 trade', 'proposal held: so'])
  })

  test('at most one of a book waits', () => {
    store.record([made('p1'), changed('p1', 'held')], 'desk')
    expect(() => store.record([made('p2')], 'desk')).toThrow('would have 2 proposals waiting')
    store.record([changed('p1', 'approved'), made('p2')], 'desk')
    expect(() => store.record([changed('p1', 'open')], 'desk')).toThrow('would have 2 proposals waiting')
    expect(() => store.record([changed('p9', 'open')], 'desk')).toThrow('p9 is not there')
  })
})

describe('decisions', () => {
  const decided = (bookId: string, reason: 'cool-down' | 'inside-band', marketTime: number, position: number) =>
    fact('decision-recorded', {
      decision: {
        bookId,
        outcome: 'waiting',
        reason,
        why: 'so',
        proposalId: null,
        assets: ['BTC'],
        worst: { asset: 'BTC', position },
        regime: { class: 'stressed', multiplier: 1.15 },
        marketTime: millis(marketTime),
      },
    })

  test('of a book, by time, from either end; the last of every book', () => {
    store.record([decided('anna', 'cool-down', 1, 1.5), decided('boris', 'cool-down', 2, -2)], 'desk')
    store.record([decided('anna', 'inside-band', 3, Number.POSITIVE_INFINITY)], 'desk')
    const times = (query: Parameters<typeof store.decisionsOf>[1]): readonly number[] =>
      store.decisionsOf('anna', query).map(({ decision }) => decision.marketTime)
    expect(times({ limit: 9 })).toEqual([3, 1])
    expect(times({ limit: 1, order: 'oldest' })).toEqual([1])
    expect(times({ limit: 9, to: millis(START - 1) })).toEqual([])
    expect(times({ limit: 9, from: millis(START), to: millis(START) })).toEqual([3, 1])
    expect(store.decisionsOf('nobody', { limit: 9 })).toEqual([])
    expect(store.lastDecisions().map(({ decision }) => [decision.bookId, decision.reason])).toEqual([
      ['boris', 'cool-down'],
      ['anna', 'inside-band'],
    ])
    expect(store.decisionsOf('anna', { limit: 1 })[0]!.decision.worst).toEqual({ asset: 'BTC', position: Infinity })
    expect(store.historyOf('boris').at(-1)!.text).toBe('not rebalanced, cool-down: so')
    expect(store.verify()).toMatchObject({ ok: true })
  })
})

describe('orders', () => {
  beforeEach(() => void store.record(sentFacts(), 'desk'))
  const change = (state: FactPayloads['child-changed']['state'], venueOrderId: string | null = null) =>
    store.record([fact('child-changed', { childId: 'child-1', state, venueOrderId, why: `now ${state}` })], 'desk')

  test('states move as the machine allows, and are found by every way of asking', () => {
    expect(store.unfinishedChildren().map((record) => record.state)).toEqual(['sent'])
    change('unknown')
    change('working', '77')
    change('working')
    expect(store.childByVenueOrder('binance', '77')?.child).toEqual(childOf('child-1'))
    expect(store.childByVenueOrder('kraken', '77')).toBeUndefined()
    expect(() => change('rejected')).toThrow("can't go from working to rejected")
    change('cancel-sent')
    change('cancelled')
    expect(store.child('child-1')).toMatchObject({ state: 'cancelled', venueOrderId: '77', why: 'now cancelled' })
    expect(store.unfinishedChildren()).toEqual([])
    expect(store.childrenOf('parent-1')).toHaveLength(1)
    const late = tradeOf('t9', '0.1', '100000')
    store.record([fact('trade-recorded', { trade: late, childId: 'child-1' })], 'venue:binance')
    expect(store.child('child-1')).toMatchObject({ state: 'cancelled', filledQuantity: amount('0.1'), trades: [late] })
    expect(store.alarms()).toEqual([])
  })

  test('a venue order id of two markets asks for the market', () => {
    const other = childOf('child-2', { market: 'binance:ETH/USDT', leg: 'other' })
    store.record([fact('child-journaled', { child: other })], 'desk')
    const ids = ['child-1', 'child-2'].map((childId) =>
      fact('child-changed', { childId, state: 'sent', venueOrderId: '5', why: null }),
    )
    store.record([ids[0]!], 'desk')
    expect(store.childByVenueOrder('binance', '5')?.child.id).toBe('child-1')
    store.record([ids[1]!], 'desk')
    expect(() => store.childByVenueOrder('binance', '5')).toThrow('name the market')
    expect(store.childByVenueOrder('binance', '5', 'binance:ETH/USDT')?.child.id).toBe('child-2')
  })

  test('a dead order with a trade is an alarm that stays', () => {
    change('unknown')
    change('dead')
    const trade = tradeOf('t1', '0.1', '100000')
    store.record([fact('trade-recorded', { trade, childId: 'child-1' })], 'venue:binance')
    expect(store.alarms()).toEqual([{ childId: 'child-1', why: 'trade t1 for an order that is dead' }])
  })

  test('plans, parents and what happened to them', () => {
    expect(store.openPlans().map((plan) => plan.planId)).toEqual(['plan-1'])
    expect(store.parent('parent-1')).toEqual({ parent: parentOf('parent-1'), state: 'planned', why: '' })
    const denied = childOf('child-2', { leg: 'parent-1/2' })
    store.record(
      [
        fact('child-denied', { child: denied, reason: 'below-minimum', why: '0.1 USDT, the minimum is 5' }),
        fact('parent-changed', { parentId: 'parent-1', state: 'cancelled', why: 'no venue' }),
        fact('plan-closed', { planId: 'plan-1', outcome: 'done-with-exceptions', exceptions: ['no venue'] }),
      ],
      'desk',
    )
    expect(store.openPlans()).toEqual([])
    expect(store.plans(5)).toMatchObject([{ planId: 'plan-1', closed: true, approval: 'advisor' }])
    expect(store.child('child-2')).toMatchObject({ state: 'denied', why: '0.1 USDT, the minimum is 5' })
    expect(store.historyOf('parent-1').map((entry) => entry.text)).toEqual([
      'approved by an advisor: 0 proposals → 1 parent order',
      'buy 0.5 BTC on Binance, limit 100100 USDT: journaled before it is sent',
      'sent',
      'denied (below-minimum): 0.1 USDT, the minimum is 5',
      'parent order cancelled: no venue',
    ])
    expect(() =>
      store.record([fact('plan-closed', { planId: 'plan-1', outcome: 'done', exceptions: [] })], 'desk'),
    ).toThrow('closed already')
  })

  test('trading states, reconciliations, regimes, settings', () => {
    expect(store.tradingState()).toEqual({ all: 'active', why: null, venues: new Map(), clientBooks: new Map() })
    const differences = [{ asset: 'BTC', ledger: amount('1'), venue: amount('1.1') }]
    store.record(
      [
        fact('trading-state-changed', { scope: { kind: 'all' }, state: 'halted', why: 'button' }),
        fact('trading-state-changed', { scope: { kind: 'venue', venue: 'kraken' }, state: 'reducing', why: 'x' }),
        fact('reconciled', { venue: 'binance', account: OMNIBUS, differences }),
        fact('regime-changed', { from: 'normal', to: 'stressed', multiplier: 1.15, why: 'volatility 91 %' }),
      ],
      'advisor:eva',
    )
    expect(store.tradingState()).toMatchObject({
      all: 'halted',
      why: expect.any(String),
      venues: new Map([['kraken', 'reducing']]),
    })
    expect(store.reconciliations()).toMatchObject([{ venue: 'binance', account: OMNIBUS, differences }])
    expect(store.regimes(1)).toMatchObject([{ regime: 'stressed', multiplier: 1.15 }])
    store.saveSetting('layout', 'wide')
    store.saveSetting('layout', 'narrow')
    expect([store.setting('layout'), store.setting('none')]).toEqual(['narrow', undefined])
  })
})

describe('risk profiles and rules', () => {
  const [conservative, , balanced] = STANDARD_RISK_PROFILES
  const saved = (version: number, riskAversion = 5) =>
    fact('risk-profile-saved', {
      profile: { ...balanced!, version, terms: { ...balanced!.terms, riskAversion } },
      by: 'a',
      why: `version ${version}`,
    })
  const given = fact('risk-profile-assigned', {
    bookId: 'anna',
    profileId: 'balanced',
    profileVersion: 1,
    answers: null,
    by: 'a',
    why: 'asked',
  })
  const override = { changes: { bandFactor: 1.5 }, reason: 'a merger', until: millis(START + 1), by: 'a' }

  test('the newest version of each, from the least risk to the most, with who saved it and why', () => {
    const least = fact('risk-profile-saved', { profile: conservative!, by: 'b', why: 'first' })
    store.record([saved(1), least, saved(2, 6)], 'advisor:a')
    expect(store.riskProfiles()).toMatchObject([
      { profile: { id: 'conservative', version: 1 }, by: 'b', why: 'first' },
      { profile: { id: 'balanced', version: 2, terms: { riskAversion: 6 } }, by: 'a', why: 'version 2', at: START },
    ])
  })

  test('versions leave no gap and never go back', () => {
    store.record([saved(1)], 'advisor:a')
    for (const version of [1, 3, 0])
      expect(() => store.record([saved(version)], 'advisor:a')).toThrow('the next one is 2')
  })

  test('a book has the profile it was given, an override until it is ended, and none after another profile', () => {
    store.record([saved(1), given], 'advisor:a')
    expect(store.bookRisks()).toMatchObject([{ bookId: 'anna', profileId: 'balanced', override: null, at: START }])
    store.record([fact('risk-override-set', { bookId: 'anna', override })], 'advisor:a')
    expect(store.bookRisks()).toMatchObject([{ override, why: 'asked' }])
    store.record([fact('risk-override-ended', { bookId: 'anna', why: 'its end is reached' })], 'desk')
    expect(store.bookRisks()).toMatchObject([{ override: null }])
    store.record([fact('risk-override-set', { bookId: 'anna', override }), given], 'advisor:a')
    expect(store.bookRisks()).toMatchObject([{ override: null }])
    expect(
      store
        .historyOf('anna')
        .map(({ text }) => text)
        .slice(-2),
    ).toEqual([
      'risk profile overridden by a until 2025-01-06 00:00 UTC, band factor 1.5: a merger',
      'risk profile balanced, version 1, chosen: asked (a)',
    ])
  })

  test('a version that is not there can not be given, nor an override to a book without a profile', () => {
    expect(() => store.record([given], 'advisor:a')).toThrow('no version 1 of risk profile balanced')
    const facts = [fact('risk-override-set', { bookId: 'anna', override })]
    expect(() => store.record(facts, 'advisor:a')).toThrow('anna has no risk profile')
  })

  test('rules are kept in the order they were saved in', () => {
    expect(store.rebalancingRules()).toEqual([])
    const rules = {
      settle: 'half-band',
      coolDownMs: 0,
      proposalLifeMs: 60_000,
      crisisOuterLimit: 0.1,
      schedule: null,
      volatilitySpike: null,
      bandMultipliers: SHIPPED_MULTIPLIERS,
      tradeRate: null,
    } as const
    store.record([fact('rules-changed', { rules, by: 'a', why: 'first' })], 'advisor:a')
    store.record(
      [fact('rules-changed', { rules: { ...rules, settle: 'band-edge' }, by: 'b', why: 'then' })],
      'advisor:b',
    )
    expect(store.rebalancingRules()).toEqual([
      { rules, at: START, by: 'a', why: 'first' },
      { rules: { ...rules, settle: 'band-edge' }, at: START, by: 'b', why: 'then' },
    ])
  })

  test('what becomes of a proposal is in the log of its book', () => {
    store.record([fact('proposal-made', { proposal: exampleProposal('p1', 'anna') })], 'desk')
    store.record(
      [fact('proposal-changed', { proposalId: 'p1', state: 'expired', why: 'not approved in time' })],
      'desk',
    )
    expect(store.historyOf('anna').at(-1)!.text).toBe('proposal expired: not approved in time')
  })
})
