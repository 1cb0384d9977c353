import type { Side } from '../../core/order.ts'

/** Orders that took liquidity from one side of a market, as they came out; those of one plan are one observation. */
export interface RealisedFill {
  readonly side: Side
  /** Mid of the market before they were sent, and the average price they got; quote per base. */
  readonly arrivalMid: number
  readonly averagePrice: number
  /** Average price of the same quantity walked through the order book as it was then. */
  readonly walkedPrice: number
  /** Half-spread before they were sent, fraction of the mid. */
  readonly halfSpread: number
}

export interface FillSettings {
  /** What the order book says counts as much as this many fills. */
  readonly priorFills: number
  /** After this many newer fills one counts half. */
  readonly halfLifeFills: number
}

export const DEFAULT_FILLS: FillSettings = { priorFills: 30, halfLifeFills: 300 }

/** A fill says that impact is at most so many times what the order book said, either way: the rest is what prices did. */
const HIGHEST_RATIO = 3
/** Well above any taker's fee: a sale's fee falls with its price, and net of it a further unit must not get cheaper. */
const LOWEST_FACTOR = 0.1
/** Below it a walked price is the best one, but for rounding. */
const SMALLEST_IMPACT = 1e-9

/**
 * What the fills of one market and side say of its impact: a factor on what order books say. A fill's impact
 * `y = ±(average/arrival − 1) − half-spread` against the same of the walked price, x, makes the realised factor by least
 * squares through the origin, `Σ x·y ÷ Σ x²`: large orders say most, as the noise of a price does not grow with size,
 * and one that fitted into the best level says nothing. Deterministic: the order of fills decides the last bits only.
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

  /** False where its figures can't be used or say nothing, and it changes nothing. */
  observe({ side, arrivalMid, averagePrice, walkedPrice, halfSpread }: RealisedFill): boolean {
    const sign = side === 'buy' ? 1 : -1
    const x = sign * (walkedPrice / arrivalMid - 1) - halfSpread
    const limit = HIGHEST_RATIO * x
    const impact = Math.min(limit, Math.max(-limit, sign * (averagePrice / arrivalMid - 1) - halfSpread))
    const isPossible = arrivalMid > 0 && averagePrice > 0 && x > SMALLEST_IMPACT && Number.isFinite(x)
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
  get realised(): number {
    return this.#xy / this.#xx
  }

  /** `(prior + n·realised)/(prior + n)`, never below 0.1; 1 before the first fill. */
  get factor(): number {
    if (this.#count === 0) return 1
    const { priorFills } = this.#settings
    return Math.max(LOWEST_FACTOR, (priorFills + this.#count * this.realised) / (priorFills + this.#count))
  }
}
