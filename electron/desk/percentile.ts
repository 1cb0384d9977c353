/** The last `size` durations and their 95th percentile, for the status bar. */
export class RecentDurations {
  readonly #values: number[] = []
  readonly #size: number
  constructor(size = 256) {
    this.#size = size
  }
  add(milliseconds: number): void {
    this.#values.push(milliseconds)
    if (this.#values.length > this.#size) this.#values.shift()
  }
  p95(): number {
    if (this.#values.length === 0) return 0
    const sorted = [...this.#values].sort((a, b) => a - b)
    return sorted[Math.min(sorted.length - 1, Math.floor(0.95 * sorted.length))]!
  }
}
