import { afterEach, beforeAll, expect } from 'vitest'
import { type Amount, fromFloat, toFloat, ZERO } from '../../core/amount.ts'
import { accountOf, type ClientBook } from '../../core/client-book.ts'
import type { DeskApi } from '../../core/contracts/desk-api.ts'
import { CASH } from '../../core/instruments.ts'
import type { Proposal } from '../../core/proposal.ts'
import { unwrap } from '../../core/result.ts'
import { exportClientBooksCsv } from '../../electron/firm/export-client-books.ts'
import type { SimulatedDesk } from '../../electron/simulation/start-simulated-desk.ts'
import { type DeskAtWork, deskAtWork, sandboxProcess } from './desk-support.ts'

/** In seconds, as `at.step` takes them. */
export const HOUR = 3_600
const LIFE_MS = 2 * HOUR * 1_000
export const UNDO_SECONDS = 5

// The desk that all stories of a file share: whoever imports this starts one before its tests.
export let at: DeskAtWork
export let simulated: SimulatedDesk
export let api: DeskApi

beforeAll(async () => {
  const sandbox = await sandboxProcess(3)
  at = await deskAtWork(sandbox.addresses, { books: 40, seed: 3, planning: { proposalLifeMs: LIFE_MS } })
  simulated = at.simulated
  api = simulated.api
  unwrap(await api.importClientBooks(booksOutOfBand()))
}, 120_000)

/** Fourteen books of $100,000, 15 points of the first line in the second: out of band in every regime. */
export const OUT_OF_BAND = 14
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
export const NEW_BOOK: Omit<ClientBook, 'id' | 'clientId' | 'clientName' | 'modelId' | 'tier' | 'mandate'> = {
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

export const open = (): readonly Proposal[] => simulated.desk.parts.proposals.list()
export const proposalOf = (bookId: string): Proposal | undefined => simulated.desk.parts.proposals.of(bookId)
export const waitOf = (bookId: string) => simulated.desk.parts.proposals.waitOf(bookId)
export const stateOf = (proposal: Proposal) => simulated.desk.parts.store.proposal(proposal.id)!.state
export const orders = async () => unwrap(await simulated.control.ledger()).orders
export const idsOf = (proposals: readonly Proposal[]): readonly string[] => proposals.map(({ id }) => id).sort()
export const line = (proposal: Proposal, asset: string) =>
  proposal.lines.find((candidate) => candidate.asset === asset)!

/** Books that need nothing now, unrestricted, standard and omnibus unless said otherwise; never the same one twice. */
const used = new Set<string>()
export function calmBook(wanted: (book: ClientBook) => boolean = (book) => book.tier === 'standard'): ClientBook {
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
export const valueOf = async (bookId: string): Promise<number> => unwrap(await api.clientBook(bookId)).valueUsd

/** Money in, as a part of the book's value, on Kraken in dollars. */
export async function deposit(book: ClientBook, part: number): Promise<void> {
  const quantity = (part * (await valueOf(book.id))).toFixed(2)
  unwrap(await api.simulateCashFlow(book.id, 'kraken', 'USD', quantity))
}
/** So many calm books with an open proposal each. */
export async function someProposals(count = 3): Promise<readonly Proposal[]> {
  const books = Array.from({ length: count }, () => calmBook())
  for (const book of books) await deposit(book, 0.25)
  await at.step(1)
  return books.map((book) => {
    const proposal = proposalOf(book.id)
    expect(proposal, `${book.id}: ${JSON.stringify(waitOf(book.id))}`).toBeDefined()
    return proposal!
  })
}
export const approve = (proposals: readonly Proposal[]) =>
  unwrap(api.approve({ kind: 'selected', proposalIds: proposals.map(({ id }) => id) }))

/** The journal is sound and rebuilds every table; orders were filled. */
export function expectSoundJournal(): void {
  const report = unwrap(simulated.desk.parts.store.verify())
  expect(report.entries).toBeGreaterThan(300)
  const filled = simulated.desk.parts.store
    .plans(1_000)
    .flatMap((plan) => simulated.desk.parts.store.parentsOf(plan.planId))
    .flatMap(({ parent }) => simulated.desk.parts.store.childrenOf(parent.id))
  const total = filled.reduce((sum, child) => (sum + child.filledQuantity) as Amount, ZERO)
  expect(toFloat(total)).toBeGreaterThan(0)
}
