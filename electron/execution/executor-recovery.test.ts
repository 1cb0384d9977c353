import { describe, expect, it } from 'vitest'
import { amount } from '../../core/amount.ts'
import { BINANCE, type ExecutionBench } from './test-support/execution-bench.ts'
import { open, parentOf, states, waitFor } from './test-support/open-bench.ts'

describe('reconciliation', () => {
  it('records trades of others as external and stays equal', async () => {
    const bench = open()
    await bench.executor.resume()
    bench.venues.binance.tradeOutside('omnibus', BINANCE, 'sell', '0.05', '60000')
    await bench.executor.reconcile('binance', 'omnibus')
    expect(bench.store.tradeCount()).toBe(1)
    expect(bench.store.tradingState().venues.get('binance') ?? 'active').toBe('active')
    expect(bench.holding('house', 'binance', 'BTC')).toBe('-0.05')
    expect(bench.violations()).toEqual([])
  })

  it('halts the venue on what it cannot explain, books nothing silently, and only on request', async () => {
    const bench = open()
    bench.venues.kraken.fund('omnibus', 'USD', amount('12.5'))
    await bench.executor.resume()
    expect(bench.store.tradingState().venues.get('kraken')).toBe('halted')
    expect(bench.holding('house', 'kraken', 'USD')).toBe('0')
    await bench.run(bench.parent('sell', { anna: '0.1' }))
    expect(bench.venues.kraken.submitted).toEqual([])

    expect(await bench.executor.bookUnexplained('kraken', 'omnibus', 'advisor:test')).toEqual({ kind: 'equal' })
    expect(bench.holding('house', 'kraken', 'USD')).toBe('12.5')
    expect(bench.store.tradingState().venues.get('kraken')).toBe('halted')
  })

  it('stops only the client book when its own account differs', async () => {
    const bench = open()
    bench.venues.binance.fund('clara-account', 'USDT', amount('1'))
    await bench.executor.resume()
    expect(bench.store.tradingState().venues.size).toBe(0)
    expect(bench.store.tradingState().clientBooks.get('clara')).toBe('halted')
  })

  it('sends nothing to an account that could not be compared, and tries again before the next plan', async () => {
    const bench = open()
    bench.venues.binance.isDown = true
    await bench.executor.resume()
    await bench.run(bench.parent('sell', { anna: '0.1' }))
    expect(bench.venues.binance.submitted).toEqual([])
    bench.venues.binance.isDown = false
    await bench.run(bench.parent('sell', { boris: '0.1' }))
    expect(bench.venues.binance.submitted).toHaveLength(1)
  })

  it('a trade for an order taken for dead is an alarm and halts all trading', async () => {
    const bench = open({ books: { anna: { binance: { BTC: '1' } } } })
    // Later than any proof allows: only a venue that breaks its own word does this.
    bench.venues.binance.lateMs = 8_000
    bench.venues.binance.behave = (_, n) => (n === 0 ? 'late' : 'not-sent')
    const planId = await bench.run(bench.parent('sell', { anna: '0.2' }))
    bench.clock.advance(10_000)
    await bench.executor.reconcile('binance', 'omnibus')
    expect(states(bench, planId)[0]).toBe('dead')
    expect(bench.store.tradingState().all).toBe('halted')
    expect(bench.holding('anna', 'binance', 'BTC')).toBe('0.8')
    expect(bench.violations()).toEqual([
      expect.stringMatching(/^alarm: binance reported a trade for .* taken for dead/),
    ])
  })
})

