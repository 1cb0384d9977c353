import { factorCholesky, solveCholesky } from '../linear-algebra/cholesky.ts'
import type { InteriorPoint } from './interior-point.ts'
import { NEGLIGIBLE_WEIGHT, type TradeProblem } from './trade-problem.ts'

/** Where a line stands: on a bound, untraded, or free on one side of the kink (or without one). */
export const LineState = { low: 0, high: 1, hold: 2, buying: 3, selling: 4, smooth: 5 } as const

/** Damps singular systems; each repeated solve removes its effect where the curvature is above it. */
const DAMPING = 1e-9
const PRICE_TOLERANCE = 1e-13
const NEWTON_STEPS = 30

/**
 * From an approximate solution to an exact one: guess which bounds, kinks and rows hold, solve the equations that
 * remain by Newton's method, change the guesses that turn out wrong, repeat. Near the solution the guess of the
 * interior point is right and one round ends at rounding error. Rows are: budget, groups, turnover where capped.
 */
export class ActiveSet {
  readonly states: Uint8Array
  readonly activeRows: Uint8Array
  readonly trade: Float64Array
  readonly multipliers: Float64Array
  readonly #problem: TradeProblem
  readonly #rows: number
  readonly #capped: boolean
  readonly #gradient: Float64Array
  readonly #free: Int32Array
  #freeCount = 0
  readonly #matrix: Float64Array
  readonly #rowSolved: Float64Array
  readonly #schur: Float64Array
  readonly #rowStep: Float64Array
  readonly #step: Float64Array
  readonly #activeList: Int32Array
  readonly #member: Uint8Array

  constructor(problem: TradeProblem, start: InteriorPoint) {
    const n = problem.size
    this.#problem = problem
    this.#capped = Number.isFinite(problem.turnover)
    this.#rows = start.rows
    this.states = new Uint8Array(n)
    this.activeRows = new Uint8Array(this.#rows)
    this.trade = Float64Array.from(start.trade)
    this.multipliers = Float64Array.from(start.multipliers)
    this.#gradient = new Float64Array(n)
    this.#free = new Int32Array(n)
    this.#matrix = new Float64Array(n * n)
    this.#rowSolved = new Float64Array(this.#rows * n)
    this.#schur = new Float64Array(this.#rows * this.#rows)
    this.#rowStep = new Float64Array(this.#rows)
    this.#step = new Float64Array(n)
    this.#activeList = new Int32Array(this.#rows)
    this.#member = new Uint8Array(this.#rows * n)
    for (const [g, { members }] of problem.groups.entries()) for (const i of members) this.#member[(g + 1) * n + i] = 1
    for (let i = 0; i < n; i++) this.states[i] = this.#guess(start, i)
    for (let r = 0; r < this.#rows; r++) this.activeRows[r] = r === 0 || start.slack[r]! < start.multipliers[r]! ? 1 : 0
  }

  /** True when a consistent set was found; trade and multipliers then satisfy it to rounding. */
  run(rounds: number): boolean {
    for (let round = 0; round < rounds; round++) {
      this.#solve()
      if (this.#repair(round >= 8) === 0) return true
    }
    return false
  }

  #guess(start: InteriorPoint, i: number): number {
    const { low, high } = this.#problem
    const { buy, sell } = start
    const buying = buy.present[i] === 1 && buy.value[i]! > buy.lowerPrice[i]!
    const selling = sell.present[i] === 1 && sell.value[i]! > sell.lowerPrice[i]!
    if (this.#isSmooth(i)) {
      if (!buying) return LineState.low
      return buy.room[i]! > buy.upperPrice[i]! ? LineState.smooth : LineState.high
    }
    if (!buying && !selling) return low[i]! > 0 ? LineState.low : high[i]! < 0 ? LineState.high : LineState.hold
    if (buying && (!selling || start.trade[i]! > 0))
      return buy.room[i]! > buy.upperPrice[i]! ? LineState.buying : LineState.high
    return sell.room[i]! > sell.upperPrice[i]! ? LineState.selling : LineState.low
  }

  #isSmooth(i: number): boolean {
    const { costBuy, costSell, impact } = this.#problem
    return !this.#capped && costBuy[i] === 0 && costSell[i] === 0 && impact[i] === 0
  }

  /** +1 buying, −1 selling, 0 without a kink. */
  #sign(i: number): number {
    const state = this.states[i]
    return state === LineState.buying ? 1 : state === LineState.selling ? -1 : 0
  }

  /** Coefficient of line i in a row. */
  #coefficient(r: number, i: number): number {
    if (r === 0) return 1
    if (this.#capped && r === this.#rows - 1) return this.#sign(i)
    return this.#member[r * this.#problem.size + i]!
  }

