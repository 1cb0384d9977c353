import { describe, expect, it } from 'vitest'
import { formatAmount } from '../../core/amount.ts'
import { ok } from '../../core/result.ts'
import { BINANCE } from './test-support/execution-bench.ts'
import { open, parentOf, states, waitFor } from './test-support/open-bench.ts'

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
