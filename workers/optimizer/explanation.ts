import type { Assessment } from './certificate.ts'
import type { RebalanceProblem } from './problem.ts'
import type { LineExplanation, LineStatus, Multipliers } from './solution.ts'

/** A move past a bound must pay at least this, as a fraction of the cost scale, before the bound is what holds. */
const HOLDS = 1e-9

/** Says of every line why it ended where it did; x must be the point that was assessed. */
export function explainLines(
  problem: RebalanceProblem,
  x: Float64Array,
  multipliers: Multipliers,
  assessment: Assessment,
): LineExplanation[] {
  return Array.from(x.keys(), (i) => explainLine(problem, x, multipliers.turnover, assessment, i))
}

function explainLine(
  problem: RebalanceProblem,
  x: Float64Array,
  turnoverPrice: number,
  assessment: Assessment,
  i: number,
): LineExplanation {
  const [w, low, high] = [problem.current[i]!, problem.lower[i]!, problem.upper[i]!]
  const trade = x[i]! - w
  const benefit = assessment.marginalBenefit[i]!
  const impact = 1.5 * problem.impact[i]! * Math.sqrt(Math.abs(trade))
  const buyNet = benefit - problem.costBuy[i]! - turnoverPrice - impact
  const sellNet = -benefit - problem.costSell[i]! - turnoverPrice - impact
  const common = { trade, marginalRisk: assessment.marginalRisk[i]!, marginalBenefit: benefit }
  if (problem.frozen?.[i])
    return {
      ...common,
      status: 'frozen',
      netBenefit: Math.max(buyNet, sellNet),
      costFallToTrade: null,
      sideIfCheaper: null,
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
  // cheaper trading helps only on the side that risk, view and constraints ask for
  const side = benefit > 0 && mayBuy ? 'buy' : benefit < 0 && maySell ? 'sell' : null
  return {
    ...common,
    status: 'no-trade-region',
    netBenefit,
    costFallToTrade: side === null ? null : Math.max(0, side === 'buy' ? -buyNet : -sellNet),
    sideIfCheaper: side,
  }
}
