import { afterEach, describe, expect, it } from 'vitest'
import { amount, formatAmount } from '../../core/amount.ts'
import { fact } from '../../core/journal.ts'
import type { ChildOrder } from '../../core/order.ts'
import { ok } from '../../core/result.ts'
import { type BenchOptions, BINANCE, ExecutionBench } from './test-support/execution-bench.ts'

const benches: ExecutionBench[] = []
const open = (options?: BenchOptions): ExecutionBench => {
  const bench = new ExecutionBench(options)
  benches.push(bench)
  return bench
}
afterEach(() => {
  for (const bench of benches.splice(0)) bench.dispose()
})

const states = (bench: ExecutionBench, planId: string) => bench.children(planId).map((record) => record.state)
const parentOf = (bench: ExecutionBench, planId: string) => bench.store.parentsOf(planId)[0]!

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

describe('limits', () => {
  it('sells no more than a book holds on a venue and says so', async () => {
    const bench = open({ books: { anna: { binance: { BTC: '0.2' } }, boris: { binance: { BTC: '1' } } } })
    const planId = await bench.run(bench.parent('sell', { anna: '0.5', boris: '0.5' }))
    expect(parentOf(bench, planId)).toMatchObject({ state: 'partially-filled' })
    expect(parentOf(bench, planId).why).toContain('no-inventory-on-venue 0.3 of 1 client book')
    expect(bench.holding('anna', 'binance', 'BTC')).toBe('0')
    expect(bench.holding('boris', 'binance', 'BTC')).toBe('0.5')
    expect(states(bench, planId)).toEqual(['filled', 'denied'])
    expect(bench.violations()).toEqual([])
  })

  it('buys no more than a book has cash for, fee included, and never overdraws it', async () => {
    const bench = open({ books: { anna: { binance: { USDT: '6007.01' } }, boris: { kraken: { USD: '1' } } } })
    const planId = await bench.run(bench.parent('buy', { anna: '0.5' }))
    const { state, why } = parentOf(bench, planId)
    expect(state).toBe('partially-filled')
    expect(why).toContain('no-cash-on-venue')
    // 6,007.00 ÷ (60,040.01 × 1.001) = 0.09995…: paid at the limit it must still be enough
    expect(bench.holding('anna', 'binance', 'BTC')).toBe('0.09995')
    expect(bench.violations()).toEqual([])
  })

  it('shares the cash of a book between the parents of a round', async () => {
    const bench = open({ books: { anna: { binance: { USDT: '10000' } } } })
    const first = bench.parent('buy', { anna: '0.15' })
    const planId = await bench.run(first, {
      ...bench.parent('buy', { anna: '0.15' }),
      id: 'second',
      planId: first.planId,
    })
    expect(bench.store.parentsOf(planId).map(({ state }) => state)).toEqual(['filled', 'partially-filled'])
    expect(bench.violations()).toEqual([])
  })

  it('does not trade beyond the price cap', async () => {
    const bench = open()
    const planId = await bench.run(bench.parent('buy', { anna: '0.1' }, { arrivalPriceUsd: 59_000 }))
    expect(bench.venues.binance.submitted).toEqual([])
    expect(parentOf(bench, planId)).toMatchObject({ state: 'denied' })
    expect(parentOf(bench, planId).why).toContain('beyond-price-cap')
  })

  it('names what is below the minimum', async () => {
    const bench = open()
    const planId = await bench.run(bench.parent('sell', { boris: '0.00002' }))
    expect(parentOf(bench, planId)).toMatchObject({ state: 'denied' })
    expect(parentOf(bench, planId).why).toContain('below-minimum')
  })

  it('calls a remainder that no venue takes dust, and the parent filled', async () => {
    const bench = open({ books: { anna: { binance: { BTC: '1' } } } })
    const planId = await bench.run(bench.parent('sell', { anna: '0.100004' }))
    expect(parentOf(bench, planId)).toMatchObject({ state: 'filled' })
    expect(parentOf(bench, planId).why).toMatch(/^dust: 0.000004 of 0.100004 BTC left/)
  })

  it('does not use a stale order book, and takes the other venue', async () => {
    const bench = open()
    bench.bookAgeMs.binance = 60_000
    const planId = await bench.run(bench.parent('sell', { anna: '0.2', boris: '0.2' }))
    expect(bench.venues.binance.submitted).toEqual([])
    expect(bench.holding('anna', 'kraken', 'BTC')).toBe('0.8')
    expect(parentOf(bench, planId).why).toContain('stale-order-book')
  })

  it('refuses an order above the notional limit', async () => {
    const bench = open({ limits: { maximumOrderNotionalUsd: 1_000 } })
    const planId = await bench.run(bench.parent('sell', { anna: '0.2' }))
    expect(bench.venues.binance.submitted).toEqual([])
    expect(parentOf(bench, planId).why).toContain('order-notional-limit')
  })

  it('routes in several rounds when a venue takes only so many orders at once', async () => {
    const bench = open({ limits: { ordersPerVenueAndRound: 1 } })
    const planId = await bench.run(
      bench.parent('sell', { anna: '0.1' }),
      bench.parent('sell', { clara: '0.1' }, { account: 'clara-account' }),
    )
    expect(states(bench, planId)).toEqual(['filled', 'filled'])
  })
})

