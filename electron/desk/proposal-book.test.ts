import { afterEach, describe, expect, test } from 'vitest'
import { amount, ZERO } from '../../core/amount.ts'
import { OMNIBUS } from '../../core/client-book.ts'
import { fact } from '../../core/journal.ts'
import type { ProposalLine } from '../../core/proposal.ts'
import { millis } from '../../core/units.ts'
import { sentFacts, tradeOf } from '../store/test-support/example-firm.ts'
import { ProposalBook } from './proposal-book.ts'
import { bookOf, DeskBench, proposalOf, START } from './test-support/desk-bench.ts'

const benches: DeskBench[] = []
const open = (): DeskBench => {
  const bench = new DeskBench([{ book: bookOf('anna') }, { book: bookOf('boris') }])
  benches.push(bench)
  return bench
}
afterEach(() => {
  for (const bench of benches.splice(0)) bench.close()
})

describe('at most one open or held proposal per client book', () => {
  test('a second one supersedes the first, in the store too', () => {
    const { proposals, store } = open()
    proposals.add([proposalOf('R-1', 'anna')], 'desk')
    proposals.add([proposalOf('R-2', 'anna'), proposalOf('R-3', 'boris')], 'desk')
    expect(proposals.list().map(({ id }) => id)).toEqual(['R-2', 'R-3'])
    expect(proposals.byId('R-1')).toBeUndefined()
    expect(proposals.stateOf('R-1')).toBe('superseded')
    expect(store.proposals(['open', 'held']).map(({ id }) => id)).toEqual(['R-2', 'R-3'])
  })

  test('a held one is superseded as well', () => {
    const { proposals } = open()
    proposals.add([proposalOf('R-1', 'anna')], 'desk')
    proposals.change([{ proposal: proposals.of('anna')!, state: 'held', why: 'later' }], 'advisor:a')
    proposals.add([proposalOf('R-2', 'anna')], 'desk')
    expect(proposals.list()).toMatchObject([{ id: 'R-2', state: 'open' }])
    expect(proposals.stateOf('R-1')).toBe('superseded')
  })

  test('a new one answers the request and ends the wait of its book', () => {
    const { proposals } = open()
    proposals.request('anna', { kind: 'manual', by: 'a' })
    proposals.wait('anna', { reason: 'cool-down', why: 'a while', until: millis(START + 1) })
    proposals.wait('boris', { reason: 'paused', why: 'paused', until: null })
    proposals.add([proposalOf('R-1', 'anna')], 'desk')
    expect(proposals.requestOf('anna')).toBeUndefined()
    expect(proposals.waitOf('anna')).toBeUndefined()
    expect(proposals.waitOf('boris')).toMatchObject({ reason: 'paused' })
  })
})

test('held stays in the list, let go is open again, ended leaves it', () => {
  const { proposals, store } = open()
  proposals.add([proposalOf('R-1', 'anna')], 'desk')
  proposals.change([{ proposal: proposals.of('anna')!, state: 'held', why: 'later' }], 'advisor:a')
  expect(proposals.of('anna')).toMatchObject({ state: 'held' })
  proposals.change([{ proposal: proposals.of('anna')!, state: 'open', why: 'now' }], 'advisor:a')
  expect(store.proposal('R-1')).toMatchObject({ state: 'open' })
  proposals.change([{ proposal: proposals.of('anna')!, state: 'expired', why: 'too late' }], 'desk')
  expect(proposals.of('anna')).toBeUndefined()
  expect(store.proposal('R-1')).toMatchObject({ state: 'expired' })
})

test('executing from release to the end of the plan, then rebalanced', () => {
  const { proposals, clock } = open()
  proposals.add([proposalOf('R-1', 'anna')], 'desk')
  proposals.released([proposals.of('anna')!])
  expect(proposals.of('anna')).toBeUndefined()
  expect(proposals.isExecuting('anna')).toBe(true)
  expect(proposals.rebalancedAt('anna')).toBeNull()
  clock.advance(5_000)
  proposals.executed(['anna'])
  expect(proposals.isExecuting('anna')).toBe(false)
  expect(proposals.rebalancedAt('anna')).toBe(START + 5_000)
})

test('every change counts, so that a view knows that it is old', () => {
  const { proposals } = open()
  const seen = [proposals.changes]
  const note = (): void => void seen.push(proposals.changes)
  proposals.add([proposalOf('R-1', 'anna')], 'desk')
  note()
  proposals.change([{ proposal: proposals.of('anna')!, state: 'held', why: '' }], 'desk')
  note()
  proposals.released([proposals.of('anna')!])
  note()
  proposals.executed(['anna'])
  note()
  proposals.add([], 'desk')
  note()
  expect(seen).toEqual([0, 1, 2, 3, 4, 4])
})

test('a desk that starts again knows what was open, held and executing, and what was left out', () => {
  const { proposals, store, clock } = open()
  const heldBack: ProposalLine = { ...proposalOf('x', 'x').lines[0]!, asset: 'SOL', side: null, reason: 'held-back' }
  const made = proposalOf('R-1', 'anna')
  proposals.add([{ ...made, lines: [...made.lines, heldBack] }, proposalOf('R-2', 'boris')], 'desk')
  proposals.change([{ proposal: proposals.of('anna')!, state: 'held', why: 'later' }], 'advisor:a')
  store.record([fact('proposal-changed', { proposalId: 'R-2', state: 'executing', why: 'released' })], 'desk')
  const again = new ProposalBook(store, clock)
  expect(again.list()).toMatchObject([{ id: 'R-1', state: 'held' }])
  expect(again.isExecuting('boris')).toBe(true)
  expect(again.leftOutOf('anna')).toEqual(['SOL'])
})

