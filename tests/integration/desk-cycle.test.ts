import { afterEach, beforeAll, describe, expect, test } from 'vitest'
import { type Amount, amount, formatAmount, fromFloat, toFloat, ZERO } from '../../core/amount.ts'
import { accountOf, type ClientBook } from '../../core/client-book.ts'
import type { DeskApi } from '../../core/contracts/desk-api.ts'
import { CASH, isSettlementAsset, type VenueId } from '../../core/instruments.ts'
import type { Proposal } from '../../core/proposal.ts'
import { fail, unwrap } from '../../core/result.ts'
import { exportClientBooksCsv } from '../../electron/firm/export-client-books.ts'
import { simulatedAccountName } from '../../electron/simulation/accounts.ts'
import type { SimulatedDesk } from '../../electron/simulation/start-simulated-desk.ts'
import { type DeskAtWork, deskAtWork, sandboxProcess } from './desk-support.ts'

const HOUR = 3_600
const LIFE_MS = 2 * HOUR * 1_000
const UNDO_SECONDS = 5

let at: DeskAtWork
let simulated: SimulatedDesk
let api: DeskApi

beforeAll(async () => {
  const sandbox = await sandboxProcess(3)
  at = await deskAtWork(sandbox.addresses, { books: 40, seed: 3, planning: { proposalLifeMs: LIFE_MS } })
  simulated = at.simulated
  api = simulated.api
  unwrap(await api.importClientBooks(booksOutOfBand()))
}, 120_000)

/** Fourteen books of $100,000, 15 points of the first line in the second: out of band in every regime. */
const OUT_OF_BAND = 14
function booksOutOfBand(): string {
  const { world, market } = simulated.desk.parts
  const prices = market.prices()
  const model = world.models.find((candidate) => candidate.groupCaps.length === 0) ?? world.models[0]!
  const books = Array.from({ length: OUT_OF_BAND }, (_, i): ClientBook => {
    const premium = i % 2 === 0
    return {
      ...NEW_BOOK,
      id: `D-${String(i).padStart(3, '0')}`,
      clientId: `C-D-${i}`,
      clientName: `Drifted ${i}`,
      modelId: model.id,
      tier: premium ? 'premium' : 'standard',
      mandate: premium ? { maximumTurnover: 0.4, maximumCostBps: 60 } : null,
    }
  })
  const risky = model.lines.filter(({ asset }) => asset !== CASH)
  const lots = model.lines.map(({ asset, target }) => {
    const shift = asset === risky[0]!.asset ? -0.15 : asset === risky[1]!.asset ? 0.15 : 0
    const name = asset === CASH ? 'USD' : asset
    const quantity = fromFloat(Number(((1e5 * (target + shift)) / prices.get(name)!.priceUsd).toPrecision(8)))
    return {
      venue: 'kraken' as const,
      asset: name,
      quantity,
      unitCostUsd: null,
      acquiredAt: simulated.market.marketNow(),
    }
  })
  return exportClientBooksCsv({ books, lots: new Map(books.map(({ id }) => [id, lots])) })
}
const NEW_BOOK: Omit<ClientBook, 'id' | 'clientId' | 'clientName' | 'modelId' | 'tier' | 'mandate'> = {
  custody: { kind: 'omnibus' },
  cashReserve: 0,
  riskAversion: 4,
  restrictions: [],
  pausedUntil: null,
  mayCross: false,
}

// What holds at every moment of the cycle.
afterEach(async () => {
  const { desk } = simulated
  const { store, proposals, world } = desk.parts
  unwrap(await desk.checkDrift())
  const waiting = store.proposals(['open', 'held']).map(({ bookId }) => bookId)
  expect(waiting).toHaveLength(new Set(waiting).size)
  expect(
    proposals
      .list()
      .map(({ bookId }) => bookId)
      .sort(),
  ).toEqual([...waiting].sort())
  const unexplained = desk
    .breached()
    .filter((id) => !proposals.of(id) && !proposals.waitOf(id) && !proposals.isExecuting(id))
  expect(unexplained).toEqual([])
  expect(store.openPlans()).toEqual([])
  expect(world.books.flatMap((book) => world.holdingsOf(book.id)).filter(({ quantity }) => quantity < ZERO)).toEqual([])
  expect(await at.differences()).toEqual([])
})