describe('answers of the venue', () => {
  it('rejected: tries again as often as allowed, then elsewhere, and says why', async () => {
    const bench = open()
    bench.venues.binance.behave = () => 'reject'
    const planId = await bench.run(bench.parent('sell', { anna: '0.2', boris: '0.2' }))
    expect(bench.venues.binance.submitted).toHaveLength(2)
    expect(bench.holding('anna', 'kraken', 'BTC')).toBe('0.8')
    expect(parentOf(bench, planId).state).toBe('partially-filled')
    expect(parentOf(bench, planId).why).toContain('insufficient balance')
    expect(bench.violations()).toEqual([])
  })

  it('429: waits as long as the venue says, then sends a new attempt under a new id', async () => {
    const bench = open({ books: { anna: { binance: { BTC: '1' } } } })
    bench.venues.binance.rateLimitMs = 10_000
    bench.venues.binance.behave = (_, n) => (n === 0 ? 'rate-limit' : 'normal')
    const planId = await bench.run(bench.parent('sell', { anna: '0.2' }))
    expect(states(bench, planId)).toEqual(['dead', 'filled'])
    const [first, second] = bench.children(planId).map(({ child }) => child)
    expect(second!.createdAt - first!.createdAt).toBeGreaterThanOrEqual(10_000)
    expect(second!.id).not.toBe(first!.id)
    expect(bench.violations()).toEqual([])
  })

  it('not sent, again and again: gives up after so many attempts', async () => {
    const bench = open({ books: { anna: { binance: { BTC: '1' } } }, limits: { maximumAttempts: 5 } })
    bench.venues.binance.behave = () => 'not-sent'
    const planId = await bench.run(bench.parent('sell', { anna: '0.2' }))
    expect(bench.venues.binance.submitted).toHaveLength(5)
    expect(parentOf(bench, planId)).toMatchObject({ state: 'denied' })
    expect(parentOf(bench, planId).why).toContain('5 attempts were made, 5 are allowed')
  })

  it('held back by the connection: denied by us and no attempt, however often; sent once the way is free', async () => {
    const bench = open({ books: { anna: { binance: { BTC: '1' } } }, limits: { maximumAttempts: 3 } })
    bench.venues.binance.behave = (_, n) => (n < 6 ? 'held-back' : 'normal')
    const planId = await bench.run(bench.parent('sell', { anna: '0.2' }))
    expect(states(bench, planId)).toEqual([...Array.from({ length: 6 }, () => 'denied'), 'filled'])
    expect(parentOf(bench, planId).state).toBe('filled')
    // Pauses double from 100 ms on, so that a venue that is down does not fill the journal.
    const [first, last] = [bench.children(planId)[0]!, bench.children(planId)[6]!]
    expect(last.child.createdAt - first.child.createdAt).toBeGreaterThanOrEqual(100 * (1 + 2 + 4 + 8 + 16 + 32))
  })

  it('a venue that stays out of reach: the wave ends after its patience, with the reason', async () => {
    const bench = open({ books: { anna: { binance: { BTC: '1' } } } })
    bench.venues.binance.rateLimitMs = 1_000
    bench.venues.binance.behave = () => 'held-back'
    const planId = await bench.run(bench.parent('sell', { anna: '0.2' }))
    expect(bench.venues.binance.submitted.length).toBeLessThan(12)
    expect(parentOf(bench, planId).state).toBe('denied')
    expect(parentOf(bench, planId).why).toContain('venue-unavailable')
  })

  it.each(['lost-after', 'throw'] as const)(
    'unknown (%s): adopts what the venue has, sends nothing twice',
    async (how) => {
      const bench = open()
      bench.venues.binance.behave = (_, n) => (n === 0 ? how : 'normal')
      const planId = await bench.run(bench.parent('sell', { anna: '0.2' }))
      if (how === 'lost-after') expect(bench.venues.binance.submitted).toHaveLength(1)
      expect(parentOf(bench, planId).state).toBe('filled')
      expect(bench.holding('anna', 'binance', 'BTC')).toBe('0.8')
      expect(bench.violations()).toEqual([])
    },
  )

  it('an immediate order that the venue leaves working is cancelled, and its remainder goes on', async () => {
    const bench = open()
    bench.venues.binance.behave = (_, n) => (n === 0 ? 'rest' : 'normal')
    const planId = await bench.run(bench.parent('sell', { boris: '0.2' }))
    expect(states(bench, planId)).toEqual(['cancelled', 'filled'])
    expect(bench.violations()).toEqual([])
  })

  it('unknown and never arrived: only proof lets a new attempt follow', async () => {
    const bench = open()
    bench.venues.binance.behave = (_, n) => (n === 0 ? 'lost-before' : 'normal')
    const planId = await bench.run(bench.parent('sell', { boris: '0.2' }))
    expect(states(bench, planId)).toEqual(['dead', 'filled'])
    const [first, second] = bench.children(planId).map(({ child }) => child)
    // Proof time of the venue plus the spacing of the two lookups.
    expect(second!.createdAt - first!.createdAt).toBeGreaterThanOrEqual(2_500)
    expect(bench.violations()).toEqual([])
  })

  it('unknown and late: "not found" before the cutoff proves nothing', async () => {
    const bench = open()
    bench.venues.binance.lateMs = 1_900
    bench.venues.binance.behave = (_, n) => (n === 0 ? 'late' : 'normal')
    const planId = await bench.run(bench.parent('sell', { boris: '0.2' }))
    expect(states(bench, planId)).toEqual(['filled'])
    expect(bench.venues.binance.submitted).toHaveLength(1)
    expect(bench.violations()).toEqual([])
  })

  it('unknown with a query side that lags: the order is found in the end', async () => {
    const bench = open()
    bench.venues.binance.lookupLag = 3
    bench.venues.binance.behave = (_, n) => (n === 0 ? 'lost-after' : 'normal')
    const planId = await bench.run(bench.parent('sell', { boris: '0.2' }))
    expect(states(bench, planId)).toEqual(['filled'])
    expect(bench.violations()).toEqual([])
  })

  it('a lookup side that lies past the cutoff is still refuted by the trades', async () => {
    const bench = open()
    bench.venues.binance.lookupLag = 1_000
    const connect = bench.venues.binance.connect.bind(bench.venues.binance)
    bench.venues.binance.connect = (account) => {
      const connection = connect(account)
      // Only queries by client id lag; the venue's own order id is answered.
      return {
        ...connection,
        async lookup(_child, venueOrderId) {
          if (venueOrderId === null) return { kind: 'not-found' }
          const order = bench.venues.binance.orders.find((candidate) => candidate.venueOrderId === venueOrderId)
          return order ? { kind: 'found', order } : { kind: 'not-found' }
        },
      }
    }
    bench.venues.binance.behave = (_, n) => (n === 0 ? 'lost-after' : 'normal')
    const planId = await bench.run(bench.parent('sell', { boris: '0.2' }))
    expect(states(bench, planId)).toEqual(['filled'])
    expect(bench.venues.binance.submitted).toHaveLength(1)
    expect(bench.violations()).toEqual([])
  })

  it('one "not found" after the cutoff proves nothing either: a second one must follow, later', async () => {
    const bench = open()
    const { binance } = bench.venues
    binance.behave = (_, n) => (n === 0 ? 'lost-after' : 'normal')
    const connect = binance.connect.bind(binance)
    // The whole query side is behind until a moment after the cutoff.
    const isBehind = () => bench.clock.now() < binance.submitted[0]!.createdAt + 2_000 + 300
    binance.connect = (account) => {
      const connection = connect(account)
      return {
        ...connection,
        lookup: async (child, id) => (isBehind() ? { kind: 'not-found' } : connection.lookup(child, id)),
        trades: async (since, markets) => (isBehind() ? ok([]) : connection.trades(since, markets)),
      }
    }
    const planId = await bench.run(bench.parent('sell', { boris: '0.2' }))
    expect(states(bench, planId)).toEqual(['filled'])
    expect(binance.submitted).toHaveLength(1)
    expect(bench.violations()).toEqual([])
  })

  it('while one leg is unknown nothing else is sent on it', async () => {
    const bench = open()
    const { binance } = bench.venues
    binance.setBook(BINANCE, [['59990', '0.3']], [['60010', '10']])
    binance.behave = (_, n) => (n === 0 ? 'lost-before' : 'normal')
    binance.onSubmit = () => bench.quoteBooks()
    const planId = await bench.run(bench.parent('sell', { boris: '0.8' }))
    const [first, second] = bench.children(planId).map(({ child }) => child)
    expect(formatAmount(first!.quantity)).toBe('0.3')
    expect(second!.createdAt - first!.createdAt).toBeGreaterThanOrEqual(2_500)
    expect(bench.holding('boris', 'binance', 'BTC')).toBe('0.2')
    expect(bench.violations()).toEqual([])
  })

  it('while one leg is unknown the parent sends only what that order can not fill', async () => {
    const bench = open()
    bench.venues.binance.setBook(BINANCE, [['59990', '0.3']], [['60010', '10']])
    bench.venues.binance.behave = (_, n) => (n === 0 ? 'lost-before' : 'normal')
    const sent: string[] = []
    for (const venue of Object.values(bench.venues)) {
      venue.onSubmit = (child) => sent.push(`${child.venue} ${formatAmount(child.quantity)}`)
    }
    await bench.run(bench.parent('sell', { anna: '0.8' }))
    expect(sent.slice(0, 2).sort()).toEqual(['binance 0.3', 'kraken 0.5'])
    expect(bench.violations()).toEqual([])
  })

  it('goes on with other plans while one settles, and closes it when the venue answers again', async () => {
    const bench = open({ limits: { wavePatienceMs: 3_000 } })
    bench.venues.kraken.behave = () => 'lost-after'
    bench.venues.kraken.onSubmit = () => {
      bench.venues.kraken.isDown = true
    }
    bench.bookAgeMs.binance = 60_000
    const stuck = bench.release(bench.parent('sell', { anna: '0.2' }))
    await waitFor(() => bench.executor.progress().settlingPlanIds.includes(stuck))
    bench.bookAgeMs.binance = 0
    const next = bench.release(bench.parent('sell', { boris: '0.2' }))
    await waitFor(() => bench.store.openPlans().every((plan) => plan.planId !== next))
    expect(parentOf(bench, stuck).state).toBe('settling')
    bench.venues.kraken.isDown = false
    await bench.executor.idle()
    expect(parentOf(bench, stuck).state).toBe('filled')
    expect(bench.store.openPlans()).toEqual([])
    await bench.executor.reconcile('kraken', 'omnibus')
    expect(bench.violations()).toEqual([])
  })
})

/** Polls between the turns of the event loop; the clock of the bench moves by itself. */
async function waitFor(isSo: () => boolean): Promise<void> {
  for (let turn = 0; turn < 10_000; turn++) {
    if (isSo()) return
    await new Promise((resolve) => setImmediate(resolve))
  }
  throw new Error('it did not become so')
}

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
