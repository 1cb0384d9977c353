import type { Buffer } from 'node:buffer'
import type { BookView } from './book-view.ts'
import { Judge, passesWith } from './certificate.ts'
import { solveProblem } from './engine.ts'
import { featuresOf, findSlack, isExact, methodRisk, setLimits } from './kernel/dual-solver.ts'
import { type BookSources, bytesOf, KernelMemory, sourcesOf } from './kernel/kernel-memory.ts'
import type { RebalanceProblem } from './problem.ts'
import type { Multipliers, RebalanceSolution, Solved } from './solution.ts'

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
const memory = new KernelMemory()
const judge = new Judge()

/** What this thread holds to solve batches, in bytes: it depends on the largest book, not on how many there are. */
export const workingBytes = (): number => memory.numbers.buffer.byteLength

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
  const view: BookView = { ...batch, tax: null, riskScale: 0, turnoverCap: Number.POSITIVE_INFINITY, at: 0 }
  const sources = sourcesOf(batch, starts === null ? null : starts.x)
  const weights = bytesOf(answers.x)
  const { turnoverCaps } = batch
  let slow = 0
  for (let first = from; first < to; ) {
    // one kernel solves a run of books that either all have a turnover cap or all have none
    const capped = turnoverCaps !== null && turnoverCaps[first]! < Number.POSITIVE_INFINITY
    let end = turnoverCaps === null ? to : first + 1
    while (end < to && turnoverCaps![end]! < Number.POSITIVE_INFINITY === capped) end++
    slow += solveRun(batch, view, sources, answers, weights, first, end, capped, starts)
    first = end
  }
  return slow
}

function solveRun(
  batch: BookBatch,
  view: BookView,
  sources: BookSources,
  answers: BatchAnswers,
  weights: Buffer,
  from: number,
  to: number,
  capped: boolean,
  starts: BatchAnswers | null,
): number {
  const { size: n, groupCount, riskScales, turnoverCaps, covariance } = batch
  const { statuses, objectives, budgetPrices, groupPrices, turnoverPrices } = answers
  const { primalResiduals, dualResiduals, gaps } = answers
  let slow = 0
  let at = from
  while (at < to) {
    view.at = at
    view.riskScale = riskScales[at]!
    const risk = methodRisk(view)
    if (risk === null) {
      writeSolution(batch, answers, at, solveProblem(problemOfBatch(batch, at)))
      slow++
      at++
      continue
    }
    memory.prepare(featuresOf(batch, risk, capped), risk, n)
    const { numbers, layout, lentLines } = memory
    const count = Math.min(memory.room, to - at)
    memory.bring(sources, at, count)
    const judged = covariance.kind === 'factors'
    const left: number[] = []
    for (let k = 0; k < count; k++) {
      const book = at + k
      view.at = book
      view.riskScale = riskScales[book]!
      if (turnoverCaps !== null) view.turnoverCap = turnoverCaps[book]!
      const slack = capped ? -1 : findSlack(view, risk)
      setLimits(memory, view)
      const warm = starts !== null && starts.statuses[book] === 0
      if (warm) {
        numbers[layout.budget] = starts.budgetPrices[book]!
        numbers[layout.turnover] = starts.turnoverPrices[book]!
        for (let g = 0; g < groupCount; g++)
          numbers[layout.groupPrices + g] = starts.groupPrices[book * groupCount + g]!
      }
      if (
        !(view.riskScale > 0) ||
        !isExact(view, lentLines, slack) ||
        memory.run(k, slack, warm, judged) === 0 ||
        !(judged ? kernelPasses(memory) : judgePasses(view, memory, memory.at(k)))
      ) {
        left.push(book)
        continue
      }
      statuses[book] = 0
      budgetPrices[book] = numbers[layout.budget]!
      turnoverPrices[book] = numbers[layout.turnover]!
      for (let g = 0; g < groupCount; g++) groupPrices[book * groupCount + g] = numbers[layout.groupPrices + g]!
      objectives[book] = numbers[layout.objective]!
      primalResiduals[book] = numbers[layout.primalResidual]!
      dualResiduals[book] = numbers[layout.dualResidual]!
      gaps[book] = numbers[layout.gap]!
    }
    memory.takeWeights(weights, at, count)
    for (const book of left) writeSolution(batch, answers, book, solveProblem(problemOfBatch(batch, book)))
    slow += left.length
    at += count
  }
  return slow
}

function kernelPasses({ numbers, layout }: KernelMemory): boolean {
  return passesWith(
    numbers[layout.objective]!,
    numbers[layout.gap]!,
    numbers[layout.primalResidual]!,
    numbers[layout.dualResidual]!,
  )
}

/** Where the kernel works with a split of the covariance, the judge works with the covariance itself. */
function judgePasses(view: BookView, { numbers, layout }: KernelMemory, at: number): boolean {
  const groups = numbers.subarray(layout.groupPrices, layout.groupPrices + view.groupCount)
  const { [layout.budget]: budget, [layout.turnover]: turnover } = numbers
  const passed = judge.assess(view, numbers, layout.book.x + at, budget!, groups, turnover!)
  numbers[layout.objective] = judge.objective
  numbers[layout.primalResidual] = judge.certificate.primalResidual
  numbers[layout.dualResidual] = judge.certificate.dualResidual
  numbers[layout.gap] = judge.certificate.gap
  return passed
}

function write(
  { size: n, groupCount }: BookBatch,
  answers: BatchAnswers,
  book: number,
  { x, budget, groups, turnover }: Pick<Solved, 'x'> & Pick<Multipliers, 'budget' | 'groups' | 'turnover'>,
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
