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
 * With a ceiling the fraction is raised until the tracking error is under it. With `smallest`, weights per line under
 * which a trade is not made, it is raised where no line would trade that much: to where the first one does. Otherwise the
 * last part of a way, as long as 1/fraction smallest trades, would never be gone.
 */
export function slowTrades(
  problem: Pick<RebalanceProblem, 'covariance' | 'aim' | 'current'>,
  cure: Float64Array,
  goal: Float64Array,
  fraction: number,
  trackingErrorCeiling: number | null,
  smallest: Float64Array | null = null,
): Float64Array {
  const at = (part: number): Float64Array => {
    if (part >= 1) return goal
    // a line that neither point trades keeps its bits
    return cure.map((from, i) => (from === goal[i] ? from : from + part * (goal[i]! - from)))
  }
  const part = smallest === null ? fraction : largeEnough(problem.current, cure, goal, fraction, smallest)
  const slowed = at(part)
  if (trackingErrorCeiling === null || trackingErrorOf(problem, slowed) <= trackingErrorCeiling) return slowed
  let [low, high] = [part, 1]
  for (let halving = 0; halving < HALVINGS; halving++) {
    const middle = (low + high) / 2
    if (trackingErrorOf(problem, at(middle)) <= trackingErrorCeiling) high = middle
    else low = middle
  }
  return at(high)
}

/** The fraction, or the least above it at which some line trades as much as it may; the fraction where none ever does. */
function largeEnough(
  current: Float64Array,
  cure: Float64Array,
  goal: Float64Array,
  fraction: number,
  smallest: Float64Array,
): number {
  let least = Number.POSITIVE_INFINITY
  for (let i = 0; i < current.length; i++) {
    const [cured, whole, enough] = [cure[i]! - current[i]!, goal[i]! - current[i]!, smallest[i]!]
    if (Math.abs(cured + fraction * (whole - cured)) >= enough) return fraction
    if (Math.abs(whole) >= enough) least = Math.min(least, (Math.sign(whole) * enough - cured) / (whole - cured))
  }
  return Number.isFinite(least) ? least : fraction
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
