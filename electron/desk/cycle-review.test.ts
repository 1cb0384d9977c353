import { describe, expect, test } from 'vitest'
import type { Proposal } from '../../core/proposal.ts'
import { breachedAssets, positionFor, priceMoveBps } from './cycle.ts'
import { openDesk, plan, review } from './test-support/cycle-bench.ts'
import { bookOf, type DeskBench } from './test-support/desk-bench.ts'

describe('reviewing what is open', () => {
  const proposed = async (): Promise<{ bench: DeskBench; proposal: Proposal }> => {
    const bench = openDesk()
    const [proposal] = await plan(bench)
    return { bench, proposal: proposal! }
  }

  test('nothing happened: it stands', async () => {
    const { bench, proposal } = await proposed()
    bench.clock.advance(60_000)
    review(bench)
    expect(bench.proposals.of('anna')).toEqual(proposal)
  })

  test('expires at its time, and is planned again', async () => {
    const { bench, proposal } = await proposed()
    bench.clock.set(proposal.expiresAt - 1)
    review(bench)
    expect(bench.proposals.of('anna')).toBeDefined()
    bench.clock.set(proposal.expiresAt)
    review(bench)
    expect(bench.proposals.stateOf(proposal.id)).toBe('expired')
    expect(await plan(bench)).toHaveLength(1)
  })

  test('a book that changed under it supersedes it', async () => {
    const { bench, proposal } = await proposed()
    bench.moveCash('anna', 'kraken', 'USD', '1')
    review(bench)
    expect(bench.proposals.stateOf(proposal.id)).toBe('superseded')
    expect(bench.store.historyOf(proposal.id).at(-1)!.text).toContain('holdings, model, bands or risk profile changed')
  })

  test('another regime supersedes it: its bands are others', async () => {
    const { bench, proposal } = await proposed()
    bench.multiplier = 1.1
    review(bench)
    expect(bench.proposals.stateOf(proposal.id)).toBe('superseded')
  })

  test('back inside its bands: it ends and is not asked for again', async () => {
    const { bench, proposal } = await proposed()
    bench.setPrices({ BTC: 85_000, ETH: 4_200, SOL: 215 })
    expect(breachedAssets(positionFor(bench.world, bench.world.book('anna')!, bench.view(), bench.settings))).toEqual([
      'CASH',
    ])
    bench.moveCash('anna', 'kraken', 'USD', '50000')
    review(bench)
    expect(bench.proposals.stateOf(proposal.id)).toBe('superseded')
    expect(await plan(bench)).toEqual([])
  })

  test('prices that moved by more than the limit supersede it, once it stood a while', async () => {
    const { bench, proposal } = await proposed()
    bench.setPrices({ BTC: 100_600 })
    expect(priceMoveBps(proposal, bench.view())).toBeCloseTo(60, 6)
    bench.clock.advance(14_999)
    review(bench)
    expect(bench.proposals.of('anna')?.id).toBe(proposal.id)
    bench.clock.advance(1)
    review(bench)
    expect(bench.proposals.stateOf(proposal.id)).toBe('superseded')
  })

  test('one that came back from an approval is computed again at once', async () => {
    const { bench, proposal } = await proposed()
    bench.setPrices({ BTC: 100_600 })
    review(bench, [], [proposal.id])
    expect(bench.proposals.stateOf(proposal.id)).toBe('superseded')
  })

  test('within the limit it stands', async () => {
    const { bench, proposal } = await proposed()
    bench.setPrices({ BTC: 100_490 })
    bench.clock.advance(60_000)
    review(bench)
    expect(bench.proposals.of('anna')?.id).toBe(proposal.id)
  })

  test('a stale price ends nothing: it is blocked instead, by others', async () => {
    const { bench, proposal } = await proposed()
    bench.clock.advance(60_000)
    bench.makeStale('BTC')
    review(bench)
    expect(bench.proposals.of('anna')?.id).toBe(proposal.id)
  })

  test.each([
    ['waiting out its undo window', (id: string) => [id] as readonly string[], 'open'],
    ['held by an advisor', () => [] as readonly string[], 'held'],
  ] as const)('%s it is left alone, whatever happens', async (_, releasing, state) => {
    const { bench, proposal } = await proposed()
    if (state === 'held') bench.proposals.change([{ proposal, state, why: 'later' }], 'advisor:a')
    bench.moveCash('anna', 'kraken', 'USD', '1')
    bench.setPrices({ BTC: 110_000 })
    bench.clock.set(proposal.expiresAt + 1)
    review(bench, releasing(proposal.id))
    expect(bench.proposals.of('anna')).toMatchObject({ id: proposal.id, state })
    expect(await plan(bench)).toEqual([])
  })

  test('let go again, what is out of date ends', async () => {
    const { bench, proposal } = await proposed()
    bench.proposals.change([{ proposal, state: 'held', why: 'later' }], 'advisor:a')
    bench.clock.set(proposal.expiresAt + 1)
    bench.proposals.change([{ proposal, state: 'open', why: 'now' }], 'advisor:a')
    review(bench)
    expect(bench.proposals.stateOf(proposal.id)).toBe('expired')
  })

  test('a manual or cash-flow proposal that ends is asked for again under its own trigger', async () => {
    const bench = openDesk([{ book: bookOf('anna') }])
    bench.moveCash('anna', 'kraken', 'USD', '40000')
    const trigger = {
      kind: 'cash-flow',
      flows: [{ kind: 'deposit', asset: 'USD', amountUsd: 40_000 as never }],
    } as const
    bench.proposals.request('anna', trigger)
    const [proposal] = await plan(bench)
    bench.clock.set(proposal!.expiresAt)
    review(bench)
    expect(bench.proposals.requestOf('anna')).toEqual(trigger)
    const [again] = await plan(bench)
    expect(again).toMatchObject({ trigger })
  })
})

