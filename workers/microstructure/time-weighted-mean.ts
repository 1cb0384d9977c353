/** Entries that have left the window are dropped in bulk, so that a push costs the same however long the window is. */
const DROP_AT = 1024

/** Mean of a value that holds until the next one, over a sliding window of time. Gaps (NaN) carry no weight. */
export class TimeWeightedMean {
  readonly #windowMs: number
  readonly #times: number[] = []
  readonly #values: number[] = []
  #first = 0

  constructor(windowMs: number) {
    this.#windowMs = windowMs
  }

  /** Times don't run backwards. NaN begins a gap. */
  push(at: number, value: number): void {
    const times = this.#times
    const last = times.length - 1
    if (last >= 0 && times[last] === at) this.#values[last] = value
    else if (last < 0 || !Object.is(this.#values[last], value)) {
      times.push(at)
      this.#values.push(value)
    }
    // The value that reaches into the window from before it is kept.
    while (this.#first + 1 < times.length && times[this.#first + 1]! <= at - this.#windowMs) this.#first++
    if (this.#first >= DROP_AT && 2 * this.#first >= times.length) {
      times.splice(0, this.#first)
      this.#values.splice(0, this.#first)
      this.#first = 0
    }
  }

  /** NaN where nothing was known within the window; the last value where no time has passed since it came. */
  mean(now: number): number {
    let weight = 0
    let sum = 0
    for (let i = this.#first; i < this.#times.length; i++) {
      const from = Math.max(this.#times[i]!, now - this.#windowMs)
      const to = this.#times[i + 1] ?? now
      const value = this.#values[i]!
      if (to <= from || Number.isNaN(value)) continue
      weight += to - from
      sum += value * (to - from)
    }
    return weight > 0 ? sum / weight : (this.#values.at(-1) ?? Number.NaN)
  }
}
