import { z } from 'zod'
import { type Failure, fail, ok, type Result } from '../../core/result.ts'
import { solveDiscrete } from './discrete/discrete.ts'
import { type DiscreteRules, type DiscreteSolved, isDiscrete, validateRules } from './discrete/discrete-rules.ts'
import {
  type ClashExplanation,
  cureOf,
  cureText,
  explainSolution,
  type SolutionExplanation,
} from './file-explanation.ts'
import { type CashReserve, type Covariance, type RebalanceProblem, validateProblem } from './problem.ts'
import type { RebalanceSolution } from './solution.ts'

export interface ProblemFileSolution {
  /** As in the file. */
  readonly id: string | number
  readonly status: 'solved' | 'infeasible' | 'failed'
  /** Why not solved; null when solved. */
  readonly reason: string | null
  readonly x: readonly number[] | null
  readonly objective: number | null
  readonly gap: number | null
  /** The larger of primal and dual residual. */
  readonly residual: number | null
  readonly iterations: number
  /** Where the problem has tickets, minimum trades, steps or a side to choose; null elsewhere. */
  readonly discrete: DiscreteSolved['discrete'] | null
  /** Where asked for: of a solution, or of a clash. */
  readonly explanation?: SolutionExplanation | ClashExplanation
}

export interface ProblemFileAnswer {
  readonly solutions: readonly ProblemFileSolution[]
}

export type ProblemFileFailure = Failure<'not-json' | 'bad-format' | 'unknown-field'>

const INPUTS = ['n', 'gamma', 'B', 'kf', 'd', 'S', 'w', 't', 'lo', 'hi', 'cplus', 'cminus', 'k', 'groups']
const RULES = ['ticket', 'minTrade', 'step', 'cash']
const KNOWN = new Set(['id', ...INPUTS, 'turnover_cap', 'view', 'floors', 'reserve', 'tax', ...RULES])
/** What a reference file notes beside the problem: answers, checks and labels; they change nothing. */
const ANNOTATION =
  /^(cls|name|seed|source|note|comment|feasible|check|kkt_residual|primal_infeasibility|x_unique|.+_ref)$|^_/

const numbers = z.array(z.number())
const fileSchema = z.object({ problems: z.array(z.record(z.string(), z.unknown())) })
const problemSchema = z.object({
  id: z.union([z.string(), z.number()]),
  n: z.int().positive(),
  gamma: z.number(),
  B: z.union([numbers, z.array(numbers)]).nullish(),
  kf: z.int().nonnegative().nullish(),
  d: numbers.nullish(),
  S: z.union([numbers, z.array(numbers)]).nullish(),
  w: numbers,
  t: numbers,
  lo: numbers,
  hi: numbers,
  cplus: numbers,
  cminus: numbers,
  k: numbers,
  groups: z.array(z.object({ members: z.array(z.int()), cap: z.number() })).default([]),
  turnover_cap: z.number().nullish(),
  view: numbers.nullish(),
  floors: z.array(z.object({ members: z.array(z.int()), floor: z.number() })).nullish(),
  reserve: z.union([z.number(), z.object({ asset: z.int(), weight: z.number() })]).nullish(),
  tax: z.array(z.object({ asset: z.int(), size: numbers, slope: numbers })).nullish(),
  ticket: z.union([z.number(), numbers]).nullish(),
  minTrade: z.union([z.number(), numbers]).nullish(),
  step: z.union([z.number(), numbers]).nullish(),
  cash: z.int().nullish(),
})
type FileProblem = z.infer<typeof problemSchema>

/**
 * Reads problems in the format of the reference file (tests/reference/README.md), solves them in order and answers in
 * the form the terminal prints. `turnover_cap` is on Σ|x−w|, twice the one-way turnover; `view` enters the objective
 * as −viewᵀx. Fails as a whole, naming problem and field, on input that can't be meant as it stands.
 */
export function solveProblemFile(
  text: string,
  { explain = false }: { readonly explain?: boolean } = {},
): Result<ProblemFileAnswer, ProblemFileFailure> {
  const problems = readProblemFile(text)
  if (!problems.ok) return problems
  return ok({
    solutions: problems.value.map((entry) => answer(entry, solveDiscrete(entry.problem, entry.rules), explain)),
  })
}

export interface FileEntry {
  readonly id: string | number
  readonly problem: RebalanceProblem
  readonly rules: DiscreteRules | null
}

