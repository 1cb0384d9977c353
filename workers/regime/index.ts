export { classifySeries, type RegimeDay } from './classify-series.ts'
export { type CloseSeries, type CloseSeriesFailure, readCloseSeries } from './close-series.ts'
export { RegimeEngine, type RegimeFailure, type RegimeNow } from './engine.ts'
export { type MultiplierPhase, multiplierAt } from './multiplier-phase.ts'
export { type RegimeReading, RegimeTracker } from './regime-tracker.ts'
export {
  type ClassEnds,
  DEFAULT_REGIME_SETTINGS,
  REGIME_CLASSES,
  type RegimeClass,
  type RegimeSettings,
} from './settings.ts'
