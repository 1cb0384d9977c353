import type { ClientBookId } from '../../core/client-book.ts'
import type { AssetId } from '../../core/instruments.ts'
import { type Failure, fail, ok, type Result } from '../../core/result.ts'

export interface DriftHolding {
  readonly asset: AssetId
  /** Over all venues, in units of the asset; below zero when short. */
  readonly quantity: number
}

/** A line of the book's model with its tolerance band, the regime multiplier already in it. Fractions of the value. */
export interface DriftLine {
  /** An asset, or CASH for all settlement currencies together. */
  readonly asset: AssetId
  readonly target: number
  readonly low: number
  readonly high: number
}

export interface DriftBook {
  readonly id: ClientBookId
  readonly holdings: readonly DriftHolding[]
  readonly lines: readonly DriftLine[]
}

interface DriftScope {
  /** Every asset that a book may hold or target, settlement currencies included; `prices` come in this order. */
  readonly assets: readonly AssetId[]
  /**
   * A held asset without a line has the target 0 and may weigh this much either way before it is a breach
   * (residues would otherwise breach for ever). Default 0.001.
   */
  readonly unlistedWeight?: number
}

export interface DriftLoad extends DriftScope {
  readonly books: readonly DriftBook[]
}

/** Bands of many books at once: book b follows the lines `bands[bandOf[b]]`. */
export interface DriftBands {
  readonly bands: readonly (readonly DriftLine[])[]
  readonly bandOf: Uint32Array
}

/** The same as `DriftLoad` without an object per holding: 70,000 client books cross to a thread in milliseconds. */
export interface DriftColumnLoad extends DriftScope, DriftBands {
  readonly bookIds: readonly ClientBookId[]
  /** Holdings of book b are the entries from `holdingsFrom[b]` up to `holdingsFrom[b + 1]`. */
  readonly holdingsFrom: Uint32Array
  /** Index into `assets`. */
  readonly holdingAsset: Uint16Array
  readonly holdingQuantity: Float64Array
}

export type DriftInputError = Failure<
  | 'unknown-book'
  | 'duplicate-book'
  | 'unknown-asset'
  | 'duplicate-asset'
  | 'invalid-quantity'
  | 'invalid-band'
  | 'wrong-length'
>

/** The books as columns. */
export function toColumns(load: DriftLoad): Result<DriftColumnLoad, DriftInputError> {
  const { books, ...scope } = load
  const indexOf = new Map(load.assets.map((asset, index) => [asset, index]))
  const entries = books.reduce((sum, book) => sum + book.holdings.length, 0)
  const columns = {
    ...scope,
    bookIds: books.map((book) => book.id),
    holdingsFrom: new Uint32Array(books.length + 1),
    holdingAsset: new Uint16Array(entries),
    holdingQuantity: new Float64Array(entries),
    bands: books.map((book) => book.lines),
    bandOf: Uint32Array.from(books, (_, index) => index),
  }
  let entry = 0
  for (const [index, book] of books.entries()) {
    for (const { asset, quantity } of book.holdings) {
      const known = indexOf.get(asset)
      if (known === undefined) return fail('unknown-asset', `client book "${book.id}" holds unknown ${asset}`)
      columns.holdingAsset[entry] = known
      columns.holdingQuantity[entry++] = quantity
    }
    columns.holdingsFrom[index + 1] = entry
  }
  return ok(columns)
}
