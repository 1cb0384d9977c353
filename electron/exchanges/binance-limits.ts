import { type Charge, SlidingWindow } from './request-budget.ts'
import type { RateLimits } from './settings.ts'
import type { CallOptions } from './venue-session.ts'

/** Ours is a little less than theirs: their window is fixed and their clock is not ours. */
const SHARE = 0.95
/** Weight and orders that only cancels may use. */
const CANCEL_WEIGHT = 60
const MINUTE_MS = 60_000
const DAY_MS = 86_400_000

/** Binance counts request weight per address and orders per account. */
export class BinanceLimits {
  readonly #limits: RateLimits
  readonly #weight: SlidingWindow
  readonly #orders: readonly SlidingWindow[]

  constructor(limits: RateLimits, weight = new SlidingWindow(SHARE * limits.binanceWeightPerMinute, MINUTE_MS)) {
    this.#limits = limits
    this.#weight = weight
    this.#orders = [
      new SlidingWindow(SHARE * limits.binanceOrdersPer10Seconds, 10_000),
      new SlidingWindow(SHARE * limits.binanceOrdersPerDay, DAY_MS),
    ]
  }

  /** The same address, order counters of its own. */
  forAccount(): BinanceLimits {
    return new BinanceLimits(this.#limits, this.#weight)
  }

  weigh(weight: number): CallOptions {
    return { charges: [this.#charge(weight, CANCEL_WEIGHT)] }
  }

  order(): CallOptions {
    const orders = this.#orders.map((counter): Charge => ({ counter, cost: 1, reserve: 0 }))
    return { charges: [this.#charge(1, CANCEL_WEIGHT), ...orders], scopes: ['requests', 'orders'] }
  }

  cancel(): CallOptions {
    return { charges: [this.#charge(1, 0)], atOnce: true }
  }

  #charge(cost: number, reserve: number): Charge {
    return { counter: this.#weight, cost, reserve }
  }
}
