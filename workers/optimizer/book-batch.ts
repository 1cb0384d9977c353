import type { BookView } from './book-view.ts'
import { Judge } from './certificate.ts'
import { DualSolver } from './dual-solver.ts'
import { solveProblem } from './engine.ts'
import type { RebalanceProblem } from './problem.ts'
import type { RebalanceSolution } from './solution.ts'

/**
 * Many books over the same assets and one covariance, in columns: book b's entries of a column start at b × size.
 * Fields mean what they mean in RebalanceProblem. Put the columns into shared memory and every worker thread can
 * solve its part without copying any.
 */
export interface BookBatch extends Omit<BookView, 'at' | 'riskScale' | 'turnoverCap' | 'tax'> {
  readonly count: number
  readonly riskScales: Float64Array
  /** One-way; infinite without. Null: no book has one. */
  readonly turnoverCaps: Float64Array | null
}

export const BATCH_STATUSES = ['solved', 'infeasible', 'failed'] as const

/** What came of each book; the certificate's figures as in Certificate. A book without solution has zeros. */
export interface BatchAnswers {
  /** Index into BATCH_STATUSES. */
  readonly statuses: Uint8Array
  readonly x: Float64Array
  readonly objectives: Float64Array
  readonly budgetPrices: Float64Array
  readonly groupPrices: Float64Array
  readonly turnoverPrices: Float64Array
  readonly primalResiduals: Float64Array
  readonly dualResiduals: Float64Array
  readonly gaps: Float64Array
}

/** Room for the answers of a batch; `shared`: where several threads write their parts. */
export function createAnswers({ count, size, groupCount }: BookBatch, shared = false): BatchAnswers {
  const column = (length: number): Float64Array =>
    shared ? new Float64Array(new SharedArrayBuffer(8 * length)) : new Float64Array(length)
  return {
    statuses: shared ? new Uint8Array(new SharedArrayBuffer(count)) : new Uint8Array(count),
    x: column(count * size),
    objectives: column(count),
    budgetPrices: column(count),
    groupPrices: column(count * groupCount),
    turnoverPrices: column(count),
    primalResiduals: column(count),
    dualResiduals: column(count),
    gaps: column(count),
  }
}

/** One book of a batch as a problem of its own: to explain it, or to say why it has no solution. */
export function problemOfBatch(batch: BookBatch, book: number): RebalanceProblem {
  const { size: n, groupCount } = batch
  const part = (column: Float64Array): Float64Array => column.slice(book * n, (book + 1) * n)
  const cap = batch.turnoverCaps?.[book] ?? Number.POSITIVE_INFINITY
  return {
    id: String(book),
    riskScale: batch.riskScales[book]!,
    covariance: batch.covariance,
    current: part(batch.current),
    aim: part(batch.aim),
    lower: part(batch.lower),
    upper: part(batch.upper),
    costBuy: part(batch.costBuy),
    costSell: part(batch.costSell),
    impact: part(batch.impact),
    groupCaps: Array.from({ length: groupCount }, (_, g) => {
      const mask = (book * groupCount + g) * n
      const members = Array.from({ length: n }, (_, i) => i).filter((i) => batch.members[mask + i] === 1)
      return { members, cap: batch.caps[book * groupCount + g]! }
    }),
    turnoverCap: cap === Number.POSITIVE_INFINITY ? null : cap,
    frozen: batch.frozen?.slice(book * n, (book + 1) * n) ?? null,
    view: batch.view === null ? null : part(batch.view),
    groupFloors: [],
    reserve: null,
    taxes: [],
  }
}

// working memory only: nothing in it outlives a call
const dual = new DualSolver()
const judge = new Judge()

/**
 * Solves books `from` ≤ b < `to` of a batch into `answers`; the answer to a book depends on that book (and its start)
 * alone. `starts` are the answers to the same books a moment ago; it may be `answers` itself. Returns how many books
 * the dual method could not finish, which then went the long way.
 */
export function solveBatch(
  batch: BookBatch,
  answers: BatchAnswers,
  from = 0,
  to = batch.count,
  starts: BatchAnswers | null = null,
): number {
  const { size: n, groupCount, riskScales, turnoverCaps } = batch
  const view: BookView = { ...batch, tax: null, riskScale: 0, turnoverCap: Number.POSITIVE_INFINITY, at: 0 }
  const start = { x: answers.x, from: 0, budget: 0, groups: new Float64Array(groupCount), turnover: 0 }
  if (starts !== null) start.x = starts.x
  let slow = 0
  for (let book = from; book < to; book++) {
    view.at = book
    view.riskScale = riskScales[book]!
    if (turnoverCaps !== null) view.turnoverCap = turnoverCaps[book]!
    const warm = starts !== null && starts.statuses[book] === 0
    if (warm) {
      start.from = book * n
      start.budget = starts.budgetPrices[book]!
      start.turnover = starts.turnoverPrices[book]!
      for (let g = 0; g < groupCount; g++) start.groups[g] = starts.groupPrices[book * groupCount + g]!
    }
    if (
      dual.solve(view, warm ? start : null) &&
      dual.exact &&
      judge.assess(view, dual.x, 0, dual.budget, dual.groups, dual.turnover)
    ) {
      write(batch, answers, book, dual, judge)
      continue
    }
    slow++
    writeSolution(batch, answers, book, solveProblem(problemOfBatch(batch, book)))
  }
  return slow
}

function write(
  { size: n, groupCount }: BookBatch,
  answers: BatchAnswers,
  book: number,
  { x, budget, groups, turnover }: Pick<DualSolver, 'x' | 'budget' | 'groups' | 'turnover'>,
  { objective, certificate }: Pick<Judge, 'objective' | 'certificate'>,
): void {
  answers.statuses[book] = 0
  for (let i = 0; i < n; i++) answers.x[book * n + i] = x[i]!
  for (let g = 0; g < groupCount; g++) answers.groupPrices[book * groupCount + g] = groups[g]!
  answers.objectives[book] = objective
  answers.budgetPrices[book] = budget
  answers.turnoverPrices[book] = turnover
  answers.primalResiduals[book] = certificate.primalResidual
  answers.dualResiduals[book] = certificate.dualResidual
  answers.gaps[book] = certificate.gap
}

function writeSolution(batch: BookBatch, answers: BatchAnswers, book: number, solution: RebalanceSolution): void {
  if (solution.status === 'solved') {
    const { x, multipliers } = solution
    write(batch, answers, book, { x, ...multipliers }, solution)
    return
  }
  const none = { objective: 0, certificate: { primalResidual: 0, dualResidual: 0, gap: 0 } }
  const zeros = { x: new Float64Array(batch.size), groups: new Float64Array(batch.groupCount), budget: 0, turnover: 0 }
  write(batch, answers, book, zeros, none)
  answers.statuses[book] = solution.status === 'infeasible' ? 1 : 2
}
