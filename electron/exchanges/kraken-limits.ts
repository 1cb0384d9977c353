import { type Charge, DecayingCounter, SlidingWindow } from './request-budget.ts'
import type { RateLimits } from './settings.ts'
import type { CallOptions } from './venue-session.ts'

const SHARE = 0.95
/** Points of the order counter that only cancels may use. */
const CANCEL_POINTS = 5

/** Kraken counts public calls per address, private calls per key, and orders per key and pair in its engine. */
export class KrakenLimits {
  readonly #limits: RateLimits
  readonly #public: SlidingWindow
  readonly #private: DecayingCounter
  readonly #orders = new Map<string, DecayingCounter>()

  constructor(limits: RateLimits, shared = new SlidingWindow(limits.krakenPublicPerSecond, 1_000)) {
    this.#limits = limits
    this.#public = shared
    this.#private = new DecayingCounter(SHARE * limits.krakenCounter, limits.krakenCounterDecayPerSecond)
  }

  /** The same address, counters of its own. */
  forAccount(): KrakenLimits {
    return new KrakenLimits(this.#limits, this.#public)
  }

  open(): CallOptions {
    return { charges: [{ counter: this.#public, cost: 1, reserve: 0 }] }
  }

  /** History costs two points, everything else one; orders and cancels none of these. */
  query(points: 1 | 2): CallOptions {
    return { charges: [{ counter: this.#private, cost: points, reserve: 0 }] }
  }

  order(pair: string): CallOptions {
    return { charges: [this.#orderCharge(pair, CANCEL_POINTS)], scopes: ['requests', 'orders'] }
  }

  cancel(pair: string): CallOptions {
    return { charges: [this.#orderCharge(pair, 0)], atOnce: true }
  }

  #orderCharge(pair: string, reserve: number): Charge {
    let counter = this.#orders.get(pair)
    if (!counter) {
      counter = new DecayingCounter(SHARE * this.#limits.krakenOrderCounter, this.#limits.krakenOrderDecayPerSecond)
      this.#orders.set(pair, counter)
    }
    return { counter, cost: 1, reserve }
  }
}
