import { describe, expect, test, vi } from 'vitest'
import { GRID_COLUMNS, type GridFrame } from '../../core/contracts/monitor-view.ts'
import { COLUMN, GridBoard } from './grid-board.ts'

const frame = (sequence: number, rows: readonly number[], fill: number): GridFrame => ({
  sequence,
  at: sequence * 100,
  rows: Uint32Array.from(rows),
  cells: new Float64Array(rows.length * GRID_COLUMNS.length).fill(fill),
})

function board(rows = 4) {
  const waiting: (() => void)[] = []
  return {
    board: new GridBoard(rows, (run) => waiting.push(run)),
    display: () => {
      for (const run of waiting.splice(0)) run()
    },
    waiting,
  }
}

describe('grid board', () => {
  test('before the first frame nothing is known', () => {
    expect(board().board.value(0, 'drift')).toBeNaN()
  })

  test('only rows that changed are told, once per display frame, with the latest value', () => {
    const { board: grid, display, waiting } = board()
    const first = vi.fn()
    const second = vi.fn()
    const any = vi.fn()
    grid.subscribe(1, first)
    grid.subscribe(2, second)
    grid.subscribeBoard(any)
    grid.apply(frame(1, [1], 5))
    grid.apply(frame(2, [1], 7))
    expect(waiting).toHaveLength(1)
    expect(first).not.toHaveBeenCalled()
    display()
    expect(first).toHaveBeenCalledTimes(1)
    expect(second).not.toHaveBeenCalled()
    expect(any).toHaveBeenCalledTimes(1)
    expect(grid.value(1, 'valueUsd')).toBe(7)
    expect(grid.version(1)).toBe(1)
    expect(grid.version(2)).toBe(0)
  })

  test('an older frame than what is shown changes nothing', () => {
    const { board: grid, display } = board()
    grid.apply(frame(5, [0, 1], 1))
    display()
    grid.apply(frame(4, [0], 9))
    display()
    expect(grid.value(0, 'valueUsd')).toBe(1)
    expect(grid.at).toBe(500)
  })

  test('rows beyond the board wait for the next snapshot', () => {
    const { board: grid, display } = board(2)
    grid.apply(frame(1, [1, 7], 3))
    display()
    expect(grid.value(1, 'cashWeight')).toBe(3)
  })

  test('a frame whose cells do not fit its rows is a bug', () => {
    const { board: grid } = board()
    expect(() => grid.apply({ ...frame(1, [0], 0), rows: Uint32Array.of(0, 1) })).toThrow('2 rows')
  })

  test('unsubscribing stops the calls', () => {
    const { board: grid, display } = board()
    const listener = vi.fn()
    grid.subscribe(0, listener)()
    grid.apply(frame(1, [0], 1))
    display()
    expect(listener).not.toHaveBeenCalled()
  })

  test('columns stand where the contract says', () => {
    expect(COLUMN.valueUsd).toBe(0)
    expect(Object.keys(COLUMN)).toEqual([...GRID_COLUMNS])
  })
})
