import type { Clock } from '../../core/clock.ts'
import { VenuePaused } from './venue-call.ts'

/** What the venue asked us to stop sending: everything (429, 418), or new orders only (−1015). */
export type PauseScope = 'requests' | 'orders'

/** Retry-After, kept per venue: until it has passed nothing of that kind is sent, and the other venues go on. */
export class PauseGate {
  readonly #clock: Clock
  readonly #until = new Map<PauseScope, { readonly at: number; readonly why: string }>()

  constructor(clock: Clock) {
    this.#clock = clock
  }

  pause(scope: PauseScope, forMs: number, why: string): void {
    const at = this.#clock.now() + forMs
    if (at > (this.#until.get(scope)?.at ?? 0)) this.#until.set(scope, { at, why })
  }

  /** Throws VenuePaused while a pause lasts. */
  assertOpen(scopes: readonly PauseScope[]): void {
    const now = this.#clock.now()
    for (const scope of scopes) {
      const pause = this.#until.get(scope)
      if (pause && pause.at > now) throw new VenuePaused(pause.at - now, `${scope} paused: ${pause.why}`)
    }
  }
}
