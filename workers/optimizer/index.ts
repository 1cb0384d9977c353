export {
  BATCH_STATUSES,
  type BatchAnswers,
  type BookBatch,
  createAnswers,
  problemOfBatch,
  solveBatch,
} from './book-batch.ts'
export { type SolveOptions, type Start, solveProblem } from './engine.ts'
export { type BatchPart, OptimizerEngine, type RelaxRequest } from './optimizer-engine.ts'
export {
  type Covariance,
  type GroupLimit,
  type ProblemFailure,
  type RebalanceProblem,
  validateProblem,
} from './problem.ts'
export {
  type ProblemFileAnswer,
  type ProblemFileFailure,
  type ProblemFileSolution,
  readProblemFile,
  solveProblemFile,
} from './problem-file.ts'
export type { BoundLimits, BoundMove, RelaxationAnswer, StagedRelaxation } from './relaxation.ts'
export type {
  Certificate,
  Failed,
  Infeasibility,
  Infeasible,
  InfeasibleCode,
  LineExplanation,
  LineStatus,
  Multipliers,
  ObjectiveSplit,
  RebalanceSolution,
  Solved,
} from './solution.ts'
