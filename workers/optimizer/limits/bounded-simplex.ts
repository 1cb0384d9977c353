/**
 * Linear programs with few rows and bounded columns: minimise costᵀv subject to A v = rhs, 0 ≤ v ≤ upper.
 * A revised simplex with an explicit basis inverse, artificial columns in phase one, and Bland's rule once
 * progress stops, so that it ends on degenerate problems. Meant for m up to some tens of rows.
 */
export interface LinearProgram {
  readonly rows: number
  readonly columns: number
  /** Column-major, rows × columns. */
  readonly matrix: Float64Array
  readonly rhs: Float64Array
  readonly cost: Float64Array
  /** Infinite where unbounded above. */
  readonly upper: Float64Array
}

export interface LinearAnswer {
  /** Least Σ|A v − rhs| over the box; 0 within rounding when feasible. */
  readonly violation: number
  /** Per row, rhs − A v at the end of phase one. */
  readonly shortfall: Float64Array
  /** Row prices of phase one: with `violation` above 0 they prove that nothing fits. */
  readonly proof: Float64Array
  /** Only when feasible: an optimal point, its value and row prices. */
  readonly point: Float64Array
  readonly value: number
  readonly prices: Float64Array
}

const PRICE_TOLERANCE = 1e-11
const PIVOT_TOLERANCE = 1e-9
/** Least violation that counts as infeasible, in weight: below the primal tolerance of a certificate (1e-9). */
export const FEASIBILITY_TOLERANCE = 2e-10

export function solveLinearProgram(program: LinearProgram): LinearAnswer {
  const simplex = new Simplex(program)
  simplex.minimise(simplex.phaseOneCost())
  const proof = simplex.prices()
  const shortfall = simplex.closeArtificials()
  let violation = 0
  for (const part of shortfall) violation += Math.abs(part)
  if (violation <= FEASIBILITY_TOLERANCE) simplex.minimise(simplex.phaseTwoCost(program.cost))
  const point = simplex.values.slice(0, program.columns)
  let value = 0
  for (let j = 0; j < program.columns; j++) value += program.cost[j]! * point[j]!
  return { violation, shortfall, proof, point, value, prices: simplex.prices() }
}

class Simplex {
  readonly values: Float64Array
  readonly #rows: number
  readonly #columns: number
  readonly #program: LinearProgram
  readonly #upper: Float64Array
  readonly #basis: Int32Array
  readonly #basic: Uint8Array
  readonly #inverse: Float64Array
  #cost: Float64Array = new Float64Array(0)

  constructor(program: LinearProgram) {
    const { rows, columns, rhs, upper } = program
    this.#program = program
    this.#rows = rows
    this.#columns = columns
    // each row may be missed either way: artificial columns +e and −e, the first rows of them positive
    const total = columns + 2 * rows
    this.values = new Float64Array(total)
    this.#upper = new Float64Array(total).fill(Number.POSITIVE_INFINITY)
    this.#upper.set(upper)
    this.#basis = Int32Array.from(rhs, (value, r) => columns + (value < 0 ? rows + r : r))
    this.#basic = new Uint8Array(total)
    this.#inverse = new Float64Array(rows * rows)
    for (const [r, column] of this.#basis.entries()) {
      this.values[column] = Math.abs(rhs[r]!)
      this.#basic[column] = 1
      this.#inverse[r * rows + r] = rhs[r]! < 0 ? -1 : 1
    }
  }

