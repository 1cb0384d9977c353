import { assess } from '../certificate.ts'
import { type SolveOptions, solveProblem } from '../engine.ts'
import { explainLines } from '../explanation.ts'
import type { RebalanceProblem } from '../problem.ts'
import type { Infeasible, RebalanceSolution, Solved } from '../solution.ts'
import { type BranchAnswer, BranchSolver, branchProblem, LineChoice, solvedOf } from './discrete-branch.ts'
import {
  type DiscreteRules,
  type DiscreteSolved,
  hasRules,
  leastTrade,
  SAME_WEIGHT,
  ticketsOf,
} from './discrete-rules.ts'
import { improveBranch, startBranch } from './discrete-search.ts'
import { searchTree, type TreeAnswer } from './discrete-tree.ts'
import { roundToSteps, stepRange } from './whole-steps.ts'

/** What the proof may take (a usual convex problem counts 1.5), and what it may where no point is known yet. */
const PROOF_EFFORT = 1500
const RESCUE_EFFORT = 6000
/** Fraction of the book below which a better point is not looked for: a hundred thousandth of a basis point. */
const WORTH_A_LOOK = 1e-9

/**
 * The problem with tickets, minimum trades and whole steps. Drops what does not pay, rounds, and looks for anything
 * better in a bounded tree, which as a rule proves that nothing is; where it ends early, a local search goes on.
 * The certificate is that of the answer's branch; `discrete.lowerBound` says how far from the optimum it can be.
 * Infeasible where no point keeps rules and limits, or where none was found (the reason says which).
 */
export function solveRuled(
  problem: RebalanceProblem,
  rules: DiscreteRules,
  options: SolveOptions = {},
): RebalanceSolution | DiscreteSolved {
  const relaxed = solveProblem(problem, options)
  if (relaxed.status !== 'solved' || !hasRules(rules)) return relaxed
  return searchRuled(problem, rules, relaxed, null).answer
}

/** What came of a search for a point that keeps the rules. */
export interface RuledSearch<Answer> {
  readonly answer: Answer
  /** No point that keeps the rules is worth less than this or what the search was to beat. */
  readonly lowerBound: number
  /** Convex problems solved. */
  readonly branches: number
}

/**
 * From the answer without rules. With a value to beat the tree goes first, since as a rule it proves in a few branches
 * that nothing beats it; then there is no answer.
 */
export function searchRuled(
  problem: RebalanceProblem,
  rules: DiscreteRules,
  relaxed: Solved,
  toBeat: null,
): RuledSearch<DiscreteSolved | Infeasible>
export function searchRuled(
  problem: RebalanceProblem,
  rules: DiscreteRules,
  relaxed: Solved,
  toBeat: number | null,
): RuledSearch<DiscreteSolved | Infeasible | null>
export function searchRuled(
  problem: RebalanceProblem,
  rules: DiscreteRules,
  relaxed: Solved,
  toBeat: number | null,
): RuledSearch<DiscreteSolved | Infeasible | null> {
  const misfit = findMisfit(problem, rules)
  if (misfit !== null) return { answer: misfit, lowerBound: Number.POSITIVE_INFINITY, branches: 0 }
  const solver = new BranchSolver(problem, rules)
  let branch = toBeat === null ? startBranch(solver, relaxed) : null
  let best = branch === null ? null : onSteps(solver, branch, relaxed, false)
  const below = best?.value ?? toBeat ?? Number.POSITIVE_INFINITY
  const effort = below === Number.POSITIVE_INFINITY ? RESCUE_EFFORT : PROOF_EFFORT
  const tree = searchTree(problem, rules, { effort, below, tolerance: WORTH_A_LOOK })
  solver.solves += tree.nodes
  if (tree.x !== null) best = betterOf(best, holding(solver, tree.x))
  if ((best?.value ?? below) > tree.lowerBound + 2 * WORTH_A_LOOK) {
    branch = best === null ? (branch ?? startBranch(solver, relaxed)) : solver.solve(best.choices)
    best = betterOf(best, onSteps(solver, improveBranch(solver, branch), relaxed, true))
  }
  // where the tree can say nothing, what the rules are added to still can
  const lowerBound = Math.max(tree.lowerBound, relaxed.objective - relaxed.certificate.gap)
  const branches = solver.solves
  if (best !== null) return { answer: conclude(solver, relaxed, best, lowerBound), lowerBound, branches }
  return { answer: toBeat === null ? clash(problem, tree) : null, lowerBound, branches }
}

function betterOf(a: BranchAnswer | null, b: BranchAnswer | null): BranchAnswer | null {
  if (b === null || b.solution.status !== 'solved') return a
  return a === null || b.value < a.value ? b : a
}

/**
 * Rounds a branch, lets the lines without a step follow, and rounds again; the branch itself where no line has a step.
 * Null where that meets no point within the limits.
 */
