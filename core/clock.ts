import { type Millis, millis } from './units.ts'

/** Time is injected everywhere, so that a run can be repeated. */
export interface Clock {
  now(): Millis
}

export const systemClock: Clock = { now: () => millis(Date.now()) }

/** A clock that stands until it is set: lockstep runs and tests. */
export class ManualClock implements Clock {
  #now: Millis
  constructor(start: number) {
    this.#now = millis(start)
  }
  now(): Millis {
    return this.#now
  }
  set(to: number): void {
    if (to < this.#now) throw new Error(`time runs backwards: ${to} is before ${this.#now}`)
    this.#now = millis(to)
  }
  advance(by: number): void {
    this.set(this.#now + by)
  }
}
