import type { RebalanceProblem } from '../problem.ts'
import type { RebalanceSolution, Solved } from '../solution.ts'
import { trackingErrorOf } from './charged-cost.ts'

/** Beyond 4,096 times a book's aversion costs count for nothing: what is left is the limits'. */
const DOUBLINGS = 12
const HALVINGS = 40
/** Where a book has no risk aversion at all, the first one tried. */
const FIRST_SCALE = 1e-3

export type Solve = (problem: RebalanceProblem) => RebalanceSolution

export interface UnderCeiling {
  readonly solution: RebalanceSolution
  readonly isAbove: boolean
  /** What risk aversion was multiplied by. */
  readonly factor: number
}

/**
 * The problem with its tracking error kept under a ceiling, by bisecting risk aversion upwards: what more aversion buys
 * is exactly the multiplier of that constraint. Answers the least aversion that is under it; where even the largest is
 * not, bounds stand against the ceiling, and the nearest is answered with `isAbove`.
 */
export function solveUnderCeiling(problem: RebalanceProblem, ceiling: number | null, solve: Solve): UnderCeiling {
  const first = solve(problem)
  if (ceiling === null || first.status !== 'solved' || isUnder(problem, first, ceiling))
    return { solution: first, isAbove: false, factor: 1 }
  const factorOf = (riskScale: number): number => (problem.riskScale > 0 ? riskScale / problem.riskScale : 1)
  let low = problem.riskScale > 0 ? problem.riskScale : FIRST_SCALE
  let high = low
  let best: Solved | null = null
  let nearest: Solved = first
  let nearestScale = low
  for (let doubling = 0; doubling < DOUBLINGS && best === null; doubling++) {
    low = high
    high = 2 * low
    const solution = solve({ ...problem, riskScale: high })
    if (solution.status !== 'solved') break
    nearest = solution
    nearestScale = high
    if (isUnder(problem, solution, ceiling)) best = solution
  }
  if (best === null) return { solution: nearest, isAbove: true, factor: factorOf(nearestScale) }
  for (let halving = 0; halving < HALVINGS && high - low > 1e-9 * high; halving++) {
    const middle = Math.sqrt(low * high)
    const solution = solve({ ...problem, riskScale: middle })
    if (solution.status === 'solved' && isUnder(problem, solution, ceiling)) {
      best = solution
      high = middle
    } else low = middle
  }
  return { solution: best, isAbove: false, factor: factorOf(high) }
}

const isUnder = (problem: RebalanceProblem, { x }: Solved, ceiling: number): boolean =>
  trackingErrorOf(problem, x) <= ceiling
