import { withRoom } from './cell-heap.ts'
import { HashChains, hashWords } from './hash-chains.ts'

/** Distinct sets of risky columns that books hold or target: a book of 20 assets among 200 keeps and reads 20 cells. */
export class ColumnSets {
  /** `columns[startOf[set] + j]`, rising, for j below `sizeOf[set]`. The arrays are replaced when they grow. */
  columns: Uint32Array = new Uint32Array(0)
  startOf: Uint32Array = new Uint32Array(0)
  sizeOf: Uint32Array = new Uint32Array(0)
  count = 0
  #filled = 0
  readonly #known = new HashChains()

  /** The set with exactly these columns, which must rise. */
  intern(columns: readonly number[]): number {
    const hash = hashWords(Uint32Array.from(columns), columns.length)
    const known = this.#known.find(hash, (set) => this.#holds(set, columns))
    if (known !== undefined) return known
    const set = this.count++
    this.columns = withRoom(this.columns, this.#filled + columns.length)
    this.startOf = withRoom(this.startOf, set)
    this.sizeOf = withRoom(this.sizeOf, set)
    this.columns.set(columns, this.#filled)
    this.startOf[set] = this.#filled
    this.sizeOf[set] = columns.length
    this.#filled += columns.length
    this.#known.add(hash, set)
    return set
  }

  #holds(set: number, columns: readonly number[]): boolean {
    if (this.sizeOf[set] !== columns.length) return false
    const start = this.startOf[set]!
    for (let j = 0; j < columns.length; j++) if (this.columns[start + j] !== columns[j]) return false
    return true
  }

  of(set: number): Uint32Array {
    const start = this.startOf[set]!
    return this.columns.subarray(start, start + this.sizeOf[set]!)
  }

  get bytes(): number {
    return this.columns.byteLength + this.startOf.byteLength + this.sizeOf.byteLength
  }
}
