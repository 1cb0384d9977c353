const PAGE = 65_536
/** All that 32-bit addresses reach. */
const MAXIMUM_PAGES = 65_536
const CACHE_LINE = 64

/** The memory of the compiled filter: runs of bytes, taken and given back. */
export class FilterMemory {
  readonly memory: WebAssembly.Memory
  /** Views on all of it, replaced when it grows: read them anew. */
  bytes: Uint8Array<ArrayBuffer>
  words: Uint32Array<ArrayBuffer>
  floats: Float32Array<ArrayBuffer>
  /** Address 0 is nobody's. */
  #next = CACHE_LINE
  /** Runs given back, by length. */
  readonly #free = new Map<number, number[]>()

  constructor() {
    this.memory = new WebAssembly.Memory({ initial: 1, maximum: MAXIMUM_PAGES })
    const buffer = this.memory.buffer as ArrayBuffer
    this.bytes = new Uint8Array(buffer)
    this.words = new Uint32Array(buffer)
    this.floats = new Float32Array(buffer)
  }

  /** Address of a run of that many bytes, at a multiple of 16; its contents are anything. Throws RangeError when full. */
  take(bytes: number): number {
    const known = this.#free.get(bytes)?.pop()
    if (known !== undefined) return known
    const start = this.#next
    const end = start + Math.ceil(bytes / 16) * 16
    if (end > this.bytes.length) this.#grow(end)
    this.#next = end
    return start
  }

  give(start: number, bytes: number): void {
    const runs = this.#free.get(bytes)
    if (runs === undefined) this.#free.set(bytes, [start])
    else runs.push(start)
  }

  #grow(end: number): void {
    const pages = this.bytes.length / PAGE
    const needed = Math.ceil(end / PAGE) - pages
    const room = MAXIMUM_PAGES - pages
    // Growing in small steps would only cost new views; what is taken in advance is not touched before it is used.
    this.memory.grow(Math.max(needed, Math.min(room, Math.ceil(pages / 4))))
    const buffer = this.memory.buffer as ArrayBuffer
    this.bytes = new Uint8Array(buffer)
    this.words = new Uint32Array(buffer)
    this.floats = new Float32Array(buffer)
  }
}
