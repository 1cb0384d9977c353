import type { RebalanceProblem } from '../problem.ts'
import type { Solved } from '../solution.ts'

const DEFAULTS = {
  id: 'test',
  riskScale: 5 / 12,
  groupCaps: [],
  turnoverCap: null,
  frozen: null,
  view: null,
  groupFloors: [],
  reserve: null,
  taxes: [],
} satisfies Partial<RebalanceProblem>

/** A problem with wide bounds and no costs but what is given; the covariance is dense. */
export function makeProblem(
  current: readonly number[],
  aim: readonly number[],
  matrix: readonly number[],
  given: Partial<RebalanceProblem> = {},
): RebalanceProblem {
  const n = current.length
  return {
    ...DEFAULTS,
    covariance: { kind: 'dense', matrix: Float64Array.from(matrix) },
    current: Float64Array.from(current),
    aim: Float64Array.from(aim),
    lower: new Float64Array(n),
    upper: new Float64Array(n).fill(1),
    costBuy: new Float64Array(n),
    costSell: new Float64Array(n),
    impact: new Float64Array(n),
    ...given,
  }
}

/** One risky asset and cash. */
export function makePair(w: number, t: number, sigma: number, given: Partial<RebalanceProblem> = {}): RebalanceProblem {
  return makeProblem([w, 1 - w], [t, 1 - t], [sigma * sigma, 0, 0, 0], given)
}

/** Objective by its definition, written apart from the solver. */
export function objectiveOf(problem: RebalanceProblem, x: ArrayLike<number>): number {
  const n = problem.current.length
  let value = 0
  for (let i = 0; i < n; i++) {
    const trade = x[i]! - problem.current[i]!
    value += trade > 0 ? problem.costBuy[i]! * trade : -problem.costSell[i]! * trade
    value += problem.impact[i]! * Math.abs(trade) ** 1.5 + taxOn(problem, i, -trade)
    if (problem.view !== null) value -= problem.view[i]! * x[i]!
    for (let j = 0; j < n; j++)
      value +=
        (problem.riskScale / 2) * (x[i]! - problem.aim[i]!) * covarianceOf(problem, i, j) * (x[j]! - problem.aim[j]!)
  }
  return value
}

/** Lot by lot; the last one has no end. */
export function taxOn({ taxes }: RebalanceProblem, asset: number, sold: number): number {
  let tax = 0
  for (const entry of taxes.filter((candidate) => candidate.asset === asset)) {
    let left = Math.max(0, sold)
    for (const [j, slope] of entry.slope.entries()) {
      const part = j === entry.slope.length - 1 ? left : Math.min(left, entry.size[j]!)
      tax += slope * part
      left -= part
    }
  }
  return tax
}

/** C(Δ): what is paid from cash. */
export function costOf({ current, costBuy, costSell, impact }: RebalanceProblem, x: ArrayLike<number>): number {
  return current.reduce((sum, w, i) => {
    const trade = x[i]! - w
    return sum + (trade > 0 ? costBuy[i]! * trade : -costSell[i]! * trade) + impact[i]! * Math.abs(trade) ** 1.5
  }, 0)
}

export function covarianceOf({ covariance, current }: RebalanceProblem, i: number, j: number): number {
  if (covariance.kind === 'dense') return covariance.matrix[i * current.length + j]!
  let sum = i === j ? covariance.specific[i]! : 0
  for (let f = 0; f < covariance.factorCount; f++)
    sum += covariance.loadings[i * covariance.factorCount + f]! * covariance.loadings[j * covariance.factorCount + f]!
  return sum
}

