import { parseArgs } from 'node:util'
import { createRandom } from '../core/random.ts'
import { searchTree } from '../workers/optimizer/discrete/discrete-tree.ts'
import { isDiscrete, solveDiscrete } from '../workers/optimizer/index.ts'
import { discreteBook, type RuleKind } from '../workers/optimizer/test-support/discrete-books.ts'
import { enumerateSubsets } from '../workers/optimizer/test-support/discrete-enumeration.ts'
import { type BenchRow, medianOf, printRows } from './measure.ts'

const KINDS: readonly RuleKind[] = ['tickets', 'minimum', 'both', 'steps', 'all']
/** Up to here the optimum is known: from every subset of lines that trade or, with steps, from a tree without a limit. */
const ENUMERATED = 12
const SIZES = [6, 9, 12, 20, 50, 100]
const BPS = 1e4

/**
 * How far discrete answers are from the true optimum, in bps of the book: up to 12 lines from full enumeration or an
 * unlimited tree, above from the bound that the answer states itself. Times are of one answer, in µs.
 */
export async function benchDiscrete(args: readonly string[]): Promise<void> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      json: { type: 'boolean', default: false },
      books: { type: 'string', default: '50' },
      seed: { type: 'string', default: '1' },
    },
  })
  const [books, seed] = [Number(values.books), Number(values.seed)]
  const rows: BenchRow[] = []
  for (const size of SIZES)
    for (const kind of KINDS) {
      const row = benchRules(kind, size, size <= ENUMERATED ? books : Math.ceil(books / 5), seed)
      rows.push(row)
      if (values.json) printRows([row], true)
    }
  if (!values.json) printRows(rows.map(inWords), false)
}

/** Gaps are far below what two decimals show. */
function inWords(row: BenchRow): BenchRow {
  const gaps = Object.entries(row).filter(([key]) => key.endsWith('GapBps'))
  return { ...row, ...Object.fromEntries(gaps.map(([key, gap]) => [key, Number(gap).toExponential(1)])) }
}

function benchRules(kind: RuleKind, size: number, books: number, seed: number): BenchRow {
  const gaps: number[] = []
  const times: number[] = []
  let infeasible = 0
  const stepped = kind === 'steps' || kind === 'all'
  for (let i = 0; i < books; i++) {
    const { problem, rules } = discreteBook(createRandom(seed).fork(`${kind}/${size}/${i}`), size, kind)
    const start = process.hrtime.bigint()
    const answer = solveDiscrete(problem, rules)
    times.push(Number(process.hrtime.bigint() - start) / 1000)
    if (answer.status !== 'solved') {
      infeasible++
      continue
    }
    const bound = isDiscrete(answer) ? answer.discrete.lowerBound : answer.objective
    const optimum =
      size > ENUMERATED
        ? bound
        : stepped
          ? searchTree(problem, rules, { effort: Number.POSITIVE_INFINITY, tolerance: 1e-12 }).lowerBound
          : enumerateSubsets(problem, rules).value
    gaps.push(BPS * Math.max(0, answer.objective - optimum))
  }
  gaps.sort((a, b) => a - b)
  return {
    name: `${kind}/n${size}`,
    medianMicros: medianOf(times),
    books,
    infeasible,
    against: size > ENUMERATED ? 'its own bound' : stepped ? 'unlimited tree' : 'enumeration',
    meanGapBps: gaps.reduce((sum, gap) => sum + gap, 0) / gaps.length,
    p99GapBps: gaps[Math.floor(0.99 * gaps.length)]!,
    worstGapBps: gaps.at(-1)!,
  }
}
