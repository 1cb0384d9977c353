import { ensureNever } from '../../core/assert.ts'
import type { ModelPortfolio } from '../../core/model-portfolio.ts'
import type { Infeasibility, RebalanceProblem } from '../../workers/optimizer/index.ts'
import type { BookPosition } from './book-position.ts'
import { groupsInWords } from './group-limits.ts'
import { keptSentence, type LineLimits, points } from './limits.ts'
import type { PacedSolution, PlanningDeps } from './planning-inputs.ts'

/** One book as the optimiser gets it, with what its limits mean. */
export interface SolveCase {
  readonly problem: RebalanceProblem
  readonly limits: LineLimits
  readonly position: BookPosition
  readonly model: ModelPortfolio
  /** False where something else gives way before bands do. */
  readonly mayRelax: boolean
}

export interface SolvedCase {
  readonly solution: PacedSolution
  /** Those it was solved with: bands that gave way are named in `relaxations`. */
  readonly limits: LineLimits
  /** Which limits that never give way clash, in words; null unless that is why there is no solution. */
  readonly why: string | null
}

/** Beyond a tolerance band by no more than this, in weight, is rounding. */
const ROUNDING = 1e-12

/**
 * Solves; where a book's bands can't be met together, they give way by the least amount in all that makes it
 * possible, first from the settle band to the tolerance band, which nobody needs to know, then beyond, which every
 * approver is told. Restrictions, reserve, concentration, group caps and a limit on turnover never give way.
 */
export async function solveRelaxing(
  cases: readonly SolveCase[],
  deps: Pick<PlanningDeps, 'solve' | 'relax'>,
): Promise<readonly SolvedCase[]> {
  const solutions = await deps.solve(cases.map(({ problem }) => problem))
  const answers: SolvedCase[] = cases.map(({ limits }, i) => ({ solution: solutions[i]!, limits, why: null }))
  const clashing = [...cases.keys()].filter((i) => cases[i]!.mayRelax && solutions[i]!.status === 'infeasible')
  if (clashing.length === 0) return answers
  const relaxations = await deps.relax(
    clashing.map((i) => ({ problem: cases[i]!.problem, stages: [cases[i]!.limits.tolerated, cases[i]!.limits.hard] })),
  )
  const again: { readonly i: number; readonly problem: RebalanceProblem; readonly limits: LineLimits }[] = []
  clashing.forEach((i, at) => {
    const relaxation = relaxations?.[at]
    // without an answer the clash stands as the optimiser found it
    if (relaxation === undefined) return
    const { problem, limits } = cases[i]!
    if (relaxation.kind === 'incurable')
      answers[i] = { ...answers[i]!, why: clashInWords(relaxation.why, cases[i]!, true) }
    else {
      const { lower, upper, clash } = relaxation
      const relaxed = clash === null ? limits : giveWay(cases[i]!, lower, upper, clash)
      again.push({ i, problem: { ...problem, lower, upper }, limits: { ...relaxed, lower, upper } })
    }
  })
  const cured = again.length === 0 ? [] : await deps.solve(again.map(({ problem }) => problem))
  again.forEach(({ i, limits }, at) => {
    answers[i] = { solution: cured[at]!, limits, why: null }
  })
  return answers
}

/** What goes beyond the tolerance bands, with a sentence each. */
function giveWay(given: SolveCase, lower: Float64Array, upper: Float64Array, clash: Infeasibility): LineLimits {
  const { limits, position } = given
  const because = clashInWords(clash, given)
  const relaxations = [...limits.relaxations]
  const relaxedBy = Float64Array.from(position.lines, ({ asset }, i) => {
    const down = limits.tolerated.lower[i]! - lower[i]!
    const up = upper[i]! - limits.tolerated.upper[i]!
    const by = Math.max(down, up)
    if (by <= ROUNDING) return 0
    const edge = down > up ? `down to ${percent(lower[i]!)}` : `up to ${percent(upper[i]!)}`
    relaxations.push(`${asset} band relaxed by ${points(by)}, ${edge}: ${because}`)
    return by
  })
  return { ...limits, relaxations, relaxedBy }
}

const percent = (weight: number): string => `${(100 * weight).toFixed(2)} %`

/**
 * Which limits clash and by how much, in the words of the book: assets, groups and restrictions by name. `hard`: bands
 * gave way as far as they can, so that what lines keep of their targets may be what is in the way.
 */
export function clashInWords(
  clash: Infeasibility,
  { position, model, limits, problem: { turnoverCap } }: SolveCase,
  hard = false,
): string {
  const names = (of: readonly number[]): string => of.map((i) => position.lines[i]!.asset).join(', ')
  const { code, lines, shortfall, reason } = clash
  const groups = groupsInWords(clash, model)
  const cuts = lines.flatMap((i) => {
    const kept = limits.kept[i]!
    const least = Math.min(kept, position.lines[i]!.weight)
    const keeps = hard && least > 0 && limits.hard.lower[i] === least
    const cut = limits.cutBy[i] ?? (keeps ? keptSentence(position.lines[i]!, kept) : null)
    return cut === null ? [] : [`${position.lines[i]!.asset} ${cut}`]
  })
  const cutBy = cuts.length === 0 ? '' : ` (${cuts.join('; ')})`
  switch (code) {
    case 'bounds-cross':
      return `${names(lines)} can't meet both of its limits, by ${points(shortfall)}${cutBy}`
    case 'frozen-outside-bounds':
      return `${names(lines)} is not traded and outside its limits by ${points(shortfall)}${cutBy}`
    case 'lower-bounds-above-one': {
      const reserve = limits.hard.lower.at(-1)!
      const held = reserve > 0 ? [...cuts, `${percent(reserve)} for reserve and costs`] : cuts
      return `the least that lines must hold is ${percent(1 + shortfall)} in all${held.length > 0 ? ` (${held.join('; ')})` : ''}`
    }
    case 'upper-bounds-below-one':
      return `the most that lines may hold is ${percent(1 - shortfall)} in all${cutBy}`
    case 'group-cap':
      return `${groups} is exceeded by ${points(shortfall)}${cutBy}`
    case 'group-caps-clash':
      return `${groups} can't hold together, by ${points(shortfall)}${cutBy}`
    case 'turnover-cap':
      return `turnover of ${percent(turnoverCap! + shortfall)} is needed, the limit is ${percent(turnoverCap!)}${cutBy}`
    case 'group-floor':
      return `${groups} can't be reached, by ${points(shortfall)}${cutBy}`
    // no book has these yet: the optimiser's own words
    case 'reserve':
    case 'no-step-fits':
    case 'discrete-clash':
      return reason
    default:
      return ensureNever(code)
  }
}
