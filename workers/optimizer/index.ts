export {
  BATCH_STATUSES,
  type BatchAnswers,
  type BookBatch,
  createAnswers,
  problemOfBatch,
  solveBatch,
  workingBytes,
} from './book-batch.ts'
export { solveDiscrete } from './discrete/discrete.ts'
export { type DiscreteRules, type DiscreteSolved, isDiscrete } from './discrete/discrete-rules.ts'
export { assetsToBranch, type HarvestBranch, takeBranch } from './discrete/harvest-branch.ts'
export { type SolveOptions, type Start, solveProblem } from './engine.ts'
export {
  type FirmAnswer,
  type FirmBookAnswer,
  type FirmOptions,
  type FirmRequest,
  FLOW_PRICINGS,
  type FlowPricing,
  solveFirm,
} from './firm/firm-batch.ts'
export { type FirmBook, type FirmFlow, type FirmMarket, poolPrice } from './firm/firm-market.ts'
export type { BoundLimits, BoundMove, RelaxationAnswer, StagedRelaxation } from './limits/relaxation.ts'
export { type BatchPart, OptimizerEngine, type RelaxRequest } from './optimizer-engine.ts'
export {
  type CashReserve,
  type Covariance,
  type GroupFloor,
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
export { type SaleTax, taxCurves, taxOf } from './sale-tax.ts'
export { horizonFollowing, type ShadowShape, shadowCosts, shapeProblem } from './shadow-costs.ts'
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
  TradeCost,
} from './solution.ts'
export { lineCosts, naiveCosts, tradeCost } from './trade-cost.ts'
