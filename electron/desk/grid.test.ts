import { describe, expect, test } from 'vitest'
import { BOOK_STATUSES, GRID_COLUMNS, NEXT_ACTIONS } from '../../core/contracts/desk-api.ts'
import { millis } from '../../core/units.ts'
import { ABLE, DRIFT_STATUSES, type DriftSweep } from '../../workers/drift/index.ts'
import { Grid, type RowFacts } from './grid.ts'
import { bookOf, proposalOf } from './test-support/desk-bench.ts'

const ASSETS = ['BTC', 'ETH', 'CASH']
type Status = (typeof DRIFT_STATUSES)[number]

function sweepOf(...statuses: Status[]): DriftSweep {
  const able = statuses.map((status) => status !== 'unable')
  const figures = (value: number): Float64Array => Float64Array.from(able, (is) => (is ? value : Number.NaN))
  return {
    valueUsd: figures(1_000),
    worstLine: Int32Array.from(able, (is) => (is ? 1 : -1)),
    worstDrift: figures(0.06),
    worstPosition: figures(1.2),
    breachedLines: Uint16Array.from(statuses, (status) => (status === 'out' ? 2 : 0)),
    turnover: figures(0.06),
    cashWeight: figures(0.1),
    status: Uint8Array.from(statuses, (status) => DRIFT_STATUSES.indexOf(status)),
    unableColumn: Int32Array.from(able, (is) => (is ? ABLE : 0)),
    lineAssets: ['BTC', 'ETH', 'CASH'],
    newlyBreached: [],
    newlyCured: [],
    audit: { differences: 0, first: [] },
  }
}
const factsOf = (changes: Partial<RowFacts> = {}): RowFacts => ({
  book: bookOf('anna'),
  proposal: undefined,
  blocked: false,
  releasing: false,
  executing: false,
  progress: 0,
  wait: undefined,
  halted: false,
  rebalancedAt: null,
  trackingErrorBps: 12,
  oldest: { asset: 'ETH', ageMs: 1_740 },
  cashNeedUsd: 0,
  dayOpenUsd: 990,
  ...changes,
})
const filled = (status: Status, changes: Partial<RowFacts> = {}): Grid => {
  const grid = new Grid()
  grid.resize(1, ASSETS)
  grid.update(0, sweepOf(status), factsOf(changes))
  return grid
}
const statusOf = (grid: Grid): string | undefined => BOOK_STATUSES[grid.cell(0, 'status')]
const actionOf = (grid: Grid): string | undefined => NEXT_ACTIONS[grid.cell(0, 'nextAction')]

describe('cells', () => {
  test('carry the sweep and the desk’s own facts', () => {
    const grid = filled('out', { rebalancedAt: 5, cashNeedUsd: 40 })
    const cells = Object.fromEntries(GRID_COLUMNS.map((column) => [column, grid.cell(0, column)]))
    expect(cells).toEqual({
      valueUsd: 1_000,
      worstAsset: 1,
      drift: 0.06,
      position: 1.2,
      linesOut: 2,
      trackingErrorBps: 12,
      cashWeight: 0.1,
      rebalancedAt: 5,
      nextAction: NEXT_ACTIONS.indexOf('computing'),
      actionProgress: Number.NaN,
      // whole halves of a second: 1.74 s
      ageSeconds: 1.5,
      dayChangeUsd: 10,
      status: BOOK_STATUSES.indexOf('out-of-band'),
      cashNeedUsd: 40,
      pausedUntil: Number.NaN,
      actionUntil: Number.NaN,
      oldestAsset: 1,
    })
  })

  test('of a book that can’t be checked know nothing', () => {
    const grid = filled('unable', { oldest: null })
    for (const column of ['valueUsd', 'worstAsset', 'drift', 'linesOut', 'trackingErrorBps', 'ageSeconds'] as const)
      expect(grid.cell(0, column), column).toBeNaN()
  })

  test('an age without end stays one', () =>
    expect(filled('unable', { oldest: { asset: 'BTC', ageMs: Number.POSITIVE_INFINITY } }).cell(0, 'ageSeconds')).toBe(
      Number.POSITIVE_INFINITY,
    ))
})

