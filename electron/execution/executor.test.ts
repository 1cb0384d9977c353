import { describe, expect, it } from 'vitest'
import { formatAmount } from '../../core/amount.ts'
import { BINANCE } from './test-support/execution-bench.ts'
import { open, parentOf, states } from './test-support/open-bench.ts'

describe('a plan without faults', () => {
  it('sells a block on the better venue, gives every book its share, closes and reconciles', async () => {
    const bench = open()
    const planId = await bench.run(bench.parent('sell', { anna: '0.3', boris: '0.2' }))
    expect(states(bench, planId)).toEqual(['filled'])
    expect(parentOf(bench, planId)).toMatchObject({ state: 'filled', why: '' })
    expect(bench.holding('anna', 'binance', 'BTC')).toBe('0.7')
    expect(bench.holding('boris', 'binance', 'BTC')).toBe('0.8')
    // 0.3 × 59,990 less 0.1 %
    expect(bench.holding('anna', 'binance', 'USDT')).toBe('67979.003')
    expect(bench.store.openPlans()).toEqual([])
    expect(bench.store.reconciliations().every(({ differences }) => differences.length === 0)).toBe(true)
    expect(bench.violations()).toEqual([])
    expect(bench.logged.filter((line) => !line.startsWith('info'))).toEqual([])
  })

  it('splits over both venues when one has not the depth', async () => {
    const bench = open()
    bench.venues.binance.setBook(BINANCE, [['59990', '0.25']], [['60010', '10']])
    const planId = await bench.run(bench.parent('sell', { anna: '0.6' }))
    expect(
      bench
        .children(planId)
        .map(({ child }) => child.venue)
        .sort(),
    ).toEqual(['binance', 'kraken'])
    expect(bench.holding('anna', 'binance', 'BTC')).toBe('0.75')
    expect(bench.holding('anna', 'kraken', 'BTC')).toBe('0.65')
    expect(bench.violations()).toEqual([])
  })

  it('buys only after all sells are settled, with their proceeds', async () => {
    const bench = open({ books: { anna: { binance: { BTC: '1' } }, boris: { binance: { USDT: '100' } } } })
    const order: string[] = []
    bench.venues.binance.onSubmit = (child) => order.push(`${child.side} ${bench.holding('anna', 'binance', 'USDT')}`)
    // Listed first, it still goes out last.
    await bench.run(bench.parent('buy', { anna: '0.1' }), bench.parent('sell', { anna: '0.5' }))
    expect(order).toEqual(['sell 0', 'buy 29965.005'])
    expect(bench.holding('anna', 'binance', 'BTC')).toBe('0.6')
    expect(bench.violations()).toEqual([])
  })

  it('keeps a segregated book to its own account and orders', async () => {
    const bench = open()
    await bench.run(
      bench.parent('sell', { anna: '0.1' }),
      bench.parent('sell', { clara: '0.4' }, { account: 'clara-account' }),
    )
    const accounts = bench.venues.binance.orders.map((order) => [order.account, formatAmount(order.quantity)])
    expect(accounts.sort()).toEqual([
      ['clara-account', '0.4'],
      ['omnibus', '0.1'],
    ])
    expect(bench.holding('clara', 'binance', 'BTC')).toBe('0.6')
    expect(bench.violations()).toEqual([])
  })

  it('goes on with the remainder of a partial fill, on the other venue when that is where the liquidity is', async () => {
    const bench = open()
    // What the desk sees is more than the venue has.
    bench.venues.binance.onSubmit = () => {
      bench.venues.binance.setBook(BINANCE, [['59990', '0.1']], [['60010', '10']])
      bench.venues.binance.onSubmit = () => {}
    }
    const planId = await bench.run(bench.parent('sell', { anna: '0.5' }))
    expect(bench.children(planId).map(({ child, state }) => `${child.venue} ${state}`)).toEqual([
      'binance expired',
      'kraken filled',
    ])
    expect(parentOf(bench, planId).state).toBe('filled')
    expect(bench.violations()).toEqual([])
  })

  it('books fees taken in the base currency', async () => {
    const bench = open({ venue: { feeIn: 'base' } })
    await bench.run(bench.parent('buy', { anna: '0.1' }))
    expect(bench.holding('anna', 'binance', 'BTC')).toBe('1.0999')
    expect(bench.violations()).toEqual([])
  })

  it.each([
    ['a third currency that the books do not hold', { asset: 'BNB', rate: 0.0001 }],
    ['the base currency of a sale that sells all', 'base'],
  ] as const)('lets the house pay a fee in %s', async (_, feeIn) => {
    const bench = open({ books: { anna: { binance: { BTC: '0.3' } } }, venue: { feeIn } })
    await bench.run(bench.parent('sell', { anna: '0.3' }))
    const asset = feeIn === 'base' ? 'BTC' : 'BNB'
    expect(bench.holding('anna', 'binance', asset)).toBe('0')
    expect(Number(bench.holding('house', 'binance', asset))).toBeLessThan(0)
    expect(bench.violations()).toEqual([])
  })

  it('asks for the state and the trades where the answer to an order does not say them', async () => {
    const bench = open()
    bench.venues.binance.behave = () => 'bare'
    bench.venues.binance.tradesLag = true
    const filledWhenFinal: string[] = []
    bench.executor.on((event) => {
      if (event.kind !== 'child-changed' || event.state !== 'filled') return
      filledWhenFinal.push(formatAmount(bench.store.child(event.childId)!.filledQuantity))
    })
    const planId = await bench.run(bench.parent('sell', { anna: '0.3' }))
    expect(states(bench, planId)).toEqual(['filled'])
    // Final only once its trades are complete.
    expect(filledWhenFinal).toEqual(['0.3'])
    expect(bench.violations()).toEqual([])
  })
})

