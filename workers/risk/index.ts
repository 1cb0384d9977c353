export { historyOfBars } from './bars.ts'
export { RiskEngine } from './engine.ts'
export { estimateRisk, type RiskInput } from './estimate-risk.ts'
export {
  type ClippedReturn,
  type CloseHistory,
  DEFAULT_RISK_SETTINGS,
  type RiskModel,
  type RiskSettings,
} from './risk-model.ts'
export { trackingError } from './tracking-error.ts'
