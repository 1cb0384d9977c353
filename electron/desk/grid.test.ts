import { describe, expect, test } from 'vitest'
import { BOOK_STATUSES, GRID_COLUMNS, NEXT_ACTIONS } from '../../core/contracts/monitor-view.ts'
import { millis } from '../../core/units.ts'
import { ABLE, DRIFT_STATUSES, type DriftSweep } from '../../workers/drift/index.ts'
import { Grid, type OldestPrice, type RowFacts, type RowFigures } from './grid.ts'
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
  ...changes,
})
const OLDEST = { asset: 'ETH', ageMs: 1_740 }
const figuresOf = (rows: number): RowFigures => ({
  trackingErrorBps: new Float64Array(rows).fill(12),
  // of $1,000 a tenth is cash
  cashFloor: new Float64Array(rows).fill(0.14),
  dayOpenUsd: new Float64Array(rows).fill(990),
})
/** Everything of one row, and the figures of all. */
function update(
  grid: Grid,
  row: number,
  sweep: DriftSweep,
  facts = factsOf(),
  oldest: OldestPrice | null = OLDEST,
): void {
  grid.updateFigures(sweep, figuresOf(grid.rows), new Uint8Array(grid.rows).fill(1))
  grid.updateState(row, sweep, facts)
  grid.updateAge(row, oldest)
}
const filled = (status: Status, changes: Partial<RowFacts> = {}, oldest: OldestPrice | null = OLDEST): Grid => {
  const grid = new Grid()
  grid.resize(1, ASSETS)
  update(grid, 0, sweepOf(status), factsOf(changes), oldest)
  return grid
}
const statusOf = (grid: Grid): string | undefined => BOOK_STATUSES[grid.cell(0, 'status')]
const actionOf = (grid: Grid): string | undefined => NEXT_ACTIONS[grid.cell(0, 'nextAction')]

describe('cells', () => {
  test('carry the sweep and the desk’s own facts', () => {
    const grid = filled('out', { rebalancedAt: 5 })
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
      cashNeedUsd: expect.closeTo(40, 9),
      pausedUntil: Number.NaN,
      actionUntil: Number.NaN,
      oldestAsset: 1,
    })
  })

  test('of a book that can’t be checked know nothing', () => {
    const grid = filled('unable', {}, null)
    for (const column of ['valueUsd', 'worstAsset', 'drift', 'linesOut', 'trackingErrorBps', 'ageSeconds'] as const)
      expect(grid.cell(0, column), column).toBeNaN()
  })

  test('an age without end stays one', () =>
    expect(filled('unable', {}, { asset: 'BTC', ageMs: Number.POSITIVE_INFINITY }).cell(0, 'ageSeconds')).toBe(
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

describe('rows without a state of their own', () => {
  const grid = new Grid()
  grid.resize(3, ASSETS)

  test('have their place in the bands as their status', () => {
    grid.updateFigures(sweepOf('in', 'near', 'in'), figuresOf(3), Uint8Array.of(0, 0, 1))
    expect([0, 1].map((row) => BOOK_STATUSES[grid.cell(row, 'status')])).toEqual(['in-band', 'near-edge'])
    expect(grid.cell(2, 'status')).toBeNaN()
  })

  test('keep what was last known where a price is missing now', () => {
    grid.updateFigures(sweepOf('unable', 'in', 'in'), figuresOf(3), Uint8Array.of(1, 0, 0))
    const cells = (['valueUsd', 'cashWeight', 'dayChangeUsd', 'drift', 'linesOut', 'cashNeedUsd'] as const).map(
      (column) => grid.cell(0, column),
    )
    expect(cells).toEqual([1_000, 0.1, 10, Number.NaN, Number.NaN, 0])
  })
})

describe('frames', () => {
  const two = (): Grid => {
    const grid = new Grid()
    grid.resize(2, ASSETS)
    update(grid, 0, sweepOf('in', 'in'))
    update(grid, 1, sweepOf('in', 'in'))
    return grid
  }

  test('hold every row at first, then only rows that changed, then nothing', () => {
    const grid = two()
    expect([...grid.takeChanged(1)!.rows]).toEqual([0, 1])
    expect(grid.takeChanged(2)).toBeNull()
    update(grid, 1, sweepOf('in', 'out'))
    const frame = grid.takeChanged(3)!
    expect(frame).toMatchObject({ sequence: 2, at: 3 })
    expect([...frame.rows]).toEqual([1])
    expect(frame.cells).toHaveLength(GRID_COLUMNS.length)
    expect(frame.cells[GRID_COLUMNS.indexOf('linesOut')]).toBe(2)
  })

  test('an age that grows within half a second is no change', () => {
    const grid = two()
    grid.takeChanged(1)
    update(grid, 0, sweepOf('in', 'in'), factsOf(), { asset: 'ETH', ageMs: 1_990 })
    expect(grid.takeChanged(2)).toBeNull()
    update(grid, 0, sweepOf('in', 'in'), factsOf(), { asset: 'ETH', ageMs: 2_000 })
    expect([...grid.takeChanged(3)!.rows]).toEqual([0])
  })

  test('of many rows take turns; another status or next action goes first', () => {
    const grid = new Grid()
    grid.resize(5, ASSETS)
    const quiet = new Uint8Array(5)
    grid.updateFigures(sweepOf('in', 'in', 'in', 'in', 'in'), figuresOf(5), quiet)
    const taken = (): readonly number[] => [...(grid.takeChanged(1, 2)?.rows ?? [])]
    expect([taken(), taken(), taken(), taken()]).toEqual([[0, 1], [2, 3], [4], []])
    const moved = sweepOf('in', 'in', 'in', 'in', 'out')
    moved.valueUsd.fill(1_001)
    grid.updateFigures(moved, figuresOf(5), Uint8Array.of(0, 0, 0, 0, 1))
    grid.updateState(4, moved, factsOf())
    expect([taken(), taken(), taken()]).toEqual([[4, 0], [1, 2], [3]])
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
