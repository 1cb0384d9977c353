import { afterEach, describe, expect, test } from 'vitest'
import type { ApprovalRequest } from '../../core/contracts/proposals-view.ts'
import type { Proposal } from '../../core/proposal.ts'
import { unwrap } from '../../core/result.ts'
import { millis } from '../../core/units.ts'
import { planNeeded } from './cycle.ts'
import { bookOf, DeskBench, START, TOO_MUCH_BTC } from './test-support/desk-bench.ts'

const benches: DeskBench[] = []
afterEach(() => {
  for (const bench of benches.splice(0)) bench.close()
})
const UNDO_MS = 5_000
const ALL: ApprovalRequest = { kind: 'all-clean' }
const PREMIUM = { tier: 'premium', mandate: { maximumTurnover: 0.2, maximumCostBps: 50 } } as const

/** Three standard books out of band with a clean proposal each. */
async function proposed(changes: Parameters<typeof bookOf>[1] = {}): Promise<{
  readonly bench: DeskBench
  readonly made: readonly Proposal[]
}> {
  const bench = new DeskBench(
    ['anna', 'boris', 'clara'].map((id) => ({ book: bookOf(id, changes), holdings: TOO_MUCH_BTC })),
  )
  benches.push(bench)
  const made = await planNeeded(
    bench.world.books.map((book) => book.id),
    bench.view(),
    bench.deps,
  )
  expect(made.map(({ cleanliness }) => cleanliness)).toEqual(['clean', 'clean', 'clean'])
  return { bench, made }
}
const approve = (bench: DeskBench, request: ApprovalRequest = ALL) =>
  bench.approvals.approve(request, bench.view(), 'advisor:a', UNDO_MS)
const idsOf = (proposals: readonly Proposal[]): readonly string[] => proposals.map(({ id }) => id)