test('a desk that starts again knows when each book was last given fills', () => {
  const { store, clock } = open()
  store.record(sentFacts(), 'desk')
  store.record([fact('trade-recorded', { trade: tradeOf('t1', '0.1', '100000'), childId: 'child-1' })], 'venue:binance')
  clock.advance(7)
  const fills = { childId: 'child-1', venue: 'binance', account: OMNIBUS, base: 'BTC', quote: 'USDT' } as const
  const part = { bookId: 'anna', quantity: amount('0.1'), cost: amount('10000'), fee: ZERO, feeAsset: 'USDT' }
  store.record(
    [fact('fills-allocated', { ...fills, side: 'buy', quotePriceUsd: amount('1'), allocations: [part] })],
    'desk',
  )
  const again = new ProposalBook(store, clock)
  expect([again.rebalancedAt('anna'), again.rebalancedAt('boris')]).toEqual([START + 7, null])
})

describe('what a person decided', () => {
  test('lines left out stay out until the book is traded or the proposal dismissed', () => {
    const { proposals } = open()
    proposals.leaveOut('anna', ['SOL'])
    proposals.leaveOut('boris', ['ETH'])
    proposals.add([proposalOf('R-1', 'anna'), proposalOf('R-2', 'boris')], 'desk')
    expect(proposals.leftOutOf('anna')).toEqual(['SOL'])
    proposals.released([proposals.of('anna')!])
    proposals.change([{ proposal: proposals.of('boris')!, state: 'dismissed', why: 'no' }], 'advisor:a')
    expect([proposals.leftOutOf('anna'), proposals.leftOutOf('boris')]).toEqual([[], []])
  })

  test('a dismissal is remembered with its time; an expiry is none', () => {
    const { proposals, clock } = open()
    proposals.add([proposalOf('R-1', 'anna'), proposalOf('R-2', 'boris')], 'desk')
    clock.advance(7)
    proposals.change(
      [
        { proposal: proposals.of('anna')!, state: 'dismissed', why: 'no' },
        { proposal: proposals.of('boris')!, state: 'expired', why: 'late' },
      ],
      'advisor:a',
    )
    expect(proposals.dismissedAt('anna')).toBe(START + 7)
    expect(proposals.dismissedAt('boris')).toBeNull()
  })

  test('books that need nothing any more wait for nothing', () => {
    const { proposals } = open()
    for (const bookId of ['anna', 'boris']) proposals.wait(bookId, { reason: 'no-cash', why: 'none', until: null })
    proposals.keepWaits(new Set(['boris']))
    expect([proposals.waitOf('anna'), proposals.waitOf('boris')?.reason]).toEqual([undefined, 'no-cash'])
  })
})

describe('money that moved before the desk was stopped', () => {
  const flow = (quantity: string, kind: 'deposit' | 'withdrawal') =>
    fact('cash-flow-booked', {
      subAccount: 'anna',
      account: OMNIBUS,
      venue: 'kraken',
      asset: 'USD',
      quantity: amount(quantity),
      kind,
      venueEntryId: null,
    })
  const restarted = ({ store, clock }: DeskBench) => {
    const proposals = new ProposalBook(store, clock)
    proposals.restoreCashFlows(() => 1)
    return proposals
  }

  test('is asked for again, summed, for the book it came to', () => {
    const bench = open()
    bench.store.record([flow('500', 'deposit'), flow('200', 'deposit'), flow('-100', 'withdrawal')], 'advisor:a')
    const proposals = restarted(bench)
    expect(proposals.requestOf('boris')).toBeUndefined()
    expect(proposals.requestOf('anna')).toEqual({
      kind: 'cash-flow',
      flows: [
        { kind: 'deposit', asset: 'USD', amountUsd: 700 },
        { kind: 'withdrawal', asset: 'USD', amountUsd: -100 },
      ],
    })
  })

  test('is settled by a proposal, unless that only ran out', () => {
    const bench = open()
    bench.store.record([flow('500', 'deposit')], 'advisor:a')
    bench.proposals.add([proposalOf('R-1', 'anna')], 'desk')
    expect(restarted(bench).requestOf('anna')).toBeUndefined()
    bench.proposals.change([{ proposal: bench.proposals.of('anna')!, state: 'expired', why: 'too late' }], 'desk')
    expect(restarted(bench).requestOf('anna')).toMatchObject({ flows: [{ amountUsd: 500 }] })
  })

  test('is settled by an answer that nothing is to be traded', () => {
    const bench = open()
    bench.store.record([flow('5', 'deposit')], 'advisor:a')
    const decision = { bookId: 'anna', outcome: 'waiting', proposalId: null, assets: [], worst: null } as const
    const circumstances = { regime: { class: 'normal', multiplier: 1 }, marketTime: millis(START) } as const
    const decide = (reason: 'cool-down' | 'below-minimum') =>
      fact('decision-recorded', { decision: { ...decision, ...circumstances, reason, why: 'so it is' } })
    bench.store.record([decide('cool-down')], 'desk')
    expect(restarted(bench).requestOf('anna')).toBeDefined()
    bench.store.record([decide('below-minimum')], 'desk')
    expect(restarted(bench).requestOf('anna')).toBeUndefined()
  })
})