const open = (): readonly Proposal[] => simulated.desk.parts.proposals.list()
const proposalOf = (bookId: string): Proposal | undefined => simulated.desk.parts.proposals.of(bookId)
const waitOf = (bookId: string) => simulated.desk.parts.proposals.waitOf(bookId)
const stateOf = (proposal: Proposal) => simulated.desk.parts.store.proposal(proposal.id)!.state
const orders = async () => unwrap(await simulated.control.ledger()).orders
const idsOf = (proposals: readonly Proposal[]): readonly string[] => proposals.map(({ id }) => id).sort()
const line = (proposal: Proposal, asset: string) => proposal.lines.find((candidate) => candidate.asset === asset)!

/** Books that need nothing now, unrestricted, standard and omnibus unless said otherwise; never the same one twice. */
const used = new Set<string>()
function calmBook(wanted: (book: ClientBook) => boolean = (book) => book.tier === 'standard'): ClientBook {
  const { desk } = simulated
  const breached = new Set(desk.breached())
  const found = desk.parts.world.books.find(
    (book) =>
      !used.has(book.id) &&
      !breached.has(book.id) &&
      proposalOf(book.id) === undefined &&
      book.restrictions.length === 0 &&
      accountOf(book) === 'omnibus' &&
      wanted(book),
  )
  if (found === undefined) throw new Error('no calm book is left')
  used.add(found.id)
  return found
}
const valueOf = async (bookId: string): Promise<number> => unwrap(await api.clientBook(bookId)).valueUsd

/** Money in, as a part of the book's value, on Kraken in dollars. */
async function deposit(book: ClientBook, part: number): Promise<void> {
  const quantity = (part * (await valueOf(book.id))).toFixed(2)
  unwrap(await api.simulateCashFlow(book.id, 'kraken', 'USD', quantity))
}
/** Five calm books with an open proposal each: enough to approve. */
async function someProposals(count = 3): Promise<readonly Proposal[]> {
  const books = Array.from({ length: count }, () => calmBook())
  for (const book of books) await deposit(book, 0.25)
  await at.step(1)
  return books.map((book) => {
    const proposal = proposalOf(book.id)
    expect(proposal, `${book.id}: ${JSON.stringify(waitOf(book.id))}`).toBeDefined()
    return proposal!
  })
}
const approve = (proposals: readonly Proposal[]) =>
  unwrap(api.approve({ kind: 'selected', proposalIds: proposals.map(({ id }) => id) }))

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

describe('what an advisor asks for', () => {
  test('a book inside its bands is planned when asked for, and says so when nothing is worth trading', async () => {
    let asked = 0
    for (const book of simulated.desk.parts.world.books) {
      if (proposalOf(book.id) || simulated.desk.breached().includes(book.id)) continue
      const answer = await api.proposeFor(book.id)
      if (!answer.ok) {
        expect(answer.error.code).toMatch(/^(nothing-to-trade|infeasible)$/)
        continue
      }
      expect(answer.value).toMatchObject({ bookId: book.id, trigger: { kind: 'manual', by: 'Advisor 1' } })
      expect(proposalOf(book.id)?.id).toBe(answer.value.id)
      if (++asked === 2) break
    }
    expect(asked).toBeGreaterThan(0)
    expect(await api.proposeFor('nobody')).toMatchObject({ ok: false, error: { code: 'unknown-client-book' } })
    // asked for by a person: never automatic, whatever the tier
    expect(
      open()
        .filter(({ trigger }) => trigger.kind === 'manual')
        .every(({ automatic }) => !automatic),
    ).toBe(true)
  })

  test('a line left out is not traded, and stays out when the market moves on', async () => {
    const [proposal] = await someProposals(1)
    // the smallest buy: the others can take its part
    const buys = proposal!.lines.filter(({ side }) => side === 'buy')
    const { asset } = buys.reduce((least, buy) => (buy.notionalUsd < least.notionalUsd ? buy : least))
    const answer = unwrap(await api.recomputeProposal(proposal!.id, [asset]))
    expect(line(answer, asset)).toMatchObject({ side: null, reason: 'held-back' })
    expect(answer.lines.some(({ side }) => side !== null)).toBe(true)
    expect(stateOf(proposal!)).toBe('superseded')
    await at.step(1.5 * HOUR)
    const later = proposalOf(answer.bookId)
    if (later) expect(line(later, asset)).toMatchObject({ side: null, reason: 'held-back' })
    else expect(waitOf(answer.bookId)).toBeDefined()
    expect(await api.recomputeProposal(proposal!.id, [])).toMatchObject({ error: { code: 'unknown-proposal' } })
    if (later) {
      expect(await api.recomputeProposal(later.id, ['XYZ'])).toMatchObject({
        error: { code: 'unknown-asset', message: expect.stringContaining('XYZ') },
      })
      expect(await api.recomputeProposal(later.id, ['CASH'])).toMatchObject({ error: { code: 'unknown-asset' } })
    }
  })

  test('a pause holds triggers and ends when it is ended', async () => {
    const book = calmBook()
    unwrap(api.pauseClientBook(book.id, 24, 'the client is travelling'))
    await deposit(book, 0.25)
    await at.step(1)
    expect(proposalOf(book.id)).toBeUndefined()
    expect(waitOf(book.id)).toMatchObject({ reason: 'paused' })
    unwrap(api.pauseClientBook(book.id, 0, 'back'))
    await at.step(1)
    expect(proposalOf(book.id)).toMatchObject({ trigger: { kind: 'cash-flow' } })
    expect(api.pauseClientBook(book.id, 100, '')).toMatchObject({
      error: { code: 'invalid-request', message: expect.stringMatching(/100 hours, 0 to 72/) },
    })
  })

  test('a premium book that is paused is not traded unasked', async () => {
    const book = calmBook(({ tier }) => tier === 'premium')
    unwrap(api.pauseClientBook(book.id, 1, 'quiet please'))
    await deposit(book, 0.12)
    const sentBefore = (await orders()).length
    await at.step(1)
    expect((await orders()).length).toBe(sentBefore)
    expect(waitOf(book.id)).toMatchObject({ reason: 'paused' })
    unwrap(api.pauseClientBook(book.id, 0, 'thank you'))
    await at.step(1)
    const asked = proposalOf(book.id)
    const [plan] = simulated.desk.parts.store.plans(1)
    const traded = plan!.proposalIds.some((id) => simulated.desk.parts.store.proposal(id)!.bookId === book.id)
    if (asked === undefined) expect([traded, plan!.approval]).toEqual([true, 'mandate'])
    else expect(asked.remarks.length, 'why it is not automatic').toBeGreaterThan(0)
  })
})

