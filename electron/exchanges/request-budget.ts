import type { Clock } from '../../core/clock.ts'

/** A venue's own count of what we send. Costs and limits are in the venue's unit (weight, orders, counter points). */
export interface RateCounter {
  /** Milliseconds until the cost fits; 0: now. `reserve` is kept free for calls that must always pass (cancels). */
  waitMs(now: number, cost: number, reserve: number): number
  record(now: number, cost: number): void
}

/** At most `limit` within any `windowMs`: stricter than the venue's fixed windows, so no burst straddles two of them. */
export class SlidingWindow implements RateCounter {
  readonly #limit: number
  readonly #windowMs: number
  readonly #sent: { at: number; cost: number }[] = []
  #total = 0

  constructor(limit: number, windowMs: number) {
    this.#limit = limit
    this.#windowMs = windowMs
  }

  waitMs(now: number, cost: number, reserve: number): number {
    this.#forget(now)
    let over = this.#total + cost - (this.#limit - reserve)
    if (over <= 0) return 0
    for (const entry of this.#sent) {
      over -= entry.cost
      if (over <= 0) return Math.max(1, entry.at + this.#windowMs - now)
    }
    // A cost above the limit passes alone, once the window is empty.
    return this.#sent.length === 0 ? 0 : Math.max(1, this.#sent.at(-1)!.at + this.#windowMs - now)
  }

  record(now: number, cost: number): void {
    this.#sent.push({ at: now, cost })
    this.#total += cost
  }

  #forget(now: number): void {
    let expired = 0
    while (expired < this.#sent.length && this.#sent[expired]!.at + this.#windowMs <= now) {
      this.#total -= this.#sent[expired]!.cost
      expired++
    }
    if (expired > 0) this.#sent.splice(0, expired)
  }
}

/** Kraken's counter: each call adds its cost, time takes `decayPerSecond` off, above `limit` calls are refused. */
export class DecayingCounter implements RateCounter {
  readonly #limit: number
  readonly #decayPerSecond: number
  #level = 0
  #at = 0

  constructor(limit: number, decayPerSecond: number) {
    this.#limit = limit
    this.#decayPerSecond = decayPerSecond
  }

  waitMs(now: number, cost: number, reserve: number): number {
    const over = this.#levelAt(now) + cost - (this.#limit - reserve)
    if (over <= 0 || this.#levelAt(now) === 0) return 0
    return Math.max(1, Math.ceil((over / this.#decayPerSecond) * 1000))
  }

  record(now: number, cost: number): void {
    this.#level = this.#levelAt(now) + cost
    this.#at = now
  }

  #levelAt(now: number): number {
    return Math.max(0, this.#level - (Math.max(0, now - this.#at) / 1000) * this.#decayPerSecond)
  }
}

export interface Charge {
  readonly counter: RateCounter
  readonly cost: number
  /** Left free for cancels; cancels themselves pass 0. */
  readonly reserve: number
}

/** Lets calls through when all of their counters have room; per counter in their order of arrival. */
export class RequestBudget {
  readonly #clock: Clock
  readonly #sleep: (ms: number) => Promise<void>
  /** The last call in line for a counter: what waits for one counter holds up nobody at another. */
  readonly #tails = new WeakMap<RateCounter, Promise<void>>()

  constructor(clock: Clock, sleep: (ms: number) => Promise<void>) {
    this.#clock = clock
    this.#sleep = sleep
  }

  async take(charges: readonly Charge[]): Promise<void> {
    const before = charges.map(({ counter }) => this.#tails.get(counter))
    const turn = Promise.all(before).then(() => this.#wait(charges))
    for (const { counter } of charges) this.#tails.set(counter, turn)
    await turn
  }

  /** Cancels don't queue behind what waits. */
  takeAtOnce(charges: readonly Charge[]): Promise<void> {
    return this.#wait(charges)
  }

  async #wait(charges: readonly Charge[]): Promise<void> {
    for (;;) {
      const now = this.#clock.now()
      const waitMs = Math.max(0, ...charges.map(({ counter, cost, reserve }) => counter.waitMs(now, cost, reserve)))
      if (waitMs === 0) {
        for (const { counter, cost } of charges) counter.record(now, cost)
        return
      }
      await this.#sleep(waitMs)
    }
  }
}
