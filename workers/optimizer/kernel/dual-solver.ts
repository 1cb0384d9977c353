import type { BookView } from '../book-view.ts'
import { NEGLIGIBLE_WEIGHT } from '../exact/trade-problem.ts'
import { KernelMemory, sourcesOf } from './kernel-memory.ts'
import { type PreparedRisk, prepareRisk } from './prepared-risk.ts'

/** Kernels are unrolled; beyond this many unknowns they would be larger than they are worth. */
const MAXIMUM_UNKNOWNS = 40

/** Where to begin: prices and, for the factors, weights near the solution. */
export interface DualStart {
  readonly x: Float64Array
  readonly budget: number
  readonly groups: Float64Array
  readonly turnover: number
}

/**
 * One book at a time through the dual method. A line of cash that costs nothing becomes the slack of the budget, so
 * that the others move freely within its bounds. Whatever comes out is only a candidate.
 */
export class DualSolver {
  /** Of the last book. */
  x: Float64Array = new Float64Array(0)
  groups: Float64Array = new Float64Array(0)
  budget = 0
  turnover = 0
  steps = 0
  /** False where curvature was lent: then the point is near the solution and no more. */
  exact = true
  readonly #memory = new KernelMemory()

  /** False where this method does not apply or did not arrive. */
  solve(book: BookView, start: DualStart | null): boolean {
    const memory = this.#memory
    const { size: n, groupCount } = book
    this.steps = 0
    const risk = methodRisk(book)
    if (risk === null) return false
    const capped = book.turnoverCap < Number.POSITIVE_INFINITY
    memory.prepare(featuresOf(book, risk, capped), risk, n)
    memory.bring(sourcesOf(book, null), book.at, 1)
    const slack = capped ? -1 : findSlack(book, risk)
    this.exact = isExact(book, memory.lentLines, slack)
    setLimits(memory, book)
    const { numbers, layout } = memory
    if (start !== null) {
      numbers.set(start.x, layout.book.start)
      if (n % 2 === 1) numbers[layout.book.start + n] = 0
      numbers[layout.budget] = start.budget
      numbers[layout.turnover] = start.turnover
      numbers.set(start.groups, layout.groupPrices)
    }
    const arrived = memory.run(0, slack, start !== null, false) !== 0
    this.steps = numbers[layout.steps]!
    if (!arrived) return false
    this.x = numbers.slice(layout.book.x, layout.book.x + n)
    this.groups = numbers.slice(layout.groupPrices, layout.groupPrices + groupCount)
    this.budget = numbers[layout.budget]!
    this.turnover = numbers[layout.turnover]!
    return true
  }
}

/** The covariance of a book in the form the method wants; null where the method does not apply. */
export function methodRisk({ covariance, size, groupCount, riskScale, tax }: BookView): PreparedRisk | null {
  if (!(riskScale > 0) || size === 0 || tax !== null) return null
  const risk = prepareRisk(covariance, size, MAXIMUM_UNKNOWNS)
  return risk === null || risk.factorCount + groupCount + 2 > MAXIMUM_UNKNOWNS ? null : risk
}

export const featuresOf = (
  { groupCount, view, frozen }: Pick<BookView, 'groupCount' | 'view' | 'frozen'>,
  risk: PreparedRisk,
  turnover: boolean,
) => ({ factors: risk.factorCount, groups: groupCount, turnover, view: view !== null, frozen: frozen !== null })

/** What a book's own numbers are, columns apart. */
export function setLimits(
  { numbers, layout }: KernelMemory,
  { riskScale, groupCount, caps, at, turnoverCap }: BookView,
): void {
  numbers[layout.gamma] = riskScale
  numbers[layout.inverseGamma] = 1 / riskScale
  numbers[layout.turnoverLimit] = 2 * turnoverCap
  for (let g = 0; g < groupCount; g++) numbers[layout.caps + g] = caps[at * groupCount + g]!
}

/** Whether every line whose curvature is lent has no room to use it. */
export function isExact(
  { size: n, at, lower, upper, frozen }: BookView,
  lentLines: readonly number[],
  slack: number,
): boolean {
  for (const i of lentLines) {
    const c = at * n + i
    if (i !== slack && upper[c]! > lower[c]! && !(frozen !== null && frozen[c] !== 0)) return false
  }
  return true
}

/** The riskless line without costs that has the most room; −1 where there is none. */
export function findSlack(
  { size: n, at, lower, upper, costBuy, costSell, impact, frozen }: BookView,
  { risklessLines }: PreparedRisk,
): number {
  let slack = -1
  let widest = NEGLIGIBLE_WEIGHT
  for (const i of risklessLines) {
    const c = at * n + i
    if (costBuy[c] !== 0 || costSell[c] !== 0 || impact[c] !== 0) continue
    if (frozen !== null && frozen[c] !== 0) continue
    const width = upper[c]! - lower[c]!
    if (width > widest) {
      widest = width
      slack = i
    }
  }
  return slack
}