describe('status: one of six that exclude each other', () => {
  const proposal = proposalOf('R-1', 'anna')
  test.each([
    ['in', {}, 'in-band', 'none'],
    ['near', {}, 'near-edge', 'none'],
    ['out', {}, 'out-of-band', 'computing'],
    ['unable', {}, 'unable-to-check', 'unable-to-check'],
    ['out', { proposal }, 'awaiting-approval', 'approve-proposal'],
    ['in', { proposal }, 'awaiting-approval', 'approve-proposal'],
    ['out', { proposal: { ...proposal, cleanliness: 'warning' } }, 'awaiting-approval', 'review-warning'],
    ['out', { proposal, blocked: true }, 'awaiting-approval', 'blocked'],
    ['out', { proposal, releasing: true }, 'awaiting-approval', 'releasing'],
    ['out', { proposal: { ...proposal, state: 'held' } }, 'out-of-band', 'held'],
    ['unable', { proposal }, 'unable-to-check', 'unable-to-check'],
    ['out', { executing: true, progress: 0.4 }, 'executing', 'executing'],
    ['unable', { executing: true }, 'executing', 'executing'],
    ['out', { halted: true }, 'out-of-band', 'trading-halted'],
  ] as const)('%s with %o: %s, %s', (drift, changes, status, action) => {
    const grid = filled(drift, changes as Partial<RowFacts>)
    expect([statusOf(grid), actionOf(grid)]).toEqual([status, action])
  })

  test.each([
    'cool-down',
    'paused',
    'infeasible',
    'cost-exceeds-benefit',
    'below-minimum',
    'no-cash',
    'defensive',
    'trading-halted',
  ] as const)('out of band and waiting for %s: that is the action', (reason) =>
    expect(actionOf(filled('out', { wait: { reason, why: '', until: null } }))).toBe(reason),
  )

  test('a pause shows on a book inside its bands too', () => {
    const grid = filled('in', { book: bookOf('anna', { pausedUntil: millis(9) }) })
    expect([actionOf(grid), grid.cell(0, 'pausedUntil')]).toEqual(['paused', 9])
  })

  test('the end of a cool-down and the progress of orders stand beside their actions', () => {
    const waiting = filled('out', { wait: { reason: 'cool-down', why: '', until: millis(77) } })
    expect(waiting.cell(0, 'actionUntil')).toBe(77)
    expect(filled('out', { executing: true, progress: 0.4 }).cell(0, 'actionProgress')).toBe(0.4)
    expect(filled('out', { progress: 0.4 }).cell(0, 'actionProgress')).toBeNaN()
  })
})

describe('frames', () => {
  const two = (): Grid => {
    const grid = new Grid()
    grid.resize(2, ASSETS)
    grid.update(0, sweepOf('in', 'in'), factsOf())
    grid.update(1, sweepOf('in', 'in'), factsOf())
    return grid
  }

  test('hold every row at first, then only rows that changed, then nothing', () => {
    const grid = two()
    expect([...grid.takeChanged(1)!.rows]).toEqual([0, 1])
    expect(grid.takeChanged(2)).toBeNull()
    grid.update(1, sweepOf('in', 'out'), factsOf())
    const frame = grid.takeChanged(3)!
    expect(frame).toMatchObject({ sequence: 2, at: 3 })
    expect([...frame.rows]).toEqual([1])
    expect(frame.cells).toHaveLength(GRID_COLUMNS.length)
    expect(frame.cells[GRID_COLUMNS.indexOf('linesOut')]).toBe(2)
  })

  test('an age that grows within half a second is no change', () => {
    const grid = two()
    grid.takeChanged(1)
    grid.update(0, sweepOf('in', 'in'), factsOf({ oldest: { asset: 'ETH', ageMs: 1_990 } }))
    expect(grid.takeChanged(2)).toBeNull()
    grid.update(0, sweepOf('in', 'in'), factsOf({ oldest: { asset: 'ETH', ageMs: 2_000 } }))
    expect([...grid.takeChanged(3)!.rows]).toEqual([0])
  })

  test('a row back where it was sent from is not sent', () => {
    const grid = two()
    grid.takeChanged(1)
    grid.update(0, sweepOf('out', 'in'), factsOf())
    grid.update(0, sweepOf('in', 'in'), factsOf())
    expect(grid.takeChanged(2)).toBeNull()
  })

  test('full() is everything, a copy, under the last sequence', () => {
    const grid = two()
    grid.takeChanged(1)
    const full = grid.full(9)
    expect(full).toMatchObject({ sequence: 1, at: 9 })
    expect([...full.rows]).toEqual([0, 1])
    full.cells.fill(0)
    expect(grid.cell(0, 'valueUsd')).toBe(1_000)
  })

  test('rows that were never filled are NaN, and are sent once', () => {
    const grid = new Grid()
    grid.resize(1, ASSETS)
    expect(grid.rows).toBe(1)
    expect(grid.takeChanged(1)!.cells.every(Number.isNaN)).toBe(true)
    expect(grid.takeChanged(2)).toBeNull()
  })
})
