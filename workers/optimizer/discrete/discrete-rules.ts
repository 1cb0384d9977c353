import { fail, ok, type Result } from '../../../core/result.ts'
import type { ProblemFailure, RebalanceProblem } from '../problem.ts'
import type { RebalanceSolution, Solved } from '../solution.ts'
import type { HarvestBranch } from './harvest-branch.ts'

/** Weights that differ by less than this are the same step, the same minimum, the same limit. */
export const SAME_WEIGHT = 1e-12

/** What makes a problem mixed-integer. One entry per asset, all fractions of the book's value; 0: no such rule. */
export interface DiscreteRules {
  /** Paid once by every line that trades. */
  readonly ticket: Float64Array
  /** A line that trades does so by at least this. */
  readonly minimumTrade: Float64Array
  /** A line moves from its current weight by whole multiples of this. */
  readonly step: Float64Array
  /** The line that takes up what rounding leaves; it has no rule of its own. Null only where no line has a step. */
  readonly cash: number | null
}

/** A point that keeps every rule, the best found. Its certificate is of the branch: its choices held, the rest convex. */
export interface DiscreteSolved extends Solved {
  readonly discrete: {
    /** Sum of the tickets of the lines that trade; `objective` includes it. */
    readonly tickets: number
    /** No point that keeps the rules has a lower objective. */
    readonly lowerBound: number
    /** Lines that the problem without rules would trade and this does not. */
    readonly dropped: readonly number[]
    /** How many convex problems were solved on the way. */
    readonly branches: number
    /** The side chosen for each asset whose harvest is worth more than a round trip. */
    readonly harvests: readonly { readonly line: number; readonly side: HarvestBranch }[]
  }
}

export const isDiscrete = (solution: RebalanceSolution | DiscreteSolved): solution is DiscreteSolved =>
  'discrete' in solution

export function hasRules({ ticket, minimumTrade, step }: DiscreteRules): boolean {
  return [ticket, minimumTrade, step].some((column) => column.some((value) => value !== 0))
}

export function validateRules(problem: RebalanceProblem, rules: DiscreteRules): Result<DiscreteRules, ProblemFailure> {
  const invalid = (message: string): Result<never, ProblemFailure> => fail('invalid-input', message)
  const n = problem.current.length
  const { cash } = rules
  if (cash !== null && !(Number.isInteger(cash) && cash >= 0 && cash < n))
    return invalid(`cash is line ${cash}, lines are 0 to ${n - 1}`)
  for (const name of ['ticket', 'minimumTrade', 'step'] as const) {
    const column = rules[name]
    if (column.length !== n) return invalid(`${name} has ${column.length} entries, ${n} are needed`)
    for (let i = 0; i < n; i++) {
      const value = column[i]!
      if (!(value >= 0 && Number.isFinite(value)))
        return invalid(`${name}[${i}] is ${value}, it must be finite and at least 0`)
      if (i === cash && value !== 0)
        return invalid(`${name}[${i}] is ${value}, line ${i} is cash and takes up the rounding: it must be 0`)
      if (name === 'step' && value !== 0 && value < SAME_WEIGHT)
        return invalid(`step[${i}] is ${value}, it must be 0 or at least ${SAME_WEIGHT}`)
      if (name === 'step' && value !== 0 && cash === null)
        return invalid(`step[${i}] is ${value}, but no line is cash and could take up the rounding`)
    }
  }
  return ok(rules)
}

/** The smallest |Δ| of a line that trades: its minimum in whole steps, at least one; 0: any. */
export function leastTrade({ minimumTrade, step }: DiscreteRules, i: number): number {
  const [least, size] = [minimumTrade[i]!, step[i]!]
  return size > 0 ? size * Math.max(1, Math.ceil(least / size - SAME_WEIGHT / size)) : least
}

/** Largest breach of the rules, in weight. */
export function ruleBreach(problem: RebalanceProblem, rules: DiscreteRules, x: ArrayLike<number>): number {
  let worst = 0
  for (let i = 0; i < problem.current.length; i++) {
    const size = Math.abs(x[i]! - problem.current[i]!)
    if (size === 0) continue
    worst = Math.max(worst, rules.minimumTrade[i]! - size)
    const step = rules.step[i]!
    if (step > 0) worst = Math.max(worst, Math.abs(size - step * Math.round(size / step)))
  }
  return worst
}

/** Sum of the tickets of the lines that trade. */
export function ticketsOf(problem: RebalanceProblem, { ticket }: DiscreteRules, x: ArrayLike<number>): number {
  return ticket.reduce((sum, price, i) => (x[i] === problem.current[i] ? sum : sum + price), 0)
}
