/** Smoothed latency in milliseconds: each measurement counts a fifth, so that a single slow answer does not stand. */
export class LatencyGauge {
  #value: number | null = null

  record(ms: number): void {
    this.#value = this.#value === null ? ms : this.#value + 0.2 * (ms - this.#value)
  }

  value(): number | null {
    return this.#value
  }
}
