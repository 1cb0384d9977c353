import type { Millis } from '../../core/units.ts'

const MILLIS_PER_HOUR = 3_600_000

/**
 * What the prices of a running day tell, from one price per full hour. An hour without a price adds nothing: the return
 * across a gap is one return over its true span, so it counts once where as many hours would have counted each.
 */
export class DaySoFar {
  readonly #start: Millis
  readonly #startPrice: number
  #lastTime: Millis
  #lastPrice: number
  #squares = 0
  #squaredSpans = 0
  #prices = 0

  /** `start` is the time of the close before, `price` that close. */
  constructor(start: Millis, price: number) {
    this.#start = start
    this.#startPrice = price
    this.#lastTime = start
    this.#lastPrice = price
  }

  add(time: Millis, price: number): void {
    if (!(time > this.#lastTime)) throw new Error(`time ${time} is not after ${this.#lastTime}`)
    this.#squares += Math.log(price / this.#lastPrice) ** 2
    this.#squaredSpans += ((time - this.#lastTime) / MILLIS_PER_HOUR) ** 2
    this.#prices++
    this.#lastTime = time
    this.#lastPrice = price
  }

  /** From the close before to the last price. */
  get logReturn(): number {
    return Math.log(this.#lastPrice / this.#startPrice)
  }
  /** Sum of the squares of the returns. */
  get realisedVariance(): number {
    return this.#squares
  }
  /** Hours up to the last price. */
  get hours(): number {
    return (this.#lastTime - this.#start) / MILLIS_PER_HOUR
  }
  /** (Σ span)²/Σ span² of the returns and of the time since the last: the hours seen, fewer where some are missing. */
  effectiveHours(now: Millis): number {
    const silent = Math.max(0, Math.floor((now - this.#lastTime) / MILLIS_PER_HOUR))
    return this.#squaredSpans > 0 ? this.hours ** 2 / (this.#squaredSpans + silent ** 2) : 0
  }
  /** Full hours from the start to `now` that ended without a price, and all of them. */
  missing(now: Millis): { readonly missing: number; readonly hours: number } {
    const hours = Math.floor((now - this.#start) / MILLIS_PER_HOUR)
    return { missing: Math.max(0, hours - this.#prices), hours }
  }
}