export function readProblemFile(text: string): Result<FileEntry[], ProblemFileFailure> {
  let json: unknown
  try {
    json = JSON.parse(text)
  } catch (error) {
    return fail('not-json', `the file is not JSON: ${(error as Error).message}`)
  }
  const file = fileSchema.safeParse(json)
  if (!file.success) return fail('bad-format', `the file is not {"problems": [...]}: ${firstIssue(file.error)}`)
  const entries: FileEntry[] = []
  for (const [at, raw] of file.data.problems.entries()) {
    const entry = readProblem(raw, at)
    if (!entry.ok) return entry
    entries.push(entry.value)
  }
  return ok(entries)
}

function readProblem(raw: Record<string, unknown>, at: number): Result<FileEntry, ProblemFileFailure> {
  const name = `problem ${raw['id'] === undefined ? `at position ${at}` : String(raw['id'])}`
  for (const field of Object.keys(raw)) {
    if (!KNOWN.has(field) && !ANNOTATION.test(field))
      return fail(
        'unknown-field',
        `${name}: "${field}" is not a field of the format; fields are ${[...KNOWN].join(', ')}`,
      )
  }
  const parsed = problemSchema.safeParse(raw)
  if (!parsed.success) return fail('bad-format', `${name}: ${firstIssue(parsed.error)}`)
  const covariance = readCovariance(parsed.data)
  if (typeof covariance === 'string') return fail('bad-format', `${name}: ${covariance}`)
  const columns = ['w', 't', 'lo', 'hi', 'cplus', 'cminus', 'k', 'view'] as const
  for (const field of columns) {
    const length = parsed.data[field]?.length ?? parsed.data.n
    if (length !== parsed.data.n)
      return fail('bad-format', `${name}: "${field}" has ${length} entries, n is ${parsed.data.n}`)
  }
  const reserve = readReserve(parsed.data, covariance)
  if (typeof reserve === 'string') return fail('bad-format', `${name}: ${reserve}`)
  const problem = toProblem(parsed.data, covariance, reserve)
  const valid = validateProblem(problem)
  if (!valid.ok) return fail('bad-format', `${name}: ${inFileWords(valid.error.message)}`)
  const rules = readRules(parsed.data, covariance, reserve)
  if (typeof rules === 'string') return fail('bad-format', `${name}: ${rules}`)
  const validRules = rules === null ? ok(null) : validateRules(problem, rules)
  if (!validRules.ok) return fail('bad-format', `${name}: ${inFileWords(validRules.error.message)}`)
  return ok({ id: parsed.data.id, problem, rules })
}

function readCovariance(problem: FileProblem): Covariance | string {
  const { n, B, kf, d, S } = problem
  if (S !== undefined && S !== null) {
    if (B !== undefined && B !== null) return '"S" and "B" are both given, one covariance is wanted'
    const matrix = Float64Array.from(S.flat())
    return matrix.length === n * n ? { kind: 'dense', matrix } : `"S" has ${matrix.length} entries, n² is ${n * n}`
  }
  if (B === undefined || B === null || d === undefined || d === null)
    return 'a covariance is needed: "S", or "B" with "d" and "kf"'
  const loadings = Float64Array.from(B.flat())
  const factorCount = kf ?? loadings.length / n
  if (loadings.length !== n * factorCount) return `"B" has ${loadings.length} entries, n × kf is ${n} × ${factorCount}`
  if (d.length !== n) return `"d" has ${d.length} entries, n is ${n}`
  return { kind: 'factors', factorCount, loadings, specific: Float64Array.from(d) }
}

/** A bare number is kept in cash: the one line without costs and without risk. */
function readReserve(problem: FileProblem, covariance: Covariance): CashReserve | null | string {
  const { reserve } = problem
  if (reserve === undefined || reserve === null) return null
  if (typeof reserve !== 'number') return reserve
  const lines = cashLines(problem, covariance)
  if (lines.length === 1) return { asset: lines[0]!, weight: reserve }
  const found = lines.length === 0 ? 'no line' : `lines ${lines.join(', ')}`
  return `"reserve" is a number, cash is the one line without costs and risk: ${found}; say {"asset": index, "weight": ${reserve}}`
}

const cashLines = ({ n, cplus, cminus, k }: FileProblem, covariance: Covariance): number[] =>
  Array.from({ length: n }, (_, i) => i).filter(
    (i) => cplus[i] === 0 && cminus[i] === 0 && k[i] === 0 && varianceOf(covariance, n, i) === 0,
  )

