/** A pass over all books takes this long while prices move. */
const PASS_MS = 1000
/** Even after a long silence one slice holds up the next frame no longer than this share of a pass. */
const LONGEST_SLICE_MS = 100
const SMALLEST_SLICE = 256

/** Cuts the audit into slices, so that brute force over a million books does not stand in the way of a tick. */
export class AuditPass {
  readonly #books: number
  readonly #now: () => number
  #cursor = 0
  #lastAt: number
  /** Books not compared since the last frame. */
  #left = 0
  /** Comparisons made. */
  audited = 0

  /** `now` in milliseconds. */
  constructor(books: number, now: () => number) {
    this.#books = books
    this.#now = now
    this.#lastAt = now()
  }

  /** A frame was decided: whatever was compared before was another one. */
  frameDecided(): void {
    this.#left = this.#books
  }
  /** All books at once. */
  allCompared(): void {
    this.#left = 0
    this.audited += this.#books
  }

  get isOver(): boolean {
    return this.#left === 0
  }

  /** The books [from, to) that are due, after those of the slice before; from = to when none are. */
  next(): { readonly from: number; readonly to: number } {
    const now = this.#now()
    const elapsed = Math.min(now - this.#lastAt, LONGEST_SLICE_MS)
    this.#lastAt = now
    const due = Math.max(SMALLEST_SLICE, Math.ceil((this.#books * elapsed) / PASS_MS))
    if (this.#cursor >= this.#books) this.#cursor = 0
    const from = this.#cursor
    const to = Math.min(this.#books, from + Math.min(due, this.#left))
    this.#cursor = to
    this.#left -= to - from
    this.audited += to - from
    return { from, to }
  }
}
