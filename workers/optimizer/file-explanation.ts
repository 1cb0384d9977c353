import type { BoundMove } from './limits/relaxation.ts'
import { relaxBounds } from './limits/relaxation.ts'
import type { RebalanceProblem } from './problem.ts'
import type { Certificate, Infeasibility, LineExplanation, ObjectiveSplit, Solved, TradeCost } from './solution.ts'
import { naiveCosts } from './trade-cost.ts'

/** Why a solution is what it is: enough to recompute its certificate, and to tell a client line by line. */
export interface SolutionExplanation {
  readonly certificate: Certificate
  /** The objective, part by part. */
  readonly parts: ObjectiveSplit
  /** What one unit more of each constraint would be worth, in objective per weight. */
  readonly prices: {
    readonly budget: number
    readonly groups: readonly number[]
    readonly floors: readonly number[]
    readonly turnover: number
    readonly reserve: number
  }
  /** Of all trades straight to the aim, as a fraction of the book's value. */
  readonly naive: TradeCost
  readonly lines: readonly (LineExplanation & {
    /** Of this line's trade straight to its aim. */
    readonly naive: TradeCost
    readonly text: string
  })[]
}

/** What clashes, and the least that cures it. */
export interface ClashExplanation extends Infeasibility {
  readonly cure: Cure
}

export type Cure =
  | { readonly kind: 'bounds'; readonly moves: readonly BoundMove[]; readonly total: number }
  | { readonly kind: 'reserve'; readonly by: number }
  /** No bound decides it: whole steps and minimum trades don't fit, or other limits clash among themselves. */
  | { readonly kind: 'none'; readonly why: string | null }

export function explainSolution(
  problem: RebalanceProblem,
  { certificate, split, multipliers, lines }: Solved,
): SolutionExplanation {
  const { budget, groups, floors, turnover, reserve } = multipliers
  const naive = naiveCosts(problem)
  return {
    certificate,
    parts: split,
    prices: { budget, groups: Array.from(groups), floors: Array.from(floors), turnover, reserve },
    naive: naive.total,
    lines: lines.map((line, i) => ({ ...line, naive: naive.lines[i]!, text: textOf(line) })),
  }
}

/** A file does not tell bands from hard limits: every bound counts as one that may move, as far as a weight can go. */
export function cureOf(problem: RebalanceProblem, { code, reason, shortfall }: Infeasibility): Cure {
  if (code === 'no-step-fits' || code === 'discrete-clash') return { kind: 'none', why: null }
  if (code === 'reserve') return { kind: 'reserve', by: shortfall }
  const answer = relaxBounds(problem, {
    lower: new Float64Array(problem.current.length),
    upper: new Float64Array(problem.current.length).fill(1),
  })
  if (answer.kind === 'relaxed') return { kind: 'bounds', moves: answer.moves, total: answer.total }
  return { kind: 'none', why: answer.why.reason === reason ? null : answer.why.reason }
}

export function cureText({ code, reason }: Infeasibility, cure: Cure): string {
  if (code === 'no-step-fits' || code === 'discrete-clash') return reason
  if (cure.kind === 'reserve') return `${reason}; smallest cure of the reserve: down by ${text(cure.by)}`
  if (cure.kind === 'none') return `${reason}; no move of bounds cures it${cure.why === null ? '' : `: ${cure.why}`}`
  const moves = cure.moves.map(
    ({ line, bound, by }) => `${bound} bound of ${line} ${bound === 'lower' ? 'down' : 'up'} by ${text(by)}`,
  )
  const total = moves.length > 1 ? ` (${text(cure.total)} in all)` : ''
  return `${reason}; smallest cure: ${moves.join(', ') || 'less than rounding'}${total}`
}

function textOf({ status, trade, netBenefit, costFallToTrade, sideIfCheaper }: LineExplanation): string {
  const side = trade > 0 ? 'bought' : 'sold'
  const fall = costFallToTrade === null ? '' : bps(costFallToTrade)
  switch (status) {
    case 'bought':
    case 'sold':
      return `${side} until one unit more would cost what it is worth`
    case 'at-lower-bound':
    case 'at-upper-bound': {
      const bound = status === 'at-lower-bound' ? 'lower' : 'upper'
      const more = netBenefit > 0 ? `, though more would be worth ${bps(netBenefit)} of its value` : ''
      return trade === 0 ? `held by its ${bound} bound${more}` : `${side} to its ${bound} bound${more}`
    }
    case 'no-trade-region':
      return sideIfCheaper === null
        ? 'not traded: cheaper trading would change nothing'
        : `not traded: would ${sideIfCheaper} if costs fell by ${fall}`
    case 'at-tax-step':
      return `sold to the end of a lot: more would be sold if costs or the next lot's tax fell by ${fall}`
    case 'frozen':
      return 'not to be traded'
  }
}

const bps = (part: number): string => `${text(part * 1e4)} bps`
const text = (value: number): string => String(Number(value.toPrecision(6)))