describe('approving', () => {
  test('one action takes every clean proposal; nothing is sent before the undo window is over', async () => {
    const { bench, made } = await proposed()
    const pending = unwrap(approve(bench))
    expect(pending).toMatchObject({ proposalIds: idsOf(made), releaseAt: START + UNDO_MS })
    expect(bench.approvals.pending).toEqual([pending])
    bench.clock.advance(UNDO_MS - 1)
    expect(bench.approvals.releaseDue(bench.view())).toEqual([])
    expect(bench.released).toEqual([])
    bench.clock.advance(1)
    const [outcome] = bench.approvals.releaseDue(bench.view())
    expect(outcome).toMatchObject({ planId: 'B-1', sent: idsOf(made), repriced: [], expired: [] })
    expect(bench.released).toEqual([{ proposalIds: idsOf(made), approval: 'advisor', actor: 'advisor:a' }])
    expect(bench.approvals.pending).toEqual([])
    expect(bench.approvals.lastOutcome).toEqual(outcome)
    expect(bench.proposals.list()).toEqual([])
    expect([...bench.proposals.executing]).toEqual(['anna', 'boris', 'clara'])
  })

  test('undone, nothing is sent and everything can be approved again', async () => {
    const { bench, made } = await proposed()
    const pending = unwrap(approve(bench))
    unwrap(bench.approvals.undo(pending.approvalId))
    bench.clock.advance(UNDO_MS)
    expect(bench.approvals.releaseDue(bench.view())).toEqual([])
    expect(bench.released).toEqual([])
    expect(unwrap(approve(bench)).proposalIds).toEqual(idsOf(made))
    expect(bench.approvals.undo(pending.approvalId)).toMatchObject({ ok: false, error: { code: 'not-open' } })
  })

  test('released, it cannot be undone', async () => {
    const { bench } = await proposed()
    const pending = unwrap(approve(bench))
    bench.clock.advance(UNDO_MS)
    bench.approvals.releaseDue(bench.view())
    expect(bench.approvals.undo(pending.approvalId)).toMatchObject({ ok: false, error: { code: 'not-open' } })
  })

  test('no proposal is in two approvals', async () => {
    const { bench, made } = await proposed()
    unwrap(approve(bench, { kind: 'selected', proposalIds: [made[1]!.id] }))
    expect(unwrap(approve(bench)).proposalIds).toEqual([made[0]!.id, made[2]!.id])
    expect(approve(bench, { kind: 'selected', proposalIds: [made[0]!.id] })).toMatchObject({
      ok: false,
      error: { code: 'not-open', message: expect.stringContaining('being released already') },
    })
    expect(approve(bench)).toMatchObject({ ok: false, error: { code: 'nothing-to-approve' } })
  })

  test('a selection may hold warnings, all-clean never; named twice is once', async () => {
    const { bench, made } = await proposed()
    const warned: Proposal = { ...made[0]!, id: 'R-9', cleanliness: 'warning', remarks: ['look'] }
    bench.proposals.add([warned], 'desk')
    const clean = unwrap(approve(bench))
    expect(clean.proposalIds).toEqual(idsOf(made.slice(1)))
    unwrap(bench.approvals.undo(clean.approvalId))
    expect(unwrap(approve(bench, { kind: 'selected', proposalIds: ['R-9', 'R-9'] })).proposalIds).toEqual(['R-9'])
    expect(unwrap(approve(bench)).proposalIds).toEqual(idsOf(made.slice(1)))
  })

  test('unknown, held and nothing are refused', async () => {
    const { bench, made } = await proposed()
    bench.proposals.change([{ proposal: made[0]!, state: 'held', why: 'later' }], 'advisor:a')
    expect(approve(bench, { kind: 'selected', proposalIds: ['R-0'] })).toMatchObject({
      error: { code: 'unknown-proposal', message: expect.stringContaining('R-0') },
    })
    expect(approve(bench, { kind: 'selected', proposalIds: [made[0]!.id] })).toMatchObject({
      error: { code: 'not-open', message: expect.stringContaining('held') },
    })
    expect(approve(bench, { kind: 'selected', proposalIds: [] })).toMatchObject({
      error: { code: 'nothing-to-approve' },
    })
    expect(unwrap(approve(bench)).proposalIds).toEqual(idsOf(made.slice(1)))
  })

  test.each([
    ['stale prices', 'stale-prices', (bench: DeskBench) => bench.makeStale('SOL')],
    ['a halt', 'trading-halted', (bench: DeskBench) => bench.halt('trading is halted')],
  ] as const)('%s block every approval, with the reason', async (_, code, arrange) => {
    const { bench, made } = await proposed()
    arrange(bench)
    expect(approve(bench)).toMatchObject({ error: { code: 'nothing-to-approve' } })
    expect(approve(bench, { kind: 'selected', proposalIds: [made[0]!.id] })).toMatchObject({ error: { code } })
    expect(bench.approvals.blockedWhy(made[0]!, bench.view())).toMatchObject({ code })
  })
})

