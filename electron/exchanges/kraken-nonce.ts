/** Far enough to pass whatever a clock that was ahead has left behind at the venue. */
const LEAP_MICROSECONDS = 60_000_000

/** Microseconds, and always above the one before: the venue remembers the highest nonce of a key for ever. */
export class NonceCounter {
  readonly #now: () => number
  #last = 0
  #ahead = 0

  constructor(now: () => number) {
    this.#now = now
  }

  next(): number {
    this.#last = Math.max(this.#last + 1, this.#now() * 1000 + this.#ahead)
    return this.#last
  }

  /** After a refused nonce: some earlier session counted further than our clock. */
  leap(): void {
    this.#ahead += LEAP_MICROSECONDS
  }
}
