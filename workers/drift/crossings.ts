import type { ClientBookId } from '../../core/client-book.ts'
import type { AssetId } from '../../core/instruments.ts'

/** A book that left its bands, or came back. */
export interface BandCrossing {
  readonly bookId: ClientBookId
  /** The worst line of now for a breach; for a cure the line that its breach was told with. */
  readonly asset: AssetId
  readonly side: 'above' | 'below'
  readonly weight: number
  readonly limit: number
  /** Distance beyond that limit in weight: above 0 outside, 0 or less inside. */
  readonly beyond: number
}

/** Crossings as columns: ten thousand cross to another thread in a tenth of a millisecond. */
export interface CrossingColumns {
  /** Index of the book as loaded. */
  readonly book: Uint32Array<ArrayBuffer>
  /** Index of the line: the risky assets in the order loaded, then CASH. */
  readonly line: Uint16Array<ArrayBuffer>
  /** 1 above the target, 0 below. */
  readonly above: Uint8Array<ArrayBuffer>
  readonly weight: Float64Array<ArrayBuffer>
  readonly limit: Float64Array<ArrayBuffer>
  readonly beyond: Float64Array<ArrayBuffer>
}

/** One book of a list that grows. */
export interface CrossingEntry {
  readonly book: number
  readonly line: number
  readonly above: boolean
  readonly weight: number
  readonly limit: number
}

export const crossingColumns = (entries: readonly CrossingEntry[]): CrossingColumns =>
  entries.length === 0 ? NO_CROSSINGS : toColumns(entries)

const toColumns = (entries: readonly CrossingEntry[]): CrossingColumns => ({
  book: Uint32Array.from(entries, (entry) => entry.book),
  line: Uint16Array.from(entries, (entry) => entry.line),
  above: Uint8Array.from(entries, (entry) => Number(entry.above)),
  weight: Float64Array.from(entries, (entry) => entry.weight),
  limit: Float64Array.from(entries, (entry) => entry.limit),
  beyond: Float64Array.from(entries, (entry) =>
    entry.above ? entry.weight - entry.limit : entry.limit - entry.weight,
  ),
})

/** Most frames cross nothing. */
const NO_CROSSINGS = toColumns([])

/** The columns as objects with names; `bookIds` and `lineAssets` as loaded. */
export function listCrossings(
  columns: CrossingColumns,
  bookIds: readonly ClientBookId[],
  lineAssets: readonly AssetId[],
): readonly BandCrossing[] {
  return Array.from(columns.book, (book, k) => ({
    bookId: bookIds[book]!,
    asset: lineAssets[columns.line[k]!]!,
    side: columns.above[k] === 1 ? 'above' : 'below',
    weight: columns.weight[k]!,
    limit: columns.limit[k]!,
    beyond: columns.beyond[k]!,
  }))
}
