export type { DriftBook, DriftHolding, DriftInputError, DriftLine, DriftLoad } from './book-table.ts'
export {
  type BandCrossing,
  type BookDrift,
  DriftEngine,
  type DriftError,
  type DriftSweep,
  type DriftUpdate,
  type LineDrift,
} from './drift-engine.ts'
export { ABLE, DRIFT_STATUSES, type DriftColumns, type DriftStatus, NO_VALUE } from './sweep.ts'
