import { afterEach, describe, expect, test, vi } from 'vitest'
import { amount } from '../../core/amount.ts'
import { OMNIBUS } from '../../core/client-book.ts'
import type { DeskEvents } from '../../core/contracts/desk-api.ts'
import { BOOK_STATUSES, type GridFrame, NEXT_ACTIONS } from '../../core/contracts/monitor-view.ts'
import { fact } from '../../core/journal.ts'
import type { ParentOrder } from '../../core/order.ts'
import { ok, unwrap } from '../../core/result.ts'
import { bps, millis } from '../../core/units.ts'
import { DriftEngine, type DriftReport } from '../../workers/drift/index.ts'
import { OptimizerEngine } from '../../workers/optimizer/index.ts'
import type { ExecutionEvent } from '../execution/events.ts'
import type { Executor } from '../execution/executor.ts'
import type { HistoryReader } from '../store/history-reader.ts'
import { AlertBoard } from './alerts.ts'
import { Desk } from './desk.ts'
import { DriftWatch } from './drift-watch.ts'
import { HistoryKeeper } from './history-keeper.ts'
import { runLive } from './live-loop.ts'
import type { MarketWatch } from './market-watch.ts'
import { RecentDurations } from './percentile.ts'
import { Publisher } from './publisher.ts'
import { RegimeWatch } from './regime-watch.ts'
import type { RiskWatch } from './risk-watch.ts'
import { RuleBook } from './rule-book.ts'
import type { StartedDesk } from './start-desk.ts'
import { bookOf, DeskBench, START, STEADY_RULES } from './test-support/desk-bench.ts'
import { EngineAtHand } from './test-support/engine-at-hand.ts'

/** However busy the machine is. */
const until = (check: () => void): Promise<void> => vi.waitFor(check, 20_000)
const atEnd: (() => Promise<void> | void)[] = []
afterEach(async () => {
  for (const end of atEnd.splice(0).reverse()) await end()
})

/** A live desk on a market that a test moves. Its planning once a second never comes: the costs are never there. */
async function live(changes: { readonly report?: DriftReport } = {}) {
  const bench = new DeskBench([{ book: bookOf('anna') }, { book: bookOf('boris') }])
  atEnd.push(() => bench.close())
  const engine = new EngineAtHand(new DriftEngine())
  const { report } = changes
  if (report !== undefined) engine.engine.nextReport = vi.fn(engine.engine.nextReport).mockResolvedValueOnce(ok(report))
  let onPrice: (asset: string, priceUsd: number, fresh: boolean) => void = () => {}
  let endCosts = (): void => {}
  const planStarted = vi.fn()
  const executionListeners: ((event: ExecutionEvent) => void)[] = []
  const execution = (event: ExecutionEvent): void => {
    for (const listener of executionListeners) listener(event)
  }
  const market = {
    prices: () => bench.view().prices,
    view: () => bench.view(),
    multiplier: () => 1,
    marketNow: () => bench.clock.now(),
    down: () => [],
    health: () => [],
    regime: () => ({ class: 'normal', since: 0, multiplier: 1, volatility: 0.5, prior: false }),
    regimeReading: () => new RegimeWatch(STEADY_RULES).reading(bench.clock.now()),
    planStarted,
    onPrice: (listener: typeof onPrice) => {
      onPrice = listener
      return () => {}
    },
    refreshCosts: () =>
      new Promise<void>((resolve) => {
        endCosts = resolve
      }),
  } as unknown as MarketWatch
  const executor = {
    on: (listener: typeof execution) => {
      executionListeners.push(listener)
      return () => {}
    },
  } as unknown as Executor
  const optimizer = new OptimizerEngine()
  const drift = new DriftWatch(engine.remote, bench.world, bench.settings.dustWeight)
  unwrap(await drift.load(1, bench.prices))
  const desk = new Desk({
    ...bench.deps,
    firmName: 'Test',
    store: bench.store,
    market,
    drift,
    executor,
    history: new HistoryKeeper(),
    alerts: new AlertBoard(bench.clock),
    durations: new RecentDurations(),
    records: { openOrders: async () => ok([]) } as unknown as HistoryReader,
    rules: new RuleBook({
      store: bench.store,
      clock: bench.clock,
      marketNow: () => bench.clock.now(),
      shipped: bench.settings,
    }),
    maximumSlippageBps: bps(100),
    solve: async (problems) => optimizer.solve([...problems]),
  })
  const publisher = new Publisher(desk)
  const frames: GridFrame[] = []
  publisher.on('frame', (frame: DeskEvents['frame']) => void frames.push(frame))
  const risk = { view: () => bench.view().risk, refresh: async () => 'none' } as unknown as RiskWatch
  const started = { desk, publisher, market, risk, loadHistory: async () => {} } as unknown as StartedDesk
  const log: string[] = []
  const stop = runLive(
    started,
    async () => {},
    (line) => log.push(line),
  )
  atEnd.push(async () => {
    const stopped = stop()
    endCosts()
    await stopped
    expect(log).toEqual([])
  })
  return {
    bench,
    desk,
    frames,
    publisher,
    setPrice(asset: string, priceUsd: number) {
      bench.setPrices({ [asset]: priceUsd })
      onPrice(asset, priceUsd, true)
    },
    makeStale(asset: string) {
      bench.makeStale(asset)
      onPrice(asset, bench.prices.get(asset)!.priceUsd, false)
    },
    /** Status and next action of every row. */
    states: () =>
      bench.world.books.map((_, row) => [
        BOOK_STATUSES[publisher.grid.cell(row, 'status')],
        NEXT_ACTIONS[publisher.grid.cell(row, 'nextAction')],
      ]),
    execution,
    planStarted,
  }
}

