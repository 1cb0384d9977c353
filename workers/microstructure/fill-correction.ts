import type { Side } from '../../core/order.ts'

/** One order that took liquidity, as it came out; the fills of one order are one observation. */
export interface RealisedFill {
  readonly side: Side
  /** Quote currency at the arrival mid. */
  readonly notional: number
  /** Mid of its market before it was sent, and the average price it got; quote per base. */
  readonly arrivalMid: number
  readonly averagePrice: number
  /** Half-spread before it was sent, fraction of the mid. */
  readonly halfSpread: number
}

export interface FillSettings {
  /** The fitted Y counts as much as this many fills. */
  readonly priorFills: number
  /** After this many newer fills one counts half. */
  readonly halfLifeFills: number
}

export const DEFAULT_FILLS: FillSettings = { priorFills: 30, halfLifeFills: 300 }

/** A fill says that Y is at most this, or this many times the fitted one, either way: the rest is what prices did. */
const HIGHEST_Y = 5
const HIGHEST_RATIO = 3

/**
 * What the fills of one market and side say of Y. A fill's impact `y = ±(average/arrival − 1) − half-spread` at
 * `x = σ·√(q/ADV)` makes the realised Y by least squares through the origin, `Σ x·y ÷ Σ x²`: large orders say most,
 * as the noise of a price does not grow with size. Deterministic: the order of fills decides the last bits only.
 */
export class FillCorrection {
  readonly #settings: FillSettings
  readonly #decay: number
  #count = 0
  #xy = 0
  #xx = 0

  constructor(settings: FillSettings = DEFAULT_FILLS) {
    this.#settings = settings
    this.#decay = 0.5 ** (1 / settings.halfLifeFills)
  }

  /**
   * @param x σ_daily·√(q/ADV) of the fill
   * @param fittedY what the order book says now
   * @return false where its figures can't be used, and it changes nothing
   */
  observe({ side, notional, arrivalMid, averagePrice, halfSpread }: RealisedFill, x: number, fittedY: number): boolean {
    const cost = (side === 'buy' ? 1 : -1) * (averagePrice / arrivalMid - 1)
    const limit = Math.max(HIGHEST_Y, HIGHEST_RATIO * fittedY) * x
    const impact = Math.min(limit, Math.max(-limit, cost - halfSpread))
    const isPossible = arrivalMid > 0 && averagePrice > 0 && notional > 0 && x > 0 && Number.isFinite(x)
    if (!(isPossible && Number.isFinite(impact))) return false
    this.#count = this.#count * this.#decay + 1
    this.#xy = this.#xy * this.#decay + x * impact
    this.#xx = this.#xx * this.#decay + x * x
    return true
  }

  /** Fills that count, older ones for less than one. */
  get fills(): number {
    return this.#count
  }

  /** NaN before the first fill. */
  get realisedY(): number {
    return this.#xy / this.#xx
  }

  /** `(prior·fitted + n·realised)/(prior + n)`, never below 0. */
  correct(fittedY: number): number {
    if (this.#count === 0) return fittedY
    const { priorFills } = this.#settings
    return Math.max(0, (priorFills * fittedY + this.#count * this.realisedY) / (priorFills + this.#count))
  }
}