describe('the end of a plan', () => {
  it("tells each proposal what became of it: dust and other books' troubles are no exception", async () => {
    const bench = open({
      books: {
        anna: { binance: { USDT: '1000' } },
        boris: { binance: { USDT: '90000' } },
        carl: { binance: { BTC: '1' } },
      },
    })
    for (const bookId of ['anna', 'boris', 'carl']) bench.propose(bookId)
    const parents = [bench.parent('buy', { anna: '0.5', boris: '0.5' }), bench.parent('sell', { carl: '0.200004' })]
    const planId = await bench.run(...parents)
    const stateOf = (bookId: string) => bench.store.proposal(`proposal-${bookId}`)!.state
    expect([stateOf('anna'), stateOf('boris'), stateOf('carl')]).toEqual(['done-with-exceptions', 'done', 'done'])
    const history = bench.store.historyOf('proposal-anna').map(({ text }) => text)
    expect(history.at(-1)).toContain('no-cash-on-venue')
    expect(bench.store.parent(parents[1]!.id)).toMatchObject({ state: 'filled' })
    expect(bench.events).toContainEqual({ kind: 'plan-closed', planId, outcome: 'done-with-exceptions' })
    expect(bench.violations()).toEqual([])
  })
})

describe('a second plan', () => {
  it('is refused under a known name and waits for the first', async () => {
    const bench = open()
    const parent = bench.parent('sell', { anna: '0.1' })
    const planId = bench.release(parent)
    expect(
      bench.executor.release({
        planId,
        proposalIds: [],
        approval: 'advisor',
        parents: [parent],
        actor: 'advisor:test',
      }),
    ).toMatchObject({ ok: false, error: { code: 'plan-exists' } })
    bench.release(bench.parent('buy', { anna: '0.1' }))
    await bench.executor.idle()
    const closed = bench.events.filter((event) => event.kind === 'plan-closed').map((event) => event.planId)
    expect(closed).toEqual(['plan-1', 'plan-2'])
  })
})
