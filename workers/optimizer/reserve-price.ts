import type { RebalanceProblem } from './problem.ts'

/**
 * The problem with its reserve replaced by a price μ on what is missing: every unit of cost weighs 1 + μ and cash
 * earns μ. Its objective is that of the problem plus μ·(C(Δ) − x_cash).
 */
export function atReservePrice(problem: RebalanceProblem, price: number): RebalanceProblem {
  const { reserve, costBuy, costSell, impact, view } = problem
  if (reserve === null) return problem
  if (price === 0) return { ...problem, reserve: null }
  const dearer = (costs: Float64Array): Float64Array => costs.map((cost) => cost * (1 + price))
  const withCash = view === null ? new Float64Array(costBuy.length) : view.slice()
  withCash[reserve.asset]! += price
  return {
    ...problem,
    reserve: null,
    costBuy: dearer(costBuy),
    costSell: dearer(costSell),
    impact: dearer(impact),
    view: withCash,
  }
}

/** Cash left once the trades to x are paid for, less the reserve: x_cash − C(Δ) − reserve. */
export function reserveRoom(problem: RebalanceProblem, x: ArrayLike<number>): number {
  const { reserve, current, costBuy, costSell, impact } = problem
  if (reserve === null) return Number.POSITIVE_INFINITY
  let paid = 0
  for (let i = 0; i < current.length; i++) {
    const trade = x[i]! - current[i]!
    const size = Math.abs(trade)
    paid += (trade > 0 ? costBuy[i]! : costSell[i]!) * size + impact[i]! * size * Math.sqrt(size)
  }
  return x[reserve.asset]! - paid - reserve.weight
}
