import type { InteriorSteps } from './interior-steps.ts'

/**
 * One side (buying or selling) of every line inside the interior point method: 0 ≤ v ≤ width with |d| = offset + v,
 * its two bound multipliers and their part of the Newton step.
 */
export class InteriorSide {
  readonly present: Uint8Array
  readonly offset: Float64Array
  readonly slope: Float64Array
  readonly impact: Float64Array
  /** v, width − v (kept apart: near the upper end the difference has no digits) and their multipliers. */
  readonly value: Float64Array
  readonly room: Float64Array
  readonly lowerPrice: Float64Array
  readonly upperPrice: Float64Array
  readonly residual: Float64Array
  readonly curvature: Float64Array
  /** 1 / (curvature + barrier): how far the side moves per unit of price; 0 where absent. */
  readonly compliance: Float64Array
  /** Residual with the barrier's pull folded in. */
  readonly pull: Float64Array
  readonly step: Float64Array
  /** Where the marginal cost jumps; null where it never does. */
  readonly steps: InteriorSteps | null
  readonly #lowerStep: Float64Array
  readonly #upperStep: Float64Array
  readonly #lowerProduct: Float64Array
  readonly #upperProduct: Float64Array

  constructor(size: number, steps: InteriorSteps | null = null) {
    this.steps = steps
    const column = (): Float64Array => new Float64Array(size)
    this.present = new Uint8Array(size)
    this.offset = column()
    this.slope = column()
    this.impact = column()
    this.value = column()
    this.room = column()
    this.lowerPrice = column()
    this.upperPrice = column()
    this.residual = column()
    this.curvature = column()
    this.compliance = column()
    this.pull = column()
    this.step = column()
    this.#lowerStep = column()
    this.#upperStep = column()
    this.#lowerProduct = column()
    this.#upperProduct = column()
  }

  /** Puts a side of positive width in its middle; the multipliers come with `price`. */
  place(i: number, width: number, offset: number, slope: number, impact: number): void {
    if (!(width > 0)) return
    this.present[i] = 1
    this.offset[i] = offset
    this.slope[i] = slope
    this.impact[i] = impact
    this.value[i] = width / 2
    this.room[i] = width / 2
  }

  /** Marginal trading cost of line i where it stands. */
  cost(i: number): number {
    return this.slope[i]! + 1.5 * this.impact[i]! * Math.sqrt(this.offset[i]! + this.value[i]!)
  }

  /** Gives every product of distance and multiplier the same size: thin bands then block nothing. */
  price(product: number): void {
    for (let i = 0; i < this.present.length; i++) {
      if (this.present[i] === 0) continue
      this.lowerPrice[i] = product / this.value[i]!
      this.upperPrice[i] = product / this.room[i]!
      this.steps?.center(i, this.value[i]!, product)
    }
  }

  /** Cost, bound multipliers and the marginal value outside: the residual of stationarity and the side's curvature. */
  evaluate(i: number, marginal: number): number {
    const root = Math.sqrt(this.offset[i]! + this.value[i]!)
    const k = 1.5 * this.impact[i]!
    let residual = marginal + this.slope[i]! + k * root - this.lowerPrice[i]! + this.upperPrice[i]!
    if (this.steps !== null) residual += this.steps.evaluate(i)
    this.residual[i] = residual
    this.curvature[i] = k > 0 ? (0.5 * k) / root : 0
    let stiffness = this.curvature[i]! + this.lowerPrice[i]! / this.value[i]! + this.upperPrice[i]! / this.room[i]!
    if (this.steps !== null) stiffness += this.steps.stiffness(i)
    this.compliance[i] = 1 / stiffness
    return residual
  }

  width(i: number): number {
    return this.value[i]! + this.room[i]!
  }

  product(i: number): number {
    return this.value[i]! * this.lowerPrice[i]! + this.room[i]! * this.upperPrice[i]!
  }

  /** Aims at complementarity `target`; with `corrected`, minus the second-order terms of the step last found. */
  prepare(target: number, corrected: boolean): void {
    for (let i = 0; i < this.present.length; i++) {
      if (this.present[i] === 0) continue
      const [v, room, step] = [this.value[i]!, this.room[i]!, this.step[i]!]
      this.#lowerProduct[i] = target - v * this.lowerPrice[i]! - (corrected ? step * this.#lowerStep[i]! : 0)
      this.#upperProduct[i] = target - room * this.upperPrice[i]! + (corrected ? step * this.#upperStep[i]! : 0)
      const curved = corrected && this.impact[i]! > 0 ? this.#bend(i, step) : 0
      this.pull[i] = this.residual[i]! + curved - this.#lowerProduct[i]! / v + this.#upperProduct[i]! / room
      if (this.steps !== null) this.pull[i]! += this.steps.prepare(i, v, target, corrected)
    }
  }

  /** What the linearised marginal cost of impact misses over a step. */
  #bend(i: number, step: number): number {
    const size = this.offset[i]! + this.value[i]!
    const after = Math.max(0, size + step)
    return 1.5 * this.impact[i]! * (Math.sqrt(after) - Math.sqrt(size)) - this.curvature[i]! * (after - size)
  }

  /** The step that answers a change of the price outside. */
  respond(i: number, priceChange: number): number {
    return -this.compliance[i]! * (this.pull[i]! + priceChange)
  }

  /** Sets the step of one line and what it means for its bound multipliers. */
  finish(i: number, step: number): void {
    this.step[i] = step
    this.steps?.finish(i, step)
    this.#lowerStep[i] = (this.#lowerProduct[i]! - this.lowerPrice[i]! * step) / this.value[i]!
    this.#upperStep[i] = (this.#upperProduct[i]! + this.upperPrice[i]! * step) / this.room[i]!
  }

  longestStep(fraction: number): number {
    let limit = this.steps === null ? 1 : this.steps.longestStep(fraction)
    for (let i = 0; i < this.present.length; i++) {
      if (this.present[i] === 0) continue
      const step = this.step[i]!
      if (step < 0) limit = Math.min(limit, (-fraction * this.value[i]!) / step)
      else if (step > 0) limit = Math.min(limit, (fraction * this.room[i]!) / step)
      if (this.#lowerStep[i]! < 0) limit = Math.min(limit, (-fraction * this.lowerPrice[i]!) / this.#lowerStep[i]!)
      if (this.#upperStep[i]! < 0) limit = Math.min(limit, (-fraction * this.upperPrice[i]!) / this.#upperStep[i]!)
    }
    return limit
  }

  productAfter(length: number): number {
    let sum = this.steps === null ? 0 : this.steps.productAfter(length)
    for (let i = 0; i < this.present.length; i++) {
      if (this.present[i] === 0) continue
      sum +=
        (this.value[i]! + length * this.step[i]!) * (this.lowerPrice[i]! + length * this.#lowerStep[i]!) +
        (this.room[i]! - length * this.step[i]!) * (this.upperPrice[i]! + length * this.#upperStep[i]!)
    }
    return sum
  }

  move(length: number): void {
    this.steps?.move(length)
    for (let i = 0; i < this.present.length; i++) {
      if (this.present[i] === 0) continue
      this.value[i]! += length * this.step[i]!
      this.room[i]! -= length * this.step[i]!
      this.lowerPrice[i]! += length * this.#lowerStep[i]!
      this.upperPrice[i]! += length * this.#upperStep[i]!
    }
  }
}
