export {
  type CostCurve,
  type CostCurveError,
  impactCoefficient,
  mergeCostCurve,
  type VenueShares,
} from './cost-curve.ts'
export type { EffectiveCost } from './depth.ts'
export { DEFAULT_IMPACT } from './impact-fit.ts'
export type { MarketQuality } from './market-quality.ts'
export { DEFAULT_SETTINGS, type MarketFacts, type MicrostructureSettings, type OrderBookFrame } from './market-state.ts'
export { MicrostructureEngine, type MicrostructureError, type RefusedFrame } from './microstructure-engine.ts'
export { REFUSALS, type Refusal } from './order-book-check.ts'
