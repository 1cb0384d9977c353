import { describe, expect, test } from 'vitest'
import { HOUSE, OMNIBUS } from '../../core/client-book.ts'
import { fact } from '../../core/journal.ts'
import type { ProposalState } from '../../core/proposal.ts'
import { millis } from '../../core/units.ts'
import { bookOf, MODEL, START } from './test-support/example-firm.ts'
import { exampleProposal } from './test-support/example-proposal.ts'
import { lots, owned, reopen, store, total } from './test-support/store-of-test.ts'

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
    reopen()
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
