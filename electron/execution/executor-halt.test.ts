import { describe, expect, it } from 'vitest'
import { amount } from '../../core/amount.ts'
import { fact } from '../../core/journal.ts'
import type { ChildOrder } from '../../core/order.ts'
import { BINANCE } from './test-support/execution-bench.ts'
import { open, parentOf, states } from './test-support/open-bench.ts'

describe('halt and cancel', () => {
  it('sends nothing after a halt; what was not sent is denied', async () => {
    const bench = open({ limits: { ordersPerVenueAndRound: 10 } })
    bench.venues.binance.onSubmit = () => {
      void bench.executor.halt({ kind: 'all' }, 'kill switch', 'advisor:test')
    }
    const planId = await bench.run(
      bench.parent('sell', { anna: '0.1' }),
      bench.parent('sell', { clara: '0.1' }, { account: 'clara-account' }),
      bench.parent('buy', { boris: '0.1' }),
    )
    expect(bench.venues.binance.submitted).toHaveLength(1)
    expect(bench.venues.kraken.submitted).toHaveLength(0)
    expect(states(bench, planId).sort()).toContain('denied')
    expect(bench.store.openPlans()).toEqual([])
    expect(bench.violations()).toEqual([])
    const refused = bench.executor.release({
      planId: 'later',
      proposalIds: [],
      approval: 'advisor',
      parents: [bench.parent('sell', { anna: '0.1' }, { planId: 'later' })],
      actor: 'advisor:test',
    })
    expect(refused).toMatchObject({ ok: false, error: { code: 'trading-halted' } })
    bench.executor.resumeTrading({ kind: 'all' }, 'looked at', 'advisor:test')
    await bench.run(bench.parent('sell', { boris: '0.1' }))
    expect(bench.holding('boris', 'binance', 'BTC')).toBe('0.9')
  })

  it('cancels what rests when trading is halted, and cancels pass', async () => {
    const bench = open()
    const parent = bench.parent('sell', { boris: '0.2' })
    const child: ChildOrder = {
      id: 'resting',
      parentId: parent.id,
      planId: parent.planId,
      leg: 'leg',
      attempt: 1,
      venue: 'binance',
      account: 'omnibus',
      market: BINANCE,
      side: 'sell',
      quantity: parent.quantity,
      limitPrice: amount('61000'),
      timeInForce: 'GTC',
      postOnly: true,
      quotePriceUsd: amount('1'),
      participants: parent.participants,
      createdAt: bench.clock.now(),
    }
    bench.store.record(
      [
        fact('plan-released', { planId: parent.planId, proposalIds: [], approval: 'advisor', parents: [parent] }),
        fact('child-journaled', { child }),
        fact('child-changed', { childId: child.id, state: 'sent', venueOrderId: null, why: null }),
        fact('child-changed', { childId: child.id, state: 'working', venueOrderId: 'binance-order-1', why: null }),
      ],
      'desk',
    )
    bench.venues.binance.behave = () => 'rest'
    await bench.venues.binance.connect('omnibus').submit(child)
    await bench.executor.halt({ kind: 'venue', venue: 'kraken' }, 'not this one', 'advisor:test')
    expect(bench.venues.binance.orders[0]!.state).toBe('working')
    await bench.executor.halt({ kind: 'all' }, 'kill switch', 'advisor:test')
    expect(bench.venues.binance.orders[0]!.state).toBe('cancelled')
    await bench.executor.resume()
    await bench.executor.idle()
    expect(bench.store.child('resting')!.state).toBe('cancelled')
    expect(bench.store.openPlans()).toEqual([])
  })

  it('halts one venue only', async () => {
    const bench = open()
    await bench.executor.halt({ kind: 'venue', venue: 'binance' }, 'odd fills', 'advisor:test')
    await bench.run(bench.parent('sell', { anna: '0.2' }))
    expect(bench.venues.binance.submitted).toEqual([])
    expect(bench.holding('anna', 'kraken', 'BTC')).toBe('0.8')
  })

  it('takes a halted client book out of the block', async () => {
    const bench = open()
    await bench.executor.halt({ kind: 'client-book', bookId: 'anna' }, 'client asked', 'advisor:test')
    const planId = await bench.run(bench.parent('sell', { anna: '0.2', boris: '0.2' }))
    expect(bench.holding('anna', 'binance', 'BTC')).toBe('1')
    expect(bench.holding('boris', 'binance', 'BTC')).toBe('0.8')
    expect(parentOf(bench, planId).why).toContain('trading-halted 0.2 of 1 client book')
  })

  it('reduce-only lets sells pass and denies buys', async () => {
    const bench = open()
    await bench.executor.setTradingState({ kind: 'all' }, 'reducing', 'storm', 'advisor:test')
    const planId = await bench.run(bench.parent('buy', { boris: '0.1' }), bench.parent('sell', { anna: '0.1' }))
    expect(bench.store.parentsOf(planId).map(({ parent, state }) => `${parent.side} ${state}`)).toEqual([
      'buy denied',
      'sell filled',
    ])
  })

  it('cancels a parent that has not been sent', async () => {
    const bench = open()
    const parent = bench.parent('buy', { boris: '0.1' })
    bench.venues.binance.onSubmit = () => void bench.executor.cancelParent(parent.id, 'advisor:test')
    const planId = await bench.run(parent, bench.parent('sell', { anna: '0.1' }))
    expect(bench.store.parent(parent.id)).toMatchObject({ state: 'cancelled' })
    expect(bench.store.parent(parent.id)!.why).toContain('cancelled by advisor:test')
    expect(bench.venues.binance.submitted).toHaveLength(1)
    expect(await bench.executor.cancelParent(parent.id, 'advisor:test')).toMatchObject({
      ok: false,
      error: { code: 'already-finished' },
    })
    expect(bench.store.plans(1)[0]).toMatchObject({ planId, closed: true })
  })
})
