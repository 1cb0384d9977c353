import { afterEach, describe, expect, test, vi } from 'vitest'
import { unwrap } from '../../core/result.ts'
import { DRIFT_STATUSES, DriftEngine } from '../../workers/drift/index.ts'
import { trackingError } from '../proposals/make-proposal.ts'
import { positionFor } from './cycle.ts'
import type { DriftNews } from './drift-standing.ts'
import { DriftWatch } from './drift-watch.ts'
import { bookOf, DeskBench, TOO_MUCH_BTC } from './test-support/desk-bench.ts'
import { EngineAtHand } from './test-support/engine-at-hand.ts'

/** However busy the machine is. */
const until = (check: () => void): Promise<void> => vi.waitFor(check, 20_000)
const atEnd: (() => void)[] = []
afterEach(() => {
  for (const end of atEnd.splice(0).reverse()) end()
})

/** anna inside her bands, boris with too little cash and too much BTC; the watch is running. */
async function open() {
  const bench = new DeskBench([{ book: bookOf('anna') }, { book: bookOf('boris'), holdings: TOO_MUCH_BTC }])
  atEnd.push(() => bench.close())
  const at = new EngineAtHand(new DriftEngine())
  const watch = new DriftWatch(at.remote, bench.world, bench.settings.dustWeight)
  unwrap(await watch.load(1, bench.prices))
  const news: DriftNews[] = []
  const failures: (string | null)[] = []
  const stopping = new AbortController()
  const watching = watch.watch(
    (each) => news.push(each),
    (why) => failures.push(why),
    stopping.signal,
  )
  atEnd.push(() => stopping.abort())
  const breached = () => watch.standing.breached.map(({ bookId, asset, side }) => `${bookId} ${asset} ${side}`)
  await until(() => expect(breached()).toEqual(['boris CASH below']))
  return { bench, at, watch, news, failures, stopping, watching, breached }
}

describe('news', () => {
  test('the first tells who is out with asset, side and by how much, and nobody is unable for want of a price', async () => {
    const { news, watch } = await open()
    expect(news).toHaveLength(1)
    expect(news[0]).toMatchObject({ cured: [], unable: [], able: [] })
    const [{ weight, limit, beyond }] = news[0]!.breached as [DriftNews['breached'][number]]
    expect(weight).toBe(0.04)
    expect(limit).toBeCloseTo(0.06, 12)
    expect(beyond).toBeCloseTo(0.02, 12)
    expect(watch.standing.unable.size).toBe(0)
  })

  test('a tick is enough: out, unable with the reason, able and back', async () => {
    const { watch, breached } = await open()
    watch.tick('BTC', 130_000, true)
    await until(() => expect(breached()).toEqual(['boris CASH below', 'anna BTC above']))
    watch.tick('BTC', 100_000, false)
    await until(() =>
      expect([...watch.standing.unable]).toEqual([
        ['anna', 'the price of BTC is stale or missing'],
        ['boris', 'the price of BTC is stale or missing'],
      ]),
    )
    expect(breached()).toEqual([])
    watch.tick('BTC', 100_000, true)
    await until(() => expect(breached()).toEqual(['boris CASH below']))
    expect(watch.standing.unable.size).toBe(0)
  })

  test('a price that is the same, and one that no book needs, make no frame', async () => {
    const { watch } = await open()
    const before = watch.frame
    watch.tick('BTC', 100_000, true)
    watch.tick('DOGE', 1, true)
    expect(watch.frame).toBe(before)
    watch.tick('BTC', 100_001, true)
    expect(watch.frame).toBe(before + 1)
  })

  test('a fill is applied at once, without anybody asking', async () => {
    const { bench, watch, breached } = await open()
    bench.moveCash('boris', 'binance', 'BTC', '-0.6')
    bench.moveCash('boris', 'kraken', 'USD', '60000')
    watch.touch(['boris'])
    await until(() => expect(breached()).toEqual([]))
  })

  test('a fill in an asset that is new to the firm is told by the load that follows', async () => {
    const { bench, watch, breached } = await open()
    bench.moveCash('anna', 'kraken', 'DOGE', '1000000')
    bench.setPrices({ DOGE: 0.4 })
    watch.touch(['anna'])
    unwrap(await watch.figures(bench.prices, 1, false))
    await until(() => expect(breached()).toEqual(['anna DOGE above', 'boris CASH below']))
  })

  test('a new multiplier goes with the next figures', async () => {
    const { bench, watch, breached } = await open()
    unwrap(await watch.figures(bench.prices, 2, false))
    await until(() => expect(breached()).toEqual([]))
  })

  test('ends when it is stopped, though the engine has nothing to tell', async () => {
    const { watch, stopping, watching } = await open()
    expect(watch.isWatching).toBe(true)
    stopping.abort()
    await watching
    expect(watch.isWatching).toBe(false)
  })
})

describe('figures', () => {
  test('are those of a sweep, with the tracking errors of planning', async () => {
    const { bench, watch } = await open()
    const view = bench.view()
    unwrap(await watch.setRisk(view.risk))
    const figures = unwrap(await watch.figures(bench.prices, 1, true))
    expect([...figures.status].map((status) => DRIFT_STATUSES[status])).toEqual(['in', 'out'])
    for (const [row, book] of bench.world.books.entries()) {
      const { lines, valueUsd } = positionFor(bench.world, book, view, bench.settings)
      const covariance = view.risk.covarianceOf(lines.map((line) => line.asset))
      const differences = lines.map((line) => line.weight - line.target)
      expect(figures.valueUsd[row]).toBeCloseTo(valueUsd, 6)
      expect(figures.trackingError[row]).toBeCloseTo(trackingError(covariance, differences), 12)
    }
  })

  test('a covariance outlives a load', async () => {
    const { bench, watch } = await open()
    unwrap(await watch.setRisk(bench.view().risk))
    unwrap(await watch.load(1, bench.prices))
    expect(unwrap(await watch.figures(bench.prices, 1, true)).trackingError[1]).toBeGreaterThan(0)
  })
})

test('an engine that is gone is told once, and that it is back', async () => {
  const { at, watch, failures, bench } = await open()
  at.broken = true
  // ends the call under way
  unwrap(at.engine.loadColumns(EMPTY_FIRM))
  await until(() => expect(failures).toEqual(['the thread is gone']))
  expect(await watch.figures(bench.prices, 1, false)).toMatchObject({ ok: false, error: { code: 'engine-stopped' } })
  at.broken = false
  unwrap(await watch.load(1, bench.prices))
  await until(() => expect(failures).toEqual(['the thread is gone', null]))
})

const EMPTY_FIRM = {
  assets: ['USD'],
  bookIds: [],
  holdingsFrom: new Uint32Array(1),
  holdingAsset: new Uint16Array(0),
  holdingQuantity: new Float64Array(0),
  bands: [],
  bandOf: new Uint32Array(0),
}
