import { type BatchAnswers, type BookBatch, solveBatch } from './book-batch.ts'
import { solveDiscrete, solveSided } from './discrete/discrete.ts'
import type { DiscreteRules, DiscreteSolved } from './discrete/discrete-rules.ts'
import type { Start } from './engine.ts'
import { type FirmAnswer, type FirmRequest, solveFirm } from './firm/firm-batch.ts'
import { type BoundLimits, relaxInStages, type StagedRelaxation } from './limits/relaxation.ts'
import type { RebalanceProblem } from './problem.ts'
import type { RebalanceSolution } from './solution.ts'

/** A problem that is infeasible, and how far its bounds may move: see `relaxInStages`. */
export interface RelaxRequest {
  readonly problem: RebalanceProblem
  readonly stages: readonly BoundLimits[]
}

/** Books `from` ≤ b < `to` of a batch. */
export interface BatchPart {
  readonly from: number
  readonly to: number
}

/**
 * The optimiser as its worker thread shows it. The answer to a book depends on that book and its start alone: not on
 * the others, on their order or number, or on anything remembered.
 */
export class OptimizerEngine {
  /**
   * `starts` has one entry per problem, null where nothing is known. An asset whose harvest is worth more than a round
   * trip is sold and not bought back, or not sold, whichever is better.
   */
  solve(problems: readonly RebalanceProblem[], starts?: readonly (Start | null)[]): RebalanceSolution[] {
    return problems.map((problem, i) => solveSided(problem, { start: starts?.[i] ?? undefined }))
  }

  /** With tickets, minimum trades and steps, and a side for harvests: `rules` has one entry per problem, null: none. */
  solveDiscrete(
    problems: readonly RebalanceProblem[],
    rules: readonly (DiscreteRules | null)[],
  ): (RebalanceSolution | DiscreteSolved)[] {
    return problems.map((problem, i) => solveDiscrete(problem, rules[i] ?? null))
  }

  /** The smallest relaxations, in the order asked. */
  relax(requests: readonly RelaxRequest[]): StagedRelaxation[] {
    return requests.map(({ problem, stages }) => relaxInStages(problem, stages))
  }

  /** Firms whose books meet in one market: the answer to a book depends on all of its firm. */
  solveFirms(requests: readonly FirmRequest[]): FirmAnswer[] {
    return requests.map(solveFirm)
  }

  /** Parts of a batch in shared memory; answers are written there. Per part, how many books went the long way. */
  solveParts(
    batch: BookBatch,
    answers: BatchAnswers,
    parts: readonly BatchPart[],
    starts: BatchAnswers | null = null,
  ): number[] {
    return parts.map(({ from, to }) => solveBatch(batch, answers, from, to, starts))
  }
}
