import type { BookTable } from './book-table.ts'
import { type Decider, verdictOf } from './decider.ts'
import { filterMargin, filterPrice, filterQuantity, innerHigh, innerLow, widening } from './filter-margin.ts'
import { instantiate } from './filter-module.ts'
import { createDriftColumns, type PriceFrame, STATUS_OUT, STATUS_UNABLE, sweepBooks } from './sweep.ts'

/** In `verdicts` for the time being: float64 has to decide. As in wasm/filter.ts. */
const UNDECIDED = 4

const PAGE = 65_536
const FLOAT = 4

/**
 * The float32 copy of all client books in the memory of the compiled filter: one pass over it decides all books but
 * those near an edge, which the plain sweep decides.
 */
export class BookFilter implements Decider {
  readonly #table: BookTable
  readonly #memory: WebAssembly.Memory
  readonly #classify: ReturnType<typeof instantiate>['classify']
  readonly #riskyVectors: number
  readonly #cashVectors: number
  readonly #margin: number
  readonly #at: Layout
  #rowCapacity: number
  #floats!: Float32Array
  #words!: Uint32Array
  #bytes!: Uint8Array
  outs = 0
  unables = 0
  readonly #one = createDriftColumns(1)
  /** Views on the filter's memory, replaced when it grows. */
  told!: Uint8Array
  verdicts!: Uint8Array
  queue!: Uint32Array

  /** Throws RangeError where the memory can't be had. `whyUnfit` must be null. */
  constructor(module: WebAssembly.Module, table: BookTable) {
    const { risky, cash } = countVectors(table)
    this.#table = table
    this.#riskyVectors = risky
    this.#cashVectors = cash
    this.#margin = filterMargin(risky, cash)
    // A new row is nobody's at first: room for some more books with bands of their own.
    this.#rowCapacity = table.bands.count + 64
    this.#at = layOut(table.bookIds.length, risky + cash)
    this.#memory = new WebAssembly.Memory({ initial: this.#pages(), maximum: 65_536 })
    this.#classify = instantiate(module, this.#memory).classify
    this.#view()
    for (let book = 0; book < table.bookIds.length; book++) this.holdingsChanged(book)
    this.allBandsChanged()
  }

  get bytes(): number {
    return this.#memory.buffer.byteLength
  }
  /** Copies the quantities of the book. */
  holdingsChanged(book: number): void {
    const { quantities, columnAssets, lineAssets } = this.#table
    const columns = columnAssets.length
    const risky = lineAssets.length - 1
    const source = book * columns
    const own = this.#at.quantities / FLOAT + book * 4 * (this.#riskyVectors + this.#cashVectors)
    const cash = own + 4 * this.#riskyVectors - risky
    let judged = true
    for (let column = 0; column < columns; column++) {
      const quantity = filterQuantity(quantities[source + column]!)
      if (Number.isNaN(quantity)) judged = false
      this.#floats[(column < risky ? own : cash) + column] = quantity
    }
    if (!judged) this.#floats[own] = Number.NaN
  }