/** Cash is the line named, or that of the reserve, or the one without costs and risk; a number is for all lines but it. */
function readRules(
  problem: FileProblem,
  covariance: Covariance,
  reserve: CashReserve | null,
): DiscreteRules | null | string {
  const { n, ticket, minTrade, step } = problem
  const given = [ticket, minTrade, step].some((rule) => rule !== undefined && rule !== null)
  if (!given) return null
  const lines = cashLines(problem, covariance)
  const cash = problem.cash ?? reserve?.asset ?? (lines.length === 1 ? lines[0]! : null)
  if (cash === null && lines.length > 1)
    return `lines ${lines.join(', ')} are without costs and risk: say which is cash with "cash": index`
  const column = (rule: number | number[] | null | undefined): Float64Array =>
    typeof rule === 'object' && rule !== null
      ? Float64Array.from(rule)
      : Float64Array.from({ length: n }, (_, i) => (i === cash ? 0 : (rule ?? 0)))
  return { ticket: column(ticket), minimumTrade: column(minTrade), step: column(step), cash }
}

function varianceOf(covariance: Covariance, n: number, i: number): number {
  if (covariance.kind === 'dense') return covariance.matrix[i * n + i]!
  const { factorCount, loadings, specific } = covariance
  return loadings.slice(i * factorCount, (i + 1) * factorCount).reduce((sum, b) => sum + b * b, specific[i]!)
}

function toProblem(problem: FileProblem, covariance: Covariance, reserve: CashReserve | null): RebalanceProblem {
  const { turnover_cap: cap } = problem
  return {
    id: String(problem.id),
    riskScale: problem.gamma,
    covariance,
    current: Float64Array.from(problem.w),
    aim: Float64Array.from(problem.t),
    lower: Float64Array.from(problem.lo),
    upper: Float64Array.from(problem.hi),
    costBuy: Float64Array.from(problem.cplus),
    costSell: Float64Array.from(problem.cminus),
    impact: Float64Array.from(problem.k),
    groupCaps: problem.groups,
    turnoverCap: cap === undefined || cap === null ? null : cap / 2,
    frozen: null,
    view: problem.view === undefined || problem.view === null ? null : Float64Array.from(problem.view),
    groupFloors: problem.floors ?? [],
    reserve,
    taxes: (problem.tax ?? []).map(({ asset, size, slope }) => ({
      asset,
      size: Float64Array.from(size),
      slope: Float64Array.from(slope),
    })),
  }
}

function answer(
  { id, problem }: FileEntry,
  solution: RebalanceSolution | DiscreteSolved,
  explain: boolean,
): ProblemFileSolution {
  const none = { x: null, objective: null, gap: null, residual: null, iterations: 0, discrete: null }
  if (solution.status === 'failed')
    return { id, status: 'failed', reason: solution.reason, ...none, iterations: solution.iterations }
  if (solution.status === 'infeasible') {
    const { code, reason, shortfall, lines, groups, floors } = solution
    const cure = cureOf(problem, solution)
    const explanation: ClashExplanation = { code, reason, shortfall, lines, groups, floors, cure }
    const shown = { id, status: 'infeasible', reason: cureText(solution, cure), ...none } as const
    return explain ? { ...shown, explanation } : shown
  }
  const { x, objective, certificate, iterations } = solution
  const shown = {
    id,
    status: 'solved',
    reason: null,
    x: Array.from(x),
    objective,
    gap: certificate.gap,
    residual: Math.max(certificate.primalResidual, certificate.dualResidual),
    iterations,
    discrete: isDiscrete(solution) ? solution.discrete : null,
  } as const
  return explain ? { ...shown, explanation: explainSolution(problem, solution) } : shown
}

const FILE_WORDS: readonly (readonly [string, string])[] = [
  ['riskScale', 'gamma'],
  ['costBuy', 'cplus'],
  ['costSell', 'cminus'],
  ['impact', 'k'],
  ['current', 'w'],
  ['lower', 'lo'],
  ['upper', 'hi'],
  ['groupCaps', 'groups'],
  ['groupFloors', 'floors'],
  ['taxes', 'tax'],
  ['turnoverCap', 'turnover_cap/2'],
  ['specific', 'd'],
  ['matrix', 'S'],
  ['minimumTrade', 'minTrade'],
]
const inFileWords = (message: string): string =>
  FILE_WORDS.reduce((text, [ours, theirs]) => text.replaceAll(ours, theirs), message)

function firstIssue(error: z.ZodError): string {
  const issue = error.issues[0]!
  return `${issue.path.length > 0 ? `"${issue.path.map(String).join('.')}": ` : ''}${issue.message}`
}