test('a traded price that is gone counts as moved without limit', async () => {
  const bench = openDesk()
  const [proposal] = await plan(bench)
  bench.prices.delete('BTC')
  expect(priceMoveBps(proposal!, bench.view())).toBe(Number.POSITIVE_INFINITY)
})

describe('in a crisis', () => {
  const inCrisis = (): DeskBench => {
    const bench = openDesk()
    bench.regime = 'crisis'
    return bench
  }

  test('a breach within 8 points of the target waits; beyond, it is proposed back into its settle band', async () => {
    const bench = inCrisis()
    expect(await plan(bench)).toEqual([])
    expect(bench.proposals.waitOf('anna')).toMatchObject({ reason: 'defensive', until: null })
    expect(bench.solved).toEqual([])
    // BTC 58.04 %
    bench.setPrices({ BTC: 108_700 })
    const [proposal] = await plan(bench)
    const btc = proposal!.lines.find((line) => line.asset === 'BTC')!
    expect(btc.before).toBeGreaterThan(0.58)
    expect(btc.after).toBeLessThan(0.546)
  })

  test('the limit is a setting', async () => {
    const bench = openDesk(undefined, { crisisOuterLimit: 0.05 })
    bench.regime = 'crisis'
    expect(await plan(bench)).toHaveLength(1)
  })

  test('what was proposed before it ends, unless it is beyond the limit', async () => {
    const bench = openDesk()
    const [proposal] = await plan(bench)
    bench.regime = 'crisis'
    review(bench)
    expect(bench.proposals.stateOf(proposal!.id)).toBe('superseded')
    expect(bench.store.historyOf(proposal!.id).at(-1)!.text).toContain('8.0 points')
  })

  test('money that came in is invested', async () => {
    const bench = inCrisis()
    bench.moveCash('anna', 'kraken', 'USD', '100000')
    bench.proposals.request('anna', {
      kind: 'cash-flow',
      flows: [{ kind: 'deposit', asset: 'USD', amountUsd: 100_000 as never }],
    })
    expect(await plan(bench)).toHaveLength(1)
  })
})
