export { OptimizerEngine, type SolveOptions, type Start, solveProblem } from './engine.ts'
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
  solveProblemFile,
} from './problem-file.ts'
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
