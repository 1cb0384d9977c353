import { expect, test } from 'vitest'
import { fromFloat } from '../../core/amount.ts'
import type { ClientBook } from '../../core/client-book.ts'
import { marketDay } from '../../core/decisions/continuation.ts'
import { CASH } from '../../core/instruments.ts'
import type { Proposal } from '../../core/proposal.ts'
import { unwrap } from '../../core/result.ts'
import { exportClientBooksCsv } from '../../electron/firm/export-client-books.ts'
import type { SimulatedDesk } from '../../electron/simulation/start-simulated-desk.ts'
import { type DeskAtWork, deskAtWork, freshFolder, sandboxProcess } from './desk-support.ts'

const HOUR = 3_600
const BOOK = 'P-001'
/** Looks of the desk in a day. */
const LOOKS = 2
/** A way is gone by then. */
const MOST_DAYS = 12

/** A premium book out of its bands, with a mandate wide enough for all of its way. */
function pacedBook({ desk, market }: SimulatedDesk): string {
  const { world } = desk.parts
  const prices = market.prices()
  const model = world.models.find((candidate) => candidate.groupCaps.length === 0) ?? world.models[0]!
  const book: ClientBook = {
    id: BOOK,
    clientId: 'C-P-1',
    clientName: 'Paced',
    modelId: model.id,
    tier: 'premium',
    mandate: { maximumTurnover: 0.5, maximumCostBps: 100 },
    custody: { kind: 'omnibus' },
    cashReserve: 0,
    riskAversion: 8,
    restrictions: [],
    pausedUntil: null,
    mayCross: false,
  }
  const risky = model.lines.filter(({ asset }) => asset !== CASH)
  const lots = model.lines.map(({ asset, target }) => {
    const shift = asset === risky[0]!.asset ? -0.25 : asset === risky[1]!.asset ? 0.25 : 0
    const name = asset === CASH ? 'USD' : asset
    return {
      venue: 'kraken' as const,
      asset: name,
      quantity: fromFloat(Number(((2e5 * (target + shift)) / prices.get(name)!.priceUsd).toPrecision(8))),
      unitCostUsd: null,
      acquiredAt: market.marketNow(),
    }
  })
  return exportClientBooksCsv({ books: [book], lots: new Map([[BOOK, lots]]) })
}

/** The widest bands that there are, so that prices don't end the way by a breach of their own. */
async function openPaced(simulated: SimulatedDesk): Promise<void> {
  const { api } = simulated
  unwrap(await api.importClientBooks(pacedBook(simulated)))
  unwrap(await api.assignRiskProfile(BOOK, { kind: 'profile', profileId: 'balanced' }, 'of the test'))
  const terms = { riskAversion: 12, bandFactor: 2, maximumWeight: 1, maximumTrackingError: 0.5, maximumTurnover: 1 }
  const until = simulated.desk.parts.clock.now() + 60 * 24 * HOUR * 1_000
  unwrap(await api.overrideRisk(BOOK, terms, until, 'of the test'))
}

interface Made {
  readonly day: number
  readonly proposal: Proposal
}

/** Day by day, a few looks a day: what was proposed for the book, on which day of the market. */
async function live(at: DeskAtWork, days: number): Promise<readonly Made[]> {
  const found: Made[] = []
  for (let look = 0; look < days * LOOKS; look++) {
    const made = await at.step((24 / LOOKS) * HOUR)
    const day = marketDay(at.simulated.market.marketNow())
    for (const proposal of made) if (proposal.bookId === BOOK) found.push({ day, proposal })
  }
  return found
}

test('with a trade rate a book goes the way of the optimiser a part a day, over a restart; without, in one go', async () => {
  const sandbox = await sandboxProcess(7)
  const options = { books: 4, drifted: false, seed: 7, dataFolder: freshFolder('paced'), planning: { tradeRate: 0.4 } }
  const first = await deskAtWork(sandbox.addresses, options)
  await openPaced(first.simulated)
  const made = [...(await live(first, 2))]
  // killed or closed in the middle of a way: what is left of it is in the journal
  expect(first.simulated.desk.parts.store.unfinishedWays(BOOK)).toHaveLength(1)
  await first.close()
  const second = await deskAtWork(sandbox.addresses, options)
  const { store } = second.simulated.desk.parts
  for (let day = 0; day < MOST_DAYS && store.unfinishedWays(BOOK).length > 0; day++)
    made.push(...(await live(second, 1)))

  const [breach, ...rest] = made
  expect(breach!.proposal).toMatchObject({ trigger: { kind: 'band-breach' }, automatic: true })
  expect(rest.length).toBeGreaterThan(2)
  expect(rest.filter(({ proposal }) => proposal.trigger.kind !== 'continuation' || !proposal.automatic)).toEqual([])
  // one part a day of the market, on the days after the first
  const days = made.map(({ day }) => day)
  expect(days).toEqual(days.map((_, i) => days[0]! + i))
  for (const [i, { proposal }] of rest.entries())
    expect(proposal.trigger).toMatchObject({ way: made[i]!.proposal.wayLeft! })
  expect(store.unfinishedWays(BOOK)).toEqual([])
  expect(store.verify()).toMatchObject({ ok: true })
  // nothing more once it is at its end
  expect(await live(second, 1)).toEqual([])
  await second.close()

  const other = await sandboxProcess(7)
  const whole = await deskAtWork(other.addresses, { ...options, dataFolder: freshFolder('whole'), planning: {} })
  await openPaced(whole.simulated)
  const inOneGo = await live(whole, 3)
  expect(inOneGo.map(({ proposal }) => [proposal.trigger.kind, proposal.wayLeft])).toEqual([['band-breach', undefined]])
  expect(inOneGo[0]!.proposal.turnover).toBeGreaterThan(breach!.proposal.turnover)
  expect(whole.simulated.desk.parts.store.unfinishedWays()).toEqual([])
}, 300_000)
