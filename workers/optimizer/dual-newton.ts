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
  /** Bᵀ(w − aim) of the lines. */
  readonly exposure: Float64Array
  /** Of the last solve. */
  steps = 0
  evaluations = 0
  #memory: WebAssembly.Memory
  #kernel: LineKernel
  #doubles: Float64Array

  #end = 0
  readonly #theta: Float64Array
  readonly #direction: Float64Array
  readonly #gradient: Float64Array
  readonly #active: Uint8Array

  constructor(shape: KernelShape) {
    this.shape = shape
    this.layout = layoutOf(shape)
    const m = this.layout.unknowns
    this.rowLow = new Float64Array(m - shape.factors)
    this.rowHigh = new Float64Array(m - shape.factors)
    this.exposure = new Float64Array(shape.factors)
    this.#theta = new Float64Array(m)
    this.#direction = new Float64Array(m)
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
    const missing = this.#end - this.#memory.buffer.byteLength
    if (missing > 0) {
      this.#memory.grow(Math.ceil(missing / PAGE))
      this.#doubles = new Float64Array(this.#memory.buffer)
    }
    if (lines % 2 === 1) {
      const last = this.at(lines)
      for (let at = last; at < last + stride; at += 2) this.#doubles[at] = 0
    }
    return this.#doubles
  }

  /** Index of line i's first column; the next columns follow at 2 doubles each. */
  at(i: number): number {
    return this.layout.records + (i >> 1) * this.layout.stride + (i & 1)
  }

  trade(i: number): number {
    return this.#doubles[this.at(i) + 2 * Column.trade]!
  }

  price(row: number): number {
    return this.#doubles[this.shape.factors + row]!
  }

  /** From θ in memory to the maximum; false where it isn't reached (no feasible point, or too degenerate). */
  solve(gamma: number): boolean {
    const { unknowns: m } = this.layout
    const theta = this.#theta
    const memory = this.#doubles
    for (let j = 0; j < m; j++) theta[j] = memory[j]!
    this.#kernel.respond(this.#end)
    this.evaluations = 1
    let before = Number.POSITIVE_INFINITY
    for (this.steps = 0; ; this.steps++) {
      const residual = this.#residual(gamma)
      if (residual <= RESIDUAL_GOAL) return true
      if (residual <= RESIDUAL_ENOUGH && residual > 0.5 * before) return true
      if (this.steps === MAXIMUM_STEPS || !(residual < Number.POSITIVE_INFINITY)) return false
      before = residual
      if (!this.#findDirection(gamma)) return residual <= RESIDUAL_ENOUGH
      this.#search(gamma)
      for (let j = 0; j < m; j++) theta[j] = memory[j]!
    }
  }

  /** Fills the gradient and says which unknowns move; returns the largest entry. */
  #residual(gamma: number): number {
    const { unknowns: m, sums } = this.layout
    const { factors } = this.shape
    const memory = this.#doubles
    let largest = 0
    for (let f = 0; f < factors; f++) {
      const value = this.exposure[f]! + memory[sums + f]! - this.#theta[f]! / gamma
      this.#gradient[f] = value
      largest = Math.max(largest, Math.abs(value))
    }
    for (let j = factors; j < m; j++) {
      const [low, high, price, sum] = [
        this.rowLow[j - factors]!,
        this.rowHigh[j - factors]!,
        this.#theta[j]!,
        memory[sums + j]!,
      ]
      // a price belongs to the limit of its sign, wherever the sum is
      const above = price > 0 || (price === 0 && sum > high)
      const below = price < 0 || (price === 0 && sum < low)
      const value = above ? sum - high : below ? sum - low : 0
      this.#gradient[j] = value
      this.#active[j] = price !== 0 || value !== 0 ? 1 : 0
      largest = Math.max(largest, Math.abs(value))
    }
    return largest
  }

  /** Newton's direction; a row at price 0 that it would push to the wrong side is left out. */
  #findDirection(gamma: number): boolean {
    const { unknowns: m, matrix, residual, step, floor } = this.layout
    const { factors } = this.shape
    const memory = this.#doubles
    this.#kernel.curve(this.#end)
    for (let f = 0; f < factors; f++) memory[matrix + f * m + f]! += 1 / gamma
    for (let attempt = 0; attempt < 3; attempt++) {
      for (let j = 0; j < m; j++) {
        if (j < factors || this.#active[j]) {
          memory[residual + j] = this.#gradient[j]!
          memory[floor + j] = j < factors ? 0 : 1e-11 * memory[matrix + j * m + j]! + ROW_PIVOT / gamma
          continue
        }
        for (let q = 0; q < j; q++) memory[matrix + j * m + q] = 0
        for (let q = j + 1; q < m; q++) memory[matrix + q * m + j] = 0
        memory[matrix + j * m + j] = 1
        memory[residual + j] = 0
        memory[floor + j] = 1
      }
      this.#kernel.step()
      let wrong = false
      for (let j = factors; j < m; j++)
        if (this.#active[j] && this.#theta[j] === 0 && this.#gradient[j]! * memory[step + j]! <= 0) {
          this.#active[j] = 0
          wrong = true
        }
      if (!wrong) break
    }
    let any = false
    for (let j = 0; j < m; j++) {
      this.#direction[j] = memory[step + j]!
      if (this.#direction[j] !== 0) any = true
    }
    return any
  }

  /** Slope of the dual along the direction where θ stands. */
  #slope(gamma: number): number {
    const { unknowns: m, sums } = this.layout
    const { factors } = this.shape
    const memory = this.#doubles
    let slope = 0
    for (let f = 0; f < factors; f++)
      slope += (this.exposure[f]! + memory[sums + f]! - memory[f]! / gamma) * this.#direction[f]!
    for (let j = factors; j < m; j++) {
      const push = this.#direction[j]!
      if (push === 0) continue
      const side = this.#theta[j] !== 0 ? this.#theta[j]! : push
      const limit = side > 0 ? this.rowHigh[j - factors]! : this.rowLow[j - factors]!
      slope += (memory[sums + j]! - limit) * push
    }
    return slope
  }

  /**
   * A length at which the slope has fallen enough, and not to the other side: full steps pass at once near the end.
   * No price of a row crosses 0 within a step: the one that would stops there and its row leaves.
   */
  #search(gamma: number): void {
    const { unknowns: m } = this.layout
    const { factors } = this.shape
    const memory = this.#doubles
    const theta = this.#theta
    const direction = this.#direction
    let slope = 0
    for (let j = 0; j < m; j++) slope += this.#gradient[j]! * direction[j]!
    let longest = Number.POSITIVE_INFINITY
    let stopping = -1
    for (let j = factors; j < m; j++) {
      const [price, push] = [theta[j]!, direction[j]!]
      if (price * push >= 0 || this.rowLow[j - factors] === this.rowHigh[j - factors]) continue
      if (-price / push < longest) {
        longest = -price / push
        stopping = j
      }
    }
    const over = this.steps < 8 ? -0.8 * slope : -0.1 * slope
    const under = this.steps < 8 ? 0.9 * slope : 0.5 * slope
    let [low, slopeLow] = [0, slope]
    let [high, slopeHigh] = [Number.POSITIVE_INFINITY, 0]
    let length = Math.min(1, longest)
    for (let search = 0; search < SEARCHES; search++) {
      for (let j = 0; j < m; j++) memory[j] = theta[j]! + length * direction[j]!
      if (length >= longest) memory[stopping] = 0
      this.#kernel.respond(this.#end)
      this.evaluations++
      const here = this.#slope(gamma)
      if (here < over) [high, slopeHigh] = [length, here]
      else if (here > under && high === Number.POSITIVE_INFINITY && length < longest && length < 1e8) {
        ;[low, slopeLow] = [length, here]
        length = Math.min(8 * length, longest)
        continue
      } else if (here > under && high < Number.POSITIVE_INFINITY && high - low > 1e-6 * high)
        [low, slopeLow] = [length, here]
      else return
      // regula falsi, kept away from the ends
      const width = high - low
      const zero = low + (width * slopeLow) / (slopeLow - slopeHigh)
      length = Math.max(low + 0.05 * width, Math.min(high - 0.05 * width, zero))
    }
  }
}
