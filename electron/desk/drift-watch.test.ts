import { afterEach, describe, expect, test } from 'vitest'
import { type Fact, fact } from '../../core/journal.ts'
import { unwrap } from '../../core/result.ts'
import { STANDARD_RISK_PROFILES } from '../../core/risk-profile.ts'
import { millis } from '../../core/units.ts'
import { ABLE, DRIFT_STATUSES, DriftEngine } from '../../workers/drift/index.ts'
import { breachedAssets, positionFor } from './cycle.ts'
import { DriftWatch } from './drift-watch.ts'
import { bookOf, DeskBench, ON_TARGET, START, TOO_MUCH_BTC } from './test-support/desk-bench.ts'
import { EngineAtHand } from './test-support/engine-at-hand.ts'

const benches: DeskBench[] = []
afterEach(() => {
  for (const bench of benches.splice(0)) bench.close()
})
async function open() {
  const bench = new DeskBench([
    { book: bookOf('anna') },
    { book: bookOf('boris'), holdings: TOO_MUCH_BTC },
    { book: bookOf('clara', { custody: { kind: 'segregated', account: 'clara-1' } }) },
  ])
  benches.push(bench)
  const at = new EngineAtHand(new DriftEngine())
  const watch = new DriftWatch(at.remote, bench.world, bench.settings.dustWeight)
  unwrap(await watch.load(1, bench.prices))
  const statuses = async (multiplier = 1): Promise<readonly string[]> => {
    const sweep = unwrap(await watch.sweep(bench.prices, multiplier))
    return [...sweep.status].map((status) => DRIFT_STATUSES[status]!)
  }
  /** What the cycle itself finds when it looks at each book. */
  const expected = (multiplier = 1): readonly boolean[] =>
    bench.world.books.map((book) => {
      const position = positionFor(bench.world, book, { ...bench.view(), multiplier }, bench.settings)
      return breachedAssets(position).length > 0
    })
  return { bench, at, watch, statuses, expected }
}

test('says of every book what the cycle finds when it looks at the book itself', async () => {
  const { bench, statuses, expected } = await open()
  expect(await statuses()).toEqual(['in', 'out', 'in'])
  const moves: readonly Readonly<Record<string, number>>[] = [
    { BTC: 125_000 },
    { BTC: 90_000, SOL: 260 },
    { ETH: 2_900 },
    { USDT: 0.4 },
  ]
  for (const prices of moves) {
    bench.setPrices(prices)
    expect((await statuses()).map((status) => status === 'out')).toEqual(expected())
  }
})

test('a stale or missing price makes unable exactly the books that need it', async () => {
  const { bench, watch } = await open()
  bench.makeStale('SOL')
  const sweep = unwrap(await watch.sweep(bench.prices, 1))
  expect([...sweep.unableColumn].every((column) => column !== ABLE)).toBe(true)
  bench.setPrices({ SOL: 200 })
  bench.prices.delete('USD')
  expect([...unwrap(await watch.sweep(bench.prices, 1)).status].map((status) => DRIFT_STATUSES[status])).toEqual([
    'unable',
    'unable',
    'unable',
  ])
})

test('holdings that changed count from the next sweep on', async () => {
  const { bench, watch, statuses, expected } = await open()
  bench.moveCash('boris', 'binance', 'BTC', '-0.6')
  bench.moveCash('boris', 'kraken', 'USD', '60000')
  expect(await statuses()).toEqual(['in', 'out', 'in'])
  watch.touch(['boris'])
  expect(await statuses()).toEqual(['in', 'in', 'in'])
  expect(expected()).toEqual([false, false, false])
})

test('an asset sold to the last unit is gone for the engine too', async () => {
  const { bench, watch, statuses, expected } = await open()
  for (const venue of ['binance', 'kraken'] as const)
    bench.moveCash('anna', venue, 'SOL', `-${ON_TARGET[`${venue} SOL`]}`)
  expect(bench.world.holdingsOf('anna').map((held) => held.asset)).not.toContain('SOL')
  watch.touch(['anna'])
  expect(expected()[0]).toBe(true)
  expect((await statuses())[0]).toBe('out')
  const sweep = unwrap(await watch.sweep(bench.prices, 1))
  expect(sweep.valueUsd[0]).toBeCloseTo(850_000, 6)
})

