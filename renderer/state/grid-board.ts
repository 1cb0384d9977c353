import { assert } from '../../core/assert.ts'
import { GRID_COLUMNS, type GridColumn, type GridFrame } from '../../core/contracts/monitor-view.ts'

/** Column → its place in a row of cells. */
export const COLUMN = Object.fromEntries(GRID_COLUMNS.map((name, index) => [name, index])) as Readonly<
  Record<GridColumn, number>
>
const WIDTH = GRID_COLUMNS.length

/** Runs a function once, soon: the display's next frame in a page, by hand in tests. */
export type Schedule = (run: () => void) => void

/**
 * The live cells of the Monitor, outside React: latest value per cell in one typed array, a version per row.
 * Frames write at once; rows are told at most once per display frame, and only rows that changed.
 */
export class GridBoard {
  readonly rows: number
  readonly #cells: Float64Array
  readonly #versions: Uint32Array
  readonly #dirty = new Set<number>()
  readonly #rowListeners = new Map<number, Set<() => void>>()
  readonly #boardListeners = new Set<() => void>()
  readonly #schedule: Schedule
  #scheduled = false
  #sequence = -1
  #at = Number.NaN

  constructor(rows: number, schedule: Schedule) {
    this.rows = rows
    this.#schedule = schedule
    this.#cells = new Float64Array(rows * WIDTH).fill(Number.NaN)
    this.#versions = new Uint32Array(rows)
  }

  /** Desk time of the latest frame. */
  get at(): number {
    return this.#at
  }

  /** Takes a frame unless it is older than what is shown. Rows the board does not have wait for the next snapshot. */
  apply(frame: GridFrame): void {
    assert(
      frame.cells.length === frame.rows.length * WIDTH,
      `a frame of ${frame.rows.length} rows has ${frame.cells.length} cells, not ${frame.rows.length * WIDTH}`,
    )
    if (frame.sequence <= this.#sequence) return
    this.#sequence = frame.sequence
    this.#at = frame.at
    for (let i = 0; i < frame.rows.length; i++) {
      const row = frame.rows[i]!
      if (row >= this.rows) continue
      this.#cells.set(frame.cells.subarray(i * WIDTH, (i + 1) * WIDTH), row * WIDTH)
      this.#dirty.add(row)
    }
    if (this.#scheduled) return
    this.#scheduled = true
    this.#schedule(() => this.#flush())
  }

  #flush(): void {
    this.#scheduled = false
    const dirty = [...this.#dirty]
    this.#dirty.clear()
    for (const row of dirty) this.#versions[row]!++
    for (const row of dirty) for (const listener of this.#rowListeners.get(row) ?? []) listener()
    for (const listener of this.#boardListeners) listener()
  }

  value(row: number, column: GridColumn): number {
    return this.#cells[row * WIDTH + COLUMN[column]]!
  }

  readonly version = (row: number): number => this.#versions[row] ?? 0

  readonly subscribe = (row: number, listener: () => void): (() => void) => {
    const listeners = this.#rowListeners.get(row) ?? new Set()
    this.#rowListeners.set(row, listeners.add(listener))
    return () => {
      listeners.delete(listener)
      if (listeners.size === 0) this.#rowListeners.delete(row)
    }
  }

  /** After any change, once per display frame. */
  readonly subscribeBoard = (listener: () => void): (() => void) => {
    this.#boardListeners.add(listener)
    return () => this.#boardListeners.delete(listener)
  }
}
