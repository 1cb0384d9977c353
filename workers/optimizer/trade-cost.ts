import type { RebalanceProblem } from './problem.ts'
import { taxCurves, taxOf } from './sale-tax.ts'
import type { TradeCost } from './solution.ts'

/** What each line's trade to weights x costs. */
export function lineCosts(problem: RebalanceProblem, x: ArrayLike<number>): TradeCost[] {
  const { current, costBuy, costSell, impact } = problem
  const curves = taxCurves(problem.taxes, current.length)
  return Array.from(current, (w, i) => {
    const trade = x[i]! - w
    const size = Math.abs(trade)
    const curve = curves?.[i] ?? null
    return {
      linear: (trade > 0 ? costBuy[i]! : costSell[i]!) * size,
      impact: impact[i]! * size * Math.sqrt(size),
      tax: curve === null || trade >= 0 ? 0 : taxOf(curve, size),
    }
  })
}

/** Of all lines together. */
export function tradeCost(problem: RebalanceProblem, x: ArrayLike<number>): TradeCost {
  const total = { linear: 0, impact: 0, tax: 0 }
  for (const line of lineCosts(problem, x)) {
    total.linear += line.linear
    total.impact += line.impact
    total.tax += line.tax
  }
  return total
}

/** What the naive trade costs that a solution is compared with: every line straight to its aim. */
export function naiveCosts(problem: RebalanceProblem): { readonly total: TradeCost; readonly lines: TradeCost[] } {
  return { total: tradeCost(problem, problem.aim), lines: lineCosts(problem, problem.aim) }
}
