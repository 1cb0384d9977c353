import { factorCholesky, solveCholesky } from '../../linear-algebra/cholesky.ts'
import { InteriorSide } from './interior-side.ts'
import { InteriorSteps } from './interior-steps.ts'
import type { TradeProblem } from './trade-problem.ts'

/**
 * Primal-dual interior point method (Mehrotra's predictor and corrector) for a trade problem written as
 *
 *     d = base + p − q,   |d| = |base| + p + q,   0 ≤ p ≤ P,  0 ≤ q ≤ Q
 *
 * Each line's pair (p, q) and all bounds are eliminated by hand, so that a step factors one n×n matrix and a Schur
 * complement with a row per constraint. The 3/2 power needs no cone: its curvature is compatible with the barrier.
 * A line without any cost keeps p alone. Rows are: budget, groups, then turnover where it is capped.
 */
export class InteriorPoint {
  readonly problem: TradeProblem
  readonly size: number
  readonly rows: number
  readonly trade: Float64Array
  readonly multipliers: Float64Array
  /** Room left in every row but the budget. */
  readonly slack: Float64Array
  readonly buy: InteriorSide
  readonly sell: InteriorSide
  /** Mean product of a bound's distance and its multiplier, in scaled objective. */
  complementarity = Number.POSITIVE_INFINITY
  /** Size of a typical multiplier. */
  readonly priceScale: number
  readonly #capped: boolean
  readonly #base: Float64Array
  readonly #pairs: number
  #stalled = 0
  readonly #matrix: Float64Array
  readonly #rowValues: Float64Array
  readonly #rowSolved: Float64Array
  readonly #schur: Float64Array
  readonly #rowResidual: Float64Array
  readonly #rowStep: Float64Array
  readonly #slackStep: Float64Array
  readonly #slackProduct: Float64Array
  readonly #marginal: Float64Array
  readonly #target: Float64Array
  readonly #step: Float64Array

