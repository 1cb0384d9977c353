import { solveProblem } from '../engine.ts'
import { createRiskTerm } from '../exact/risk-term.ts'
import type { Solved } from '../solution.ts'
import { type BranchAnswer, type BranchSolver, isBetter, LineChoice, solvedOf } from './discrete-branch.ts'
import { leastTrade } from './discrete-rules.ts'

/** Rounds in which a ticket is priced per unit of the trade that the last round made. */
const PRICED_ROUNDS = 4
/** Lines of either kind that pairs are formed from. */
const PAIRED_LINES = 8
const EFFORT_AT_LEAST = 100
const EFFORT_PER_LINE = 20

/**
 * Where the search starts: trades that don't pay for their ticket or are below their minimum are dropped from the convex
 * solution and the rest is solved again; beside it the same with every trade kept, and with tickets priced.
 */
export function startBranch(solver: BranchSolver, relaxed: Solved): BranchAnswer {
  let best = solver.solve(payingLines(solver, relaxed), relaxed)
  for (const choices of [tradedLines(solver, relaxed.x), pricedLines(solver)]) {
    if (choices === null) continue
    const answer = solver.solve(choices, relaxed)
    if (isBetter(answer, best)) best = answer
  }
  return best
}

/** Every line that trades, on the side it trades on. */
function tradedLines(solver: BranchSolver, x: Float64Array, pays: (i: number, d: number) => boolean = () => true) {
  const { current } = solver.problem
  return Uint8Array.from(solver.open, (open, i) => {
    const d = x[i]! - current[i]!
    const on = open.filter((choice) => choice !== LineChoice.off)
    if (on.length === 0 || (open.length > on.length && (d === 0 || !pays(i, d)))) return LineChoice.off
    return on.includes(LineChoice.either) || on.length === 1 ? on[0]! : d > 0 ? LineChoice.buy : LineChoice.sell
  })
}

/** Those at least their minimum whose own risk saved covers the ticket. */
function payingLines(solver: BranchSolver, { x }: Solved): Uint8Array {
  const { problem, rules } = solver
  const size = problem.current.length
  const { dense } = createRiskTerm(problem.covariance, size, problem.riskScale)
  return tradedLines(
    solver,
    x,
    (i, d) => Math.abs(d) >= leastTrade(rules, i) && 0.5 * d * d * dense[i * size + i]! >= rules.ticket[i]!,
  )
}

/**
 * The ticket as a linear cost, ticket / |Δ| of the last round: small trades grow dear and vanish, and what they did is
 * done by fewer lines (a reweighted l1 norm). Null where nothing is left to start from.
 */
function pricedLines(solver: BranchSolver): Uint8Array | null {
  const { problem, rules } = solver
  if (rules.ticket.every((price) => price === 0)) return null
  const reach = problem.current.map((w, i) => Math.max(1e-9, problem.upper[i]! - w, w - problem.lower[i]!))
  let size = reach
  let x: Float64Array | null = null
  for (let round = 0; round < PRICED_ROUNDS; round++) {
    const extra = rules.ticket.map((price, i) => price / size[i]!)
    solver.solves++
    const solution = solveProblem({
      ...problem,
      costBuy: problem.costBuy.map((cost, i) => cost + extra[i]!),
      costSell: problem.costSell.map((cost, i) => cost + extra[i]!),
    })
    if (solution.status !== 'solved') break
    x = solution.x
    size = x.map((weight, i) => Math.max(1e-3 * reach[i]!, Math.abs(weight - problem.current[i]!)))
  }
  return x === null ? null : tradedLines(solver, x)
}

/** Switches one line or two on, off or over as long as that is better, until nothing is or the budget is spent. */
export function improveBranch(solver: BranchSolver, from: BranchAnswer): BranchAnswer {
  const budget = solver.effort + EFFORT_AT_LEAST + EFFORT_PER_LINE * from.choices.length
  let best = from
  for (let moved = true; moved; ) {
    moved = false
    for (const changes of neighbours(solver, best)) {
      if (solver.effort >= budget) return best
      const choices = best.choices.slice()
      for (const [line, choice] of changes) choices[line] = choice
      const answer = solver.solve(choices, solvedOf(best) ?? undefined)
      if (isBetter(answer, best)) {
        best = answer
        moved = true
        break
      }
    }
  }
  return best
}

type Change = readonly [line: number, choice: number]

/** What can be changed, the likely first. */
function* neighbours(solver: BranchSolver, { choices, solution }: BranchAnswer): Generator<readonly Change[]> {
  const { rules, open } = solver
  const lines = solution.status === 'solved' ? solution.lines : null
  const singles: { change: Change; hope: number; on: boolean }[] = []
  for (const [i, all] of open.entries())
    for (const choice of all) {
      if (choice === choices[i]) continue
      const on = choice !== LineChoice.off
      const ticket = rules.ticket[i]!
      // off: the ticket against the trade's size; on: what the first unit would earn
      const hope = on ? (lines?.[i]!.netBenefit ?? 0) : ticket - 1e-3 * Math.abs(lines?.[i]!.trade ?? 0)
      singles.push({ change: [i, choice], hope, on })
    }
  singles.sort((a, b) => b.hope - a.hope)
  for (const { change } of singles) yield [change]
  const offs = singles.filter(({ on }) => !on).slice(0, PAIRED_LINES)
  const ons = singles.filter(({ on }) => on).slice(0, PAIRED_LINES)
  for (const a of offs) for (const b of ons) if (a.change[0] !== b.change[0]) yield [a.change, b.change]
  for (const [at, a] of offs.entries()) for (const b of offs.slice(at + 1)) yield [a.change, b.change]
  for (const [at, a] of ons.entries())
    for (const b of ons.slice(at + 1)) if (a.change[0] !== b.change[0]) yield [a.change, b.change]
}
