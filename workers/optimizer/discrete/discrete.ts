import { type SolveOptions, solveProblem } from '../engine.ts'
import { type RebalanceProblem, validateProblem } from '../problem.ts'
import type { RebalanceSolution } from '../solution.ts'
import { type DiscreteRules, type DiscreteSolved, validateRules } from './discrete-rules.ts'
import { assetsToBranch } from './harvest-branch.ts'
import { solveHarvest } from './harvest-sides.ts'
import { solveRuled } from './ruled-branch.ts'

/**
 * The whole problem: tickets, minimum trades and whole steps where there are rules, and a side for every asset whose
 * harvest is worth more than a round trip (selling it without buying back, or not selling it). Without either the
 * answer is that of solveProblem. The certificate is that of the branch that the answer is on.
 */
export function solveDiscrete(
  problem: RebalanceProblem,
  rules: DiscreteRules | null,
  options: SolveOptions = {},
): RebalanceSolution | DiscreteSolved {
  const checked = validateProblem(problem)
  const valid = checked.ok && rules !== null ? validateRules(problem, rules) : checked
  if (!valid.ok)
    return { id: problem.id, status: 'failed', code: 'invalid-input', reason: valid.error.message, iterations: 0 }
  const assets = assetsToBranch(problem)
  if (assets.length > 0) return solveHarvest(problem, rules, assets, options)
  return rules === null ? solveProblem(problem, options) : solveRuled(problem, rules, options)
}

/** `solveProblem`, with a side for every asset whose harvest is worth more than a round trip, where there are taxes. */
export const solveSided = (problem: RebalanceProblem, options: SolveOptions = {}): RebalanceSolution =>
  problem.taxes.length === 0 ? solveProblem(problem, options) : solveDiscrete(problem, null, options)
