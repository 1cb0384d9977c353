import type { BookTable } from './book-table.ts'
import {
  createDriftColumns,
  type DriftColumns,
  type PriceFrame,
  STATUS_IN,
  STATUS_NEAR,
  STATUS_OUT,
  STATUS_UNABLE,
  sweepBooks,
} from './sweep.ts'

/** Bit of `told`: the book was told to be unable; the other bits keep what it was told to be before. */
export const TOLD_UNABLE = 1

/** Decides for every book whether it is in, out or unable. The answers are exact, whoever decides. */
export interface Decider {
  /** 0 in, 2 out, plus TOLD_UNABLE: as last told. Written by who tells. */
  readonly told: Uint8Array
  /** 0 in, 2 out, 3 unable, of the last frame. */
  readonly verdicts: Uint8Array
  /** Its first entries, as many as `decide` answers: every book that is not as told, in order, and perhaps others. */
  readonly queue: Uint32Array
  readonly outs: number
  readonly unables: number
  /** Memory beyond the table's own. */
  readonly bytes: number
  decide(frame: PriceFrame): number
  /** Its holdings, or its bands. */
  bookChanged(book: number): void
  allBooksChanged(): void
}

export const verdictOf = (status: number): number => (status === STATUS_NEAR ? STATUS_IN : status)

/** Whether a book with this verdict was told so. */
export const isAsTold = (verdict: number, told: number): boolean =>
  verdict === STATUS_UNABLE ? (told & TOLD_UNABLE) !== 0 : verdict === told

/** The plain sweep over everything, for where there is no filter. */
export class PlainDecider implements Decider {
  readonly told: Uint8Array
  readonly verdicts: Uint8Array
  readonly queue: Uint32Array
  outs = 0
  unables = 0
  readonly #table: BookTable
  readonly #columns: DriftColumns

  constructor(table: BookTable) {
    const books = table.bookIds.length
    this.#table = table
    this.#columns = createDriftColumns(books)
    this.told = new Uint8Array(books)
    this.verdicts = new Uint8Array(books)
    this.queue = new Uint32Array(books)
  }

  get bytes(): number {
    const arrays: readonly ArrayBufferView[] = [
      this.told,
      this.verdicts,
      this.queue,
      ...Object.values({ ...this.#columns }),
    ]
    return arrays.reduce((sum, array) => sum + array.byteLength, 0)
  }

  decide(frame: PriceFrame): number {
    const { told, verdicts, queue } = this
    sweepBooks(this.#table, frame, this.#columns, 0, verdicts.length)
    let queued = 0
    this.outs = 0
    this.unables = 0
    for (let book = 0; book < verdicts.length; book++) {
      const verdict = verdictOf(this.#columns.status[book]!)
      verdicts[book] = verdict
      if (verdict === STATUS_OUT) this.outs++
      else if (verdict === STATUS_UNABLE) this.unables++
      if (!isAsTold(verdict, told[book]!)) queue[queued++] = book
    }
    return queued
  }

  /** The sweep reads the table itself. */
  bookChanged(): void {}
  allBooksChanged(): void {}
}