describe('cash flows', () => {
  test('money in is invested, money out is raised, and the venue has what the ledger says after each', async () => {
    const book = calmBook()
    const value = await valueOf(book.id)
    await deposit(book, 0.3)
    expect(await valueOf(book.id)).toBeCloseTo(1.3 * value, -1)
    await at.step(1)
    const invest = proposalOf(book.id)!
    expect(invest.trigger).toMatchObject({ kind: 'cash-flow', flows: [{ kind: 'deposit', asset: 'USD' }] })
    expect(invest.buyUsd).toBeGreaterThan(0.1 * value)
    approve([invest])
    await at.step(UNDO_SECONDS)
    expect(stateOf(invest)).toMatch(/^done/)

    // all the cash there is, wherever it is
    for (const held of simulated.desk.parts.world.holdingsOf(book.id))
      if (isSettlementAsset(held.asset))
        unwrap(await api.simulateCashFlow(book.id, held.venue, held.asset, `-${formatAmount(held.quantity)}`))
    await at.step(1)
    const raise = proposalOf(book.id)!
    expect(raise.trigger.kind).toBe('cash-flow')
    expect(raise.sellUsd).toBeGreaterThan(0)
    approve([raise])
    await at.step(UNDO_SECONDS)
    expect(stateOf(raise)).toMatch(/^done/)
    const cash = unwrap(await api.clientBook(book.id)).cash
    expect(cash.weight).toBeGreaterThanOrEqual(book.cashReserve)
  })

  test.each([
    [
      'more than there is',
      'kraken',
      'USD',
      '-1e12',
      'invalid-request',
      /holds .* USD on kraken, less than 1000000000000/,
    ],
    ['nothing', 'kraken', 'USD', '0', 'invalid-request', /quantity was 0/],
    ['no number', 'kraken', 'USD', 'lots', 'invalid-request', /"lots" is not a decimal number/],
    ['finer than can be booked', 'kraken', 'USD', '0.0000000000001', 'invalid-request', /more than 12 decimals/],
    ['what the venue does not have', 'binance', 'USD', '5', 'unknown-asset', /binance has no asset USD/],
  ] as const)('%s is refused and changes nothing', async (_, venue, asset, quantity, code, message) => {
    const book = simulated.desk.parts.world.books[0]!
    const before = simulated.desk.parts.store.journalLength()
    expect(await api.simulateCashFlow(book.id, venue as VenueId, asset, quantity)).toMatchObject({
      ok: false,
      error: { code, message: expect.stringMatching(message) },
    })
    expect(simulated.desk.parts.store.journalLength()).toBe(before)
  })

  test('a deposit in another spelling is booked as it was moved', async () => {
    const book = calmBook()
    unwrap(await api.simulateCashFlow(book.id, 'kraken', 'USD', ' 1.5e1 '))
    expect(await at.differences()).toEqual([])
  })
})

