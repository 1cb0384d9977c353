import { factorCholesky, solveCholesky } from '../../linear-algebra/cholesky.ts'
import type { TradeProblem } from './trade-problem.ts'

/**
 * Where a line stands: on a bound, untraded, free on one side of the kink (or without one), or sold down to the end of
 * a lot. Sold lines say how many ends of lots lie behind them (`soldState`).
 */
export const LineState = { low: 0, high: 1, hold: 2, buying: 3, selling: 4, smooth: 5, step: 6 } as const
const KINDS = 8

/** A line that sells within a lot, or stands at the end of the lot `lot` when the kind is `step`. */
export const soldState = (kind: 4 | 6, lot: number): number => kind + KINDS * lot
export const kindOf = (state: number): number => state % KINDS
export const lotOf = (state: number): number => (state / KINDS) | 0
export const isFree = (state: number): boolean => {
  const kind = kindOf(state)
  return kind >= LineState.buying && kind <= LineState.smooth
}

/** Damps singular systems; repeated steps remove its effect where the curvature is above it. */
const DAMPING = 1e-9
const NEWTON_STEPS = 30

/**
 * One face of the feasible set: lines fixed on bounds or untraded, lines free, rows that hold with equality. On it the
 * problem is smooth and has linear constraints, so that Newton's method ends at rounding error.
 * Rows are: budget, groups, and turnover where it is capped.
 */
export class Face {
  readonly problem: TradeProblem
  readonly rows: number
  readonly capped: boolean
  readonly states: Int32Array
  readonly activeRows: Uint8Array
  readonly trade: Float64Array
  readonly multipliers: Float64Array
  /** Active rows that no free line can move, and for each row the mix of rows in which the free lines cancel. */
  readonly dependent: Uint8Array
  readonly #mixes: Float64Array
  readonly #member: Uint8Array
  readonly #riskGradient: Float64Array
  readonly #free: Int32Array
  #freeCount = 0
  /** The other active rows, with their coefficients over the free lines: as they are, eliminated, times K⁻¹. */
  readonly #equations: Int32Array
  #equationCount = 0
  readonly #pivots: Int32Array
  readonly #rowFree: Float64Array
  readonly #rowReduced: Float64Array
  readonly #rowSolved: Float64Array
  readonly #matrix: Float64Array
  readonly #schur: Float64Array
  readonly #rowStep: Float64Array
  readonly #step: Float64Array
  readonly #bestTrade: Float64Array
  readonly #bestMultipliers: Float64Array

  constructor(problem: TradeProblem, trade: Float64Array, multipliers: Float64Array) {
    const n = problem.size
    const m = multipliers.length
    this.problem = problem
    this.rows = m
    this.capped = Number.isFinite(problem.turnover)
    this.states = new Int32Array(n)
    this.activeRows = new Uint8Array(m)
    this.trade = Float64Array.from(trade)
    this.multipliers = Float64Array.from(multipliers)
    this.dependent = new Uint8Array(m)
    this.#mixes = new Float64Array(m * m)
    this.#member = new Uint8Array(m * n)
    this.#riskGradient = new Float64Array(n)
    this.#free = new Int32Array(n)
    this.#equations = new Int32Array(m)
    this.#pivots = new Int32Array(m)
    this.#rowFree = new Float64Array(m * n)
    this.#rowReduced = new Float64Array(m * n)
    this.#rowSolved = new Float64Array(m * n)
    this.#matrix = new Float64Array(n * n)
    this.#schur = new Float64Array(m * m)
    this.#rowStep = new Float64Array(m)
    this.#step = new Float64Array(n)
    this.#bestTrade = new Float64Array(n)
    this.#bestMultipliers = new Float64Array(m)
    this.#member.fill(1, 0, n)
    for (const [g, { members }] of problem.groups.entries()) for (const i of members) this.#member[(g + 1) * n + i] = 1
  }

  /** A line without cost, impact and turnover price has no kink. */
  isSmooth(i: number): boolean {
    const { costBuy, costSell, impact, taxSteps } = this.problem
    if (this.capped || costBuy[i] !== 0 || costSell[i] !== 0 || impact[i] !== 0) return false
    return taxSteps[i]!.at.length === 0
  }

  get turnoverPrice(): number {
    return this.capped ? this.multipliers[this.rows - 1]! : 0
  }

  /** Price of one more unit of line i, its own trading cost excluded. */
  marginal(i: number): number {
    return this.#riskGradient[i]! + this.problem.gradient[i]! + this.linearPrice(this.multipliers, i)
  }