describe('a breach', () => {
  test('is planned by the tick that caused it, not by the cycle of the second', async () => {
    const { bench, desk, setPrice } = await live()
    await until(() => expect(desk.sweep).not.toBeNull())
    expect(desk.breached()).toEqual([])
    setPrice('BTC', 150_000)
    await until(() => expect(bench.proposals.list()).toHaveLength(2))
    expect(desk.breached()).toEqual(['anna', 'boris'])
    expect(bench.proposals.of('anna')!.trigger).toEqual({ kind: 'band-breach', assets: ['BTC', 'ETH'] })
  })

  test('by a fill is seen without a price', async () => {
    const { bench, desk, execution } = await live()
    await until(() => expect(desk.sweep).not.toBeNull())
    bench.moveCash('boris', 'binance', 'USDT', '900000')
    execution({ kind: 'holdings-changed', bookIds: ['boris'] })
    await until(() => expect(desk.breached()).toEqual(['boris']))
    await until(() => expect(bench.proposals.of('boris')).toBeDefined())
  })

  test('shows in the next frame, with the figures of both books', async () => {
    const { frames, setPrice } = await live()
    await until(() => expect(frames.length).toBeGreaterThan(0))
    expect([...frames[0]!.rows]).toEqual([0, 1])
    const before = frames.length
    setPrice('BTC', 150_000)
    await until(() => expect(frames.length).toBeGreaterThan(before))
    expect([...frames.at(-1)!.rows]).toEqual([0, 1])
  })
})

describe('rows of the grid', () => {
  const QUIET = ['in-band', 'none']
  const UNABLE = ['unable-to-check', 'unable-to-check']
  test('leave a state of their own as they came to it', async () => {
    const { states, makeStale, setPrice } = await live()
    await until(() => expect(states()).toEqual([QUIET, QUIET]))
    makeStale('SOL')
    await until(() => expect(states()).toEqual([UNABLE, UNABLE]))
    setPrice('SOL', 200)
    await until(() => expect(states()).toEqual([QUIET, QUIET]))
  })

  test('show a pause, and its end', async () => {
    const { bench, states } = await live()
    const anna = bench.world.book('anna')!
    bench.world.refreshBook({ ...anna, pausedUntil: millis(START + 1) })
    await until(() => expect(states()).toEqual([['in-band', 'paused'], QUIET]))
    bench.world.refreshBook(anna)
    await until(() => expect(states()).toEqual([QUIET, QUIET]))
  })
})

test('a difference that the audit finds is an alarm on the screen', async () => {
  const none = { book: new Uint32Array(0), column: new Int32Array(0) }
  const crossings = { line: [], above: [], weight: [], limit: [], beyond: [], book: none.book }
  const { publisher } = await live({
    report: {
      frame: 1,
      out: 0,
      unable: 0,
      newlyBreached: crossings as unknown as DriftReport['newlyBreached'],
      newlyCured: crossings as unknown as DriftReport['newlyCured'],
      newlyUnable: none,
      newlyAble: none.book,
      audit: { differences: 1, first: [{ bookId: 'anna', said: 'in', exact: 'out' }] },
    },
  })
  await until(() =>
    expect(publisher.summary().alerts).toMatchObject([
      { id: 'drift-audit', severity: 'critical', text: expect.stringMatching(/anna was said to be in and is out/) },
    ]),
  )
})

test('a halt counts from the moment it is recorded', async () => {
  const { bench, desk, execution } = await live()
  const anna = bench.world.book('anna')!
  expect(desk.haltedWhy(anna)).toBeNull()
  const changed = { scope: { kind: 'all' }, state: 'halted', why: 'test' } as const
  bench.record({ type: 'trading-state-changed', payload: changed })
  execution({ kind: 'trading-state-changed', ...changed })
  expect(desk.haltedWhy(anna)).toBe('trading is stopped')
})

test('a plan that starts is met by the order books of its assets', async () => {
  const { bench, execution, planStarted } = await live()
  const parent = (asset: string): ParentOrder => ({
    id: `B-1.omnibus.sell.${asset}`,
    planId: 'B-1',
    asset,
    side: 'sell',
    account: OMNIBUS,
    quantity: amount('1'),
    participants: [{ bookId: 'anna', quantity: amount('1') }],
    schedule: { kind: 'immediate' },
    arrivalPriceUsd: 100,
    estimatedCostBps: bps(10),
    maximumSlippageBps: bps(100),
    createdAt: millis(START),
  })
  const parents = [parent('BTC'), parent('ETH')]
  bench.record(fact('plan-released', { planId: 'B-1', proposalIds: [], approval: 'advisor', parents }))
  execution({ kind: 'plan-started', planId: 'B-1' })
  expect(planStarted.mock.calls).toEqual([['B-1', new Set(['BTC', 'ETH'])]])
})
