const SEQUENCE = 0
const BELL = 1
const ASSETS = 2
const HEADER = 4
/** Low and high half of the price, and whether it is fresh. */
const WORDS = 3
/** Reads that met a writer, before the reader sleeps a little: the writer may have been put aside in the middle. */
const SPINS = 1000

/**
 * Latest prices in shared memory: one writer (the market side), readers in other threads, guarded by a seqlock. The
 * sequence is odd while a write is under way; a reader that saw it odd or changed reads again, so it never sees half
 * of a write. Every access is atomic: under a plain load after a fence the proof would rest on the processor.
 */
export class SharedPrices {
  readonly buffer: SharedArrayBuffer
  readonly #words: Int32Array
  readonly #price = new Float64Array(1)
  readonly #halves = new Int32Array(this.#price.buffer)

  private constructor(buffer: SharedArrayBuffer) {
    this.buffer = buffer
    this.#words = new Int32Array(buffer)
  }

  /** All of them stale and NaN. */
  static create(assets: number): SharedPrices {
    const shared = new SharedPrices(new SharedArrayBuffer(4 * (HEADER + WORDS * assets)))
    shared.#words[ASSETS] = assets
    shared.write(new Float64Array(assets).fill(Number.NaN), new Uint8Array(assets))
    return shared
  }

  static over(buffer: SharedArrayBuffer): SharedPrices {
    return new SharedPrices(buffer)
  }

  get assets(): number {
    return this.#words[ASSETS]!
  }
  /** Number of the last frame written whole; counts up by 1 and wraps after 2³¹. */
  get frame(): number {
    return Atomics.load(this.#words, SEQUENCE) >>> 1
  }

  /** Writer: all prices in USD, with 1 where they are fresh. Answers the number of the frame. */
  write(prices: Float64Array, fresh: Uint8Array): number {
    Atomics.add(this.#words, SEQUENCE, 1)
    for (let asset = 0; asset < prices.length; asset++) this.#put(asset, prices[asset]!, fresh[asset]!)
    return this.#publish()
  }

  /** Writer: one price, one tick. Answers the number of the frame. */
  set(asset: number, price: number, fresh: boolean): number {
    Atomics.add(this.#words, SEQUENCE, 1)
    this.#put(asset, price, fresh ? 1 : 0)
    return this.#publish()
  }

  /**
   * Reader, not on a thread that must not sleep: copies one whole frame and answers its number, or null where the
   * writer stopped in the middle of one (some 50 ms long).
   */
  read(prices: Float64Array, fresh: Uint8Array): number | null {
    const words = this.#words
    for (let attempt = 0; attempt < 50 * SPINS; attempt++) {
      const before = Atomics.load(words, SEQUENCE)
      if ((before & 1) === 0) {
        for (let asset = 0; asset < prices.length; asset++) {
          const at = HEADER + WORDS * asset
          this.#halves[0] = Atomics.load(words, at)
          this.#halves[1] = Atomics.load(words, at + 1)
          prices[asset] = this.#price[0]!
          fresh[asset] = Atomics.load(words, at + 2)
        }
        if (Atomics.load(words, SEQUENCE) === before) return before >>> 1
      }
      if (attempt % SPINS === SPINS - 1) Atomics.wait(words, SEQUENCE, Atomics.load(words, SEQUENCE), 1)
    }
    return null
  }

  /** Wakes who waits for news, though no price changed. */
  ring(): void {
    Atomics.add(this.#words, BELL, 1)
    Atomics.notify(this.#words, BELL)
  }

  /** What to hand to `rung`: take it before looking whether there is something to do. */
  get bell(): number {
    return Atomics.load(this.#words, BELL)
  }

  /** Resolves when the bell has been rung since `bell` was taken, or after the time given. The thread stays free. */
  async rung(bell: number, timeoutMs: number): Promise<void> {
    const waiting = Atomics.waitAsync(this.#words, BELL, bell, timeoutMs)
    if (waiting.async) await waiting.value
  }

  #put(asset: number, price: number, fresh: number): void {
    this.#price[0] = price
    const at = HEADER + WORDS * asset
    Atomics.store(this.#words, at, this.#halves[0]!)
    Atomics.store(this.#words, at + 1, this.#halves[1]!)
    Atomics.store(this.#words, at + 2, fresh)
  }

  #publish(): number {
    const frame = (Atomics.add(this.#words, SEQUENCE, 1) + 1) >>> 1
    this.ring()
    return frame
  }
}
