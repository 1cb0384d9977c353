import { afterEach, describe, expect, test } from 'vitest'
import { BOOK_STATUSES } from '../../../core/contracts/monitor-view.ts'
import { millis, usd } from '../../../core/units.ts'
import { ABLE, DRIFT_STATUSES, type DriftSweep } from '../../../workers/drift/index.ts'
import { AlertBoard } from '../alerts.ts'
import { Grid } from '../grid.ts'
import { bookOf, DeskBench, proposalOf, START } from '../test-support/desk-bench.ts'
import { type SummaryInputs, summaryView } from './summary-view.ts'

const benches: DeskBench[] = []
afterEach(() => {
  for (const bench of benches.splice(0)) bench.close()
})
const ASSETS = ['BTC', 'ETH', 'CASH']
const IDS = ['anna', 'boris', 'clara', 'dora']

/** anna in band, boris out by 1.5 half-widths below, clara can't be checked, dora near. */
function open(changes: Partial<SummaryInputs> = {}) {
  const bench = new DeskBench(IDS.map((id) => ({ book: bookOf(id) })))
  benches.push(bench)
  const statuses = ['in', 'out', 'unable', 'near'] as const
  const sweep: DriftSweep = {
    valueUsd: Float64Array.of(100, 200, Number.NaN, 400),
    worstLine: Int32Array.of(0, 1, -1, 0),
    worstDrift: Float64Array.of(0.01, -0.06, Number.NaN, 0.04),
    worstPosition: Float64Array.of(0.2, -1.5, Number.NaN, 0.9),
    breachedLines: Uint16Array.of(0, 1, 0, 0),
    turnover: new Float64Array(4),
    cashWeight: Float64Array.of(0.1, 0.1, Number.NaN, 0.1),
    status: Uint8Array.from(statuses, (status) => DRIFT_STATUSES.indexOf(status)),
    unableColumn: Int32Array.of(ABLE, ABLE, 0, ABLE),
    lineAssets: ASSETS,
    newlyBreached: [],
    newlyCured: [],
    audit: { differences: 0, first: [] },
  }
  const grid = new Grid()
  grid.resize(4, ASSETS)
  const fill = (): void => {
    grid.updateFigures(
      sweep,
      {
        trackingErrorBps: new Float64Array(4).fill(1),
        // anna and boris are 15 short, the others hold enough
        cashFloor: Float64Array.of(0.25, 0.175, 1, 0),
        dayOpenUsd: Float64Array.of(90, 205, Number.NaN, Number.NaN),
      },
      new Uint8Array(4).fill(1),
    )
    IDS.forEach((id, row) =>
      grid.updateState(row, sweep, {
        book: bookOf(id, id === 'dora' ? { pausedUntil: millis(START + 1) } : {}),
        proposal: undefined,
        blocked: false,
        releasing: false,
        executing: false,
        progress: 0,
        wait: undefined,
        halted: false,
        rebalancedAt: null,
      }),
    )
  }
  const view = () =>
    summaryView({
      at: START,
      marketTime: START + 5,
      world: bench.world,
      grid,
      assets: ASSETS,
      proposals: bench.proposals,
      alerts: new AlertBoard(bench.clock),
      venues: [],
      regime: { class: 'normal', since: 0, multiplier: 1, volatility: 0.5, prior: false, explanation: '' },
      trading: { state: 'active', why: null },
      engineP95Ms: 3,
      workingParents: 2,
      audit: { entries: 1, verifiedAt: null, ok: true },
      pendingApprovals: [],
      ...changes,
    })
  return { bench, grid, fill, view }
}

test('before the first frame nothing is claimed', () => {
  const { view } = open()
  const summary = view()
  expect(summary).toMatchObject({ assetsUnderManagementUsd: 0, booksChecked: 0, worst: null, paused: 0 })
  expect(Object.values(summary.counts)).toEqual(BOOK_STATUSES.map(() => 0))
})

test('figures are those of the grid: each book in one status, unknown values left out of sums', () => {
  const { fill, view } = open()
  fill()
  const summary = view()
  expect(summary.counts).toEqual({
    'in-band': 1,
    'near-edge': 1,
    'out-of-band': 1,
    'awaiting-approval': 0,
    executing: 0,
    'unable-to-check': 1,
  })
  expect(summary).toMatchObject({
    at: START,
    marketTime: START + 5,
    assetsUnderManagementUsd: 700,
    dayChangeUsd: 10 - 5,
    booksChecked: 3,
    paused: 1,
    cashNeeds: { books: 2, usd: expect.closeTo(30, 9) },
    worst: { bookId: 'boris', asset: 'ETH', drift: -0.06, position: -1.5 },
    workingParents: 2,
    trading: 'active',
    tradingWhy: null,
  })
})

describe('proposals', () => {
  test('cost to fix is of all, open ones alone wait for approval', () => {
    const { bench, view } = open()
    bench.proposals.add(
      [
        proposalOf('R-1', 'anna', { buyUsd: usd(10_000), sellUsd: usd(20_000) }),
        proposalOf('R-2', 'boris', { buyUsd: usd(0), sellUsd: usd(30_000) }),
      ],
      'desk',
    )
    bench.proposals.change([{ proposal: bench.proposals.of('boris')!, state: 'held', why: '' }], 'advisor:a')
    expect(view()).toMatchObject({ openProposals: 1, costToFixUsd: 120 })
    // $120 on $60,000 traded
    expect(view().costToFixBps).toBeCloseTo(20, 12)
  })

  test('none: it costs nothing', () => expect(open().view()).toMatchObject({ costToFixUsd: 0, costToFixBps: 0 }))
})

test('a halt is told with its words', () =>
  expect(open({ trading: { state: 'halted', why: 'trading is halted' } }).view()).toMatchObject({
    trading: 'halted',
    tradingWhy: 'trading is halted',
  }))
