import type { RebalanceProblem } from '../problem.ts'
import { taxCurves } from '../sale-tax.ts'

/** Relative: a harvest worth just a round trip is not worth more. */
const ROUNDING = 1e-14

/**
 * Assets whose first lot saves more tax than a round trip costs: selling and buying back would pay without end. Such
 * a line is convex on either side of "no trade" only, so one of the two must be given by its bounds.
 */
export function assetsToBranch(problem: RebalanceProblem): number[] {
  const { costBuy, costSell, lower, upper, current, frozen } = problem
  const curves = taxCurves(problem.taxes, current.length)
  if (curves === null) return []
  return curves.flatMap((curve, i) => {
    if (curve === null || frozen?.[i] || lower[i]! >= current[i]! || upper[i]! <= current[i]!) return []
    const rounding = ROUNDING * (Math.abs(costBuy[i]!) + Math.abs(costSell[i]!))
    return curve.slope[0]! < -(costBuy[i]! + costSell[i]!) - rounding ? [i] : []
  })
}

export type HarvestBranch = 'sell-or-hold' | 'buy-or-hold'

/** The problem with one asset's bounds cut to one side: to harvest without buying back, or not to sell. */
export function takeBranch(problem: RebalanceProblem, asset: number, branch: HarvestBranch): RebalanceProblem {
  const w = problem.current[asset]!
  const cut = (bounds: Float64Array, limit: (bound: number) => number): Float64Array =>
    bounds.map((bound, i) => (i === asset ? limit(bound) : bound))
  return branch === 'sell-or-hold'
    ? { ...problem, upper: cut(problem.upper, (bound) => Math.min(bound, w)) }
    : { ...problem, lower: cut(problem.lower, (bound) => Math.max(bound, w)) }
}
