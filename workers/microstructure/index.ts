export {
  type CostCurve,
  type CostCurveError,
  impactCoefficient,
  type LadderOf,
  mergeCostCurve,
  routedCost,
  routedShares,
  type TradeCost,
  usableVenues,
  type VenueCapacities,
} from './cost-curve.ts'
export { type CostReport, type CostReportRequest, costReport } from './cost-report.ts'
export { fitImpactAlone } from './curve-fit.ts'
export type { EffectiveCost } from './depth.ts'
export type { AccountFees } from './fee-schedule.ts'
export type { RealisedFill } from './fill-correction.ts'
export { DEFAULT_IMPACT } from './impact-fit.ts'
export type { LiquidityHour } from './liquidity-clock.ts'
export type { ImpactQuality, MarketQuality } from './market-quality.ts'
export { DEFAULT_SETTINGS, type MarketFacts, type MicrostructureSettings, type OrderBookFrame } from './market-state.ts'
export {
  type MarketFill,
  MicrostructureEngine,
  type MicrostructureError,
  type RefusedFrame,
  type SavedClock,
} from './microstructure-engine.ts'
export { REFUSALS, type Refusal } from './order-book-check.ts'
export { costOnVenue, impactScale, type VenueCost } from './venue-cost.ts'
export type { WaitingSaves } from './waiting.ts'