/** Largest violation of any constraint, in weight. */
export function violationOf(problem: RebalanceProblem, x: ArrayLike<number>): number {
  const n = problem.current.length
  let total = 0
  let traded = 0
  let worst = 0
  for (let i = 0; i < n; i++) {
    total += x[i]!
    traded += Math.abs(x[i]! - problem.current[i]!)
    worst = Math.max(worst, problem.lower[i]! - x[i]!, x[i]! - problem.upper[i]!)
    if (problem.frozen?.[i]) worst = Math.max(worst, Math.abs(x[i]! - problem.current[i]!))
  }
  worst = Math.max(worst, Math.abs(total - 1))
  for (const { members, cap } of problem.groupCaps)
    worst = Math.max(worst, members.reduce((sum, i) => sum + x[i]!, 0) - cap)
  for (const { members, floor } of problem.groupFloors)
    worst = Math.max(worst, floor - members.reduce((sum, i) => sum + x[i]!, 0))
  const { reserve } = problem
  if (reserve !== null) worst = Math.max(worst, reserve.weight - (x[reserve.asset]! - costOf(problem, x)))
  if (problem.turnoverCap !== null) worst = Math.max(worst, traded / 2 - problem.turnoverCap)
  return worst
}

type Priced = Pick<Solved, 'x' | 'multipliers'>

/**
 * Of one line at given prices, as a function of its weight: risk linearised at x, budget, groups, reserve and turnover
 * at their prices, and its own costs. Convex.
 */
export function lineTerm(
  problem: RebalanceProblem,
  { x, multipliers }: Priced,
  i: number,
  risk = riskSlope(problem, x, i),
): (weight: number) => number {
  const { budget, groups, floors, turnover, reserve } = multipliers
  let slope = risk + budget - (problem.view?.[i] ?? 0)
  for (const [g, { members }] of problem.groupCaps.entries()) if (members.includes(i)) slope += groups[g]!
  for (const [f, { members }] of problem.groupFloors.entries()) if (members.includes(i)) slope -= floors[f]!
  if (problem.reserve?.asset === i) slope -= reserve
  return (weight) => {
    const d = weight - problem.current[i]!
    const cost = d > 0 ? problem.costBuy[i]! * d : -problem.costSell[i]! * d
    const charged = (1 + reserve) * (cost + problem.impact[i]! * Math.abs(d) ** 1.5) + taxOn(problem, i, -d)
    return slope * weight + charged + turnover * Math.abs(d)
  }
}

/** Derivative of the risk term at x. */
function riskSlope(problem: RebalanceProblem, x: ArrayLike<number>, i: number): number {
  let slope = 0
  for (let j = 0; j < x.length; j++)
    slope += problem.riskScale * covarianceOf(problem, i, j) * (x[j]! - problem.aim[j]!)
  return slope
}

/**
 * A lower bound of the objective over all feasible points, from x and the multipliers alone: every line's best weight
 * is searched for by ternary search.
 */
export function lowerBound(problem: RebalanceProblem, priced: Priced): number {
  const { x, multipliers } = priced
  let bound = -multipliers.budget
  for (const [g, { cap }] of problem.groupCaps.entries()) bound -= multipliers.groups[g]! * cap
  for (const [f, { floor }] of problem.groupFloors.entries()) bound += multipliers.floors[f]! * floor
  if (problem.reserve !== null) bound += multipliers.reserve * problem.reserve.weight
  if (problem.turnoverCap !== null) bound -= multipliers.turnover * 2 * problem.turnoverCap
  for (let i = 0; i < x.length; i++) {
    const risk = riskSlope(problem, x, i)
    bound -= 0.5 * risk * (x[i]! + problem.aim[i]!)
    const w = problem.current[i]!
    const term = lineTerm(problem, priced, i, risk)
    let [low, high] = problem.frozen?.[i] ? [w, w] : [problem.lower[i]!, problem.upper[i]!]
    let least = Math.min(term(low), term(high), w >= low && w <= high ? term(w) : Infinity, term(x[i]!))
    for (let k = 0; k < 200; k++) {
      const [a, b] = [low + (high - low) / 3, high - (high - low) / 3]
      least = Math.min(least, term(a), term(b))
      if (term(a) < term(b)) high = b
      else low = a
    }
    bound += least
  }
  return bound
}
