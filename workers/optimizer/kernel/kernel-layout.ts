/** What a kernel is specialised for. */
export interface KernelShape {
  readonly factors: number
  readonly groups: number
  /** Whether Σ|d| is limited: one more unknown, the last, whose price adds to the cost of both sides. */
  readonly turnover: boolean
  /** Whether books bring a linear view, and frozen lines. */
  readonly view: boolean
  readonly frozen: boolean
  /** Most lines of a book, even; and most weights (lines × books) that are brought in at once. */
  readonly lines: number
  readonly weights: number
}

/** Columns over lines as they come with a book; a book has an even number of places, the last one 0 where n is odd. */
export const BOOK_COLUMNS = [
  'current',
  'aim',
  'lower',
  'upper',
  'costBuy',
  'costSell',
  'impact',
  /** Weights to start near. */
  'start',
  'view',
  /** The weights that come out. */
  'x',
] as const
export type BookColumn = (typeof BOOK_COLUMNS)[number]

/** Columns over lines that last for one book, or, from `bend` on, for all books of a covariance. */
export const LINE_COLUMNS = [
  'low',
  'high',
  'base',
  'trade',
  'compliance',
  'root',
  'bend',
  'inverseBend',
  'specific',
] as const
export type LineColumn = (typeof LINE_COLUMNS)[number]

/** Numbers in memory, one each. */
export const NUMBERS = [
  'length',
  'slope',
  'gamma',
  'inverseGamma',
  /** Where the book's first byte of `frozen` is. */
  'frozenAt',
  /** What weights lack to 1. */
  'missing',
  'turnoverLimit',
  /** Prices to start from, then those found, in the terms of the book. */
  'budget',
  'turnover',
  'risk',
  'viewGain',
  'linearCost',
  'impactCost',
  'objective',
  'primalResidual',
  'dualResidual',
  'gap',
  'steps',
  'evaluations',
  /** An integer: 1 where any line has a 3/2-power cost. */
  'curved',
] as const
export type NumberName = (typeof NUMBERS)[number]

/** Entries per unknown: θ = (γ·factor exposures, price of the budget, of the groups, of turnover). */
const VECTORS = [
  'theta',
  'origin',
  'keep',
  'step',
  /** The gradient along θ is sums + shift − scale·θ. */
  'shift',
  'scale',
  /** Bᵀd, then row sums. */
  'sums',
  'residual',
  /** Smallest pivots allowed. */
  'floor',
  'rowLow',
  'rowHigh',
] as const

type Addresses<T extends string> = { readonly [K in T]: number }

/** Where everything stands, in doubles from the beginning of memory; `members` and `frozen` in bytes. */
export interface KernelLayout extends Addresses<NumberName>, Addresses<(typeof VECTORS)[number]> {
  readonly unknowns: number
  readonly rows: number
  /** Σ compliance·v vᵀ, full rows, lower triangle; and its factor: unit rows below the diagonal, inverse pivots on it. */
  readonly matrix: number
  readonly factor: number
  /** Per group. */
  readonly caps: number
  readonly groupPrices: number
  readonly line: Addresses<LineColumn>
  /** Per factor and per group, a column each: loadings; coefficients in the group's row. */
  readonly loadings: readonly number[]
  readonly coefficients: readonly number[]
  readonly book: Addresses<BookColumn>
  /** As `book`, for odd n: columns without the empty place. */
  readonly packed: Addresses<BookColumn>
  readonly members: number
  readonly frozen: number
  readonly bytes: number
}

export function layoutOf({ factors, groups, turnover, lines, weights }: KernelShape): KernelLayout {
  const rows = 1 + groups + (turnover ? 1 : 0)
  const unknowns = factors + rows
  let next = 0
  const take = (length: number): number => {
    const at = next
    next += length + (length % 2)
    return at
  }
  const each = <T extends string>(names: readonly T[], length: number): Addresses<T> =>
    Object.fromEntries(names.map((name) => [name, take(length)])) as unknown as Addresses<T>
  const many = (count: number, length: number): number[] => Array.from({ length: count }, () => take(length))
  const layout = {
    unknowns,
    rows,
    ...each(NUMBERS, 1),
    ...each(VECTORS, unknowns),
    matrix: take(unknowns * unknowns),
    factor: take(unknowns * unknowns),
    caps: take(groups),
    groupPrices: take(groups),
    line: each(LINE_COLUMNS, lines),
    loadings: many(factors, lines),
    coefficients: many(groups, lines),
    book: each(BOOK_COLUMNS, weights + lines),
    packed: each(BOOK_COLUMNS, weights + lines),
  }
  const members = 8 * next
  const frozen = members + groups * weights + 2
  return { ...layout, members, frozen, bytes: frozen + weights + 2 }
}

/**
 * The kernel's functions, on the memory they were made with. Addresses in bytes: `end` is 8 × the (even) number of
 * places of a book, `book` 8 × the place of its first line, `members` where its first membership stands, `slack` the
 * line of cash that is the budget's slack, or −1, `size` n.
 */
export interface BookKernel {
  /** Columns of `books` books of n (odd) lines: packed → with an empty place each. */
  spread(books: number, size: number): void
  /** Lines, rows, θ to start from; 0 where a line allows nothing, or is not convex. */
  load(end: number, book: number, members: number, slack: number, size: number): number
  /** θ as it was at the weights in `start` and the prices given. */
  near(end: number, book: number, members: number, slack: number, size: number): void
  /** θ at a length along the step → every line's best trade and compliance, their sums, and the slope. */
  probePlain(end: number, book: number): void
  probeCurved(end: number, book: number): void
  /** Compliances → matrix, lower triangle. */
  curve(end: number): void
  /** matrix·step = residual by L D Lᵀ, pivots no smaller than their floor. */
  step(): void
  /** The same for another residual, with the factor of the last step. */
  stepAgain(): void
  /** Trades and θ to first order along the step: for the last, tiny one. */
  follow(end: number): void
  /** From θ to the maximum of the dual; 0 where it isn't reached. */
  solve(end: number, book: number): number
  /** Trades → weights and prices. */
  read(end: number, book: number, members: number, slack: number, size: number): void
  /** The certificate of weights and prices, from the book's own columns. */
  judgePlain(end: number, book: number, members: number, size: number): void
  judgeCurved(end: number, book: number, members: number, size: number): void
  /** All of it for one book: 0 where it did not arrive, 1 where it did, 2 with a judgement. */
  run(end: number, book: number, members: number, slack: number, size: number, near: number, judge: number): number
}

/** Order of the functions in the module: calls go by it. */
export const FUNCTIONS = [
  'spread',
  'load',
  'near',
  'probePlain',
  'probeCurved',
  'curve',
  'step',
  'stepAgain',
  'follow',
  'solve',
  'read',
  'judgePlain',
  'judgeCurved',
  'run',
] as const satisfies readonly (keyof BookKernel)[]
export const indexOf = (name: (typeof FUNCTIONS)[number]): number => FUNCTIONS.indexOf(name)
