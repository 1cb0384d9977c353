import { CELLS } from './band-rows.ts'
import type { BookTable } from './book-table.ts'
import { type Decider, verdictOf } from './decider.ts'
import { filterMargin, filterPrice, filterQuantity, innerHigh, innerLow, widening } from './filter-margin.ts'
import { FilterMemory } from './filter-memory.ts'
import { instantiate } from './filter-module.ts'
import { createDriftColumns, type PriceFrame, STATUS_OUT, STATUS_UNABLE, sweepBooks } from './sweep.ts'

/** In `verdicts` for the time being: float64 has to decide. As in wasm/filter.ts. */
const UNDECIDED = 4
const HEADER = 16
/** Bytes of a vector: four columns. */
const VECTOR = 16

/**
 * The float32 copy of all client books in the memory of the compiled filter: one pass over it decides all books but
 * those near an edge, which the plain sweep decides. What stands where in its memory: wasm/filter.ts.
 */
export class BookFilter implements Decider {
  outs = 0
  unables = 0
  /** Views on the filter's memory, replaced when it grows. */
  told: Uint8Array
  verdicts: Uint8Array
  queue: Uint32Array
  readonly #table: BookTable
  readonly #memory: FilterMemory
  readonly #wasm: ReturnType<typeof instantiate>
  readonly #cashVectors: number
  readonly #margin: number
  readonly #widen: number
  readonly #one = createDriftColumns(1)
  /** Addresses of books and, per book, of its row of bands; of the two counts. */
  readonly #bookAt: number
  readonly #bandAt: number
  readonly #counts: number
  /** Prices in column order, then a 0 for padding; their gaps stand as far behind. */
  readonly #prices: number
  readonly #gapsBeyond: number
  readonly #toldAt: number
  readonly #verdictsAt: number
  readonly #queueAt: number
  /** Addresses of the column sets, and of the rows of bands with their lengths, by their numbers in the table. */
  readonly #setAt: number[] = []
  readonly #rows: ({ readonly at: number; readonly bytes: number } | undefined)[] = []
  readonly #vectorsOfBook: Uint16Array
  /** For which gaps the rows are marked as needy. */
  #needyFor = ''

  /** Throws RangeError where the memory can't be had. `whyUnfit` must be null. */
  constructor(module: WebAssembly.Module, table: BookTable) {
    const books = table.bookIds.length
    const columns = table.columnAssets.length
    this.#table = table
    this.#cashVectors = Math.ceil((columns - table.riskyCount) / 4)
    // Of the widest book there can be.
    this.#margin = filterMargin(Math.ceil(table.riskyCount / 4), this.#cashVectors)
    this.#widen = widening(this.#margin)
    this.#memory = new FilterMemory()
    this.#vectorsOfBook = new Uint16Array(books)
    this.#wasm = instantiate(module, this.#memory.memory)
    this.#counts = this.#memory.take(8)
    this.#gapsBeyond = 4 * (columns + 1)
    this.#prices = this.#memory.take(2 * this.#gapsBeyond)
    this.#toldAt = this.#memory.take(books)
    this.#verdictsAt = this.#memory.take(books)
    this.#queueAt = this.#memory.take(4 * books)
    this.#bookAt = this.#memory.take(4 * books)
    this.#bandAt = this.#memory.take(4 * books)
    this.told = this.#memory.bytes
    this.verdicts = this.#memory.bytes
    this.queue = this.#memory.words
    this.allBooksChanged()
  }

  get bytes(): number {
    return this.#memory.bytes.length + this.#vectorsOfBook.byteLength
  }

