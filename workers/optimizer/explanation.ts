import type { Assessment } from './certificate.ts'
import type { RebalanceProblem } from './problem.ts'
import { passedLots, type TaxCurve, taxCurves } from './sale-tax.ts'
import type { LineExplanation, LineStatus, Multipliers, TradeCost } from './solution.ts'
import { lineCosts } from './trade-cost.ts'

/** A move past a bound must pay at least this, as a fraction of the cost scale, before the bound is what holds. */
const HOLDS = 1e-9
/** In weight: a sale that ends this near the end of a lot ends there. */
const AT_STEP = 1e-13

/** Says of every line why it ended where it did; x must be the point that was assessed. */
export function explainLines(
  problem: RebalanceProblem,
  x: Float64Array,
  multipliers: Multipliers,
  assessment: Assessment,
): LineExplanation[] {
  const costs = lineCosts(problem, x)
  const curves = taxCurves(problem.taxes, x.length)
  return Array.from(x.keys(), (i) =>
    explainLine(problem, x, multipliers, assessment, i, costs[i]!, curves?.[i] ?? null),
  )
}

function explainLine(
  problem: RebalanceProblem,
  x: Float64Array,
  { turnover, reserve }: Multipliers,
  assessment: Assessment,
  i: number,
  cost: TradeCost,
  curve: TaxCurve | null,
): LineExplanation {
  const [w, low, high] = [problem.current[i]!, problem.lower[i]!, problem.upper[i]!]
  const trade = x[i]! - w
  const benefit = assessment.marginalBenefit[i]!
  const impact = 1.5 * problem.impact[i]! * Math.sqrt(Math.abs(trade))
  // where cash is short a unit of cost weighs more than itself
  const weight = 1 + reserve
  const buyNet = benefit - weight * (problem.costBuy[i]! + impact) - turnover
  const sellBeforeTax = -benefit - weight * (problem.costSell[i]! + impact) - turnover
  const lot = curve === null || trade >= 0 ? 0 : passedLots(curve.end, -trade - AT_STEP)
  const tax = curve === null ? 0 : curve.slope[lot]!
  const sellNet = sellBeforeTax - tax
  const common = { trade, marginalRisk: assessment.marginalRisk[i]!, marginalBenefit: benefit, cost }
  if (problem.frozen?.[i])
    return {
      ...common,
      status: 'frozen',
      netBenefit: Math.max(buyNet, sellNet),
      costFallToTrade: null,
      sideIfCheaper: null,
    }
  if (curve !== null && trade < 0 && x[i] !== low && lot < curve.end.length && -trade >= curve.end[lot]! - AT_STEP) {
    // of the next lot: this one pays, more would not
    const netBenefit = sellBeforeTax - curve.slope[lot + 1]!
    return {
      ...common,
      status: 'at-tax-step',
      netBenefit,
      costFallToTrade: Math.max(0, -netBenefit) / weight,
      sideIfCheaper: 'sell',
    }
  }
  if (trade !== 0) {
    const status: LineStatus =
      x[i] === low ? 'at-lower-bound' : x[i] === high ? 'at-upper-bound' : trade > 0 ? 'bought' : 'sold'
    return { ...common, status, netBenefit: trade > 0 ? buyNet : sellNet, costFallToTrade: null, sideIfCheaper: null }
  }
  const mayBuy = high > w
  const maySell = low < w
  const netBenefit = Math.max(buyNet, sellNet)
  if (netBenefit > HOLDS && ((buyNet > sellNet && !mayBuy) || (sellNet >= buyNet && !maySell)))
    return {
      ...common,
      status: buyNet > sellNet ? 'at-upper-bound' : 'at-lower-bound',
      netBenefit,
      costFallToTrade: null,
      sideIfCheaper: null,
    }
  // cheaper trading helps only on the side that risk, view, constraints and a loss to harvest ask for
  const buys = mayBuy && benefit > 0
  const sells = maySell && (benefit < 0 || benefit + tax < 0)
  const side = buys && (!sells || buyNet >= sellNet) ? 'buy' : sells ? 'sell' : null
  return {
    ...common,
    status: 'no-trade-region',
    netBenefit,
    costFallToTrade: side === null ? null : Math.max(0, side === 'buy' ? -buyNet : -sellNet) / weight,
    sideIfCheaper: side,
  }
}
