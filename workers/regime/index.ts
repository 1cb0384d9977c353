export { type ClassEvidence, ClassLadder, type Evidence } from './class-ladder.ts'
export { classifySeries, type RegimeDay } from './classify-series.ts'
export { type CloseSeries, type CloseSeriesFailure, parseSeriesTime, readCloseSeries } from './close-series.ts'
export { DaySoFar } from './day-so-far.ts'
export { RegimeEngine, type RegimeFailure, type RegimeNow } from './engine.ts'
export { explainRegime } from './explain.ts'
export { type FollowedCloses, FollowedRegime } from './followed-regime.ts'
export {
  fitHiddenMarkov,
  HiddenMarkovFilter,
  type HiddenMarkovFit,
  type HiddenMarkovModel,
  startModel,
} from './hidden-markov.ts'
export { IntradayRegime } from './intraday-regime.ts'
export { type ClosesByTime, type IndexLevel, marketIndex } from './market-index.ts'
export { type MultiplierChange, phaseTables } from './multiplier-phase.ts'
export { garmanKlassVariance, isPriceRange, type PriceRange, parkinsonVariance } from './range-estimator.ts'
export { type RegimeReading, RegimeTracker } from './regime-tracker.ts'
export {
  DEFAULT_REGIME_SETTINGS,
  REGIME_CLASSES,
  type RegimeClass,
  type RegimeSettings,
} from './settings.ts'