function onSteps(solver: BranchSolver, branch: BranchAnswer, relaxed: Solved, thorough: boolean): BranchAnswer | null {
  const { problem, rules } = solver
  if (rules.step.every((step) => step === 0)) return betterOf(null, branch)
  let best: BranchAnswer | null = null
  for (let x = (solvedOf(branch) ?? relaxed).x; ; ) {
    const point = roundToSteps(problem, rules, x, thorough)
    if (point.violation > 0) return best
    const answer = holding(solver, point.x)
    if (answer.solution.status !== 'solved' || (best !== null && answer.value > best.value - WORTH_A_LOOK)) return best
    best = answer
    x = answer.solution.x
  }
}

/** The branch of a point: its steps and its sides held, the rest convex. */
function holding({ problem, rules }: BranchSolver, x: Float64Array): BranchAnswer {
  const lower = problem.lower.slice()
  const upper = problem.upper.slice()
  const choices = Uint8Array.from(x, (weight, i) => {
    const [w, step] = [problem.current[i]!, rules.step[i]!]
    const steps = step > 0 ? Math.round((weight - w) / step) : 0
    if (steps !== 0) lower[i] = upper[i] = w + steps * step
    const ruled = rules.ticket[i] !== 0 || rules.minimumTrade[i] !== 0 || step > 0
    if (!ruled) return LineChoice.either
    if (step > 0 ? steps === 0 : Math.abs(weight - w) <= SAME_WEIGHT) return LineChoice.off
    return rules.minimumTrade[i] === 0 ? LineChoice.either : weight > w ? LineChoice.buy : LineChoice.sell
  })
  const solution = solveProblem(branchProblem({ ...problem, lower, upper }, rules, choices))
  const value = solution.status === 'solved' ? solution.objective + ticketsOf(problem, rules, solution.x) : Infinity
  return { choices, solution, value, shortfall: 0 }
}

function conclude(
  solver: BranchSolver,
  relaxed: Solved,
  { solution, value }: BranchAnswer,
  lowerBound: number,
): DiscreteSolved {
  const { problem, rules } = solver
  const solved = solution as Solved
  const { x, multipliers } = solved
  const traded = (point: Float64Array, i: number): boolean => point[i] !== problem.current[i]
  return {
    ...solved,
    objective: value,
    lines: explainLines(problem, x, multipliers, assess(problem, x, multipliers)),
    discrete: {
      tickets: ticketsOf(problem, rules, x),
      lowerBound: Math.min(value, lowerBound),
      dropped: Array.from(x.keys()).filter((i) => traded(relaxed.x, i) && !traded(x, i)),
      branches: solver.solves,
      harvests: [],
    },
  }
}

const text = (value: number): string => String(Number(value.toPrecision(9)))

/** A line whose bounds hold neither its current weight nor one that it could trade to. */
function findMisfit(problem: RebalanceProblem, rules: DiscreteRules): Infeasible | null {
  for (const [i, w] of problem.current.entries()) {
    const [low, high, least, step] = [problem.lower[i]!, problem.upper[i]!, leastTrade(rules, i), rules.step[i]!]
    if (problem.frozen?.[i] || least === 0 || (w >= low - SAME_WEIGHT && w <= high + SAME_WEIGHT)) continue
    const [from, to] = step > 0 ? stepRange(problem, rules, i).map((steps) => steps * step) : [low - w, high - w]
    const [nearest, furthest] = w < low ? [from!, to!] : [-to!, -from!]
    if (Math.max(nearest, least) <= furthest + SAME_WEIGHT) continue
    const trade = Math.max(least, nearest)
    return {
      id: problem.id,
      status: 'infeasible',
      code: 'no-step-fits',
      reason:
        `line ${i} is at ${text(w)}, outside its bounds ${text(low)} to ${text(high)}, and no trade ` +
        `${step > 0 ? `in whole steps of ${text(step)} ` : ''}of at least ${text(least)} ends inside them`,
      shortfall: Math.max(SAME_WEIGHT, Math.abs(trade) - (w < low ? high - w : w - low)),
      lines: [i],
      groups: [],
      floors: [],
    }
  }
  return null
}

function clash(problem: RebalanceProblem, { lowerBound, shortfall, nodes }: TreeAnswer): Infeasible {
  const proven = lowerBound === Number.POSITIVE_INFINITY
  const lines = Array.from(problem.current.keys()).filter((i) => !problem.frozen?.[i])
  const short = Number.isFinite(shortfall) ? `: ${text(shortfall)} short` : ''
  return {
    id: problem.id,
    status: 'infeasible',
    code: 'discrete-clash',
    reason: proven
      ? `whole steps and minimum trades can't hold together with the limits${short}`
      : `no point of whole steps and minimum trades was found within the limits, in ${nodes} branches${short}`,
    shortfall: Number.isFinite(shortfall) ? shortfall : 0,
    lines,
    groups: Array.from(problem.groupCaps.keys()),
    floors: Array.from(problem.groupFloors.keys()),
  }
}
