import { groupRows } from './group-rows.ts'
import type { Covariance, RebalanceProblem } from './problem.ts'
import { type TaxCurve, taxCurves } from './sale-tax.ts'

/**
 * One book of many: where its columns start in arrays that hold the columns of all books. What reads a view allocates
 * nothing, so that a batch costs no more than its arithmetic.
 */
export interface BookView {
  /** Assets. */
  readonly size: number
  readonly covariance: Covariance
  readonly current: Float64Array
  readonly aim: Float64Array
  readonly lower: Float64Array
  readonly upper: Float64Array
  readonly costBuy: Float64Array
  readonly costSell: Float64Array
  readonly impact: Float64Array
  readonly frozen: Uint8Array | null
  readonly view: Float64Array | null
  /** By asset; null where no sale is taxed, as in every batch. */
  readonly tax: readonly (TaxCurve | null)[] | null
  readonly groupCount: number
  /** 1 where an asset belongs to a group: groupCount × size per book. */
  readonly members: Uint8Array
  /** groupCount per book. */
  readonly caps: Float64Array
  riskScale: number
  /** Infinite without a cap. */
  turnoverCap: number
  /** Which book. */
  at: number
}

/** A problem without a reserve as the only book of its view; floors are caps on everything else (`groupRows`). */
export function viewProblem(problem: RebalanceProblem): BookView {
  const size = problem.current.length
  const groups = groupRows(problem)
  const groupCount = groups.length
  const members = new Uint8Array(groupCount * size)
  for (let g = 0; g < groupCount; g++) for (const i of groups[g]!.members) members[g * size + i] = 1
  return {
    size,
    covariance: problem.covariance,
    current: problem.current,
    aim: problem.aim,
    lower: problem.lower,
    upper: problem.upper,
    costBuy: problem.costBuy,
    costSell: problem.costSell,
    impact: problem.impact,
    frozen: problem.frozen,
    view: problem.view,
    tax: taxCurves(problem.taxes, size),
    groupCount,
    members,
    caps: Float64Array.from(groups, ({ cap }) => cap),
    riskScale: problem.riskScale,
    turnoverCap: problem.turnoverCap ?? Number.POSITIVE_INFINITY,
    at: 0,
  }
}
