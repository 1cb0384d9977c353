import { groupRows } from '../group-rows.ts'
import type { RebalanceProblem } from '../problem.ts'
import { type TaxCurve, taxCurves } from '../sale-tax.ts'
import { createRiskTerm, largestVariance, type RiskTerm, selectAssets } from './risk-term.ts'

/** Widths below this (in weight) are closed: far under any lot, far above rounding. */
export const NEGLIGIBLE_WEIGHT = 1e-13

/**
 * The problem in trades d = x − current of the lines that can move, divided by a power of two near its largest
 * curvature, so that tolerances mean the same whatever γ, costs and horizon are, and bits survive such a scaling.
 *
 *     minimise ½ dᵀQd + gᵀd + Σ cost(d)   subject to  Σd = budget, low ≤ d ≤ high, Σ_{members} d ≤ room, Σ|d| ≤ turnover
 */
export interface TradeProblem {
  readonly size: number
  /** Objective of the original problem per unit of this one. */
  readonly scale: number
  /** Original index of every line here; the others are fixed. */
  readonly lines: readonly number[]
  /** Trades of all original lines with the moving ones at 0: not 0 where zero-width bounds force a trade. */
  readonly fixedTrades: Float64Array
  readonly risk: RiskTerm
  /** Gradient of risk and view where no line here trades. */
  readonly gradient: Float64Array
  readonly costBuy: Float64Array
  readonly costSell: Float64Array
  readonly impact: Float64Array
  readonly low: Float64Array
  readonly high: Float64Array
  /**
   * Per line, the lots whose ends lie between its bounds: beyond `at` (weight sold, rising) a sale costs `rise` more.
   * The tax before the first of them is part of costSell.
   */
  readonly taxSteps: readonly TaxSteps[]
  budget: number
  /** Those with members that move. */
  readonly groups: readonly TradeGroup[]
  /** On Σ|d|, twice the one-way turnover; infinite without a cap. */
  turnover: number
}

export interface TaxSteps {
  readonly at: Float64Array
  readonly rise: Float64Array
}

export interface TradeGroup {
  /** Index among the group rows of the original problem. */
  readonly index: number
  readonly members: readonly number[]
  room: number
}

export function createTradeProblem(problem: RebalanceProblem): TradeProblem {
  const count = problem.current.length
  const scale = objectiveScale(problem, count)
  const fixedTrades = new Float64Array(count)
  const lines: number[] = []
  const lows: number[] = []
  const highs: number[] = []
  let total = 0
  let turnover = problem.turnoverCap === null ? Number.POSITIVE_INFINITY : 2 * problem.turnoverCap
  for (let i = 0; i < count; i++) {
    const w = problem.current[i]!
    total += w
    if (problem.frozen?.[i]) continue
    const low = closed(problem.lower[i]! - w)
    const high = closed(problem.upper[i]! - w)
    if (high - low > NEGLIGIBLE_WEIGHT) {
      lines.push(i)
      lows.push(low)
      highs.push(high)
    } else if (low > 0 || high < 0) {
      fixedTrades[i] = low
      turnover -= Math.abs(low)
    }
  }
  // weights that sum to 1 within rounding need no trade
  const missing = Math.abs(1 - total) <= 1e-12 ? 0 : 1 - total
  const gradient = new Float64Array(count)
  const distance = problem.current.map((w, i) => w + fixedTrades[i]! - problem.aim[i]!)
  createRiskTerm(problem.covariance, count, problem.riskScale / scale).multiply(distance, gradient)
  if (problem.view !== null) for (let i = 0; i < count; i++) gradient[i]! -= problem.view[i]! / scale
  const pick = (values: Float64Array, divisor: number): Float64Array =>
    Float64Array.from(lines, (i) => values[i]! / divisor)
  const position = new Map(lines.map((line, at) => [line, at]))
  const groups = groupRows(problem).map(({ members, cap }, index) => ({
    index,
    members: members.flatMap((i) => position.get(i) ?? []),
    room: members.reduce((room, i) => room - problem.current[i]! - fixedTrades[i]!, cap),
  }))
  const [costBuy, costSell] = [pick(problem.costBuy, scale), pick(problem.costSell, scale)]
  const taxSteps = foldTaxes(taxCurves(problem.taxes, count), lines, { costBuy, costSell, lows, highs, scale })
  return {
    size: lines.length,
    scale,
    lines,
    fixedTrades,
    risk: createRiskTerm(selectAssets(problem.covariance, count, lines), lines.length, problem.riskScale / scale),
    gradient: pick(gradient, 1),
    costBuy,
    costSell,
    impact: pick(problem.impact, scale),
    low: Float64Array.from(lows),
    high: Float64Array.from(highs),
    taxSteps,
    budget: fixedTrades.reduce((budget, trade) => budget - trade, missing),
    groups: groups.filter(({ members }) => members.length > 0),
    turnover,
  }
}

const NO_STEPS: TaxSteps = { at: new Float64Array(0), rise: new Float64Array(0) }

/** Moves what every sale within the bounds pays into costSell, and returns the steps that are left. */
function foldTaxes(
  curves: readonly (TaxCurve | null)[] | null,
  lines: readonly number[],
  columns: {
    readonly costBuy: Float64Array
    readonly costSell: Float64Array
    readonly lows: readonly number[]
    readonly highs: readonly number[]
    readonly scale: number
  },
): TaxSteps[] {
  const { costBuy, costSell, lows, highs, scale } = columns
  return lines.map((line, i) => {
    const curve = curves?.[line] ?? null
    if (curve === null || lows[i]! >= 0) return NO_STEPS
    const { end, slope } = curve
    const inside: number[] = []
    let first = 0
    for (let j = 0; j < end.length; j++)
      if (end[j]! <= Math.max(0, -highs[i]!) + NEGLIGIBLE_WEIGHT) first = j + 1
      else if (end[j]! < -lows[i]! - NEGLIGIBLE_WEIGHT) inside.push(j)
    costSell[i]! += slope[first]! / scale
    // convex: where buying is out of the question its cost is free to be so, elsewhere this is rounding
    costBuy[i] = Math.max(costBuy[i]!, -costSell[i]!)
    return {
      at: Float64Array.from(inside, (j) => end[j]!),
      rise: Float64Array.from(inside, (j) => (slope[j + 1]! - slope[j]!) / scale),
    }
  })
}

const closed = (width: number): number => (Math.abs(width) <= NEGLIGIBLE_WEIGHT ? 0 : width)

function objectiveScale(problem: RebalanceProblem, count: number): number {
  let largest = problem.riskScale * largestVariance(problem.covariance, count)
  if (!(largest > 0)) {
    for (let i = 0; i < count; i++)
      largest = Math.max(
        largest,
        Math.abs(problem.costBuy[i]!),
        Math.abs(problem.costSell[i]!),
        problem.impact[i]!,
        Math.abs(problem.view?.[i] ?? 0),
      )
    for (const { slope } of problem.taxes) for (const value of slope) largest = Math.max(largest, Math.abs(value))
  }
  if (!(largest > 0)) return 1
  return 2 ** Math.min(1000, Math.max(-1000, Math.round(Math.log2(largest))))
}
