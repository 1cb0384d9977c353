import type { Beyond } from '../cash-reserve.ts'
import { type Start, solveProblem } from '../engine.ts'
import type { RebalanceProblem } from '../problem.ts'
import type { RebalanceSolution, Solved } from '../solution.ts'
import { type DiscreteRules, leastTrade, SAME_WEIGHT, ticketsOf } from './discrete-rules.ts'

/** What a line does on a branch; with the choice of every line made, the rest is convex. */
export const LineChoice = { off: 0, buy: 1, sell: 2, either: 3 } as const

/** A branch and the best point on it. */
export interface BranchAnswer {
  readonly choices: Uint8Array
  readonly solution: RebalanceSolution
  /** With tickets; infinite where the branch holds no point. */
  readonly value: number
  /** By how much its limits clash, in weight; 0 where it holds a point. */
  readonly shortfall: number
}

export const solvedOf = ({ solution }: BranchAnswer): Solved | null => (solution.status === 'solved' ? solution : null)

/** What a convex problem counts for in a budget: one, and more where the solver had to go a long way. */
export const effortOf = (solution: RebalanceSolution | Beyond): number =>
  1 + (solution.status === 'infeasible' ? 0 : solution.iterations / 10)

/** Better by more than rounding: less clash first, then less cost. */
export function isBetter(a: BranchAnswer, b: BranchAnswer, by = 1e-12): boolean {
  if (a.shortfall !== b.shortfall) return a.shortfall < b.shortfall
  return a.value < b.value - by
}

/** Solves branches of one problem, each once. */
export class BranchSolver {
  readonly problem: RebalanceProblem
  readonly rules: DiscreteRules
  /** Convex problems solved so far. */
  solves = 0
  effort = 0
  /** Choices open to each line; none: neither staying nor a trade of the least size fits its bounds. */
  readonly open: readonly (readonly number[])[]
  readonly #known = new Map<string, BranchAnswer>()

  constructor(problem: RebalanceProblem, rules: DiscreteRules) {
    this.problem = problem
    this.rules = rules
    this.open = Array.from(problem.current.keys(), (i) => openChoices(problem, rules, i))
  }

  solve(choices: Uint8Array, start?: Start): BranchAnswer {
    const key = String.fromCharCode(...choices)
    const known = this.#known.get(key)
    if (known !== undefined) return known
    this.solves++
    const solution = solveProblem(branchProblem(this.problem, this.rules, choices), { start })
    this.effort += effortOf(solution)
    const solved = solution.status === 'solved'
    const answer: BranchAnswer = {
      choices: choices.slice(),
      solution,
      value: solved ? solution.objective + ticketsOf(this.problem, this.rules, solution.x) : Number.POSITIVE_INFINITY,
      shortfall: solved ? 0 : solution.status === 'infeasible' ? solution.shortfall : Number.POSITIVE_INFINITY,
    }
    this.#known.set(key, answer)
    return answer
  }
}

function openChoices(problem: RebalanceProblem, rules: DiscreteRules, i: number): readonly number[] {
  const [w, low, high] = [problem.current[i]!, problem.lower[i]!, problem.upper[i]!]
  if (problem.frozen?.[i]) return [LineChoice.off]
  const least = rules.minimumTrade[i]! > 0 ? leastTrade(rules, i) : 0
  const open: number[] = []
  const free = least === 0 && rules.ticket[i] === 0
  if (!free && w >= low - SAME_WEIGHT && w <= high + SAME_WEIGHT) open.push(LineChoice.off)
  if (least === 0) return [...open, LineChoice.either]
  if (w + least <= high + SAME_WEIGHT) open.push(LineChoice.buy)
  if (w - least >= low - SAME_WEIGHT) open.push(LineChoice.sell)
  return open
}

/**
 * The convex problem of a branch: lines that are off frozen, the others at least their smallest trade away, and cash
 * for the tickets of those kept beside the reserve.
 */
export function branchProblem(problem: RebalanceProblem, rules: DiscreteRules, choices: Uint8Array): RebalanceProblem {
  const lower = problem.lower.slice()
  const upper = problem.upper.slice()
  const frozen = problem.frozen?.slice() ?? new Uint8Array(choices.length)
  let tickets = 0
  for (const [i, choice] of choices.entries()) {
    const w = problem.current[i]!
    if (choice !== LineChoice.off) tickets += rules.ticket[i]!
    if (choice === LineChoice.off) frozen[i] = 1
    else if (choice === LineChoice.buy) lower[i] = Math.min(upper[i]!, Math.max(lower[i]!, w + leastTrade(rules, i)))
    else if (choice === LineChoice.sell) upper[i] = Math.max(lower[i]!, Math.min(upper[i]!, w - leastTrade(rules, i)))
  }
  return { ...problem, lower, upper, frozen, reserve: reserveAfter(problem, tickets) }
}

/** Tickets are paid from cash like every cost: what is left after them must still be the reserve. */
export function reserveAfter({ reserve }: RebalanceProblem, tickets: number): RebalanceProblem['reserve'] {
  return reserve === null ? null : { ...reserve, weight: reserve.weight + tickets }
}
