import type { PricePath } from './price-path.ts'

const HOUR = 3_600_000
const LONG_MEMORY_DAYS = 14

/** What the times do to liquidity: factors on the calm weekday's spread and depth. */
export interface Conditions {
  readonly spread: number
  readonly depth: number
}

/**
 * Spread widens and depth thins with volatility (the last day against the last two weeks) and at weekends.
 * Constant within an hour.
 */
export class MarketConditions {
  readonly #path: PricePath
  readonly #cache = new Map<string, { readonly hour: number; readonly value: Conditions }>()

  constructor(path: PricePath) {
    this.#path = path
  }

  at(asset: string, time: number): Conditions {
    const hour = Math.floor(time / HOUR)
    const cached = this.#cache.get(asset)
    if (cached?.hour === hour) return cached.value
    const value = this.#compute(asset, hour)
    this.#cache.set(asset, { hour, value })
    return value
  }

  #compute(asset: string, hour: number): Conditions {
    let squares = 0
    for (let day = 0; day < LONG_MEMORY_DAYS; day++) squares += this.#path.hourlyVolatility(asset, hour - day * 24) ** 2
    const usual = Math.sqrt(squares / LONG_MEMORY_DAYS)
    const ratio = usual === 0 ? 1 : Math.min(4, Math.max(0.5, this.#path.hourlyVolatility(asset, hour) / usual))
    const day = new Date(hour * HOUR).getUTCDay()
    const weekend = day === 0 || day === 6
    return { spread: ratio ** 0.7 * (weekend ? 1.3 : 1), depth: ratio ** -0.8 * (weekend ? 0.65 : 1) }
  }
}
