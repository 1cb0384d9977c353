/** The counters of a verified account of the highest tier. */
const CALLS = { maximum: 20, decayPerSecond: 1 }
const TRADING = { maximum: 225, decayPerSecond: 3.75 }

interface Counter {
  value: number
  at: number
}

/**
 * Kraken's counters: a call adds its cost, time takes it away; over the maximum the call is refused. Orders and cancels
 * count per account and market instead. On the wire clock; in lockstep nothing is refused.
 */
export class RateLimits {
  readonly #now: () => number
  readonly #enforced: boolean
  readonly #counters = new Map<string, Counter>()

  constructor(now: () => number, enforced: boolean) {
    this.#now = now
    this.#enforced = enforced
  }

  allowCall(account: string, cost: number): boolean {
    return this.#spend(account, cost, CALLS)
  }

  allowOrder(account: string, market: string): boolean {
    return this.#spend(`${account} ${market}`, 1, TRADING)
  }

  #spend(key: string, cost: number, { maximum, decayPerSecond }: typeof CALLS): boolean {
    const now = this.#now()
    const counter = this.#counters.get(key) ?? { value: 0, at: now }
    counter.value = Math.max(0, counter.value - (decayPerSecond * (now - counter.at)) / 1000)
    counter.at = now
    this.#counters.set(key, counter)
    if (this.#enforced && counter.value + cost > maximum) return false
    counter.value += cost
    return true
  }
}