  /** Σ over budget and groups of line i: of the multipliers, or of a mix of rows. */
  linearPrice(values: Float64Array, i: number): number {
    const n = this.problem.size
    let price = 0
    for (let r = 0; r <= this.problem.groups.length; r++) if (this.#member[r * n + i] === 1) price += values[r]!
    return price
  }

  /** Marginal cost of trading on one side at size |d|, turnover price included; of a sale, within the given lot. */
  sideCost(i: number, side: 1 | -1, size: number, lot = 0): number {
    const { costBuy, costSell, impact, taxSteps } = this.problem
    let cost = (side > 0 ? costBuy[i]! : costSell[i]!) + this.turnoverPrice + 1.5 * impact[i]! * Math.sqrt(size)
    if (lot > 0) for (let j = 0; j < lot; j++) cost += taxSteps[i]!.rise[j]!
    return cost
  }

  /** The lot that line i sells from where it stands; at the end of one, that lot; on its lower bound, the last. */
  currentLot(i: number): number {
    const state = this.states[i]!
    if (kindOf(state) === LineState.low && this.trade[i]! < 0) return this.problem.taxSteps[i]!.at.length
    return lotOf(state)
  }

  /** Left-hand side of a row minus its limit. */
  rowResidual(r: number): number {
    const { size: n, groups, budget, turnover } = this.problem
    let sum = 0
    if (this.capped && r === this.rows - 1) {
      for (let i = 0; i < n; i++) sum += Math.abs(this.trade[i]!)
      return sum - turnover
    }
    for (let i = 0; i < n; i++) if (this.#member[r * n + i] === 1) sum += this.trade[i]!
    return sum - (r === 0 ? budget : groups[r - 1]!.room)
  }

  mixOf(r: number): Float64Array {
    return this.#mixes.subarray(r * this.rows, (r + 1) * this.rows)
  }

  /** Minimises over the free lines subject to the active rows; ends on the best iterate seen. */
  solve(): void {
    this.#place()
    this.#chooseEquations()
    const { risk, impact } = this.problem
    let curved = false
    for (let f = 0; f < this.#freeCount; f++) if (impact[this.#free[f]!]! > 0) curved = true
    let best = Number.POSITIVE_INFINITY
    let idle = 0
    for (let pass = 0; pass < NEWTON_STEPS; pass++) {
      risk.multiply(this.trade, this.#riskGradient)
      const residual = this.#residuals()
      idle = residual < 0.5 * best ? 0 : idle + 1
      if (residual < best) {
        best = residual
        this.#bestTrade.set(this.trade)
        this.#bestMultipliers.set(this.multipliers)
      }
      if (residual <= 1e-16 || idle > (curved ? 12 : 2)) break
      if ((pass === 0 || curved) && !this.#factor()) break
      this.#newtonStep()
    }
    this.trade.set(this.#bestTrade)
    this.multipliers.set(this.#bestMultipliers)
    risk.multiply(this.trade, this.#riskGradient)
  }

  /** +1 buying, −1 selling, 0 without a kink. */
  #sign(i: number): 1 | -1 | 0 {
    const kind = kindOf(this.states[i]!)
    return kind === LineState.buying ? 1 : kind === LineState.selling ? -1 : 0
  }

  #place(): void {
    const { size: n, low, high } = this.problem
    this.#freeCount = 0
    for (let i = 0; i < n; i++) {
      const state = kindOf(this.states[i]!)
      if (state === LineState.low) this.trade[i] = low[i]!
      else if (state === LineState.high) this.trade[i] = high[i]!
      else if (state === LineState.hold) this.trade[i] = 0
      else if (state === LineState.step) this.trade[i] = -this.problem.taxSteps[i]!.at[lotOf(this.states[i]!)]!
      else {
        this.#free[this.#freeCount++] = i
        // a side has its own sign: with impact the equations have no meaning beyond the kink
        if (state === LineState.buying && this.trade[i]! <= 0) this.trade[i] = Math.min(1e-9, high[i]!)
        if (state === LineState.selling && this.trade[i]! >= 0) this.trade[i] = Math.max(-1e-9, low[i]!)
      }
    }
    for (let r = 0; r < this.rows; r++) if (!this.activeRows[r]) this.multipliers[r] = 0
  }

  /** Gaussian elimination of the active rows over the free lines; their entries are 0 and ±1, so rank is certain. */
  #chooseEquations(): void {
    const n = this.problem.size
    const size = this.#freeCount
    let count = 0
    this.dependent.fill(0)
    for (let r = 0; r < this.rows; r++) {
      if (!this.activeRows[r]) continue
      const row = this.#rowFree.subarray(count * size, (count + 1) * size)
      const reduced = this.#rowReduced.subarray(count * size, (count + 1) * size)
      for (let f = 0; f < size; f++) {
        const i = this.#free[f]!
        row[f] = this.capped && r === this.rows - 1 ? this.#sign(i) : this.#member[r * n + i]!
      }
      reduced.set(row)
      const mix = this.mixOf(r).fill(0)
      mix[r] = 1
      for (let a = 0; a < count; a++) {
        const pivot = this.#pivots[a]!
        const factor = reduced[pivot]! / this.#rowReduced[a * size + pivot]!
        if (factor === 0) continue
        for (let f = 0; f < size; f++) reduced[f]! -= factor * this.#rowReduced[a * size + f]!
        const other = this.mixOf(this.#equations[a]!)
        for (let q = 0; q < this.rows; q++) mix[q]! -= factor * other[q]!
      }
      let pivot = -1
      for (let f = 0; f < size; f++) if (pivot < 0 || Math.abs(reduced[f]!) > Math.abs(reduced[pivot]!)) pivot = f
      if (pivot < 0 || Math.abs(reduced[pivot]!) < 1e-9) {
        this.dependent[r] = 1
        continue
      }
      this.#pivots[count] = pivot
      this.#equations[count++] = r
    }
    this.#equationCount = count
  }

  /** Fills step and rowStep with the residuals; returns the largest. */
  #residuals(): number {
    let largest = 0
    for (let f = 0; f < this.#freeCount; f++) {
      const i = this.#free[f]!
      const sign = this.#sign(i)
      const own =
        sign === 0 ? 0 : sign * this.sideCost(i, sign, Math.abs(this.trade[i]!), sign < 0 ? this.currentLot(i) : 0)
      this.#step[f] = this.marginal(i) + own
      largest = Math.max(largest, Math.abs(this.#step[f]!))
    }
    for (let a = 0; a < this.#equationCount; a++) {
      this.#rowStep[a] = this.rowResidual(this.#equations[a]!)
      largest = Math.max(largest, Math.abs(this.#rowStep[a]!))
    }
    return largest
  }

  #factor(): boolean {
    const n = this.problem.size
    const size = this.#freeCount
    const count = this.#equationCount
    const { dense } = this.problem.risk
    for (let f = 0; f < size; f++) {
      const i = this.#free[f]!
      for (let h = 0; h <= f; h++) this.#matrix[f * size + h] = dense[i * n + this.#free[h]!]!
      const k = this.problem.impact[i]!
      const curvature = k > 0 ? (0.75 * k) / Math.sqrt(Math.abs(this.trade[i]!)) : 0
      this.#matrix[f * size + f]! += Math.min(curvature, 1e15) + DAMPING
    }
    if (factorCholesky(this.#matrix, size) >= 0) return false
    for (let a = 0; a < count; a++) {
      const solved = this.#rowSolved.subarray(a * size, (a + 1) * size)
      solved.set(this.#rowFree.subarray(a * size, (a + 1) * size))
      solveCholesky(this.#matrix, size, solved)
      for (let b = 0; b <= a; b++) {
        let sum = 0
        for (let f = 0; f < size; f++) sum += this.#rowFree[b * size + f]! * solved[f]!
        this.#schur[a * count + b] = a === b ? sum * (1 + 1e-14) : sum
      }
    }
    return factorCholesky(this.#schur, count) < 0
  }

  #newtonStep(): void {
    const size = this.#freeCount
    const count = this.#equationCount
    const step = this.#step
    for (let f = 0; f < size; f++) step[f] = -step[f]!
    solveCholesky(this.#matrix, size, step)
    for (let a = 0; a < count; a++)
      for (let f = 0; f < size; f++) this.#rowStep[a]! += this.#rowFree[a * size + f]! * step[f]!
    solveCholesky(this.#schur, count, this.#rowStep)
    for (let a = 0; a < count; a++) {
      const rowStep = this.#rowStep[a]!
      this.multipliers[this.#equations[a]!]! += rowStep
      for (let f = 0; f < size; f++) step[f]! -= this.#rowSolved[a * size + f]! * rowStep
    }
    for (let f = 0; f < size; f++) {
      const i = this.#free[f]!
      const before = this.trade[i]!
      const after = before + step[f]!
      // with impact the equation ends at the kink: come no nearer than a hundredth per step
      const stops = this.problem.impact[i]! > 0 && this.#sign(i) !== 0 && after * before <= 0.01 * before * before
      this.trade[i] = stops ? 0.01 * before : after
    }
  }
}
