import { assess, passes } from '../certificate.ts'
import type { RebalanceProblem } from '../problem.ts'
import { passedLots, type TaxCurve, taxCurves } from '../sale-tax.ts'
import type { Solved } from '../solution.ts'
import type { Candidate } from './candidate.ts'

/** A candidate of a method that may have lent curvature: then it is near the solution and no more. */
export interface NearCandidate extends Candidate {
  readonly exact: boolean
  readonly steps: number
}

type Near = Pick<Solved, 'x' | 'multipliers'>
type Solve = (problem: RebalanceProblem, near: Near | undefined) => NearCandidate | null

const ROUNDS = 16
/** In objective per weight: what crossing into another lot must gain. */
const GAIN = 1e-13

/**
 * The fast way through taxed lots: within one lot per line the tax is one more linear cost, so that a method without
 * taxes can solve it. Lines that stand at the end of their lot and would go on do so in the next round. Null where that
 * method gives up; what comes out is judged with all lots, and only near the solution where the rounds run out.
 */
export function solveLotByLot(problem: RebalanceProblem, start: Near | undefined, solve: Solve): NearCandidate | null {
  const curves = taxCurves(problem.taxes, problem.current.length)
  if (curves === null) return solve({ ...problem, taxes: [] }, start)
  const { current, upper } = problem
  const lots = Int32Array.from(curves, (curve, i) => {
    if (curve === null) return 0
    const least = Math.max(0, current[i]! - upper[i]!)
    const known = start === undefined ? 0 : current[i]! - (start.x[i] ?? current[i]!)
    return passedLots(curve.end, Math.max(least, known))
  })
  let near = start
  let steps = 0
  for (let round = 1; ; round++) {
    const found = solve(withinLots(problem, curves, lots), near)
    if (found === null) return null
    steps += found.steps
    const assessment = assess(problem, found.x, found.multipliers)
    const judged = { ...found, assessment, steps }
    if ((found.exact && passes(assessment)) || round === ROUNDS || !moveOn(problem, curves, lots, judged)) return judged
    near = judged
  }
}

/** Each taxed line bounded to its lot, with the lot's tax on top of the cost of selling. */
function withinLots(
  problem: RebalanceProblem,
  curves: readonly (TaxCurve | null)[],
  lots: Int32Array,
): RebalanceProblem {
  const [lower, upper] = [problem.lower.slice(), problem.upper.slice()]
  const [costBuy, costSell] = [problem.costBuy.slice(), problem.costSell.slice()]
  for (const [i, curve] of curves.entries()) {
    if (curve === null) continue
    const { end, slope } = curve
    const [lot, w] = [lots[i]!, problem.current[i]!]
    if (lot < end.length) lower[i] = Math.max(lower[i]!, w - end[lot]!)
    if (lot > 0) upper[i] = Math.min(upper[i]!, w - end[lot - 1]!)
    costSell[i]! += slope[lot]!
    // convex: where buying is out of the question its cost is free to be so, elsewhere this is rounding
    costBuy[i] = Math.max(costBuy[i]!, -costSell[i]!)
  }
  return { ...problem, lower, upper, costBuy, costSell, taxes: [] }
}

/** Lets lines at the end of their lot cross it, as far as crossing pays at the present prices. False where none does. */
function moveOn(
  problem: RebalanceProblem,
  curves: readonly (TaxCurve | null)[],
  lots: Int32Array,
  { x, multipliers, assessment }: Candidate,
): boolean {
  const { current, lower, upper, costSell, impact } = problem
  let moved = false
  for (const [i, curve] of curves.entries()) {
    if (curve === null || problem.frozen?.[i]) continue
    const { end, slope } = curve
    const w = current[i]!
    // what selling one more unit gains before tax, at a given amount sold
    const gainAt = (sold: number): number =>
      -assessment.marginalBenefit[i]! - costSell[i]! - multipliers.turnover - 1.5 * impact[i]! * Math.sqrt(sold)
    const before = lots[i]!
    let lot = before
    if (lot < end.length && x[i] === Math.max(lower[i]!, w - end[lot]!))
      while (lot < end.length && w - end[lot]! > lower[i]! && gainAt(end[lot]!) - slope[lot + 1]! > GAIN) lot++
    else if (lot > 0 && x[i] === Math.min(upper[i]!, w - end[lot - 1]!))
      while (lot > 0 && w - end[lot - 1]! < upper[i]! && gainAt(end[lot - 1]!) - slope[lot - 1]! < -GAIN) lot--
    if (lot === before) continue
    lots[i] = lot
    moved = true
  }
  return moved
}
