import { type Start, solveBelow } from '../engine.ts'
import type { RebalanceProblem } from '../problem.ts'
import { effortOf, reserveAfter } from './discrete-branch.ts'
import { type DiscreteRules, leastTrade, SAME_WEIGHT } from './discrete-rules.ts'

/** A weight this near to a whole step or a minimum is there: the solver's own accuracy is finer. */
const NEAR = 1e-11
/** The most that a ticket is charged per unit: what is dearer by far than this can't be certified. */
const LARGEST_CHARGE = 1e6

export interface TreeAnswer {
  /** The best point that keeps the rules (within 1e-11); null: none found, or none below the value given. */
  readonly x: Float64Array | null
  /** No point that keeps the rules has a lower objective; infinite where none exists at all. */
  readonly lowerBound: number
  /** Least clash among the branches given up, in weight, where x is null. */
  readonly shortfall: number
  readonly nodes: number
}

interface TreeNode {
  readonly lower: Float64Array
  readonly upper: Float64Array
  /** 1: its ticket is paid for, whatever it trades. */
  readonly paid: Uint8Array
  readonly bound: number
  readonly start: Start | undefined
}

/**
 * Branch and bound: every node is the convex problem with some lines held to one side of a step, a minimum or nothing,
 * and the tickets of undecided lines as the steepest linear cost that never exceeds them, ticket / largest trade.
 */
export function searchTree(
  problem: RebalanceProblem,
  rules: DiscreteRules,
  options: {
    /** Of the convex problems together, see effortOf. */
    readonly effort: number
    /** The objective of a point already known. */
    readonly below?: number | undefined
    /** Branches that could not gain more are not followed. */
    readonly tolerance: number
  },
): TreeAnswer {
  const n = problem.current.length
  const { tolerance } = options
  let best: Float64Array | null = null
  let value = options.below ?? Number.POSITIVE_INFINITY
  let shortfall = Number.POSITIVE_INFINITY
  let nodes = 0
  /** The least that points on branches without an answer could be worth. */
  let unknown = Number.POSITIVE_INFINITY
  const root: TreeNode = {
    lower: problem.lower,
    upper: problem.upper,
    paid: new Uint8Array(n),
    bound: Number.NEGATIVE_INFINITY,
    start: undefined,
  }
  const open = [root]
  let effort = 0
  while (open.length > 0 && effort < options.effort) {
    const node = open.pop()!
    if (node.bound >= value - tolerance) continue
    nodes++
    const { relaxed, constant, charged } = relax(problem, rules, node)
    const solution = solveBelow(relaxed, value - tolerance - constant, { start: node.start })
    effort += effortOf(solution)
    if (solution.status !== 'solved') {
      if (solution.status === 'infeasible') shortfall = Math.min(shortfall, solution.shortfall)
      if (solution.status === 'failed') unknown = Math.min(unknown, node.bound)
      continue
    }
    const bound = solution.objective + constant
    if (bound >= value - tolerance) continue
    const split = worstLine(problem, rules, node, charged, solution.x)
    if (split === null) {
      best = solution.x
      value = bound
      continue
    }
    const child = (line: number, lower: number, upper: number, paid: boolean): void => {
      if (lower > node.upper[line]! + SAME_WEIGHT || upper < node.lower[line]! - SAME_WEIGHT) return
      const made = { ...node, lower: node.lower.slice(), upper: node.upper.slice(), paid: node.paid.slice(), bound }
      made.lower[line] = Math.max(lower, node.lower[line]!)
      made.upper[line] = Math.max(made.lower[line]!, Math.min(upper, node.upper[line]!))
      if (paid) made.paid[line] = 1
      open.push({ ...made, start: solution })
    }
    const { line, below, above, paid } = split
    const x = solution.x[line]!
    const down = (): void => child(line, Number.NEGATIVE_INFINITY, below, paid === 'below')
    const up = (): void => child(line, above, Number.POSITIVE_INFINITY, paid === 'above')
    // the nearer side is taken from the stack first
    if (x - below < above - x) {
      up()
      down()
    } else {
      down()
      up()
    }
  }
  const lowerBound = open.reduce((least, { bound }) => Math.min(least, bound), Math.min(unknown, value - tolerance))
  return { x: best, lowerBound, shortfall, nodes }
}

function relax(problem: RebalanceProblem, rules: DiscreteRules, { lower, upper, paid }: TreeNode) {
  const costBuy = problem.costBuy.slice()
  const costSell = problem.costSell.slice()
  const charged = new Float64Array(lower.length)
  let constant = 0
  for (let i = 0; i < lower.length; i++) {
    const price = rules.ticket[i]!
    const w = problem.current[i]!
    if (price === 0 || problem.frozen?.[i]) continue
    const [buys, sells] = [upper[i]! - w, w - lower[i]!]
    if (paid[i] || buys < -SAME_WEIGHT || sells < -SAME_WEIGHT) {
      constant += price
      charged[i] = Number.POSITIVE_INFINITY
      continue
    }
    if (buys > SAME_WEIGHT) costBuy[i]! += price / fullCharge(price, buys)
    if (sells > SAME_WEIGHT) costSell[i]! += price / fullCharge(price, sells)
  }
  const reserve = reserveAfter(problem, constant)
  return { relaxed: { ...problem, lower, upper, costBuy, costSell, reserve }, constant, charged }
}

/** The trade at which a linear cost amounts to the whole ticket: the largest, or a larger one where that is tiny. */
const fullCharge = (price: number, reach: number): number => Math.max(reach, price / LARGEST_CHARGE)

interface Split {
  readonly line: number
  /** The two sides: weights at most `below`, weights at least `above`. */
  readonly below: number
  readonly above: number
  /** On which side the ticket is taken as paid. */
  readonly paid: 'below' | 'above' | null
}

/**
 * Where the relaxed point breaks the rules most, or null where it keeps them all. A ticket is charged whole, to objective
 * and reserve, where it is paid for or the trade is the largest that the node allows.
 */
function worstLine(
  problem: RebalanceProblem,
  rules: DiscreteRules,
  { lower, upper }: TreeNode,
  charged: Float64Array,
  x: Float64Array,
): Split | null {
  let worst: Split | null = null
  let most = 0
  for (let i = 0; i < x.length; i++) {
    const w = problem.current[i]!
    const d = x[i]! - w
    const size = Math.abs(d)
    if (size <= SAME_WEIGHT || problem.frozen?.[i]) continue
    const price = rules.ticket[i]!
    const reach = d > 0 ? upper[i]! - w : w - lower[i]!
    const unpaid = charged[i] === 0 ? price * (1 - size / fullCharge(price, reach)) : 0
    if (unpaid > 1e-13 && most < 1 + unpaid) {
      most = 1 + unpaid
      worst = { line: i, below: w, above: w, paid: d > 0 ? 'above' : 'below' }
    }
    const least = leastTrade(rules, i)
    if (least - size > NEAR && most < Math.min(size, least - size)) {
      most = Math.min(size, least - size)
      worst =
        d > 0
          ? { line: i, below: w, above: w + least, paid: null }
          : { line: i, below: w - least, above: w, paid: null }
    }
    const step = rules.step[i]!
    if (step === 0 || least - size > NEAR) continue
    const steps = d / step
    const off = Math.abs(d - step * Math.round(steps))
    if (off > NEAR && most < off) {
      most = off
      worst = { line: i, below: w + step * Math.floor(steps), above: w + step * Math.ceil(steps), paid: null }
    }
  }
  return worst
}
