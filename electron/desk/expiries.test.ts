import { afterEach, expect, test } from 'vitest'
import type { Restriction } from '../../core/client-book.ts'
import { fact } from '../../core/journal.ts'
import { STANDARD_RISK_PROFILES } from '../../core/risk-profile.ts'
import { millis } from '../../core/units.ts'
import { endExpired } from './expiries.ts'
import { type BenchBook, bookOf, DeskBench, START } from './test-support/desk-bench.ts'

const HOUR = 3_600_000
const benches: DeskBench[] = []
afterEach(() => {
  for (const bench of benches.splice(0)) bench.close()
})
function open(books: readonly BenchBook[]) {
  const bench = new DeskBench(books)
  benches.push(bench)
  const rebanded: string[] = []
  const drift = { reband: (bookIds: Iterable<string>) => void rebanded.push(...bookIds) }
  const end = () => endExpired({ ...bench.deps, store: bench.store, drift })
  const log = (bookId: string): readonly string[] => bench.store.historyOf(bookId).map(({ text }) => text)
  return { bench, end, log, rebanded }
}
const flag = (asset: string, hours: number): Restriction => ({
  kind: 'no-trade',
  asset,
  reason: `${asset} is pledged`,
  until: millis(START + hours * HOUR),
})

test('a pause ends at its time, not before, and the log says what it was about', () => {
  const paused = { pausedUntil: millis(START + HOUR), pausedWhy: 'the client is travelling' }
  const { bench, end, log } = open([{ book: bookOf('anna', paused) }, { book: bookOf('boris') }])
  bench.clock.advance(HOUR - 1)
  expect(end()).toEqual([])
  bench.clock.advance(1)
  expect(end()).toEqual(['anna'])
  expect(bench.world.book('anna')).toEqual(bookOf('anna'))
  expect(bench.store.clientBooks()[0]).toEqual(bookOf('anna'))
  expect(log('anna').at(-1)).toBe('client book changed: pause ended by itself: the client is travelling')
  expect(end()).toEqual([])
})

test('of several flags and a pause that end at once each leaves, and what has no end stays', () => {
  const forGood: Restriction = { kind: 'no-sell', asset: 'SOL', reason: 'a gift' }
  const restrictions = [flag('BTC', 1), forGood, flag('ETH', 1), flag('SOL', 2)]
  const { bench, end, log } = open([{ book: bookOf('anna', { restrictions, pausedUntil: millis(START + HOUR) }) }])
  bench.clock.advance(HOUR)
  end()
  expect(bench.world.book('anna')).toEqual(bookOf('anna', { restrictions: [forGood, restrictions[3]!] }))
  expect(log('anna').slice(-3)).toEqual([
    'client book changed: pause ended by itself',
    'client book changed: no trade on BTC ended by itself: BTC is pledged',
    'client book changed: no trade on ETH ended by itself: ETH is pledged',
  ])
})

test('an override ends, the terms of the profile hold again, and the drift check is told', () => {
  const { bench, end, log, rebanded } = open([{ book: bookOf('anna') }])
  const override = { changes: { bandFactor: 1.5 }, reason: 'a merger', until: millis(START + HOUR), by: 'a' }
  bench.record(
    ...STANDARD_RISK_PROFILES.map((profile) => fact('risk-profile-saved', { profile, by: 'a', why: 'x' })),
    fact('risk-profile-assigned', {
      bookId: 'anna',
      profileId: 'growth',
      profileVersion: 1,
      answers: null,
      by: 'a',
      why: 'x',
    }),
    fact('risk-override-set', { bookId: 'anna', override }),
  )
  bench.world.reloadRisk()
  const factor = (): number => bench.world.termsOf(bench.world.book('anna')!).bandFactor
  end()
  expect(factor()).toBe(1.5)
  expect(rebanded).toEqual([])
  bench.clock.advance(HOUR)
  expect(end()).toEqual(['anna'])
  expect(factor()).toBe(1.1)
  expect(rebanded).toEqual(['anna'])
  expect(log('anna').at(-1)).toBe('override of its risk profile ended: it was set until now: a merger')
  expect(end()).toEqual([])
})

test('nothing to end writes nothing', () => {
  const { bench, end } = open([{ book: bookOf('anna', { restrictions: [flag('BTC', 5)] }) }])
  const length = bench.store.journalLength()
  end()
  expect(bench.store.journalLength()).toBe(length)
})
