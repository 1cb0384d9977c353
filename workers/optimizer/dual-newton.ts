import {
  Column,
  createLineKernel,
  type KernelLayout,
  type KernelShape,
  type LineKernel,
  layoutOf,
} from './line-kernel.ts'

/** Where the residuals end, in weight. */
const RESIDUAL_GOAL = 1e-12
/** Where rounding may keep them; the certificate judges. */
const RESIDUAL_ENOUGH = 1e-10
const MAXIMUM_STEPS = 60
/** A row that no line feels gets a step no longer than this pivot allows, × 1/γ. */
const ROW_PIVOT = 1e-2
const SEARCHES = 30
const BYTES = 8
const PAGE = 65536

/**
 * Maximises the dual of a book: risk as ½γ|y|² of factor exposures y plus a diagonal, rows at their prices. Given
 * those few numbers every line has its best trade in closed form, so that the dual is smooth with a piecewise smooth
 * gradient, and Newton's method with a line search ends after some five steps, whatever the number of lines.
 *
 * Unknowns are θ = (γ·y, row prices). The gradient is (Bᵀ(x − aim) − y, row sum − limit); a row whose price is 0 and
 * which holds takes no part.
 */
export class DualNewton {
  readonly shape: KernelShape
  readonly layout: KernelLayout
  /** Limits of row sums Σ coefficient·d, the turnover's last; −∞ where there is none. */
  readonly rowLow: Float64Array
  readonly rowHigh: Float64Array
  /** Of the last solve. */
  steps = 0
  evaluations = 0
  #memory: WebAssembly.Memory
  #kernel: LineKernel
  #doubles: Float64Array

  #end = 0
  readonly #gradient: Float64Array
  readonly #active: Uint8Array

  constructor(shape: KernelShape) {
    this.shape = shape
    this.layout = layoutOf(shape)
    const m = this.layout.unknowns
    this.rowLow = new Float64Array(m - shape.factors)
    this.rowHigh = new Float64Array(m - shape.factors)
    this.#gradient = new Float64Array(m)
    this.#active = new Uint8Array(m)
    this.#memory = new WebAssembly.Memory({ initial: 1 })
    this.#kernel = createLineKernel(shape, this.#memory)
    this.#doubles = new Float64Array(this.#memory.buffer)
  }

  /** The kernel's memory, to be filled with lines (`at`) and θ; earlier views end with this call. */
  resize(lines: number): Float64Array {
    const { records, stride } = this.layout
    const pairs = (lines + 1) >> 1

    this.#end = BYTES * (records + pairs * stride)
    const missing = this.#end - BYTES * this.#doubles.length
    if (missing > 0) {
      this.#memory.grow(Math.ceil(missing / PAGE))
      this.#doubles = new Float64Array(this.#memory.buffer)
    }
    if (lines % 2 === 1) {
      const last = this.at(lines)
      for (let at = last; at < last + stride; at += 2) this.#doubles[at] = 0
      this.#doubles[last + 2 * Column.curvature] = 1
    }
    return this.#doubles
  }

  /** Index of line i's first column; the next columns follow at 2 doubles each. */
  at(i: number): number {
    return this.layout.records + (i >> 1) * this.layout.stride + (i & 1)
  }

  /** Once the lines are in memory, with w − aim as their base: exposures, θ of the factors, and base. */
  begin(gamma: number): void {
    this.#doubles[this.layout.gamma] = gamma
    this.#kernel.begin(this.#end)
  }

  trade(i: number): number {
    return this.#doubles[this.at(i) + 2 * Column.trade]!
  }

  price(row: number): number {
    return this.#doubles[this.shape.factors + row]!
  }

  /** From θ in memory to the maximum; false where it isn't reached (no feasible point, or too degenerate). */
  solve(gamma: number): boolean {
    const { unknowns: m, theta, origin, keep, step, shift, scale, length } = this.layout
    const { factors } = this.shape
    const memory = this.#doubles
    const inverse = 1 / gamma
    for (let j = 0; j < m; j++) {
      memory[origin + j] = memory[theta + j]!
      memory[keep + j] = 1
      memory[step + j] = 0
      if (j >= factors) memory[shift + j] = 0
      memory[scale + j] = j < factors ? inverse : 0
    }
    memory[length] = 0
    this.#kernel.probe(this.#end)
    this.evaluations = 1
    let before = Number.POSITIVE_INFINITY
    for (this.steps = 0; ; this.steps++) {
      const residual = this.#residual(inverse)
      if (residual <= RESIDUAL_GOAL) return true
      if (residual <= RESIDUAL_ENOUGH && residual > 0.5 * before) return true
      if (this.steps === MAXIMUM_STEPS || !(residual < Number.POSITIVE_INFINITY)) return false
      before = residual
      if (!this.#findStep(inverse)) return residual <= RESIDUAL_ENOUGH
      this.#search()
      for (let j = 0; j < m; j++) memory[origin + j] = memory[theta + j]!
    }
  }

  /** Fills the gradient and says which unknowns move; returns the largest entry. */
  #residual(inverse: number): number {
    const { unknowns: m, sums, origin, shift } = this.layout
    const { factors } = this.shape
    const memory = this.#doubles
    const gradient = this.#gradient
    let largest = 0
    for (let f = 0; f < factors; f++) {
      const value = memory[shift + f]! + memory[sums + f]! - memory[origin + f]! * inverse
      gradient[f] = value
      if (Math.abs(value) > largest) largest = Math.abs(value)
    }
    for (let j = factors; j < m; j++) {
      const low = this.rowLow[j - factors]!
      const high = this.rowHigh[j - factors]!
      const price = memory[origin + j]!
      const sum = memory[sums + j]!
      // a price belongs to the limit of its sign, wherever the sum is
      const above = price > 0 || (price === 0 && sum > high)
      const below = price < 0 || (price === 0 && sum < low)
      const value = above ? sum - high : below ? sum - low : 0
      gradient[j] = value
      this.#active[j] = price !== 0 || value !== 0 ? 1 : 0
      if (Math.abs(value) > largest) largest = Math.abs(value)
    }
    // NaN never compares: let it end the search
    return Number.isNaN(memory[sums]!) ? Number.NaN : largest
  }

