import { beforeAll, describe, expect, test } from 'vitest'
import { amount, formatAmount } from '../../core/amount.ts'
import type { ClientBook } from '../../core/client-book.ts'
import { isSettlementAsset, type VenueId } from '../../core/instruments.ts'
import { fail, unwrap } from '../../core/result.ts'
import { exportClientBooksCsv } from '../../electron/firm/export-client-books.ts'
import { simulatedAccountName } from '../../electron/simulation/accounts.ts'
import {
  api,
  approve,
  at,
  calmBook,
  deposit,
  expectSoundJournal,
  HOUR,
  line,
  NEW_BOOK,
  open,
  orders,
  proposalOf,
  simulated,
  someProposals,
  stateOf,
  UNDO_SECONDS,
  valueOf,
  waitOf,
} from './cycle-desk.ts'

// A desk at work: what is out of band has its proposal or has been traded.
beforeAll(() => at.step(60))

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

test('in the end the journal is sound and rebuilds every table', expectSoundJournal)