  constructor(problem: TradeProblem) {
    const n = problem.size
    this.problem = problem
    this.size = n
    this.#capped = Number.isFinite(problem.turnover)
    this.rows = 1 + problem.groups.length + (this.#capped ? 1 : 0)
    this.trade = new Float64Array(n)
    this.buy = new InteriorSide(n)
    const taxed = problem.taxSteps.some(({ at }) => at.length > 0)
    this.sell = new InteriorSide(n, taxed ? new InteriorSteps(problem.taxSteps) : null)
    this.multipliers = new Float64Array(this.rows)
    this.slack = new Float64Array(this.rows)
    this.#base = new Float64Array(n)
    this.#matrix = new Float64Array(n * n)
    this.#rowValues = new Float64Array(this.rows * n)
    this.#rowSolved = new Float64Array(this.rows * n)
    this.#schur = new Float64Array(this.rows * this.rows)
    this.#rowResidual = new Float64Array(this.rows)
    this.#rowStep = new Float64Array(this.rows)
    this.#slackStep = new Float64Array(this.rows)
    this.#slackProduct = new Float64Array(this.rows)
    this.#marginal = new Float64Array(n)
    this.#target = new Float64Array(n)
    this.#step = new Float64Array(n)
    this.#rowValues.fill(1, 0, n)
    for (const [g, { members }] of problem.groups.entries())
      for (const i of members) this.#rowValues[(g + 1) * n + i] = 1
    this.priceScale = problem.gradient.reduce((largest, g) => Math.max(largest, Math.abs(g)), 1e-3)
    this.#pairs = this.#start()
  }

  /** One step; false once no progress is possible. */
  advance(): boolean {
    this.#evaluate()
    if (!this.#factor()) return false
    const before = this.complementarity
    if (this.#stalled < 2) {
      this.#solve(0, false)
      const predicted = this.#productAfter(this.#longestStep(1)) / this.#pairs
      const centring = Math.min(1, Math.max(1e-6, (predicted / before) ** 3))
      this.#solve(centring * before, true)
    } else {
      // two steps without progress: back to the central path before going on
      this.#solve(before, false)
      this.#stalled = 0
    }
    const length = this.#longestStep(0.995)
    if (!(length > 1e-10)) return false
    this.#move(length)
    // directions are spent: the product at length 0 is that of the point itself
    this.complementarity = this.#productAfter(0) / this.#pairs
    this.#stalled = this.complementarity > 0.8 * before ? this.#stalled + 1 : 0
    return true
  }

  /** The middle of every band, with the same product of distance and multiplier everywhere. Returns their number. */
  #start(): number {
    const { size: n, low, high, costBuy, costSell, impact, groups, turnover, taxSteps } = this.problem
    let pairs = 0
    let product = 0
    for (let i = 0; i < n; i++) {
      const [lo, hi, k] = [low[i]!, high[i]!, impact[i]!]
      const steps = taxSteps[i]!.at
      const free = !this.#capped && costBuy[i] === 0 && costSell[i] === 0 && k === 0 && steps.length === 0
      const base = free || lo > 0 ? lo : Math.min(hi, 0)
      this.#base[i] = base
      this.buy.place(i, hi - base, free ? 0 : Math.abs(base), costBuy[i]!, k)
      this.sell.place(i, base - lo, Math.abs(base), costSell[i]!, k)
      this.sell.steps?.place(i, steps, Math.abs(base))
      for (const side of [this.buy, this.sell]) {
        if (side.present[i] === 0) continue
        const rise = side.steps === null ? 0 : side.steps.totalRise(i)
        product += Math.max(this.priceScale, Math.abs(side.cost(i)) + rise) * side.value[i]!
        pairs += 2
      }
    }
    product = Math.max(product / (pairs / 2), 1e-12 * this.priceScale)
    pairs += 2 * (this.sell.steps?.count ?? 0)
    this.buy.price(product)
    this.sell.price(product)
    this.#placeTrade()
    for (let r = 1; r < this.rows; r++) {
      const room = r <= groups.length ? groups[r - 1]!.room : turnover
      // no more room than the row's lines can make: bands may be thinner than any fixed number
      this.slack[r] = Math.max(room - this.#rowLevel(r), 0.2 * this.#rowRange(r))
      this.multipliers[r] = product / this.slack[r]!
      pairs++
    }
    this.complementarity = this.#productAfter(0) / pairs
    return pairs
  }

  #placeTrade(): void {
    for (let i = 0; i < this.size; i++) this.trade[i] = this.#base[i]! + this.buy.value[i]! - this.sell.value[i]!
  }

  /** Left-hand side of a row: Σ of its members' trades, or Σ|d|. */
  #rowLevel(r: number): number {
    const n = this.size
    let sum = 0
    if (this.#capped && r === this.rows - 1)
      for (let i = 0; i < n; i++) sum += Math.abs(this.#base[i]!) + this.buy.value[i]! + this.sell.value[i]!
    else for (let i = 0; i < n; i++) sum += this.#rowValues[r * n + i]! * this.trade[i]!
    return sum
  }

  /** How much the lines of a row can move it. */
  #rowRange(r: number): number {
    let sum = 0
    for (let i = 0; i < this.size; i++)
      if (r > this.problem.groups.length || this.#rowValues[r * this.size + i] === 1)
        sum += this.problem.high[i]! - this.problem.low[i]!
    return sum
  }

  #evaluate(): void {
    const n = this.size
    const { risk, gradient, groups, budget, turnover } = this.problem
    const linearRows = 1 + groups.length
    const price = this.#capped ? this.multipliers[this.rows - 1]! : 0
    risk.multiply(this.trade, this.#marginal)
    for (let i = 0; i < n; i++) {
      let marginal = this.#marginal[i]! + gradient[i]!
      for (let r = 0; r < linearRows; r++) marginal += this.#rowValues[r * n + i]! * this.multipliers[r]!
      if (this.buy.present[i]) this.buy.evaluate(i, marginal + price)
      if (this.sell.present[i]) this.sell.evaluate(i, price - marginal)
    }
    for (let r = 0; r < this.rows; r++) {
      const limit = r === 0 ? budget : r < linearRows ? groups[r - 1]!.room : turnover
      this.#rowResidual[r] = this.#rowLevel(r) + this.slack[r]! - limit
    }
  }

  /** Factors Q + diagonal and the Schur complement of the rows. */
  #factor(): boolean {
    const n = this.size
    const m = this.rows
    const matrix = this.#matrix
    const turnoverRow = this.#capped ? (m - 1) * n : -1
    let turnoverDiagonal = 0
    matrix.set(this.problem.risk.dense)
    for (let i = 0; i < n; i++) {
      const [b, s] = [this.buy.compliance[i]!, this.sell.compliance[i]!]
      // the small addition only damps the step: a singular Q with free lines has no other curvature
      matrix[i * n + i]! += 1 / (b + s) + 1e-12
      if (turnoverRow < 0) continue
      this.#rowValues[turnoverRow + i] = (b - s) / (b + s)
      turnoverDiagonal += (4 * b * s) / (b + s)
    }
    if (factorCholesky(matrix, n) >= 0) return false
    for (let r = 0; r < m; r++) {
      const solved = this.#rowSolved.subarray(r * n, (r + 1) * n)
      solved.set(this.#rowValues.subarray(r * n, (r + 1) * n))
      solveCholesky(matrix, n, solved)
    }
    for (let r = 0; r < m; r++)
      for (let c = 0; c <= r; c++) {
        let sum = 0
        for (let i = 0; i < n; i++) sum += this.#rowValues[r * n + i]! * this.#rowSolved[c * n + i]!
        if (r === c) sum = sum * (1 + 1e-14) + (r > 0 ? this.slack[r]! / this.multipliers[r]! : 1e-14)
        if (r === c && r * n === turnoverRow) sum += turnoverDiagonal
        this.#schur[r * m + c] = sum
      }
    return factorCholesky(this.#schur, m) < 0
  }

  /** Newton step towards complementarity `target`; `corrected` subtracts the last step's second-order terms. */
  #solve(target: number, corrected: boolean): void {
    const n = this.size
    const m = this.rows
    const turnoverRow = this.#capped ? (m - 1) * n : -1
    this.buy.prepare(target, corrected)
    this.sell.prepare(target, corrected)
    let turnoverPull = 0
    for (let i = 0; i < n; i++) {
      const buying = this.buy.compliance[i]! * this.buy.pull[i]!
      const selling = this.sell.compliance[i]! * this.sell.pull[i]!
      const pull = (selling - buying) / (this.buy.compliance[i]! + this.sell.compliance[i]!)
      this.#target[i] = pull
      if (turnoverRow >= 0)
        turnoverPull += buying + selling + (this.buy.compliance[i]! - this.sell.compliance[i]!) * pull
    }
    const step = this.#step
    step.set(this.#target)
    solveCholesky(this.#matrix, n, step)
    const product = this.#slackProduct
    for (let r = 1; r < m; r++)
      product[r] =
        target - this.slack[r]! * this.multipliers[r]! - (corrected ? this.#slackStep[r]! * this.#rowStep[r]! : 0)
    for (let r = 0; r < m; r++) {
      let sum = this.#rowResidual[r]! + (r > 0 ? product[r]! / this.multipliers[r]! : 0)
      if (r * n === turnoverRow) sum -= turnoverPull
      for (let i = 0; i < n; i++) sum += this.#rowValues[r * n + i]! * step[i]!
      this.#rowStep[r] = sum
    }
    solveCholesky(this.#schur, m, this.#rowStep)
    for (let r = 0; r < m; r++) {
      const rowStep = this.#rowStep[r]!
      for (let i = 0; i < n; i++) step[i]! -= this.#rowSolved[r * n + i]! * rowStep
      if (r > 0) this.#slackStep[r] = (product[r]! - this.slack[r]! * rowStep) / this.multipliers[r]!
    }
    const price = this.#capped ? this.#rowStep[m - 1]! : 0
    for (let i = 0; i < n; i++) {
      const tilt = turnoverRow >= 0 ? this.#rowValues[turnoverRow + i]! * price : 0
      this.#finishLine(i, step[i]!, tilt, price)
    }
  }

  /** Splits a line's step over its sides: the stiffer one from its own equation, the other as the difference. */
  #finishLine(i: number, step: number, tilt: number, price: number): void {
    const { buy, sell } = this
    const [b, s] = [buy.compliance[i]!, sell.compliance[i]!]
    const change = this.#target[i]! - step / (b + s) - tilt
    if (s === 0) buy.finish(i, step)
    else if (b === 0) sell.finish(i, -step)
    else if (b > s) {
      const selling = sell.respond(i, price - change)
      sell.finish(i, selling)
      buy.finish(i, step + selling)
    } else {
      const buying = buy.respond(i, price + change)
      buy.finish(i, buying)
      sell.finish(i, buying - step)
    }
  }

  #longestStep(fraction: number): number {
    let limit = Math.min(this.buy.longestStep(fraction), this.sell.longestStep(fraction))
    for (let r = 1; r < this.rows; r++) {
      const [slack, price] = [this.#slackStep[r]!, this.#rowStep[r]!]
      if (slack < 0) limit = Math.min(limit, (-fraction * this.slack[r]!) / slack)
      if (price < 0) limit = Math.min(limit, (-fraction * this.multipliers[r]!) / price)
    }
    return limit
  }

  #productAfter(length: number): number {
    let sum = this.buy.productAfter(length) + this.sell.productAfter(length)
    for (let r = 1; r < this.rows; r++)
      sum += (this.slack[r]! + length * this.#slackStep[r]!) * (this.multipliers[r]! + length * this.#rowStep[r]!)
    return sum
  }

  #move(length: number): void {
    this.buy.move(length)
    this.sell.move(length)
    for (let r = 0; r < this.rows; r++) {
      this.multipliers[r]! += length * this.#rowStep[r]!
      if (r > 0) this.slack[r]! += length * this.#slackStep[r]!
    }
    this.#placeTrade()
  }
}