describe('client books imported into the running desk', () => {
  const lots = (parts: Readonly<Record<string, string>>) =>
    Object.entries(parts).map(([place, quantity]) => {
      const [venue, asset] = place.split(' ') as [VenueId, string]
      return { venue, asset, quantity: amount(quantity), unitCostUsd: null, acquiredAt: simulated.market.marketNow() }
    })
  const imported = (id: string, changes: Partial<ClientBook> = {}): ClientBook => ({
    ...NEW_BOOK,
    id,
    clientId: `C-${id}`,
    clientName: `Imported ${id}`,
    modelId: simulated.desk.parts.world.models[0]!.id,
    tier: 'standard',
    mandate: null,
    ...changes,
  })

  test('are funded at the venues, checked, proposed for and traded like the others', async () => {
    const segregated = imported('A-001', { custody: { kind: 'segregated', account: 'imported-1' } })
    const omnibus = imported('Z-001')
    const csv = exportClientBooksCsv({
      books: [segregated, omnibus],
      lots: new Map([
        ['A-001', lots({ 'kraken USD': '200000', 'binance USDT': '200000' })],
        ['Z-001', lots({ 'kraken USD': '300000', 'kraken BTC': '1.5' })],
      ]),
    })
    const before = simulated.desk.parts.world.books.length
    expect(await api.importClientBooks(csv)).toEqual({ ok: true, value: { books: 2 } })
    expect(api.snapshot().books).toHaveLength(before + 2)
    // nothing but cash: out of band at once
    await at.step(1)
    const proposals = ['A-001', 'Z-001'].map((id) => proposalOf(id)!)
    expect(proposals.map(({ trigger }) => trigger.kind)).toEqual(['band-breach', 'band-breach'])
    approve(proposals)
    await at.step(UNDO_SECONDS)
    for (const proposal of proposals) expect(stateOf(proposal)).toMatch(/^done/)
    const account = simulatedAccountName(simulated.desk.parts.store.epoch, 'kraken', 'imported-1')
    const own = (await orders()).filter((order) => order.account === account)
    expect(own.length).toBeGreaterThan(0)
    expect(simulated.desk.breached()).not.toContain('A-001')
    expect(unwrap(api.weightHistory('A-001', 'BTC', 1)).times.length).toBeGreaterThan(0)
  })

  test('refused by a venue half-way: nothing of the file is there, nothing is left at the venues', async () => {
    const { control } = simulated
    const before = simulated.desk.parts.store.journalLength()
    const held = async () => unwrap(await control.ledger()).balances.filter(({ free }) => free !== '0')
    const balances = await held()
    const csv = exportClientBooksCsv({
      books: [imported('Y-001')],
      lots: new Map([['Y-001', lots({ 'binance BTC': '1', 'kraken ETH': '2', 'kraken USD': '3' })]]),
    })
    const deposit = control.deposit
    const changeable = control as { deposit: typeof deposit }
    changeable.deposit = async (request) =>
      request.asset === 'ETH' ? fail('sandbox-refused', 'ETH deposits are closed today') : deposit(request)
    const answer = await api.importClientBooks(csv)
    expect(answer).toEqual({
      ok: false,
      error: {
        code: 'import-refused',
        message: 'nothing was imported: ETH deposits are closed today',
        lines: [],
      },
    })
    expect(simulated.desk.parts.store.journalLength()).toBe(before)
    expect(await held()).toEqual(balances)
    expect(api.snapshot().books.map(({ bookId }) => bookId)).not.toContain('Y-001')

    changeable.deposit = deposit
    unwrap(await api.importClientBooks(csv))
    await at.step(1)
    expect(simulated.desk.parts.world.book('Y-001')).toBeDefined()
  })
})

test('in the end the journal is sound and rebuilds every table', () => {
  const report = unwrap(simulated.desk.parts.store.verify())
  expect(report.entries).toBeGreaterThan(300)
  const filled = simulated.desk.parts.store
    .plans(1_000)
    .flatMap((plan) => simulated.desk.parts.store.parentsOf(plan.planId))
    .flatMap(({ parent }) => simulated.desk.parts.store.childrenOf(parent.id))
  const total = filled.reduce((sum, child) => (sum + child.filledQuantity) as Amount, ZERO)
  expect(toFloat(total)).toBeGreaterThan(0)
})