  phaseOneCost(): Float64Array {
    return new Float64Array(this.values.length).fill(1, this.#columns)
  }

  phaseTwoCost(cost: Float64Array): Float64Array {
    const full = new Float64Array(this.values.length)
    full.set(cost)
    return full
  }

  /** What phase one left open per row; artificials can't grow again from here on. */
  closeArtificials(): Float64Array {
    const shortfall = new Float64Array(this.#rows)
    for (let r = 0; r < this.#rows; r++) {
      const short = this.#columns + r
      const over = short + this.#rows
      shortfall[r] = this.values[short]! - this.values[over]!
      for (const column of [short, over]) this.#upper[column] = Math.max(0, this.values[column]!)
    }
    return shortfall
  }

  prices(): Float64Array {
    const rows = this.#rows
    const prices = new Float64Array(rows)
    for (let r = 0; r < rows; r++) {
      const c = this.#cost[this.#basis[r]!]!
      if (c !== 0) for (let q = 0; q < rows; q++) prices[q]! += c * this.#inverse[r * rows + q]!
    }
    return prices
  }

  minimise(cost: Float64Array): void {
    this.#cost = cost
    const limit = 50 * this.values.length + 1000
    let stalled = 0
    for (let pivot = 0; pivot < limit; pivot++) {
      if (pivot % 40 === 39) this.#refresh()
      const entering = this.#chooseEntering(this.prices(), stalled > 2 * this.#rows + 10)
      if (entering < 0) break
      stalled = this.#step(entering) > 1e-14 ? 0 : stalled + 1
    }
    this.#refresh()
  }

  #column(j: number, out: Float64Array): void {
    const rows = this.#rows
    if (j < this.#columns) for (let r = 0; r < rows; r++) out[r] = this.#program.matrix[j * rows + r]!
    else {
      out.fill(0)
      const at = j - this.#columns
      out[at % rows] = at < rows ? 1 : -1
    }
  }

  #reducedCost(j: number, prices: Float64Array): number {
    const rows = this.#rows
    let reduced = this.#cost[j]!
    const at = j - this.#columns
    if (at < 0) for (let r = 0; r < rows; r++) reduced -= prices[r]! * this.#program.matrix[j * rows + r]!
    else reduced -= at < rows ? prices[at]! : -prices[at - rows]!
    return reduced
  }

  #chooseEntering(prices: Float64Array, byIndex: boolean): number {
    let best = -1
    let bestGain = PRICE_TOLERANCE
    for (let j = 0; j < this.values.length; j++) {
      const upper = this.#upper[j]!
      if (this.#basic[j] === 1 || upper <= 0) continue
      const reduced = this.#reducedCost(j, prices)
      const gain = this.values[j]! >= upper ? reduced : -reduced
      if (gain > bestGain) {
        best = j
        if (byIndex) return j
        bestGain = gain
      }
    }
    return best
  }

  /** Moves the entering column as far as it goes; returns how far. */
  #step(entering: number): number {
    const rows = this.#rows
    const column = new Float64Array(rows)
    const alpha = new Float64Array(rows)
    this.#column(entering, column)
    for (let r = 0; r < rows; r++) for (let q = 0; q < rows; q++) alpha[r]! += this.#inverse[r * rows + q]! * column[q]!
    const direction = this.values[entering]! >= this.#upper[entering]! ? -1 : 1
    let length = this.#upper[entering]!
    let leaving = -1
    let leavesAtUpper = false
    for (let r = 0; r < rows; r++) {
      const slope = direction * alpha[r]!
      if (Math.abs(slope) <= PIVOT_TOLERANCE) continue
      const basic = this.#basis[r]!
      const room = slope > 0 ? this.values[basic]! : this.#upper[basic]! - this.values[basic]!
      const limit = Math.max(0, room) / Math.abs(slope)
      // ties go to the smaller column index, as Bland's rule wants
      if (limit < length || (limit === length && leaving >= 0 && basic < this.#basis[leaving]!)) {
        length = limit
        leaving = r
        leavesAtUpper = slope < 0
      }
    }
    if (!Number.isFinite(length)) throw new Error('assertion failed: a bounded linear program has an unbounded ray')
    for (let r = 0; r < rows; r++) this.values[this.#basis[r]!]! -= direction * length * alpha[r]!
    this.values[entering]! += direction * length
    if (leaving < 0) {
      this.values[entering] = direction > 0 ? this.#upper[entering]! : 0
      return length
    }
    const left = this.#basis[leaving]!
    this.values[left] = leavesAtUpper ? this.#upper[left]! : 0
    this.#basic[left] = 0
    this.#basic[entering] = 1
    this.#basis[leaving] = entering
    const pivotRow = leaving * rows
    const pivot = alpha[leaving]!
    for (let q = 0; q < rows; q++) this.#inverse[pivotRow + q]! /= pivot
    for (let r = 0; r < rows; r++) {
      const factor = alpha[r]!
      if (r === leaving || factor === 0) continue
      for (let q = 0; q < rows; q++) this.#inverse[r * rows + q]! -= factor * this.#inverse[pivotRow + q]!
    }
    return length
  }

  /** Recomputes the inverse (Gauss-Jordan, partial pivoting) and the basic values from the data. */
  #refresh(): void {
    const rows = this.#rows
    const work = new Float64Array(rows * 2 * rows)
    const width = 2 * rows
    const column = new Float64Array(rows)
    for (let r = 0; r < rows; r++) {
      this.#column(this.#basis[r]!, column)
      for (let q = 0; q < rows; q++) work[q * width + r] = column[q]!
      work[r * width + rows + r] = 1
    }
    for (let c = 0; c < rows; c++) {
      let pivotRow = c
      for (let r = c + 1; r < rows; r++)
        if (Math.abs(work[r * width + c]!) > Math.abs(work[pivotRow * width + c]!)) pivotRow = r
      const pivot = work[pivotRow * width + c]!
      if (Math.abs(pivot) < PIVOT_TOLERANCE) return
      for (let q = 0; q < width; q++) {
        const swap = work[c * width + q]!
        work[c * width + q] = work[pivotRow * width + q]! / pivot
        if (pivotRow !== c) work[pivotRow * width + q] = swap
      }
      for (let r = 0; r < rows; r++) {
        const factor = work[r * width + c]!
        if (r === c || factor === 0) continue
        for (let q = 0; q < width; q++) work[r * width + q]! -= factor * work[c * width + q]!
      }
    }
    for (let r = 0; r < rows; r++)
      for (let q = 0; q < rows; q++) this.#inverse[r * rows + q] = work[r * width + rows + q]!
    const remainder = Float64Array.from(this.#program.rhs)
    for (let j = 0; j < this.values.length; j++) {
      const value = this.values[j]!
      if (this.#basic[j] === 1 || value === 0) continue
      this.#column(j, column)
      for (let r = 0; r < rows; r++) remainder[r]! -= column[r]! * value
    }
    for (let r = 0; r < rows; r++) {
      let value = 0
      for (let q = 0; q < rows; q++) value += this.#inverse[r * rows + q]! * remainder[q]!
      this.values[this.#basis[r]!] = value
    }
  }
}
