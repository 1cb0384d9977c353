/** Runs of doubles of different widths in one array, taken and given back. */
export class CellHeap {
  /** Replaced when it grows: read it anew. */
  values: Float64Array
  #next = 0
  /** Runs given back, by width. */
  readonly #free = new Map<number, number[]>()

  constructor() {
    this.values = new Float64Array(0)
  }

  get bytes(): number {
    return this.values.byteLength
  }

  /** Room for so many doubles altogether, so that filling it up does not grow it. */
  reserve(capacity: number): void {
    if (capacity <= this.values.length) return
    const grown = new Float64Array(capacity)
    grown.set(this.values)
    this.values = grown
  }

  /** Start of a run of that width; its values are anything. */
  take(width: number): number {
    const known = this.#free.get(width)?.pop()
    if (known !== undefined) return known
    const start = this.#next
    this.#next += width
    if (this.#next > this.values.length) this.reserve(Math.max(64, Math.ceil(1.5 * this.#next)))
    return start
  }

  give(start: number, width: number): void {
    const runs = this.#free.get(width)
    if (runs === undefined) this.#free.set(width, [start])
    else runs.push(start)
  }
}

/** The array, or a longer copy of it with room for `index`. */
export function withRoom(array: Uint32Array, index: number): Uint32Array {
  if (index < array.length) return array
  const grown = new Uint32Array(Math.max(16, 2 * index))
  grown.set(array)
  return grown
}