  /** Newton's step; a row at price 0 that it would push to the wrong side is left out. False where it is nothing. */
  #findStep(inverse: number): boolean {
    const { unknowns: m, origin, matrix, residual, step, floor } = this.layout
    const { factors } = this.shape
    const memory = this.#doubles
    const gradient = this.#gradient
    const active = this.#active
    this.#kernel.curve(this.#end)
    for (let f = 0; f < factors; f++) {
      memory[matrix + f * (m + 1)]! += inverse
      memory[residual + f] = gradient[f]!
      memory[floor + f] = 0
    }
    for (let j = factors; j < m; j++) {
      memory[residual + j] = gradient[j]!
      if (active[j] === 0) this.#leaveOut(j)
      else memory[floor + j] = 1e-11 * memory[matrix + j * (m + 1)]! + ROW_PIVOT * inverse
    }
    for (let attempt = 0; attempt < 3; attempt++) {
      this.#kernel.step()
      let wrong = false
      for (let j = factors; j < m; j++)
        if (active[j] !== 0 && memory[origin + j] === 0 && gradient[j]! * memory[step + j]! <= 0) {
          this.#leaveOut(j)
          wrong = true
        }
      if (!wrong) break
    }
    for (let j = 0; j < m; j++) if (memory[step + j] !== 0) return true
    return false
  }

  #leaveOut(j: number): void {
    const { unknowns: m, matrix, residual, floor } = this.layout
    const memory = this.#doubles
    this.#active[j] = 0
    for (let q = 0; q < j; q++) memory[matrix + j * m + q] = 0
    for (let q = j + 1; q < m; q++) memory[matrix + q * m + j] = 0
    memory[matrix + j * (m + 1)] = 1
    memory[residual + j] = 0
    memory[floor + j] = 1
  }

  /**
   * A length at which the slope has fallen enough, and not to the other side: full steps pass at once near the end.
   * No price of a row crosses 0 within a step: the one that would stops there and its row leaves.
   */
  #search(): void {
    const { unknowns: m, origin, keep, step, residual, shift, length: lengthAt, slope: slopeAt } = this.layout
    const { factors } = this.shape
    const memory = this.#doubles
    let slope = 0
    for (let j = 0; j < m; j++) slope += memory[residual + j]! * memory[step + j]!
    let longest = Number.POSITIVE_INFINITY
    let stopping = -1
    for (let j = factors; j < m; j++) {
      const price = memory[origin + j]!
      const push = memory[step + j]!
      const side = price !== 0 ? price : push
      const limit = side > 0 ? this.rowHigh[j - factors]! : this.rowLow[j - factors]!
      memory[shift + j] = side === 0 ? 0 : -limit
      if (price * push >= 0 || this.rowLow[j - factors] === this.rowHigh[j - factors]) continue
      if (-price / push < longest) {
        longest = -price / push
        stopping = j
      }
    }
    const over = this.steps < 8 ? -0.3 * slope : -0.1 * slope
    const under = 0.5 * slope
    let low = 0
    let slopeLow = slope
    let high = Number.POSITIVE_INFINITY
    let slopeHigh = 0
    let length = Math.min(1, longest)
    for (let search = 0; search < SEARCHES; search++) {
      memory[lengthAt] = length
      if (stopping >= 0) memory[keep + stopping] = length < longest ? 1 : 0
      this.#kernel.probe(this.#end)
      this.evaluations++
      const here = memory[slopeAt]!
      if (here < over) {
        high = length
        slopeHigh = here
      } else if (here <= under) break
      else if (high < Number.POSITIVE_INFINITY) {
        if (high - low <= 1e-6 * high) break
        low = length
        slopeLow = here
      } else {
        if (length >= longest || length >= 1e8) break
        low = length
        slopeLow = here
        length = Math.min(8 * length, longest)
        continue
      }
      // regula falsi, kept away from the ends
      const width = high - low
      const zero = low + (width * slopeLow) / (slopeLow - slopeHigh)
      length = Math.max(low + 0.05 * width, Math.min(high - 0.05 * width, zero))
    }
    if (stopping >= 0) memory[keep + stopping] = 1
  }
}
