import { Buffer } from 'node:buffer'
import type { BookView } from '../book-view.ts'
import { createBookKernel } from './book-kernel.ts'
import { type BookColumn, type BookKernel, type KernelLayout, type KernelShape, layoutOf } from './kernel-layout.ts'
import type { PreparedRisk } from './prepared-risk.ts'

/** Curvature lent to lines that have none, × the largest variance. */
const LENT_CURVATURE = 1e-7
/** Weights brought in at a time: few enough to stay in the nearest cache, enough books to share the cost of copying. */
const WEIGHTS_AT_A_TIME = 512
const LEAST_LINES = 32
const PAGE = 65536

/** The features of a book that a kernel is specialised for. */
export interface KernelFeatures {
  readonly factors: number
  readonly groups: number
  readonly turnover: boolean
  readonly view: boolean
  readonly frozen: boolean
}

/** Columns of many books as bytes: a Buffer's copy is several times a typed array's when memory is shared. */
export interface BookSources {
  readonly columns: readonly { readonly name: BookColumn; readonly bytes: Buffer }[]
  readonly members: Buffer
  readonly frozen: Buffer | null
}

/** `start`: weights to start near, a place for each of the columns' lines; null without. */
export function sourcesOf(
  book: Omit<BookView, 'at' | 'riskScale' | 'turnoverCap' | 'tax'>,
  start: Float64Array | null,
): BookSources {
  const { current, aim, lower, upper, costBuy, costSell, impact, view, frozen, members } = book
  const all = { current, aim, lower, upper, costBuy, costSell, impact, start, view }
  return {
    columns: Object.entries(all).flatMap(([name, column]) =>
      column === null ? [] : [{ name: name as BookColumn, bytes: bytesOf(column) }],
    ),
    members: bytesOf(members),
    frozen: frozen === null ? null : bytesOf(frozen),
  }
}

export const bytesOf = ({ buffer, byteOffset, byteLength }: Float64Array | Uint8Array): Buffer =>
  Buffer.from(buffer, byteOffset, byteLength)

/**
 * A kernel in the memory that all of a solver's kernels share, with the covariance and the books brought in: columns
 * as the kernel wants them, an even number of places per book.
 */
export class KernelMemory {
  numbers: Float64Array
  layout: KernelLayout
  kernel: BookKernel
  /** Books that fit at once. */
  room = 0
  /** Lines whose specific variance is too small to bend their response: it is lent some. */
  lentLines: number[] = []
  readonly #memory = new WebAssembly.Memory({ initial: 1 })
  #bytes: Buffer
  readonly #kernels = new Map<string, { kernel: BookKernel; layout: KernelLayout; shape: KernelShape }>()
  #key = ''
  #shape: KernelShape
  #risk: PreparedRisk | null = null
  #size = 0
  #stride = 0

  constructor() {
    this.numbers = new Float64Array(this.#memory.buffer)
    this.#bytes = Buffer.from(this.#memory.buffer)
    this.#shape = { factors: 0, groups: 0, turnover: false, view: false, frozen: false, lines: 2, weights: 2 }
    this.layout = layoutOf(this.#shape)
    this.kernel = createBookKernel(this.#shape, this.#memory)
  }

  /** Makes ready for books of `size` lines over a covariance. */
  prepare(features: KernelFeatures, risk: PreparedRisk, size: number): void {
    const { factors, groups, turnover, view, frozen } = features
    let lines = LEAST_LINES
    while (lines < size) lines *= 4
    const key = `${factors} ${groups} ${turnover} ${view} ${frozen} ${lines}`
    if (key === this.#key && risk === this.#risk && size === this.#size) return
    let made = this.#kernels.get(key)
    if (made === undefined) {
      const shape = { ...features, lines, weights: Math.max(WEIGHTS_AT_A_TIME, lines) }
      const layout = layoutOf(shape)
      const missing = layout.bytes - this.#memory.buffer.byteLength
      if (missing > 0) {
        this.#memory.grow(Math.ceil(missing / PAGE))
        this.numbers = new Float64Array(this.#memory.buffer)
        this.#bytes = Buffer.from(this.#memory.buffer)
      }
      made = { kernel: createBookKernel(shape, this.#memory), layout, shape }
      this.#kernels.set(key, made)
    }
    this.kernel = made.kernel
    this.layout = made.layout
    this.#shape = made.shape
    this.#key = key
    this.#risk = risk
    this.#size = size
    this.#stride = size + (size % 2)
    this.room = Math.floor(made.shape.weights / this.#stride)
    this.#bringRisk(risk, size)
  }

  #bringRisk({ factorCount, loadings, specific, largestVariance }: PreparedRisk, size: number): void {
    const { numbers, layout } = this
    const lent = LENT_CURVATURE * largestVariance
    this.lentLines = []
    for (let i = 0; i < this.#stride; i++) {
      const own = i < size ? specific[i]! : 1
      if (own < lent) this.lentLines.push(i)
      // where nothing at all has risk, any curvature does
      const bend = Math.max(own, lent) || 1
      numbers[layout.line.bend + i] = bend
      numbers[layout.line.inverseBend + i] = 1 / bend
      numbers[layout.line.specific + i] = i < size ? own : 0
      for (let f = 0; f < factorCount; f++)
        numbers[layout.loadings[f]! + i] = i < size ? loadings[i * factorCount + f]! : 0
    }
  }

  /** Books `from` ≤ b < `from` + `count`; limits and prices come with each run. */
  bring(sources: BookSources, from: number, count: number): void {
    const size = this.#size
    const columns = size % 2 === 0 || count === 1 ? this.layout.book : this.layout.packed
    const first = 8 * from * size
    const last = first + 8 * count * size
    for (const { name, bytes } of sources.columns) bytes.copy(this.#bytes, 8 * columns[name], first, last)
    const masks = this.#shape.groups * size
    sources.members.copy(this.#bytes, this.layout.members, from * masks, (from + count) * masks)
    sources.frozen?.copy(this.#bytes, this.layout.frozen, from * size, (from + count) * size)
    if (size % 2 === 1) this.#spread(count)
  }

  #spread(count: number): void {
    if (count > 1) {
      this.kernel.spread(count, this.#size)
      return
    }
    for (const name of Object.keys(this.layout.book) as BookColumn[])
      this.numbers[this.layout.book[name] + this.#size] = 0
  }

  /** Index of the first weight of the k-th book brought in, in a column of books. */
  at(k: number): number {
    return k * this.#stride
  }

  /** The weights that came out for the first `count` books brought in, to where the book `first` stands. */
  takeWeights(into: Buffer, first: number, count: number): void {
    const size = this.#size
    const x = 8 * this.layout.book.x
    // an even number of lines has no empty places between books
    const each = size % 2 === 0 ? count : 1
    for (let k = 0; k < count; k += each) {
      const at = x + 8 * k * this.#stride
      this.#bytes.copy(into, 8 * (first + k) * size, at, at + 8 * each * size)
    }
  }

  /** Solves the k-th book brought in; answers as `BookKernel.run`. */
  run(k: number, slack: number, near: boolean, judge: boolean): number {
    const size = this.#size
    if (this.#shape.frozen) this.numbers[this.layout.frozenAt] = this.layout.frozen + k * size
    return this.kernel.run(
      8 * this.#stride,
      8 * k * this.#stride,
      this.layout.members + k * this.#shape.groups * size,
      slack,
      size,
      near ? 1 : 0,
      judge ? 1 : 0,
    )
  }
}
