const DAYS_PER_YEAR = 365
export const MILLIS_PER_DAY = 86_400_000

/**
 * Exponentially weighted variance of log returns at uneven times: each return counts as r²/days, with the weight of
 * the time it spans, `1 − 2^(−days/halfLife)`. Days without a price add nothing. Volatility is per √year.
 */
export class EwmaVolatility {
  readonly #halfLifeDays: number
  #variancePerDay = 0
  /** Weight of what has been seen; 1 − weight is left to the unknown start. */
  #weight = 0
  #squaredWeights = 0

  constructor(halfLifeDays: number) {
    if (!(halfLifeDays > 0)) throw new Error(`a half-life is above 0 days, not ${halfLifeDays}`)
    this.#halfLifeDays = halfLifeDays
  }

  update(logReturn: number, days: number): void {
    this.updateVariance(logReturn * logReturn, days)
  }

  /** With a variance over the span instead of the square of its return: from a range estimator. */
  updateVariance(variance: number, days: number): void {
    const keep = this.#keep(days)
    this.#variancePerDay = this.#varianceAfter(variance, days)
    this.#weight = keep * this.#weight + (1 - keep)
    this.#squaredWeights = keep ** 2 * this.#squaredWeights + (1 - keep) ** 2
  }

  /** What `annualised` would be after `updateVariance`. */
  annualisedAfter(variance: number, days: number): number {
    const keep = this.#keep(days)
    return Math.sqrt((this.#varianceAfter(variance, days) / (keep * this.#weight + 1 - keep)) * DAYS_PER_YEAR)
  }

  /** Per √year; 0 before the first return. */
  get annualised(): number {
    return Math.sqrt(this.variancePerDay * DAYS_PER_YEAR)
  }

  /** 0 before the first return. */
  get variancePerDay(): number {
    return this.#weight > 0 ? this.#variancePerDay / this.#weight : 0
  }

  /**
   * (Σ weight)²/Σ weight²: as many equally weighted returns tell as much. The standard error of the volatility is about
   * its size/√(2 × this) for normal returns; one return over a gap counts once, so gaps widen it.
   */
  get effectiveObservations(): number {
    return this.#squaredWeights > 0 ? this.#weight ** 2 / this.#squaredWeights : 0
  }

  /**
   * What `effectiveObservations` would be after a span of which only the part `seen` has been observed, and that with
   * the weight of `told` ≤ `seen` of an observation: the unseen part repeats the average and tells nothing new.
   */
  effectiveObservationsAfter(days: number, seen: number, told: number): number {
    const keep = this.#keep(days)
    const part = told > 0 ? ((1 - keep) * seen) / (keep * this.#weight + 1 - keep) : 0
    const before = this.#squaredWeights > 0 ? (1 - part) ** 2 / this.effectiveObservations : 0
    const total = before + (told > 0 ? part ** 2 / told : 0)
    return total > 0 ? 1 / total : 0
  }

  #keep(days: number): number {
    return 2 ** (-days / this.#halfLifeDays)
  }

  #varianceAfter(variance: number, days: number): number {
    const keep = this.#keep(days)
    return keep * this.#variancePerDay + ((1 - keep) * variance) / days
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
