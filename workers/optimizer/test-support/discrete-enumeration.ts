import { type DiscreteRules, leastTrade, SAME_WEIGHT, ticketsOf } from '../discrete/discrete-rules.ts'
import { solveProblem } from '../engine.ts'
import type { RebalanceProblem } from '../problem.ts'

export interface Optimum {
  /** Least objective with tickets; infinite where nothing keeps the rules. */
  readonly value: number
  readonly x: Float64Array | null
  readonly examined: number
}

/**
 * The true optimum without steps: every subset of lines that trade, every side of each where it has a minimum, each
 * solved as a convex problem. A subset is left out only when its problem without minimums is no better than the best.
 */
export function enumerateSubsets(problem: RebalanceProblem, rules: DiscreteRules): Optimum {
  const ruled = ruledLines(problem, rules)
  let best: Optimum = { value: Number.POSITIVE_INFINITY, x: null, examined: 0 }
  let examined = 0
  const keep = (value: number, x: Float64Array): void => {
    if (value < best.value) best = { value, x, examined }
  }
  for (let subset = 0; subset < 2 ** ruled.length; subset++) {
    const frozen = problem.frozen?.slice() ?? new Uint8Array(problem.current.length)
    const on = ruled.filter((i, bit) => {
      if (Math.floor(subset / 2 ** bit) % 2 === 0) frozen[i] = 1
      return frozen[i] === 0
    })
    const tickets = on.reduce((sum, i) => sum + rules.ticket[i]!, 0)
    examined++
    const { reserve } = problem
    const kept = { ...problem, frozen, reserve: reserve && { ...reserve, weight: reserve.weight + tickets } }
    const free = solveProblem(kept)
    if (free.status !== 'solved' || free.objective + tickets >= best.value) continue
    const withMinimum = on.filter((i) => leastTrade(rules, i) > 0)
    if (withMinimum.every((i) => Math.abs(free.x[i]! - problem.current[i]!) >= leastTrade(rules, i) - SAME_WEIGHT)) {
      keep(free.objective + ticketsOf(problem, rules, free.x), free.x)
      continue
    }
    for (let sides = 0; sides < 2 ** withMinimum.length; sides++) {
      const lower = problem.lower.slice()
      const upper = problem.upper.slice()
      for (const [bit, i] of withMinimum.entries())
        if (Math.floor(sides / 2 ** bit) % 2 === 0)
          lower[i] = Math.max(lower[i]!, problem.current[i]! + leastTrade(rules, i))
        else upper[i] = Math.min(upper[i]!, problem.current[i]! - leastTrade(rules, i))
      if (withMinimum.some((i) => lower[i]! > upper[i]!)) continue
      examined++
      const solution = solveProblem({ ...kept, lower, upper })
      if (solution.status === 'solved') keep(solution.objective + tickets, solution.x)
    }
  }
  return { ...best, examined }
}

/** The true optimum on the grid: every combination of whole steps inside the bounds; cash is the only other line. */
export function enumerateGrid(
  problem: RebalanceProblem,
  rules: DiscreteRules,
  objectiveOf: (problem: RebalanceProblem, x: Float64Array) => number,
  violationOf: (problem: RebalanceProblem, x: Float64Array) => number,
): Optimum {
  const stepped = Array.from(problem.current.keys()).filter((i) => i !== rules.cash)
  let best: Optimum = { value: Number.POSITIVE_INFINITY, x: null, examined: 0 }
  let examined = 0
  const x = problem.current.slice()
  const visit = (at: number): void => {
    if (at === stepped.length) {
      examined++
      x[rules.cash!] = stepped.reduce((rest, i) => rest - x[i]!, 1)
      if (violationOf(problem, x) > SAME_WEIGHT) return
      const value = objectiveOf(problem, x) + ticketsOf(problem, rules, x)
      if (value < best.value) best = { value, x: x.slice(), examined }
      return
    }
    const i = stepped[at]!
    const [w, step] = [problem.current[i]!, rules.step[i]!]
    const from = Math.floor((problem.lower[i]! - w) / step)
    const to = Math.ceil((problem.upper[i]! - w) / step)
    for (let steps = from; steps <= to; steps++) {
      x[i] = w + steps * step
      const outside = Math.max(problem.lower[i]! - x[i]!, x[i]! - problem.upper[i]!)
      const small = steps !== 0 && Math.abs(steps * step) < rules.minimumTrade[i]! - SAME_WEIGHT
      if (outside <= SAME_WEIGHT && !small) visit(at + 1)
    }
  }
  visit(0)
  return { ...best, examined }
}

const ruledLines = (problem: RebalanceProblem, rules: DiscreteRules): number[] =>
  Array.from(problem.current.keys()).filter(
    (i) => !problem.frozen?.[i] && (rules.ticket[i]! > 0 || rules.minimumTrade[i]! > 0),
  )
