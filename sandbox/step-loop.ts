/** Ten times a second: Binance's fast depth streams have that cadence. */
const TICK_MS = 100

export interface StepLoopOptions {
  readonly wireTime: () => number
  /** @param elapsed real milliseconds since the last step */
  readonly step: (elapsed: number, count: number) => void
  readonly log: (message: string) => void
}

/** The free-running market's heart: one step every tick of the wire clock; a late tick makes a longer step. */
export class StepLoop {
  readonly #timer: NodeJS.Timeout
  #last: number
  #count = 0

  constructor(options: StepLoopOptions) {
    this.#last = options.wireTime()
    this.#timer = setInterval(() => {
      const now = options.wireTime()
      // The wire clock may be set back; the market never runs backwards.
      const elapsed = Math.max(0, now - this.#last)
      this.#last = now
      try {
        options.step(elapsed, ++this.#count)
      } catch (error) {
        options.log(`step failed: ${error instanceof Error ? error.stack : String(error)}`)
      }
    }, TICK_MS)
  }

  async close(): Promise<void> {
    clearInterval(this.#timer)
  }
}