  #rowResidual(r: number): number {
    const { size: n, groups, budget, turnover } = this.#problem
    let sum = 0
    if (this.#capped && r === this.#rows - 1) {
      for (let i = 0; i < n; i++) sum += Math.abs(this.trade[i]!)
      return sum - turnover
    }
    if (r === 0) {
      for (let i = 0; i < n; i++) sum += this.trade[i]!
      return sum - budget
    }
    for (const i of groups[r - 1]!.members) sum += this.trade[i]!
    return sum - groups[r - 1]!.room
  }

  /** Price of one more unit of line i, its own trading cost excluded. */
  #marginal(i: number): number {
    let marginal = this.#gradient[i]! + this.#problem.gradient[i]! + this.multipliers[0]!
    for (let g = 0; g < this.#problem.groups.length; g++)
      if (this.#member[(g + 1) * this.#problem.size + i] === 1) marginal += this.multipliers[g + 1]!
    return marginal
  }

  #turnoverPrice(): number {
    return this.#capped ? this.multipliers[this.#rows - 1]! : 0
  }

  /** Marginal cost of trading on one side at size |d|, turnover price included. */
  #sideCost(i: number, side: 1 | -1, size: number): number {
    const { costBuy, costSell, impact } = this.#problem
    return (side > 0 ? costBuy[i]! : costSell[i]!) + this.#turnoverPrice() + 1.5 * impact[i]! * Math.sqrt(size)
  }

  #place(): void {
    const { size: n, low, high } = this.#problem
    this.#freeCount = 0
    for (let i = 0; i < n; i++) {
      const state = this.states[i]
      if (state === LineState.low) this.trade[i] = low[i]!
      else if (state === LineState.high) this.trade[i] = high[i]!
      else if (state === LineState.hold) this.trade[i] = 0
      else {
        this.#free[this.#freeCount++] = i
        // a side has its own sign: with impact the equations have no meaning beyond the kink
        if (state === LineState.buying && this.trade[i]! <= 0) this.trade[i] = Math.min(1e-9, high[i]!)
        if (state === LineState.selling && this.trade[i]! >= 0) this.trade[i] = Math.max(-1e-9, low[i]!)
      }
    }
    for (let r = 0; r < this.#rows; r++) if (!this.activeRows[r]) this.multipliers[r] = 0
  }

  /** Newton on the free lines and active rows. */
  #solve(): void {
    this.#place()
    const { risk, impact } = this.#problem
    let curved = false
    for (let f = 0; f < this.#freeCount; f++) if (impact[this.#free[f]!]! > 0) curved = true
    let best = Number.POSITIVE_INFINITY
    let worse = 0
    for (let pass = 0; pass < NEWTON_STEPS; pass++) {
      risk.multiply(this.trade, this.#gradient)
      const residual = this.#residuals()
      if (residual <= 1e-16) break
      worse = residual < 0.5 * best ? 0 : worse + 1
      best = Math.min(best, residual)
      if (worse > 2) break
      if ((pass === 0 || curved) && !this.#factor()) break
      this.#newtonStep()
    }
    risk.multiply(this.trade, this.#gradient)
  }

  /** Fills step and rowStep with the residuals; returns the largest. */
  #residuals(): number {
    let largest = 0
    for (let f = 0; f < this.#freeCount; f++) {
      const i = this.#free[f]!
      const sign = this.#sign(i)
      const own = sign === 0 ? 0 : sign * this.#sideCost(i, sign > 0 ? 1 : -1, Math.abs(this.trade[i]!))
      this.#step[f] = this.#marginal(i) + own
      largest = Math.max(largest, Math.abs(this.#step[f]!))
    }
    let count = 0
    for (let r = 0; r < this.#rows; r++) {
      if (!this.activeRows[r]) continue
      this.#activeList[count] = r
      this.#rowStep[count] = this.#rowResidual(r)
      largest = Math.max(largest, Math.abs(this.#rowStep[count]!))
      count++
    }
    this.#activeCount = count
    return largest
  }
  #activeCount = 0

  #factor(): boolean {
    const n = this.#problem.size
    const size = this.#freeCount
    const { dense } = this.#problem.risk
    for (let f = 0; f < size; f++) {
      const i = this.#free[f]!
      for (let h = 0; h <= f; h++) this.#matrix[f * size + h] = dense[i * n + this.#free[h]!]!
      const k = this.#problem.impact[i]!
      const curvature = k > 0 ? (0.75 * k) / Math.sqrt(Math.abs(this.trade[i]!)) : 0
      this.#matrix[f * size + f]! += Math.min(curvature, 1e12) + DAMPING
    }
    if (factorCholesky(this.#matrix, size) >= 0) return false
    const count = this.#activeCount
    for (let a = 0; a < count; a++) {
      const solved = this.#rowSolved.subarray(a * size, (a + 1) * size)
      for (let f = 0; f < size; f++) solved[f] = this.#coefficient(this.#activeList[a]!, this.#free[f]!)
      solveCholesky(this.#matrix, size, solved)
    }
    for (let a = 0; a < count; a++)
      for (let b = 0; b <= a; b++) {
        let sum = 0
        for (let f = 0; f < size; f++)
          sum += this.#coefficient(this.#activeList[a]!, this.#free[f]!) * this.#rowSolved[b * size + f]!
        this.#schur[a * count + b] = a === b ? sum * (1 + 1e-14) + DAMPING : sum
      }
    return factorCholesky(this.#schur, count) < 0
  }

  #newtonStep(): void {
    const size = this.#freeCount
    const count = this.#activeCount
    const step = this.#step
    for (let f = 0; f < size; f++) step[f] = -step[f]!
    solveCholesky(this.#matrix, size, step)
    for (let a = 0; a < count; a++) {
      let sum = this.#rowStep[a]!
      for (let f = 0; f < size; f++) sum += this.#coefficient(this.#activeList[a]!, this.#free[f]!) * step[f]!
      this.#rowStep[a] = sum
    }
    solveCholesky(this.#schur, count, this.#rowStep)
    for (let a = 0; a < count; a++) {
      const rowStep = this.#rowStep[a]!
      this.multipliers[this.#activeList[a]!]! += rowStep
      for (let f = 0; f < size; f++) step[f]! -= this.#rowSolved[a * size + f]! * rowStep
    }
    for (let f = 0; f < size; f++) {
      const i = this.#free[f]!
      const before = this.trade[i]!
      const after = before + step[f]!
      // with impact the equation ends at the kink: come no nearer than a tenth per step
      const stops = this.#problem.impact[i]! > 0 && this.#sign(i) !== 0 && after * before <= 0.01 * before * before
      this.trade[i] = stops ? 0.01 * before : after
    }
  }

  /** Changes wrong guesses: all of them, or only the worst once rounds repeat. Returns how many were wrong. */
  #repair(onlyWorst: boolean): number {
    let wrong = 0
    let worst = 0
    let worstLine = -1
    let worstRow = -1
    const note = (violation: number, line: number, row: number): void => {
      wrong++
      if (violation <= worst) return
      worst = violation
      worstLine = line
      worstRow = row
    }
    const next = new Uint8Array(this.states)
    for (let i = 0; i < this.#problem.size; i++) {
      const [state, violation] = this.#better(i)
      if (state === this.states[i]) continue
      next[i] = state
      note(violation, i, -1)
    }
    for (let r = 1; r < this.#rows; r++) {
      const violation = this.activeRows[r] ? -this.multipliers[r]! : this.#rowResidual(r)
      if (violation > PRICE_TOLERANCE) note(violation, -1, r)
      if (violation > PRICE_TOLERANCE && !onlyWorst) this.activeRows[r] = this.activeRows[r] ? 0 : 1
    }
    if (!onlyWorst) this.states.set(next)
    else if (worstLine >= 0) this.states[worstLine] = next[worstLine]!
    else if (worstRow >= 0) this.activeRows[worstRow] = this.activeRows[worstRow] ? 0 : 1
    return wrong
  }

  /** The state line i should have, and by how much its present one is wrong. */
  #better(i: number): readonly [state: number, violation: number] {
    const state = this.states[i]!
    const [low, high, d] = [this.#problem.low[i]!, this.#problem.high[i]!, this.trade[i]!]
    if (state === LineState.smooth) {
      if (d < low - NEGLIGIBLE_WEIGHT) return [LineState.low, low - d]
      if (d > high + NEGLIGIBLE_WEIGHT) return [LineState.high, d - high]
      return [state, 0]
    }
    if (state === LineState.buying) {
      if (d > high + NEGLIGIBLE_WEIGHT) return [LineState.high, d - high]
      if (low > 0 && d < low - NEGLIGIBLE_WEIGHT) return [LineState.low, low - d]
      if (low <= 0 && d < this.#leastTrade(i)) return [LineState.hold, Math.max(-d, 1e-12)]
      return [state, 0]
    }
    if (state === LineState.selling) {
      if (d < low - NEGLIGIBLE_WEIGHT) return [LineState.low, low - d]
      if (high < 0 && d > high + NEGLIGIBLE_WEIGHT) return [LineState.high, d - high]
      if (high >= 0 && d > -this.#leastTrade(i)) return [LineState.hold, Math.max(d, 1e-12)]
      return [state, 0]
    }
    const marginal = this.#marginal(i)
    if (this.#isSmooth(i)) {
      const leaves = state === LineState.low ? -marginal : marginal
      return leaves > PRICE_TOLERANCE ? [LineState.smooth, leaves] : [state, 0]
    }
    if (state === LineState.hold) {
      const buying = high > 0 ? -marginal - this.#sideCost(i, 1, 0) : -1
      const selling = low < 0 ? marginal - this.#sideCost(i, -1, 0) : -1
      if (Math.max(buying, selling) <= PRICE_TOLERANCE) return [state, 0]
      return buying > selling ? [LineState.buying, buying] : [LineState.selling, selling]
    }
    // on a bound: does moving inwards pay?
    const side = d > 0 ? 1 : -1
    const upwards = marginal + side * this.#sideCost(i, side, Math.abs(d))
    const leaves = state === LineState.low ? -upwards : upwards
    if (leaves <= PRICE_TOLERANCE) return [state, 0]
    return [side > 0 ? LineState.buying : LineState.selling, leaves]
  }

  /** Below this a trade is none: rounding without impact, unrepresentable with it. */
  #leastTrade(i: number): number {
    return this.#problem.impact[i]! > 0 ? 1e-18 : 0
  }
}