describe('checked again at release', () => {
  const release = async (arrange: (bench: DeskBench, made: readonly Proposal[]) => void) => {
    const { bench, made } = await proposed()
    unwrap(approve(bench))
    arrange(bench, made)
    bench.clock.set(Math.max(bench.clock.now(), START + UNDO_MS))
    return { bench, made, outcome: bench.approvals.releaseDue(bench.view())[0] }
  }
  const NOTHING_SENT = { planId: null, sent: [] }

  test('prices that moved: re-priced, not sent', async () => {
    const { bench, made, outcome } = await release((bench) => bench.setPrices({ BTC: 100_600 }))
    expect(outcome).toMatchObject({ ...NOTHING_SENT, repriced: idsOf(made), expired: [] })
    expect(bench.released).toEqual([])
  })

  test('prices that moved within the limit: sent', async () => {
    const { made, outcome } = await release((bench) => bench.setPrices({ BTC: 100_400 }))
    expect(outcome).toMatchObject({ sent: idsOf(made), repriced: [] })
  })

  test('a book that changed: that one is re-priced, the others go', async () => {
    const { made, outcome } = await release((bench) => bench.moveCash('boris', 'kraken', 'USD', '5'))
    expect(outcome).toMatchObject({ sent: [made[0]!.id, made[2]!.id], repriced: [made[1]!.id], expired: [] })
  })

  test('one that another took the place of meanwhile: re-priced, and the other is not sent for it', async () => {
    const { bench, made, outcome } = await release((bench, made) =>
      bench.proposals.add([{ ...made[1]!, id: 'R-77' }], 'desk'),
    )
    expect(outcome).toMatchObject({ sent: [made[0]!.id, made[2]!.id], repriced: [made[1]!.id], expired: [] })
    expect(bench.proposals.of('boris')?.id).toBe('R-77')
  })

  test('one that ran out of time: expired', async () => {
    const { made, outcome } = await release((bench, made) => bench.clock.set(made[0]!.expiresAt))
    expect(outcome).toMatchObject({ ...NOTHING_SENT, repriced: [], expired: idsOf(made) })
  })

  test('held or dismissed meanwhile: taken out of the approval, and of what came of it', async () => {
    const { bench, made, outcome } = await release((bench, made) => {
      bench.approvals.withdraw(made[0]!.id)
      bench.proposals.change([{ proposal: made[0]!, state: 'held', why: 'later' }], 'advisor:a')
      expect(bench.approvals.pending[0]!.proposalIds).toEqual(idsOf(made.slice(1)))
    })
    expect(outcome).toMatchObject({ sent: idsOf(made.slice(1)), repriced: [], expired: [] })
    expect(bench.proposals.of('anna')).toMatchObject({ state: 'held' })
  })

  test('withdrawn to the last, the approval is gone', async () => {
    const { bench, outcome } = await release((bench, made) => {
      for (const { id } of made) bench.approvals.withdraw(id)
    })
    expect(outcome).toBeUndefined()
    expect(bench.approvals.pending).toEqual([])
  })

  test.each([
    ['trading was stopped', (bench: DeskBench) => bench.halt('trading is halted')],
    ['a price went stale', (bench: DeskBench) => bench.makeStale('ETH')],
  ] as const)('%s: nothing is sent', async (_, arrange) => {
    const { bench, made, outcome } = await release(arrange)
    expect(outcome).toMatchObject({ ...NOTHING_SENT, repriced: idsOf(made) })
    expect(bench.released).toEqual([])
    expect(bench.proposals.list()).toHaveLength(3)
  })

  test('execution refuses the plan: nothing counts as sent, every proposal is still open', async () => {
    const { bench, made, outcome } = await release((bench) => {
      bench.refusal = { code: 'trading-halted', message: 'halted' }
    })
    expect(outcome).toMatchObject({ ...NOTHING_SENT, repriced: idsOf(made), expired: [] })
    expect(bench.proposals.list()).toHaveLength(3)
    expect(bench.proposals.executing.size).toBe(0)
  })
})

describe('premium books inside their mandate', () => {
  test('go unasked, as the mandate, at once', async () => {
    const { bench, made } = await proposed(PREMIUM)
    bench.approvals.releaseAutomatic(made, bench.view())
    expect(bench.released).toEqual([{ proposalIds: idsOf(made), approval: 'mandate', actor: 'desk' }])
    expect(bench.proposals.list()).toEqual([])
  })

  test('standard ones never', async () => {
    const { bench, made } = await proposed()
    bench.approvals.releaseAutomatic(made, bench.view())
    expect(bench.released).toEqual([])
  })

  test.each([
    ['trading was stopped', (bench: DeskBench) => bench.halt('halted'), 0],
    ['a price went stale', (bench: DeskBench) => bench.makeStale('BTC'), 0],
    ['one book changed', (bench: DeskBench) => bench.moveCash('anna', 'kraken', 'USD', '5'), 2],
    [
      'one book was paused',
      (bench: DeskBench) =>
        bench.world.refreshBook({ ...bench.world.book('anna')!, pausedUntil: millis(START + 1_000) }),
      2,
    ],
    [
      'one was held',
      (bench: DeskBench) =>
        bench.proposals.change([{ proposal: bench.proposals.of('anna')!, state: 'held', why: '' }], 'advisor:a'),
      2,
    ],
    [
      'one was superseded',
      (bench: DeskBench) => bench.proposals.add([{ ...bench.proposals.of('anna')!, id: 'R-77' }], 'advisor:a'),
      2,
    ],
  ] as const)('while they were planned %s: those wait for an advisor', async (_, arrange, sent) => {
    const { bench, made } = await proposed(PREMIUM)
    arrange(bench)
    bench.approvals.releaseAutomatic(made, bench.view())
    expect(bench.released.flatMap(({ proposalIds }) => proposalIds)).toEqual(idsOf(made.slice(3 - sent)))
    expect(bench.proposals.list()).toHaveLength(3 - sent)
  })
})
