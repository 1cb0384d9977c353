/**
 * The tolerance bands of all client books, each distinct set of lines kept once: thousands of books follow one model.
 * `targets[row × lines + line]`, likewise `lows` and `highs`. The arrays are replaced when they grow: read them anew.
 */
export class BandRows {
  readonly lines: number
  targets: Float64Array
  lows: Float64Array
  highs: Float64Array
  /** Books that point at the row; 0 is a free row. */
  #users: Uint32Array
  #rows = 0
  readonly #free: number[] = []
  /** Rows by the hash of their bits. */
  readonly #byHash = new Map<number, number[]>()
  /** One row as it is looked for: targets, lows, highs. */
  readonly #sought: Float64Array
  readonly #soughtWords: Uint32Array

  constructor(lines: number, capacity: number) {
    this.lines = lines
    this.targets = new Float64Array(capacity * lines)
    this.lows = new Float64Array(capacity * lines)
    this.highs = new Float64Array(capacity * lines)
    this.#users = new Uint32Array(capacity)
    this.#sought = new Float64Array(3 * lines)
    this.#soughtWords = new Uint32Array(this.#sought.buffer)
  }

  /** Rows that were ever in use: every row number is below it. */
  get count(): number {
    return this.#rows
  }
  /** Rows that some book points at. */
  get used(): number {
    return this.#rows - this.#free.length
  }
  get bytes(): number {
    return 3 * this.targets.byteLength + this.#users.byteLength
  }

  /** The row with exactly these bands, made where there is none; the caller counts as one more user of it. */
  intern(targets: Float64Array, lows: Float64Array, highs: Float64Array): number {
    this.#sought.set(targets, 0)
    this.#sought.set(lows, this.lines)
    this.#sought.set(highs, 2 * this.lines)
    const hash = this.#hash()
    const alike = this.#byHash.get(hash)
    const known = alike?.find((row) => this.#holdsSought(row))
    if (known !== undefined) {
      this.#users[known]!++
      return known
    }
    const row = this.#free.pop() ?? this.#append()
    const at = row * this.lines
    this.targets.set(targets, at)
    this.lows.set(lows, at)
    this.highs.set(highs, at)
    this.#users[row] = 1
    if (alike === undefined) this.#byHash.set(hash, [row])
    else alike.push(row)
    return row
  }

  /** One more book points at the row. */
  share(row: number): void {
    this.#users[row]!++
  }

  /** One book fewer points at the row; the last one frees it. */
  release(row: number): void {
    if (--this.#users[row]! > 0) return
    const at = row * this.lines
    this.#sought.set(this.targets.subarray(at, at + this.lines), 0)
    this.#sought.set(this.lows.subarray(at, at + this.lines), this.lines)
    this.#sought.set(this.highs.subarray(at, at + this.lines), 2 * this.lines)
    const hash = this.#hash()
    const rest = this.#byHash.get(hash)!.filter((other) => other !== row)
    if (rest.length > 0) this.#byHash.set(hash, rest)
    else this.#byHash.delete(hash)
    this.#free.push(row)
  }

  #append(): number {
    if (this.#rows === this.#users.length) {
      const capacity = Math.max(16, 2 * this.#rows)
      const grow = (old: Float64Array): Float64Array => {
        const grown = new Float64Array(capacity * this.lines)
        grown.set(old)
        return grown
      }
      this.targets = grow(this.targets)
      this.lows = grow(this.lows)
      this.highs = grow(this.highs)
      const users = new Uint32Array(capacity)
      users.set(this.#users)
      this.#users = users
    }
    return this.#rows++
  }

  /** FNV-1a over 32-bit words. */
  #hash(): number {
    const words = this.#soughtWords
    let hash = 0x811c9dc5
    for (let i = 0; i < words.length; i++) {
      hash = Math.imul(hash ^ words[i]!, 0x01000193)
      hash ^= hash >>> 15
    }
    return hash
  }

  #holdsSought(row: number): boolean {
    const { lines } = this
    const at = row * lines
    for (let line = 0; line < lines; line++) {
      if (
        !Object.is(this.targets[at + line], this.#sought[line]) ||
        !Object.is(this.lows[at + line], this.#sought[lines + line]) ||
        !Object.is(this.highs[at + line], this.#sought[2 * lines + line])
      )
        return false
    }
    return true
  }
}