  /** The book follows another row of the table's bands, perhaps a new one. */
  bandChanged(book: number): void {
    const row = this.#table.bandOf[book]!
    this.#words[this.#at.bandOf / FLOAT + book] = row
    if (row >= this.#rowCapacity) this.#grow()
    this.#writeRow(row)
  }

  allBandsChanged(): void {
    const { bandOf, bands } = this.#table
    if (bands.count > this.#rowCapacity) this.#grow()
    this.#words.set(bandOf, this.#at.bandOf / FLOAT)
    for (let row = 0; row < bands.count; row++) this.#writeRow(row)
  }

  decide(frame: PriceFrame): number {
    const queued = this.#filter(frame)
    this.outs = this.#words[this.#at.counts / FLOAT]!
    this.unables = this.#words[this.#at.counts / FLOAT + 1]!
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

  #filter(frame: PriceFrame): number {
    const at = this.#at
    const { lineAssets, columnAssets } = this.#table
    const risky = lineAssets.length - 1
    const padding = 4 * this.#riskyVectors - risky
    const hasGaps = frame.missing.length > 0
    for (let column = 0; column < columnAssets.length; column++) {
      const price = frame.usable[column]!
      const lane = column < risky ? column : column + padding
      this.#floats[at.prices / FLOAT + lane] = price === 0 ? 0 : filterPrice(price)
      this.#words[at.gaps / FLOAT + lane] = 0
    }
    for (const column of frame.missing) {
      this.#words[at.gaps / FLOAT + (column < risky ? column : column + padding)] = 0xffff_ffff
    }
    if (hasGaps) this.#markNeedy(frame.missing)
    this.#words[at.counts / FLOAT] = 0
    this.#words[at.counts / FLOAT + 1] = 0
    return this.#classify(
      0,
      this.#table.bookIds.length,
      this.#riskyVectors,
      this.#cashVectors,
      at.quantities,
      at.prices,
      at.bandOf,
      at.bands,
      hasGaps ? at.gaps : 0,
      this.#needy,
      at.told,
      at.verdicts,
      at.queue,
      at.counts,
      widening(this.#margin),
    )
  }

  /** Rows with a target where the price is missing. */
  #markNeedy(missing: readonly number[]): void {
    const { bands, lineAssets } = this.#table
    const risky = missing.filter((column) => column < lineAssets.length - 1)
    for (let row = 0; row < bands.count; row++) {
      const needs = risky.some((column) => bands.targets[row * lineAssets.length + column] !== 0)
      this.#bytes[this.#needy + row] = needs ? 1 : 0
    }
  }

  #writeRow(row: number): void {
    const { bands, lineAssets } = this.#table
    const risky = lineAssets.length - 1
    const own = this.#at.bands / FLOAT + row * 8 * (this.#riskyVectors + 1)
    for (let lane = 0; lane < 4 * this.#riskyVectors; lane++) {
      const low = own + 8 * (lane >> 2) + (lane & 3)
      const line = row * lineAssets.length + lane
      this.#floats[low] = lane < risky ? innerLow(bands.lows[line]!, this.#margin) : Number.NEGATIVE_INFINITY
      this.#floats[low + 4] = lane < risky ? innerHigh(bands.highs[line]!, this.#margin) : Number.POSITIVE_INFINITY
    }
    const cash = own + 8 * this.#riskyVectors
    this.#floats.fill(innerLow(bands.lows[row * lineAssets.length + risky]!, this.#margin), cash, cash + 4)
    this.#floats.fill(innerHigh(bands.highs[row * lineAssets.length + risky]!, this.#margin), cash + 4, cash + 8)
  }

  /** Bands stand last in the memory but for `needy`, which is written anew with every use. */
  get #needy(): number {
    return this.#at.bands + this.#rowCapacity * 32 * (this.#riskyVectors + 1)
  }
  #pages(): number {
    return Math.ceil((this.#needy + this.#rowCapacity) / PAGE)
  }
  #grow(): void {
    this.#rowCapacity = 2 * this.#table.bands.count
    const more = this.#pages() - this.#memory.buffer.byteLength / PAGE
    if (more > 0) this.#memory.grow(more)
    this.#view()
  }
  #view(): void {
    const { buffer } = this.#memory
    const books = this.#table.bookIds.length
    this.#floats = new Float32Array(buffer)
    this.#words = new Uint32Array(buffer)
    this.#bytes = new Uint8Array(buffer)
    this.told = new Uint8Array(buffer, this.#at.told, books)
    this.verdicts = new Uint8Array(buffer, this.#at.verdicts, books)
    this.queue = new Uint32Array(buffer, this.#at.queue, books)
  }
}

/** Why the filter can't judge this firm, null where it can: the limits of its proof and of its addresses. */
export function whyUnfit(table: BookTable): string | null {
  const { risky, cash } = countVectors(table)
  if (risky + cash === 0) return 'there are no assets'
  const assets = table.columnAssets.length
  return assets <= 4_000 ? null : `${assets} assets are more than the 4000 its error bound is proved for`
}

const countVectors = ({ lineAssets, columnAssets }: BookTable): { readonly risky: number; readonly cash: number } => {
  const risky = lineAssets.length - 1
  return { risky: Math.ceil(risky / 4), cash: Math.ceil((columnAssets.length - risky) / 4) }
}

type Layout = Readonly<
  Record<'counts' | 'prices' | 'gaps' | 'told' | 'verdicts' | 'queue' | 'bandOf' | 'quantities' | 'bands', number>
>

/** Byte addresses, each on a cache line of its own. */
function layOut(books: number, vectors: number): Layout {
  let next = 1024
  const take = (bytes: number): number => {
    const start = next
    next += Math.ceil(bytes / 64) * 64
    return start
  }
  return {
    counts: take(8),
    prices: take(16 * vectors),
    gaps: take(16 * vectors),
    told: take(books),
    verdicts: take(books),
    queue: take(4 * books),
    bandOf: take(4 * books),
    quantities: take(16 * vectors * books),
    bands: take(0),
  }
}