  bookChanged(book: number): void {
    this.#writeRow(this.#table.bandOf[book]!)
    this.#writeBook(book)
    this.#needyFor = ''
    if (this.told.buffer !== this.#memory.bytes.buffer) this.#view()
  }

  allBooksChanged(): void {
    const { bands, bookIds } = this.#table
    for (let row = 0; row < bands.count; row++) if (bands.isUsed(row)) this.#writeRow(row)
    for (let book = 0; book < bookIds.length; book++) this.#writeBook(book)
    this.#needyFor = ''
    this.#view()
  }

  decide(frame: PriceFrame): number {
    const queued = this.#classify(frame)
    this.outs = this.#memory.words[this.#counts / 4]!
    this.unables = this.#memory.words[this.#counts / 4 + 1]!
    const { queue, verdicts } = this
    for (let k = 0; k < queued; k++) {
      const book = queue[k]!
      if (verdicts[book] !== UNDECIDED) continue
      sweepBooks(this.#table, frame, this.#one, book, book + 1)
      const verdict = verdictOf(this.#one.status[0]!)
      verdicts[book] = verdict
      if (verdict === STATUS_OUT) this.outs++
      else if (verdict === STATUS_UNABLE) this.unables++
    }
    return queued
  }

  #view(): void {
    const books = this.#table.bookIds.length
    const { bytes, words } = this.#memory
    this.told = bytes.subarray(this.#toldAt, this.#toldAt + books)
    this.verdicts = bytes.subarray(this.#verdictsAt, this.#verdictsAt + books)
    this.queue = words.subarray(this.#queueAt / 4, this.#queueAt / 4 + books)
  }

  #classify(frame: PriceFrame): number {
    const { floats, words } = this.#memory
    const columns = frame.usable.length
    const hasGaps = frame.missing.length > 0
    for (let column = 0; column < columns; column++) {
      const price = frame.usable[column]!
      floats[this.#prices / 4 + column] = price === 0 ? 0 : filterPrice(price)
    }
    const gaps = (this.#prices + this.#gapsBeyond) / 4
    words.fill(0, gaps, gaps + columns)
    for (const column of frame.missing) words[gaps + column] = 0xffff_ffff
    for (const at of this.#setAt) this.#wasm.gather(at, this.#cashVectors, this.#gapsBeyond)
    if (hasGaps) this.#markNeedy(frame)
    return this.#wasm.classify(
      this.#table.bookIds.length,
      this.#cashVectors,
      this.#bookAt,
      this.#bandAt,
      hasGaps ? 1 : 0,
      this.#toldAt,
      this.#verdictsAt,
      this.#queueAt,
      this.#counts,
      this.#widen,
    )
  }

  /** Marks the rows that have a target where the price is missing. */
  #markNeedy({ usable, missing }: PriceFrame): void {
    const key = missing.join()
    if (key === this.#needyFor) return
    this.#needyFor = key
    const { bands, sets } = this.#table
    for (let row = 0; row < bands.count; row++) {
      if (!bands.isUsed(row)) continue
      const columns = sets.of(bands.setOf[row]!)
      const start = bands.startOf[row]!
      let needs = 0
      for (let j = 0; j < columns.length; j++) {
        if (usable[columns[j]!] === 0 && bands.cells.values[start + CELLS * j] !== 0) needs = 1
      }
      this.#memory.words[this.#rows[row]!.at / 4 + 1] = needs
    }
  }

  #writeBook(book: number): void {
    const { quantities, heldAt, bandOf, bands, sets, columnAssets, riskyCount } = this.#table
    const row = bandOf[book]!
    const size = sets.sizeOf[bands.setOf[row]!]!
    const riskyVectors = Math.ceil(size / 4)
    const at = this.#placeBook(book, riskyVectors + this.#cashVectors)
    const { floats, words } = this.#memory
    words[this.#bandAt / 4 + book] = this.#rows[row]!.at
    const own = at / 4
    const cash = own + 4 * riskyVectors
    const held = heldAt[book]!
    const cells = size + columnAssets.length - riskyCount
    floats.fill(0, own, cash + 4 * this.#cashVectors)
    for (let j = 0; j < cells; j++)
      floats[j < size ? own + j : cash + j - size] = filterQuantity(quantities.values[held + j]!)
  }

  /** Address of the quantities of the book, another where it needs another length. */
  #placeBook(book: number, vectors: number): number {
    const before = this.#vectorsOfBook[book]!
    const at = this.#memory.words[this.#bookAt / 4 + book]!
    if (before === vectors) return at
    if (before > 0) this.#memory.give(at, VECTOR * before)
    const own = this.#memory.take(VECTOR * vectors)
    this.#memory.words[this.#bookAt / 4 + book] = own
    this.#vectorsOfBook[book] = vectors
    return own
  }

  #writeRow(row: number): void {
    const { bands, sets } = this.#table
    const set = bands.setOf[row]!
    const size = sets.sizeOf[set]!
    const riskyVectors = Math.ceil(size / 4)
    const at = this.#placeRow(row, HEADER + 2 * VECTOR * (riskyVectors + 1))
    const setAt = this.#placeSet(set)
    const { floats, words } = this.#memory
    words[at / 4] = setAt
    words[at / 4 + 1] = 0
    const own = (at + HEADER) / 4
    const start = bands.startOf[row]!
    const { values } = bands.cells
    for (let lane = 0; lane < 4 * riskyVectors; lane++) {
      const low = own + 8 * (lane >> 2) + (lane & 3)
      const cell = start + CELLS * lane
      floats[low] = lane < size ? innerLow(values[cell + 1]!, this.#margin) : Number.NEGATIVE_INFINITY
      floats[low + 4] = lane < size ? innerHigh(values[cell + 2]!, this.#margin) : Number.POSITIVE_INFINITY
    }
    const cash = own + 8 * riskyVectors
    const cell = start + CELLS * size
    floats.fill(innerLow(values[cell + 1]!, this.#margin), cash, cash + 4)
    floats.fill(innerHigh(values[cell + 2]!, this.#margin), cash + 4, cash + 8)
  }

  #placeRow(row: number, bytes: number): number {
    const before = this.#rows[row]
    if (before?.bytes === bytes) return before.at
    if (before !== undefined) this.#memory.give(before.at, before.bytes)
    const at = this.#memory.take(bytes)
    this.#rows[row] = { at, bytes }
    return at
  }

  /** Column sets never change and never go: written once. */
  #placeSet(set: number): number {
    const known = this.#setAt[set]
    if (known !== undefined) return known
    const { sets, columnAssets, riskyCount } = this.#table
    const columns = sets.of(set)
    const riskyVectors = Math.ceil(columns.length / 4)
    const lanes = 4 * (riskyVectors + this.#cashVectors)
    const at = this.#memory.take(HEADER + 3 * 4 * lanes)
    const { words } = this.#memory
    words[at / 4] = riskyVectors
    const places = (at + HEADER) / 4
    const padding = this.#prices + 4 * columnAssets.length
    words.fill(padding, places, places + lanes)
    for (let j = 0; j < columns.length; j++) words[places + j] = this.#prices + 4 * columns[j]!
    for (let column = riskyCount; column < columnAssets.length; column++) {
      words[places + 4 * riskyVectors + column - riskyCount] = this.#prices + 4 * column
    }
    this.#setAt[set] = at
    return at
  }
}

/** Why the filter can't judge this firm, null where it can: the limits of its proof. */
export function whyUnfit(table: BookTable): string | null {
  const assets = table.columnAssets.length
  if (assets === 0) return 'there are no assets'
  return assets <= 4_000 ? null : `${assets} assets are more than the 4000 its error bound is proved for`
}