test('a new multiplier moves every band, and is told once', async () => {
  const { statuses, expected, at } = await open()
  expect(await statuses(2)).toEqual(['in', 'in', 'in'])
  expect(expected(2)).toEqual([false, false, false])
  expect(await statuses(1)).toEqual(['in', 'out', 'in'])
  at.calls.length = 0
  await statuses(1)
  expect(at.calls).toEqual(['sweepShared'])
})

test('an asset that nobody held before is loaded with the rest', async () => {
  const { bench, watch, statuses, at } = await open()
  bench.moveCash('anna', 'kraken', 'DOGE', '1000000')
  bench.setPrices({ DOGE: 0.4 })
  watch.touch(['anna'])
  expect((await statuses())[0]).toBe('out')
  expect(at.calls.filter((call) => call === 'loadColumns')).toHaveLength(2)
})

describe('when the thread dies', () => {
  test('the sweep says so and nothing that changed is forgotten', async () => {
    const { bench, at, watch, statuses } = await open()
    bench.moveCash('boris', 'binance', 'BTC', '-0.6')
    bench.moveCash('boris', 'kraken', 'USD', '60000')
    watch.touch(['boris'])
    at.broken = true
    expect(await watch.sweep(bench.prices, 1)).toMatchObject({ ok: false, error: { code: 'engine-stopped' } })
    at.broken = false
    expect(await statuses()).toEqual(['in', 'in', 'in'])
  })

  test('nor is a multiplier', async () => {
    const { at, bench, watch, statuses } = await open()
    at.broken = true
    expect((await watch.sweep(bench.prices, 2)).ok).toBe(false)
    at.broken = false
    expect(await statuses(2)).toEqual(['in', 'in', 'in'])
  })
})

test('a risk profile, an override and its end move the bands of its book, and only where it was told', async () => {
  const { bench, watch, at, statuses, expected } = await open()
  const out = async (): Promise<readonly boolean[]> => (await statuses()).map((status) => status === 'out')
  // BTC at 54.5 % in a band up to 55 %
  bench.setPrices({ BTC: 119_000 })
  expect(await out()).toEqual([false, true, false])
  const change = async (...facts: readonly Fact[]): Promise<void> => {
    bench.record(...facts)
    bench.world.reloadRisk()
    watch.reband(['anna'])
  }
  const profiles = STANDARD_RISK_PROFILES.map((profile) => fact('risk-profile-saved', { profile, by: 'a', why: 'x' }))
  const given = {
    bookId: 'anna',
    profileId: 'conservative',
    profileVersion: 1,
    answers: null,
    by: 'a',
    why: 'x',
  } as const
  await change(...profiles, fact('risk-profile-assigned', given))
  expect(await out()).toEqual([true, true, false])
  expect(await out()).toEqual(expected())
  const override = { changes: { bandFactor: 2, maximumWeight: 0.56 }, reason: 'x', until: millis(START + 1), by: 'a' }
  await change(fact('risk-override-set', { bookId: 'anna', override }))
  expect(await out()).toEqual([false, true, false])
  // twice as wide, but cut where one asset may weigh no more
  bench.setPrices({ BTC: 129_000 })
  expect(await out()).toEqual([true, true, true])
  expect(await out()).toEqual(expected())
  bench.setPrices({ BTC: 119_000 })
  await change(fact('risk-override-ended', { bookId: 'anna', why: 'x' }))
  expect(await out()).toEqual([true, true, false])
  expect(at.calls.filter((call) => call === 'applyAllBands')).toHaveLength(3)
})

test('bands that an engine could not take are told again', async () => {
  const { bench, watch, at, statuses } = await open()
  bench.setPrices({ BTC: 119_000 })
  const override = { changes: { maximumWeight: 0.52 }, reason: 'x', until: millis(START + 1), by: 'a' }
  bench.record(
    ...STANDARD_RISK_PROFILES.map((profile) => fact('risk-profile-saved', { profile, by: 'a', why: 'x' })),
    fact('risk-profile-assigned', {
      bookId: 'anna',
      profileId: 'aggressive',
      profileVersion: 1,
      answers: null,
      by: 'a',
      why: 'x',
    }),
    fact('risk-override-set', { bookId: 'anna', override }),
  )
  bench.world.reloadRisk()
  watch.reband(['anna'])
  at.broken = true
  expect(await watch.sweep(bench.prices, 1)).toMatchObject({ ok: false })
  at.broken = false
  expect(await statuses()).toEqual(['out', 'out', 'near'])
})
