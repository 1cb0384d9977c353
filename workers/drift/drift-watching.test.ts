import { afterEach, describe, expect, test } from 'vitest'
import { unwrap } from '../../core/result.ts'
import { type EngineThread, startEngine } from '../thread-link/index.ts'
import { DriftEngine, type DriftLine, type DriftReport, listCrossings, SharedPrices } from './index.ts'

const ASSETS = ['BTC', 'USD']
const LINES: readonly DriftLine[] = [
  { asset: 'BTC', target: 0.5, low: 0.4, high: 0.6 },
  { asset: 'CASH', target: 0.5, low: 0, high: 1 },
]
const IDS = ['half', 'third', 'empty']
const load = {
  assets: ASSETS,
  bookIds: IDS,
  holdingsFrom: Uint32Array.of(0, 2, 4, 4),
  holdingAsset: Uint16Array.of(0, 1, 0, 1),
  holdingQuantity: Float64Array.of(1, 1, 1, 1.4),
  bands: [LINES],
  bandOf: new Uint32Array(3),
}
const FRESH = Uint8Array.of(1, 1)
const AT_ONCE = { paceMs: 0 }

const threads: EngineThread<DriftEngine>[] = []
afterEach(async () => {
  await Promise.all(threads.splice(0).map((thread) => thread.stop()))
})

/** An engine in a thread of its own, with shared prices, BTC at 1. */
async function watched() {
  const thread = startEngine<DriftEngine>(new URL('..', import.meta.url), 'drift')
  threads.push(thread)
  unwrap(await thread.remote.loadColumns(load))
  const board = SharedPrices.create(2)
  board.write(Float64Array.of(1, 1), FRESH)
  unwrap(await thread.remote.attachPrices(board.buffer))
  const next = async (): Promise<DriftReport> => unwrap(await thread.remote.nextReport(AT_ONCE))
  return { ...thread, board, next }
}

const crossings = (report: DriftReport) => ({
  breached: listCrossings(report.newlyBreached, IDS, ASSETS.with(1, 'CASH')).map(({ bookId, side }) => [bookId, side]),
  cured: listCrossings(report.newlyCured, IDS, ASSETS.with(1, 'CASH')).map(({ bookId }) => bookId),
  unable: Array.from(report.newlyUnable.book, (book) => IDS[book]),
  able: Array.from(report.newlyAble, (book) => IDS[book]),
})
const NOTHING = { breached: [], cured: [], unable: [], able: [] }

describe('watching shared prices from the engine’s thread', () => {
  test('prices that move books across an edge are told, once, with their frame', async () => {
    const { board, next } = await watched()
    const first = await next()
    expect(crossings(first)).toEqual({ ...NOTHING, unable: ['empty'] })
    expect([first.frame, first.out, first.unable]).toEqual([2, 0, 1])
    const frame = board.set(0, 2, true)
    const second = await next()
    expect(crossings(second)).toEqual({ ...NOTHING, breached: [['half', 'above']] })
    expect([second.frame, second.out]).toEqual([frame, 1])
    expect(second.newlyBreached.weight[0]).toBe(2 / 3)
    expect(second.newlyBreached.beyond[0]).toBe(2 / 3 - 0.6)
    board.set(0, 1.1, true)
    expect(crossings(await next())).toEqual({ ...NOTHING, cured: ['half'] })
    board.set(0, 1.1, false)
    expect(crossings(await next())).toEqual({ ...NOTHING, unable: ['half', 'third'] })
    board.set(0, 4, true)
    expect(crossings(await next())).toEqual({
      ...NOTHING,
      able: ['half', 'third'],
      breached: [
        ['half', 'above'],
        ['third', 'above'],
      ],
    })
  })

  test('a fill alone is enough, and quiet frames are answered only where they are asked for', async () => {
    const { board, next, remote } = await watched()
    await next()
    const news = next()
    for (let k = 0; k < 20; k++) board.set(0, 1 + k / 1000, true)
    await new Promise((resolve) => setTimeout(resolve, 30))
    unwrap(await remote.applyHoldings('half', [{ asset: 'USD', quantity: 5 }]))
    expect(crossings(await news)).toEqual({ ...NOTHING, breached: [['half', 'below']] })
    const frame = board.set(0, 1.001, true)
    const quiet = unwrap(await remote.nextReport({ ...AT_ONCE, evenIfQuiet: true }))
    expect([quiet.frame, crossings(quiet)]).toEqual([frame, NOTHING])
  })

  test('a million frames nobody waits for cost nothing and lose nothing', async () => {
    const { board, next } = await watched()
    await next()
    for (let k = 0; k < 1_000_000; k++) board.set(0, 1 + (k % 100) / 10, true)
    const frame = board.set(0, 3, true)
    const report = await next()
    expect([report.frame, crossings(report).breached.length]).toEqual([frame, 2])
  })

  test('the full sweep may leave the news to the watcher; its figures are in shared memory', async () => {
    const { board, next, remote } = await watched()
    await next()
    const frame = board.set(0, 2, true)
    const sweep = unwrap(await remote.sweepShared({ tell: false }))
    expect(sweep.newlyBreached).toEqual([])
    expect(sweep.valueUsd).toEqual(Float64Array.of(3, 3.4, Number.NaN))
    expect(sweep.valueUsd.buffer).toBeInstanceOf(SharedArrayBuffer)
    const report = await next()
    expect([report.frame, crossings(report).breached]).toEqual([frame, [['half', 'above']]])
    board.set(0, 1, true)
    const told = unwrap(await remote.sweepShared())
    expect(told.newlyCured).toMatchObject([{ bookId: 'half' }])
    expect(sweep.valueUsd[0]).toBe(3)
    expect(told.valueUsd[0]).toBe(2)
  })

  test('without a load, without prices, twice at once: refused; another load ends the wait', async () => {
    const thread = startEngine<DriftEngine>(new URL('..', import.meta.url), 'drift')
    threads.push(thread)
    const { remote } = thread
    expect(await remote.nextReport()).toMatchObject({ error: { code: 'not-loaded' } })
    expect(await remote.attachPrices(SharedPrices.create(2).buffer)).toMatchObject({ error: { code: 'not-loaded' } })
    unwrap(await remote.loadColumns(load))
    expect(await remote.nextReport()).toMatchObject({ error: { code: 'no-prices' } })
    expect(await remote.sweepShared()).toMatchObject({ error: { code: 'no-prices' } })
    expect(await remote.attachPrices(SharedPrices.create(3).buffer)).toMatchObject({
      error: { code: 'wrong-length', message: 'shared memory of 3 prices for 2 assets' },
    })
    unwrap(await remote.attachPrices(SharedPrices.create(2).buffer))
    await remote.nextReport()
    const waiting = remote.nextReport()
    expect(await remote.nextReport()).toMatchObject({ error: { code: 'already-watching' } })
    unwrap(await remote.loadColumns(load))
    expect(await waiting).toMatchObject({ error: { code: 'no-prices' } })
  })

  test('ticks faster than the pace become one frame', async () => {
    const { board, next, remote } = await watched()
    await next()
    const from = performance.now()
    let answers = 0
    while (performance.now() - from < 300) {
      board.set(0, 1 + answers / 1e6, true)
      unwrap(await remote.nextReport({ paceMs: 50, evenIfQuiet: true }))
      answers++
    }
    expect(answers).toBeLessThan(8)
    expect(answers).toBeGreaterThan(1)
  })
})
