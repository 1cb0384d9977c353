import { afterEach, describe, expect, test } from 'vitest'
import type { Volatilities } from '../../core/decisions/volatility-spike.ts'
import { millis } from '../../core/units.ts'
import type { PlanningSettings } from '../proposals/settings.ts'
import { planNeeded } from './cycle.ts'
import { askFirmTriggers } from './firm-triggers.ts'
import { bookOf, DeskBench, START, TOO_MUCH_BTC } from './test-support/desk-bench.ts'

const benches: DeskBench[] = []
const open = (settings: Partial<PlanningSettings>): DeskBench => {
  const books = [{ book: bookOf('anna'), holdings: TOO_MUCH_BTC }, { book: bookOf('boris') }]
  const bench = new DeskBench(books, settings)
  benches.push(bench)
  return bench
}
afterEach(() => {
  for (const bench of benches.splice(0)) bench.close()
})
const QUIET: Volatilities = { fast: 0.6, slow: 0.6, prior: false }
const STORM: Volatilities = { fast: 1.2, slow: 0.6, prior: false }
const ask = (bench: DeskBench, volatilities = QUIET): void =>
  askFirmTriggers(() => volatilities, { ...bench.deps, store: bench.store })
const asked = (bench: DeskBench): readonly string[] => [...bench.proposals.requests.keys()]
const HOUR = 3_600_000

describe('a schedule', () => {
  // START is Monday, 6 January 2025, midnight
  const schedule = { kind: 'weekly', weekday: 1, hour: 9 } as const

  test('off unless set', () => {
    const bench = open({})
    bench.clock.advance(400 * 24 * HOUR)
    ask(bench, STORM)
    expect(asked(bench)).toEqual([])
    expect(bench.settings).toMatchObject({ schedule: null, volatilitySpike: null })
  })

  test('begins with its first date after it was set, and asks once for every book', () => {
    const bench = open({ schedule })
    ask(bench)
    expect(asked(bench)).toEqual([])
    bench.clock.advance(9 * HOUR - 1)
    ask(bench)
    expect(asked(bench)).toEqual([])
    bench.clock.advance(1)
    ask(bench)
    expect(bench.proposals.requestOf('boris')).toEqual({ kind: 'schedule', due: START + 9 * HOUR })
    for (const bookId of asked(bench)) bench.proposals.settleRequest(bookId)
    bench.clock.advance(HOUR)
    ask(bench)
    expect(asked(bench)).toEqual([])
  })

  test('a book that is being looked at already is not asked for again', async () => {
    const bench = open({ schedule })
    ask(bench)
    await planNeeded(['anna'], bench.view(), bench.deps)
    bench.proposals.request('boris', { kind: 'manual', by: 'a' })
    bench.clock.advance(9 * HOUR)
    ask(bench)
    expect(bench.proposals.requestOf('anna')).toBeUndefined()
    expect(bench.proposals.requestOf('boris')).toMatchObject({ kind: 'manual' })
  })

  test('a book inside its bands is planned; with nothing worth trading the ledger says so', async () => {
    const bench = open({ schedule })
    ask(bench)
    bench.clock.advance(9 * HOUR)
    ask(bench)
    const made = await planNeeded(asked(bench), bench.view(), bench.deps)
    expect(made.map(({ bookId, trigger }) => [bookId, trigger.kind])).toEqual([['anna', 'schedule']])
    expect(asked(bench)).toEqual([])
    const [last] = bench.store.decisionsOf('anna', { limit: 1 })
    expect(last!.decision).toMatchObject({ reason: 'schedule', why: 'due 2025-01-06 09:00 UTC' })
    expect(bench.store.decisionsOf('boris', { limit: 1 })[0]!.decision.reason).toBe('cost-exceeds-benefit')
    expect(bench.store.proposal(made[0]!.id)?.trigger).toEqual({ kind: 'schedule', due: millis(START + 9 * HOUR) })
  })
})

test('a spike of volatility asks once for every book, and again only after it was over', () => {
  const bench = open({ volatilitySpike: { enters: 1.5, leaves: 1.2 } })
  const settle = (): void => {
    for (const bookId of asked(bench)) bench.proposals.settleRequest(bookId)
  }
  ask(bench)
  expect(asked(bench)).toEqual([])
  ask(bench, STORM)
  expect(bench.proposals.requestOf('anna')).toEqual({ kind: 'volatility-spike', volatility: 1.2, usual: 0.6 })
  settle()
  ask(bench, STORM)
  ask(bench, { ...STORM, fast: 0.8 })
  expect(asked(bench)).toEqual([])
  ask(bench)
  ask(bench, STORM)
  expect(asked(bench)).toEqual(['anna', 'boris'])
})
