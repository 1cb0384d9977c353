import { type Assessment, passes } from '../certificate.ts'
import { explainLines } from '../explanation.ts'
import type { RebalanceProblem } from '../problem.ts'
import type { Multipliers, RebalanceSolution } from '../solution.ts'

/** A point with its multipliers and what it is worth. */
export interface Candidate {
  readonly x: Float64Array
  readonly multipliers: Multipliers
  readonly assessment: Assessment
}

/** Only what its certificate proves is called solved. */
export function conclude(problem: RebalanceProblem, candidate: Candidate, iterations: number): RebalanceSolution {
  const { x, multipliers, assessment } = candidate
  const { id } = problem
  if (!passes(assessment)) {
    const { gap, primalResidual, dualResidual } = assessment.certificate
    return {
      id,
      status: 'failed',
      code: 'not-converged',
      reason: `best point has gap ${gap}, primal residual ${primalResidual}, dual residual ${dualResidual}`,
      iterations,
    }
  }
  return {
    id,
    status: 'solved',
    x,
    objective: assessment.objective,
    split: assessment.split,
    certificate: assessment.certificate,
    multipliers,
    iterations,
    lines: explainLines(problem, x, multipliers, assessment),
  }
}

/** How far outside its limits the worst figure of a certificate is: at most 1 passes. */
function merit({ certificate, objective }: Assessment): number {
  const gapLimit = 1e-10 + 1e-8 * Math.abs(objective)
  return Math.max(certificate.gap / gapLimit, certificate.primalResidual / 1e-9, certificate.dualResidual / 1e-9)
}

export const better = (a: Candidate | null, b: Candidate): Candidate =>
  a !== null && merit(a.assessment) <= merit(b.assessment) ? a : b
