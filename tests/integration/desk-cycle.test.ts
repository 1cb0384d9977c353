import { describe, expect, test } from 'vitest'
import { ZERO } from '../../core/amount.ts'
import { unwrap } from '../../core/result.ts'
import {
  api,
  approve,
  at,
  expectSoundJournal,
  HOUR,
  idsOf,
  OUT_OF_BAND,
  open,
  orders,
  proposalOf,
  simulated,
  someProposals,
  stateOf,
  UNDO_SECONDS,
  waitOf,
} from './cycle-desk.ts'

describe('from breach to ledger', () => {
  test('out of band: a proposal each, or a reason; premium books inside their mandate are traded at once', async () => {
    const { desk } = simulated
    unwrap(await desk.checkDrift())
    expect(desk.breached().filter((id) => id.startsWith('D-'))).toHaveLength(OUT_OF_BAND)
    const made = await at.step(60)
    expect(made.filter(({ bookId }) => bookId.startsWith('D-'))).toHaveLength(OUT_OF_BAND)
    const automatic = made.filter((proposal) => proposal.automatic)
    expect(automatic.length).toBeGreaterThan(0)
    for (const proposal of automatic) {
      const book = desk.parts.world.book(proposal.bookId)!
      expect(book.tier).toBe('premium')
      expect(proposal.turnover).toBeLessThanOrEqual(book.mandate!.maximumTurnover)
      expect((1e4 * proposal.cost.totalUsd) / proposal.valueUsd).toBeLessThanOrEqual(book.mandate!.maximumCostBps)
      expect(stateOf(proposal)).toBe('done')
      expect(desk.breached()).not.toContain(proposal.bookId)
    }
    const plans = desk.parts.store.plans(10)
    expect(plans).toMatchObject([{ approval: 'mandate', closed: true }])
    expect(idsOf(automatic)).toEqual([...plans[0]!.proposalIds].sort())
    // standard books wait for an advisor
    expect(open().every((proposal) => !proposal.automatic)).toBe(true)
  })

  test('undone, nothing was ever sent; approved and left alone, it is executed and every book is inside again', async () => {
    const { desk } = simulated
    const sentBefore = (await orders()).length
    const first = unwrap(api.approve({ kind: 'all-clean' }))
    expect(first.proposalIds.length).toBeGreaterThan(3)
    unwrap(api.undoApproval(first.approvalId))
    await at.step(UNDO_SECONDS + 1)
    expect((await orders()).length).toBe(sentBefore)

    const second = unwrap(api.approve({ kind: 'all-clean' }))
    expect(api.proposals().pending).toEqual([second])
    await at.step(UNDO_SECONDS - 1)
    expect((await orders()).length).toBe(sentBefore)
    await at.step(1)
    expect(api.proposals()).toMatchObject({
      pending: [],
      lastOutcome: { approvalId: second.approvalId, repriced: [], expired: [] },
    })
    expect([...api.proposals().lastOutcome!.sent].sort()).toEqual([...second.proposalIds].sort())
    const sent = second.proposalIds.map((id) => desk.parts.store.proposal(id)!)
    for (const proposal of sent) {
      expect(proposal.state).toMatch(/^done/)
      if (proposal.state === 'done') expect(desk.breached()).not.toContain(proposal.bookId)
    }
    expect(sent.filter(({ state }) => state === 'done').length).toBeGreaterThan(3)
    // journaled first: every order at the venues is a child of ours, under its own id, once
    const own = (await orders()).slice(sentBefore)
    expect(new Set(own.map(({ clientOrderId }) => clientOrderId)).size).toBe(own.length)
    for (const order of own) expect(desk.parts.store.child(order.clientOrderId)).toBeDefined()
    const blotter = unwrap(await api.blotter())
    expect(blotter.parents.length).toBeGreaterThan(3)
    for (const parent of blotter.parents) {
      const detail = await api.parentDetail(parent.id)
      expect(unwrap(detail).sumCheck).toBe(ZERO)
    }
  })

  test('rebalanced a moment ago, a book that is out again waits, with its reason', async () => {
    const { desk } = simulated
    const done = desk.parts.store.plans(1)[0]!
    const bookId = desk.parts.store.proposal(done.proposalIds[0]!)!.bookId
    expect(desk.parts.proposals.rebalancedAt(bookId)).not.toBeNull()
    const view = unwrap(await api.clientBook(bookId))
    expect(view.lastRebalanceAt).toBe(desk.parts.proposals.rebalancedAt(bookId))
    expect(view.events.length).toBeGreaterThan(1)
  })
})

