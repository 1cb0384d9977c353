import type { TaxSteps } from './trade-problem.ts'

/**
 * Steps of the marginal cost inside the interior point method. Beyond `at` a side costs `rise` more per unit:
 *
 *     rise·max(0, v − at) = min rise·over   subject to  over − under = v − at,   over, under ≥ 0
 *
 * with multipliers rest (of over) and price (of under), price + rest = rise. Eliminated by hand, a step adds its price
 * to the marginal cost of its side and a stiffness to its curvature. Entries of side i are start[i] ≤ s < start[i+1].
 */
export class InteriorSteps {
  readonly start: Int32Array
  readonly rise: Float64Array
  /** Distances to the step: the larger minus the smaller has no digits near it, so both are kept. */
  readonly over: Float64Array
  readonly under: Float64Array
  readonly price: Float64Array
  readonly rest: Float64Array
  readonly #at: Float64Array
  readonly #stiffness: Float64Array
  readonly #pull: Float64Array
  readonly #overProduct: Float64Array
  readonly #underProduct: Float64Array
  readonly #overStep: Float64Array
  readonly #underStep: Float64Array
  readonly #priceStep: Float64Array

  constructor(lines: readonly TaxSteps[]) {
    this.start = new Int32Array(lines.length + 1)
    for (const [i, { at }] of lines.entries()) this.start[i + 1] = this.start[i]! + at.length
    const column = (): Float64Array => new Float64Array(this.start[lines.length]!)
    this.rise = column()
    this.over = column()
    this.under = column()
    this.price = column()
    this.rest = column()
    this.#at = column()
    this.#stiffness = column()
    this.#pull = column()
    this.#overProduct = column()
    this.#underProduct = column()
    this.#overStep = column()
    this.#underStep = column()
    this.#priceStep = column()
    for (const [i, { rise }] of lines.entries()) this.rise.set(rise, this.start[i]!)
  }

  get count(): number {
    return this.rise.length
  }

  totalRise(i: number): number {
    let sum = 0
    for (let s = this.start[i]!; s < this.start[i + 1]!; s++) sum += this.rise[s]!
    return sum
  }

  /** Steps of side i in terms of its own variable. */
  place(i: number, at: Float64Array, offset: number): void {
    for (let j = 0; j < at.length; j++) this.#at[this.start[i]! + j] = at[j]! - offset
  }

  /** Distances and multipliers with products of the given size where side i stands at v. */
  center(i: number, v: number, product: number): void {
    for (let s = this.start[i]!; s < this.start[i + 1]!; s++) {
      const rise = this.rise[s]!
      const scaled = (v - this.#at[s]!) * rise
      const root = Math.hypot(scaled, 2 * product)
      // root − |scaled| without cancellation
      const short = (4 * product * product) / (root + Math.abs(scaled))
      const long = root + Math.abs(scaled)
      this.over[s] = (2 * product + (scaled > 0 ? long : short)) / (2 * rise)
      this.under[s] = (2 * product + (scaled > 0 ? short : long)) / (2 * rise)
      this.price[s] = product / this.under[s]!
      this.rest[s] = product / this.over[s]!
    }
  }

  /** Prepares the stiffness of side i's steps; returns the sum of their prices. */
  evaluate(i: number): number {
    let price = 0
    for (let s = this.start[i]!; s < this.start[i + 1]!; s++) {
      price += this.price[s]!
      this.#stiffness[s] = 1 / (this.over[s]! / this.rest[s]! + this.under[s]! / this.price[s]!)
    }
    return price
  }

  stiffness(i: number): number {
    let sum = 0
    for (let s = this.start[i]!; s < this.start[i + 1]!; s++) sum += this.#stiffness[s]!
    return sum
  }

  /** What the steps add to the pull on side i at v. */
  prepare(i: number, v: number, target: number, corrected: boolean): number {
    let sum = 0
    for (let s = this.start[i]!; s < this.start[i + 1]!; s++) {
      const [over, under, price, rest] = [this.over[s]!, this.under[s]!, this.price[s]!, this.rest[s]!]
      const change = corrected ? this.#priceStep[s]! : 0
      this.#overProduct[s] = target - over * rest + this.#overStep[s]! * change
      this.#underProduct[s] = target - under * price - this.#underStep[s]! * change
      const missed = v - this.#at[s]! - (over - under)
      this.#pull[s] = missed - this.#overProduct[s]! / rest + this.#underProduct[s]! / price
      sum += this.#stiffness[s]! * this.#pull[s]!
    }
    return sum
  }

  /** What a step of side i means for its steps. */
  finish(i: number, step: number): void {
    for (let s = this.start[i]!; s < this.start[i + 1]!; s++) {
      const change = this.#stiffness[s]! * (step + this.#pull[s]!)
      this.#priceStep[s] = change
      this.#overStep[s] = (this.#overProduct[s]! + this.over[s]! * change) / this.rest[s]!
      this.#underStep[s] = (this.#underProduct[s]! - this.under[s]! * change) / this.price[s]!
    }
  }

  longestStep(fraction: number): number {
    let limit = 1
    for (let s = 0; s < this.count; s++) {
      const change = this.#priceStep[s]!
      if (change < 0) limit = Math.min(limit, (-fraction * this.price[s]!) / change)
      else if (change > 0) limit = Math.min(limit, (fraction * this.rest[s]!) / change)
      if (this.#overStep[s]! < 0) limit = Math.min(limit, (-fraction * this.over[s]!) / this.#overStep[s]!)
      if (this.#underStep[s]! < 0) limit = Math.min(limit, (-fraction * this.under[s]!) / this.#underStep[s]!)
    }
    return limit
  }

  productAfter(length: number): number {
    let sum = 0
    for (let s = 0; s < this.count; s++) {
      const change = length * this.#priceStep[s]!
      sum +=
        (this.over[s]! + length * this.#overStep[s]!) * (this.rest[s]! - change) +
        (this.under[s]! + length * this.#underStep[s]!) * (this.price[s]! + change)
    }
    return sum
  }

  move(length: number): void {
    for (let s = 0; s < this.count; s++) {
      this.over[s]! += length * this.#overStep[s]!
      this.under[s]! += length * this.#underStep[s]!
      this.price[s]! += length * this.#priceStep[s]!
      this.rest[s]! -= length * this.#priceStep[s]!
    }
  }
}
