import { type Millis, millis } from '../../core/units.ts'
import type { SandboxControl } from './control-client.ts'

/**
 * The simulated market's clock as the desk sees it: asked for now and then, carried on at its speed in between.
 * It never runs backwards.
 */
export class SimulatedMarketTime {
  readonly #control: SandboxControl
  #base = 0
  #at = 0
  #speed = 0
  #last = 0

  constructor(control: SandboxControl) {
    this.#control = control
  }

  /** Takes the sandbox's own time; an answer that does not come leaves the estimate running. */
  async synchronise(): Promise<void> {
    const state = await this.#control.state()
    if (!state.ok) return
    this.#base = state.value.marketTime
    this.#at = performance.now()
    this.#speed = state.value.lockstep ? 0 : state.value.speed
  }

  /** Lockstep: the barrier says what time it is. */
  set(marketTime: number): void {
    this.#base = marketTime
    this.#at = performance.now()
    this.#last = Math.max(this.#last, marketTime)
  }

  readonly now = (): Millis => {
    this.#last = Math.max(this.#last, this.#base + this.#speed * (performance.now() - this.#at))
    return millis(Math.floor(this.#last))
  }
}
