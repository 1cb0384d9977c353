import { CellHeap, withRoom } from './cell-heap.ts'
import { HashChains, hashWords } from './hash-chains.ts'

/** Cells per line: target, low, high. */
export const CELLS = 3

/**
 * The tolerance bands of all client books, each distinct row kept once: thousands of books follow one model.
 * A row has a line per column of its column set and one for CASH: target, low and high of line j stand at
 * `cells.values[startOf[row] + 3·j]` and after. The arrays are replaced when they grow: read them anew.
 */
export class BandRows {
  readonly cells: CellHeap
  startOf: Uint32Array
  /** Column set of the row. */
  setOf: Uint32Array
  /** Books that point at the row; 0 is a free row. */
  #users: Uint32Array
  #rows = 0
  readonly #free: number[] = []
  /** Rows by the hash of their bits. */
  readonly #known = new HashChains()

  constructor(rows: number) {
    this.cells = new CellHeap()
    this.startOf = new Uint32Array(rows)
    this.setOf = new Uint32Array(rows)
    this.#users = new Uint32Array(rows)
  }

  /** Row numbers are below it. */
  get count(): number {
    return this.#rows
  }
  /** Rows that some book points at. */
  get used(): number {
    return this.#rows - this.#free.length
  }
  get bytes(): number {
    return this.cells.bytes + this.startOf.byteLength + this.setOf.byteLength + this.#users.byteLength
  }
  isUsed(row: number): boolean {
    return this.#users[row]! > 0
  }

  /** The row with exactly this column set and these cells, made where there is none; the caller is one more user. */
  intern(set: number, cells: Float64Array): number {
    const hash = hashOf(set, cells)
    const known = this.#known.find(hash, (row) => this.#holds(row, set, cells))
    if (known !== undefined) {
      this.#users[known]!++
      return known
    }
    const row = this.#free.pop() ?? this.#append()
    const start = this.cells.take(cells.length)
    this.cells.values.set(cells, start)
    this.startOf[row] = start
    this.setOf[row] = set
    this.#users[row] = 1
    this.#known.add(hash, row)
    return row
  }

  /** So many more books point at the row. */
  share(row: number, books: number): void {
    this.#users[row]! += books
  }

  /** One book fewer points at the row of so many lines; the last one frees it. */
  release(row: number, lines: number): void {
    if (--this.#users[row]! > 0) return
    const start = this.startOf[row]!
    this.#known.remove(hashOf(this.setOf[row]!, this.cells.values.subarray(start, start + CELLS * lines)), row)
    this.cells.give(start, CELLS * lines)
    this.#free.push(row)
  }

  #append(): number {
    const row = this.#rows++
    this.startOf = withRoom(this.startOf, row)
    this.setOf = withRoom(this.setOf, row)
    this.#users = withRoom(this.#users, row)
    return row
  }

  #holds(row: number, set: number, cells: Float64Array): boolean {
    if (this.setOf[row] !== set) return false
    const start = this.startOf[row]!
    const { values } = this.cells
    for (let i = 0; i < cells.length; i++) if (!Object.is(cells[i], values[start + i])) return false
    return true
  }
}

const hashOf = (set: number, cells: Float64Array): number =>
  hashWords(new Uint32Array(cells.buffer, cells.byteOffset, 2 * cells.length), set)
