export { type BandCrossing, type CrossingColumns, listCrossings } from './crossings.ts'
export { DriftEngine, type DriftError, type DriftInfo, type DriftUpdate, type WatchOptions } from './drift-engine.ts'
export type {
  DriftBands,
  DriftBook,
  DriftColumnLoad,
  DriftHolding,
  DriftInputError,
  DriftLine,
  DriftLoad,
} from './drift-load.ts'
export { type BookDrift, type LineDrift, whyUnable } from './explain.ts'
export type {
  AuditDifference,
  AuditReport,
  DriftFigures,
  DriftMeasure,
  DriftReport,
  DriftSweep,
} from './loaded-books.ts'
export { SharedPrices } from './shared-prices.ts'
export { ABLE, DRIFT_STATUSES, type DriftColumns, type DriftStatus, NO_VALUE } from './sweep.ts'
