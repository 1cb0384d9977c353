import { createBookKernel } from './book-kernel.ts'
import type { BookView } from './book-view.ts'
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

type BookColumns = Omit<BookView, 'at' | 'riskScale' | 'turnoverCap' | 'tax'>

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
  #bytes: Uint8Array
  readonly #kernels = new Map<string, { kernel: BookKernel; layout: KernelLayout; shape: KernelShape }>()
  #key = ''
  #shape: KernelShape
  #risk: PreparedRisk | null = null
  #size = 0
  #stride = 0

  constructor() {
    this.numbers = new Float64Array(this.#memory.buffer)
    this.#bytes = new Uint8Array(this.#memory.buffer)
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
        this.#bytes = new Uint8Array(this.#memory.buffer)
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

  /**
   * Books `from` ≤ b < `from` + `count` of columns over many, and weights to start near, the first of them at
   * `startFrom`. Limits and prices come with each run.
   */
  bring(book: BookColumns, from: number, count: number, start: Float64Array | null, startFrom: number): void {
    const { size: n, members, groupCount, view, frozen } = book
    const columns = n % 2 === 0 || count === 1 ? this.layout.book : this.layout.packed
    const first = from * n
    this.#copy(columns.current, book.current, first, count * n)
    this.#copy(columns.aim, book.aim, first, count * n)
    this.#copy(columns.lower, book.lower, first, count * n)
    this.#copy(columns.upper, book.upper, first, count * n)
    this.#copy(columns.costBuy, book.costBuy, first, count * n)
    this.#copy(columns.costSell, book.costSell, first, count * n)
    this.#copy(columns.impact, book.impact, first, count * n)
    if (start !== null) this.#copy(columns.start, start, startFrom, count * n)
    if (view !== null) this.#copy(columns.view, view, first, count * n)
    if (frozen !== null) for (let i = 0; i < count * n; i++) this.numbers[columns.fixed + i] = frozen[first + i]!
    const masks = groupCount * n
    if (masks > 0)
      this.#bytes.set(
        from === 0 && members.length === count * masks
          ? members
          : members.subarray(from * masks, (from + count) * masks),
        this.layout.members,
      )
    if (n % 2 === 1) this.#spread(count)
  }

  #copy(to: number, values: Float64Array, first: number, length: number): void {
    this.numbers.set(first === 0 && values.length === length ? values : values.subarray(first, first + length), to)
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

  /** The weights that came out for the first `count` books brought in. */
  takeWeights(into: Float64Array, first: number, count: number): void {
    const { numbers, layout } = this
    const size = this.#size
    if (size % 2 === 0) {
      into.set(numbers.subarray(layout.book.x, layout.book.x + count * size), first)
      return
    }
    for (let k = 0; k < count; k++) {
      const at = layout.book.x + k * this.#stride
      into.set(numbers.subarray(at, at + size), first + k * size)
    }
  }

  /** Solves the k-th book brought in; answers as `BookKernel.run`. */
  run(k: number, slack: number, near: boolean, judge: boolean): number {
    const size = this.#size
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
