export { historyOfBars } from './bars.ts'
export { RiskEngine } from './engine.ts'
export { estimateRisk, type RiskInput } from './estimate-risk.ts'
export { denseCovariance, type FactorModel, factorModel } from './factor-model.ts'
export { type ReturnPanel, type ShrinkageTarget, type ShrunkCovariance, shrinkCovariance } from './ledoit-wolf.ts'
export {
  type ClippedReturn,
  type CloseHistory,
  DEFAULT_RISK_SETTINGS,
  type RiskModel,
  type RiskSettings,
} from './risk-model.ts'
export { trackingError } from './tracking-error.ts'
