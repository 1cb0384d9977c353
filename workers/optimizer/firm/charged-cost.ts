import type { Covariance, RebalanceProblem } from '../problem.ts'
import { taxCurves, taxOf } from '../sale-tax.ts'
import type { FirmBook, FirmFlow } from './firm-market.ts'

/**
 * What a book is charged for going to x: spread and fee of its own, impact at the pool's average price.
 * A fraction of the book's value.
 */
export const chargedCost = (book: FirmBook, x: Float64Array, prices: FirmFlow): number =>
  ownCharge(book.problem, x) + impactCharge(book, x, prices)

/** The part of the charge that moves with the pool. */
export function impactCharge({ problem, assets }: FirmBook, x: Float64Array, prices: FirmFlow): number {
  let cost = 0
  for (let i = 0; i < assets.length; i++) {
    const trade = x[i]! - problem.current[i]!
    const asset = assets[i]!
    if (asset < 0 || trade === 0) continue
    cost += trade > 0 ? trade * prices.buy[asset]! : -trade * prices.sell[asset]!
  }
  return cost
}

function ownCharge({ current, costBuy, costSell }: RebalanceProblem, x: Float64Array): number {
  let cost = 0
  for (let i = 0; i < x.length; i++) {
    const trade = x[i]! - current[i]!
    cost += trade > 0 ? trade * costBuy[i]! : -trade * costSell[i]!
  }
  return cost
}

/**
 * The book's objective at `factor` times its risk aversion, with the charged cost in place of the modelled one; without
 * prices it has no impact.
 */
export function chargedObjective(book: FirmBook, x: Float64Array, prices: FirmFlow | null, factor = 1): number {
  const { problem } = book
  let value = ownCharge(problem, x) + 0.5 * factor * problem.riskScale * trackingVariance(problem, x)
  if (prices !== null) value += impactCharge(book, x, prices)
  const curves = taxCurves(problem.taxes, x.length)
  if (curves !== null)
    for (let i = 0; i < x.length; i++) {
      const curve = curves[i] ?? null
      const sold = problem.current[i]! - x[i]!
      if (curve !== null && sold > 0) value += taxOf(curve, sold)
    }
  if (problem.view !== null) for (let i = 0; i < x.length; i++) value -= problem.view[i]! * x[i]!
  return value
}

/** (x−a)ᵀΣ(x−a), in Σ's own unit: per year for a Σ per year. */
export function trackingVariance({ covariance, aim }: Pick<RebalanceProblem, 'covariance' | 'aim'>, x: Float64Array) {
  const distance = x.map((weight, i) => weight - aim[i]!)
  return Math.max(0, varianceOf(covariance, distance))
}

export const trackingErrorOf = (problem: Pick<RebalanceProblem, 'covariance' | 'aim'>, x: Float64Array): number =>
  Math.sqrt(trackingVariance(problem, x))

function varianceOf(covariance: Covariance, distance: Float64Array): number {
  const n = distance.length
  let variance = 0
  if (covariance.kind === 'dense') {
    for (let i = 0; i < n; i++) {
      let row = 0
      for (let j = 0; j < n; j++) row += covariance.matrix[i * n + j]! * distance[j]!
      variance += row * distance[i]!
    }
    return variance
  }
  const { factorCount, loadings, specific } = covariance
  for (let f = 0; f < factorCount; f++) {
    let exposure = 0
    for (let i = 0; i < n; i++) exposure += loadings[i * factorCount + f]! * distance[i]!
    variance += exposure ** 2
  }
  for (let i = 0; i < n; i++) variance += specific[i]! * distance[i]! ** 2
  return variance
}