describe('restart', () => {
  it('a journaled order that was never sent is proved absent and sent under a new id', async () => {
    const bench = open()
    crashAt(bench, (type) => type === 'child-journaled', 'after')
    await bench.run(bench.parent('sell', { anna: '0.2' })).catch(() => {})
    bench.restart()
    await bench.executor.resume()
    await bench.executor.idle()
    expect(states(bench, 'plan-1')).toEqual(['dead', 'filled'])
    expect(bench.holding('anna', 'binance', 'BTC')).toBe('0.8')
    expect(bench.violations()).toEqual([])
  })

  it('an order that was executed and not recorded is adopted', async () => {
    const bench = open()
    crashAt(bench, (type) => type === 'trade-recorded', 'before')
    await bench.run(bench.parent('sell', { anna: '0.2' })).catch(() => {})
    expect(bench.store.tradeCount()).toBe(0)
    bench.restart()
    await bench.executor.resume()
    await bench.executor.idle()
    expect(states(bench, 'plan-1')).toEqual(['filled'])
    expect(bench.venues.binance.submitted).toHaveLength(1)
    expect(bench.violations()).toEqual([])
  })

  it('continues with buys when it stopped between the waves', async () => {
    const bench = open()
    crashAt(bench, (type, n) => type === 'child-journaled' && n === 1, 'before')
    await bench.run(bench.parent('sell', { anna: '0.2' }), bench.parent('buy', { boris: '0.1' })).catch(() => {})
    bench.restart()
    await bench.executor.resume()
    await bench.executor.idle()
    expect(bench.store.parentsOf('plan-1').map(({ state }) => state)).toEqual(['filled', 'filled'])
    expect(bench.venues.binance.orders).toHaveLength(2)
    expect(bench.violations()).toEqual([])
  })

  it('does not wait at start for a venue that is not connected, and settles when it is', async () => {
    const bench = open()
    bench.venues.kraken.behave = () => 'lost-after'
    bench.bookAgeMs.binance = 60_000
    crashAt(bench, (type) => type === 'trade-recorded', 'before')
    await bench.run(bench.parent('sell', { anna: '0.2' })).catch(() => {})
    bench.restart()
    bench.connected.kraken = false
    const before = bench.clock.now()
    await bench.executor.resume()
    expect(bench.clock.now() - before).toBeLessThan(2_000)
    await waitFor(() => bench.executor.progress().settlingPlanIds.length === 1)
    bench.connected.kraken = true
    await bench.executor.idle()
    expect(parentOf(bench, 'plan-1').state).toBe('filled')
    await bench.executor.reconcile('kraken', 'omnibus')
    expect(bench.violations()).toEqual([])
  })

  it('closes a plan that is too old, with what was left', async () => {
    const bench = open()
    crashAt(bench, (type) => type === 'child-journaled', 'before')
    await bench.run(bench.parent('sell', { anna: '0.2' })).catch(() => {})
    bench.clock.advance(3_600_000)
    bench.restart()
    await bench.executor.resume()
    await bench.executor.idle()
    expect(bench.venues.binance.submitted).toEqual([])
    expect(parentOf(bench, 'plan-1')).toMatchObject({ state: 'denied' })
    expect(parentOf(bench, 'plan-1').why).toContain('plan-expired')
    expect(bench.store.openPlans()).toEqual([])
  })
})

/** From the n-th matching fact on (from 0) the store takes nothing more, as if the process had ended there. */
function crashAt(bench: ExecutionBench, isPoint: (type: string, n: number) => boolean, when: 'before' | 'after'): void {
  const { store } = bench
  const record = store.record.bind(store)
  let seen = -1
  let isDead = false
  store.record = (facts, actor) => {
    const hit = facts.some((fact) => isPoint(fact.type, fact.type === 'child-journaled' ? seen + 1 : 0))
    if (facts.some((fact) => fact.type === 'child-journaled')) seen++
    if (isDead || (hit && when === 'before')) {
      isDead = true
      throw new Error('the process has ended')
    }
    const entries = record(facts, actor)
    if (hit) isDead = true
    return entries
  }
  // A dead process sends nothing either.
  const { behave } = bench.venues.binance
  bench.venues.binance.behave = (child, n) => (isDead ? 'lost-before' : behave(child, n))
  bench.onRestart = () => {
    bench.venues.binance.behave = behave
  }
}
