import type { RebalanceProblem } from './problem.ts'
import { createRiskTerm } from './risk-term.ts'
import type { Certificate, Multipliers, ObjectiveSplit } from './solution.ts'

/** Weights nearer than this to a bound stand on it. */
const ON_BOUND = 1e-13

export const GAP_ABSOLUTE = 1e-10
export const GAP_RELATIVE = 1e-8
export const RESIDUAL_LIMIT = 1e-9

export interface Assessment {
  readonly objective: number
  readonly split: ObjectiveSplit
  readonly certificate: Certificate
  /** Per line, derivative of the risk term. */
  readonly marginalRisk: Float64Array
  /** Per line, −(risk + view + budget + groups). */
  readonly marginalBenefit: Float64Array
}

/** "Solved" of the design: gap ≤ 1e-10 + 1e-8·|objective| and both residuals ≤ 1e-9. */
export function passes(assessment: Assessment): boolean {
  const { gap, primalResidual, dualResidual } = assessment.certificate
  return (
    gap <= GAP_ABSOLUTE + GAP_RELATIVE * Math.abs(assessment.objective) &&
    primalResidual <= RESIDUAL_LIMIT &&
    dualResidual <= RESIDUAL_LIMIT
  )
}

/**
 * Judges a point and multipliers from the problem's data alone; knows nothing of how they were found.
 * The lower bound linearises the (convex) risk term at x and minimises every line on its own over its bounds, with
 * budget, groups and turnover at their prices: gap = Σ lines + Σ price·slack ≥ objective − optimum.
 */
export function assess(problem: RebalanceProblem, x: Float64Array, multipliers: Multipliers): Assessment {
  const n = x.length
  const distance = x.map((value, i) => value - problem.aim[i]!)
  const marginalRisk = new Float64Array(n)
  createRiskTerm(problem.covariance, n, problem.riskScale).multiply(distance, marginalRisk)
  const marginalBenefit = new Float64Array(n)
  let primal = 0
  let dual = 0
  let total = 0
  let traded = 0
  let gap = 0
  const split = { risk: 0, view: 0, linearCost: 0, impact: 0 }
  const groupPrice = new Float64Array(n)
  for (const [g, { members, cap }] of problem.groupCaps.entries()) {
    const price = multipliers.groups[g]!
    let level = 0
    for (const i of members) {
      level += x[i]!
      groupPrice[i]! += price
    }
    primal = Math.max(primal, level - cap)
    dual = Math.max(dual, -price)
    gap += price * (cap - level)
  }
  for (let i = 0; i < n; i++) {
    const d = x[i]! - problem.current[i]!
    const view = problem.view?.[i] ?? 0
    const price = marginalRisk[i]! - view + multipliers.budget + groupPrice[i]!
    marginalBenefit[i] = -price
    total += x[i]!
    traded += Math.abs(d)
    split.risk += 0.5 * marginalRisk[i]! * distance[i]!
    split.view -= view * x[i]!
    split.linearCost += d > 0 ? problem.costBuy[i]! * d : -problem.costSell[i]! * d
    split.impact += problem.impact[i]! * Math.abs(d) ** 1.5
    const line = new LineTerm(problem, i, price, multipliers.turnover)
    primal = Math.max(primal, line.low - d, d - line.high)
    dual = Math.max(dual, line.stationarityError(d))
    gap += line.excess(d)
  }
  primal = Math.max(primal, Math.abs(total - 1))
  gap += multipliers.budget * (1 - total)
  if (problem.turnoverCap !== null) {
    primal = Math.max(primal, traded - 2 * problem.turnoverCap)
    gap += multipliers.turnover * (2 * problem.turnoverCap - traded)
  }
  dual = Math.max(dual, -multipliers.turnover)
  const objective = split.risk + split.view + split.linearCost + split.impact
  const certificate = { primalResidual: primal, dualResidual: dual, gap: Math.abs(gap) }
  return { objective, split, certificate, marginalRisk, marginalBenefit }
}

/** price·d + cost(d) + turnover price·|d| of one line over its bounds. */
class LineTerm {
  readonly low: number
  readonly high: number
  readonly #frozen: boolean
  readonly #price: number
  readonly #buy: number
  readonly #sell: number
  readonly #impact: number

  constructor(problem: RebalanceProblem, i: number, price: number, turnoverPrice: number) {
    const w = problem.current[i]!
    this.#frozen = (problem.frozen?.[i] ?? 0) !== 0
    this.low = this.#frozen ? 0 : problem.lower[i]! - w
    this.high = this.#frozen ? 0 : problem.upper[i]! - w
    this.#price = price
    this.#buy = problem.costBuy[i]! + turnoverPrice
    this.#sell = problem.costSell[i]! + turnoverPrice
    this.#impact = problem.impact[i]!
  }

  #value(d: number): number {
    return this.#price * d + (d > 0 ? this.#buy * d : -this.#sell * d) + this.#impact * Math.abs(d) ** 1.5
  }

  /** How much less than at d the term can be. */
  excess(d: number): number {
    let least = this.#value(d)
    const here = least
    if (this.high > 0) least = Math.min(least, this.#value(this.#bestSide(1, Math.max(0, this.low), this.high)))
    if (this.low < 0) least = Math.min(least, this.#value(-this.#bestSide(-1, Math.max(0, -this.high), -this.low)))
    // inside rounding of a zero-width or frozen line there is no choice
    return this.high - this.low <= ON_BOUND ? 0 : here - least
  }

  /** Best |d| on one side, between two sizes. */
  #bestSide(side: 1 | -1, least: number, most: number): number {
    const slope = side > 0 ? this.#price + this.#buy : this.#sell - this.#price
    if (slope >= 0) return least
    const free = this.#impact > 0 ? (slope / (1.5 * this.#impact)) ** 2 : Number.POSITIVE_INFINITY
    return Math.min(most, Math.max(least, free))
  }

  /** By how much a move that the bounds allow would pay, per unit of weight. */
  stationarityError(d: number): number {
    if (this.high - this.low <= ON_BOUND) return 0
    // the root's slope is infinite at 0, so a trade is taken as known to the rounding of its weight, no better
    const more = 1.5 * this.#impact * Math.sqrt(Math.abs(d) + Number.EPSILON)
    const less = 1.5 * this.#impact * Math.sqrt(Math.max(0, Math.abs(d) - Number.EPSILON))
    const up = this.#price + (d >= 0 ? this.#buy + more : -this.#sell - less)
    const down = -this.#price + (d <= 0 ? this.#sell + more : -this.#buy - less)
    let error = 0
    if (d < this.high - ON_BOUND) error = Math.max(error, -up)
    if (d > this.low + ON_BOUND) error = Math.max(error, -down)
    return error
  }
}