describe('what happens between approval and release', () => {
  test('prices moved: re-priced, not expired, and they stand open again with new figures', async () => {
    const proposals = await someProposals(4)
    const sentBefore = (await orders()).length
    approve(proposals)
    // an hour and a half: within their life, beyond 50 bps for most
    await at.step(1.5 * HOUR)
    const outcome = api.proposals().lastOutcome!
    expect(outcome.expired).toEqual([])
    expect(outcome.repriced.length).toBeGreaterThan(0)
    expect([...outcome.sent, ...outcome.repriced].sort()).toEqual(idsOf(proposals))
    for (const id of outcome.repriced) {
      const old = simulated.desk.parts.store.proposal(id)!
      expect(old.state).toBe('superseded')
      const again = proposalOf(old.bookId)
      expect(again ?? waitOf(old.bookId)).toBeDefined()
      if (again) expect(again.createdAt).toBeGreaterThan(old.createdAt)
    }
    if (outcome.sent.length === 0) expect((await orders()).length).toBe(sentBefore)
  })

  test('too late: expired, and asked for again', async () => {
    const proposals = await someProposals(2)
    const sentBefore = (await orders()).length
    approve(proposals)
    await at.step(2 * HOUR)
    expect(api.proposals().lastOutcome).toMatchObject({ sent: [], repriced: [], planId: null })
    expect([...api.proposals().lastOutcome!.expired].sort()).toEqual(idsOf(proposals))
    for (const proposal of proposals) {
      expect(stateOf(proposal)).toBe('expired')
      expect(proposalOf(proposal.bookId)?.trigger.kind ?? waitOf(proposal.bookId)?.reason).toBeDefined()
    }
    const ours = new Set(proposals.map(({ bookId }) => bookId))
    const plans = simulated.desk.parts.store.plans(5).flatMap((plan) => plan.proposalIds)
    for (const id of plans) expect(idsOf(proposals)).not.toContain(id)
    expect((await orders()).length >= sentBefore && ours.size === 2).toBe(true)
  })

  test('one book changed: that one comes back, the others go', async () => {
    const proposals = await someProposals(3)
    approve(proposals)
    unwrap(await api.simulateCashFlow(proposals[1]!.bookId, 'kraken', 'USD', '12.34'))
    await at.step(UNDO_SECONDS)
    const outcome = api.proposals().lastOutcome!
    expect(outcome).toMatchObject({ repriced: [proposals[1]!.id], expired: [] })
    expect([...outcome.sent].sort()).toEqual(idsOf([proposals[0]!, proposals[2]!]))
    expect(stateOf(proposals[1]!)).toBe('superseded')
    expect(proposalOf(proposals[1]!.bookId)).toMatchObject({ state: 'open' })
  })

  test('held meanwhile: it stays, past its time too, until it is let go', async () => {
    const proposals = await someProposals(2)
    approve(proposals)
    unwrap(api.holdProposal(proposals[0]!.id, true))
    expect(api.proposals().pending[0]!.proposalIds).toEqual([proposals[1]!.id])
    await at.step(UNDO_SECONDS)
    expect(api.proposals().lastOutcome).toMatchObject({ sent: [proposals[1]!.id], repriced: [], expired: [] })
    expect(stateOf(proposals[0]!)).toBe('held')
    const clean = api.approve({ kind: 'all-clean' })
    if (clean.ok) {
      expect(clean.value.proposalIds).not.toContain(proposals[0]!.id)
      unwrap(api.undoApproval(clean.value.approvalId))
    }
    await at.step(2.5 * HOUR)
    expect(stateOf(proposals[0]!)).toBe('held')
    unwrap(api.holdProposal(proposals[0]!.id, false))
    await at.step(1)
    expect(stateOf(proposals[0]!)).toBe('expired')
  })

  test('dismissed: it is gone and does not come back with the next tick', async () => {
    const [proposal] = await someProposals(1)
    unwrap(api.dismissProposal(proposal!.id, 'the client calls back on Monday'))
    await at.step(1)
    expect(stateOf(proposal!)).toBe('dismissed')
    expect(proposalOf(proposal!.bookId)).toBeUndefined()
    expect(api.dismissProposal(proposal!.id, 'again')).toMatchObject({ ok: false, error: { code: 'unknown-proposal' } })
  })
})

describe('trading stopped', () => {
  test('an approval under way sends nothing, another is refused; resumed, everything can be approved again', async () => {
    const proposals = await someProposals(2)
    const sentBefore = (await orders()).length
    approve(proposals)
    unwrap(await api.setTrading({ action: 'stop', scope: { kind: 'all' }, why: 'a test of the button' }))
    expect(api.proposals().approvalBlocked).toMatch(/stopped/)
    await at.step(UNDO_SECONDS)
    expect(api.proposals().lastOutcome).toMatchObject({ planId: null, sent: [], expired: [] })
    expect(api.approve({ kind: 'selected', proposalIds: [proposals[0]!.id] })).toMatchObject({
      ok: false,
      error: { code: 'trading-halted' },
    })
    expect(api.approve({ kind: 'all-clean' })).toMatchObject({ ok: false, error: { code: 'nothing-to-approve' } })
    expect(await api.proposeFor(proposals[0]!.bookId)).toMatchObject({ ok: false, error: { code: 'trading-halted' } })
    expect(api.snapshot().summary).toMatchObject({ trading: 'halted', tradingWhy: 'a test of the button' })
    await at.step(60)
    expect((await orders()).length).toBe(sentBefore)

    unwrap(await api.setTrading({ action: 'resume', scope: { kind: 'all' }, why: 'it works' }))
    expect(api.proposals().approvalBlocked).toBeNull()
    await at.step(1)
    const again = proposals.map(({ bookId }) => proposalOf(bookId)!)
    approve(again)
    await at.step(UNDO_SECONDS)
    expect([...api.proposals().lastOutcome!.sent].sort()).toEqual(idsOf(again))
    expect((await orders()).length).toBeGreaterThan(sentBefore)
  })

  test('for one client book, the others go on', async () => {
    const [stopped, other] = await someProposals(2)
    const scope = { kind: 'client-book', bookId: stopped!.bookId } as const
    unwrap(await api.setTrading({ action: 'stop', scope, why: 'a question about the mandate' }))
    expect(api.approve({ kind: 'selected', proposalIds: [stopped!.id] })).toMatchObject({
      error: { code: 'trading-halted' },
    })
    approve([other!])
    await at.step(UNDO_SECONDS)
    expect(api.proposals().lastOutcome?.sent).toEqual([other!.id])
    unwrap(await api.setTrading({ action: 'resume', scope, why: 'answered' }))
    expect(
      await api.setTrading({ action: 'stop', scope: { kind: 'client-book', bookId: 'nobody' }, why: '' }),
    ).toMatchObject({ ok: false, error: { code: 'unknown-client-book' } })
  })
})

test('in the end the journal is sound and rebuilds every table', expectSoundJournal)
