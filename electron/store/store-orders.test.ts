import { beforeEach, describe, expect, test } from 'vitest'
import { amount } from '../../core/amount.ts'
import { OMNIBUS } from '../../core/client-book.ts'
import { type FactPayloads, fact } from '../../core/journal.ts'
import { childOf, parentOf, sentFacts, tradeOf } from './test-support/example-firm.ts'
import { store } from './test-support/store-of-test.ts'

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
