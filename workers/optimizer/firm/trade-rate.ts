import type { RebalanceProblem } from '../problem.ts'
import { trackingErrorOf } from './charged-cost.ts'

const HALVINGS = 50

/**
 * A part of the way: `cure + fraction·(goal − cure)`. `cure` is the cheapest point that the limits allow (the current
 * weights where those are inside), `goal` the optimiser's. Both satisfy every limit and the limits are convex, so the
 * answer satisfies them too: bands, groups, turnover, a budget.
 *
 * What cures a breach is not slowed: a client's mandate is broken until it is done, and the firm's impact is saved on
 * what nobody is owed today. Pass the current weights as `cure` to slow that as well; the book then stays out of band.
 * With a ceiling the fraction is raised until the tracking error is under it.
 */
export function slowTrades(
  problem: Pick<RebalanceProblem, 'covariance' | 'aim'>,
  cure: Float64Array,
  goal: Float64Array,
  fraction: number,
  trackingErrorCeiling: number | null,
): Float64Array {
  const at = (part: number): Float64Array => {
    if (part >= 1) return goal
    // a line that neither point trades keeps its bits
    return cure.map((from, i) => (from === goal[i] ? from : from + part * (goal[i]! - from)))
  }
  const slowed = at(fraction)
  if (trackingErrorCeiling === null || trackingErrorOf(problem, slowed) <= trackingErrorCeiling) return slowed
  let [low, high] = [fraction, 1]
  for (let halving = 0; halving < HALVINGS; halving++) {
    const middle = (low + high) / 2
    if (trackingErrorOf(problem, at(middle)) <= trackingErrorCeiling) high = middle
    else low = middle
  }
  return at(high)
}

/** True where the current weights satisfy bounds, groups and the reserve: nothing has to be cured. */
export function isInsideLimits(problem: RebalanceProblem): boolean {
  const { current, lower, upper, groupCaps, groupFloors, reserve } = problem
  const held = (members: readonly number[]): number => members.reduce((sum, i) => sum + current[i]!, 0)
  const total = current.reduce((sum, w) => sum + w, 0)
  return (
    Math.abs(total - 1) <= 1e-12 &&
    current.every((w, i) => w >= lower[i]! && w <= upper[i]!) &&
    groupCaps.every(({ members, cap }) => held(members) <= cap) &&
    groupFloors.every(({ members, floor }) => held(members) >= floor) &&
    (reserve === null || current[reserve.asset]! >= reserve.weight)
  )
}
