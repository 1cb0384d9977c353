const DAYS_PER_YEAR = 365
const MILLIS_PER_DAY = 86_400_000

/**
 * Exponentially weighted variance of log returns at uneven times: each return counts as r²/days, with the weight of
 * the time it spans, `1 − 2^(−days/halfLife)`. Days without a price add nothing. Volatility is per √year.
 */
export class EwmaVolatility {
  readonly #halfLifeDays: number
  #variancePerDay = 0
  /** Weight of what has been seen; 1 − weight is left to the unknown start. */
  #weight = 0

  constructor(halfLifeDays: number) {
    if (!(halfLifeDays > 0)) throw new Error(`a half-life is above 0 days, not ${halfLifeDays}`)
    this.#halfLifeDays = halfLifeDays
  }

  update(logReturn: number, days: number): void {
    this.updateVariance(logReturn * logReturn, days)
  }

  /** With a variance over the span instead of the square of its return: from a range estimator. */
  updateVariance(variance: number, days: number): void {
    const keep = 2 ** (-days / this.#halfLifeDays)
    this.#variancePerDay = keep * this.#variancePerDay + ((1 - keep) * variance) / days
    this.#weight = keep * this.#weight + (1 - keep)
  }

  /** 0 before the first return. */
  get annualised(): number {
    return this.#weight > 0 ? Math.sqrt((this.#variancePerDay / this.#weight) * DAYS_PER_YEAR) : 0
  }
}

export const daysBetween = (earlier: number, later: number): number => (later - earlier) / MILLIS_PER_DAY

/** Values of a moving window of time, kept sorted for ranks. */
export class WindowRanks {
  readonly #windowMillis: number
  readonly #times: number[] = []
  readonly #values: number[] = []
  readonly #sorted: number[] = []

  constructor(windowDays: number) {
    this.#windowMillis = windowDays * MILLIS_PER_DAY
  }

  add(time: number, value: number): void {
    let drop = 0
    while (drop < this.#times.length && this.#times[drop]! < time - this.#windowMillis) {
      this.#sorted.splice(this.#position(this.#values[drop]!), 1)
      drop++
    }
    this.#times.splice(0, drop)
    this.#values.splice(0, drop)
    this.#times.push(time)
    this.#values.push(value)
    this.#sorted.splice(this.#position(value), 0, value)
  }

  get count(): number {
    return this.#values.length
  }

  /** Share of the values that are below `value`; 0 without values. */
  rank(value: number): number {
    return this.#sorted.length === 0 ? 0 : this.#position(value) / this.#sorted.length
  }

  /** The upper one of two in the middle; 0 without values. */
  get median(): number {
    return this.#sorted[this.#sorted.length >> 1] ?? 0
  }

  /** First index whose value is not below `value`. */
  #position(value: number): number {
    let low = 0
    let high = this.#sorted.length
    while (low < high) {
      const middle = (low + high) >> 1
      if (this.#sorted[middle]! < value) low = middle + 1
      else high = middle
    }
    return low
  }
}
