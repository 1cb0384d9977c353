import type { TradeProblem } from '../exact/trade-problem.ts'
import type { RebalanceProblem } from '../problem.ts'
import type { Infeasibility, InfeasibleCode } from '../solution.ts'
import { FEASIBILITY_TOLERANCE, type LinearAnswer, type LinearProgram, solveLinearProgram } from './bounded-simplex.ts'

export type FeasibilityAnswer =
  | { readonly kind: 'infeasible'; readonly why: Infeasibility }
  /** A feasible trade, and one of least Σ|d| where there is a turnover cap. */
  | { readonly kind: 'feasible'; readonly trade: Float64Array }

const text = (value: number): string => String(Number(value.toPrecision(9)))

/**
 * Decides whether any trade satisfies every constraint: in closed form for bounds and single groups, else by a
 * linear program whose row prices prove the answer. Limits missed by no more than rounding (2e-10 in weight) are
 * moved in `trade` to where they can just be met.
 */
export function checkFeasibility(problem: RebalanceProblem, trade: TradeProblem): FeasibilityAnswer {
  const why = checkBounds(problem) ?? checkSums(problem) ?? checkSingleGroups(problem) ?? checkSingleFloors(problem)
  if (why !== null) return { kind: 'infeasible', why }
  return checkTogether(problem, trade)
}

const isFrozen = (problem: RebalanceProblem, i: number): boolean => (problem.frozen?.[i] ?? 0) !== 0
const lowest = (problem: RebalanceProblem, i: number): number =>
  isFrozen(problem, i) ? problem.current[i]! : problem.lower[i]!
const highest = (problem: RebalanceProblem, i: number): number =>
  isFrozen(problem, i) ? problem.current[i]! : problem.upper[i]!

function infeasible(
  code: InfeasibleCode,
  reason: string,
  shortfall: number,
  lines: readonly number[],
  groups: readonly number[],
  floors: readonly number[] = [],
): Infeasibility {
  return { code, reason, shortfall, lines, groups, floors }
}

function checkBounds(problem: RebalanceProblem): Infeasibility | null {
  for (let i = 0; i < problem.current.length; i++) {
    const [w, low, high] = [problem.current[i]!, problem.lower[i]!, problem.upper[i]!]
    if (low - high > FEASIBILITY_TOLERANCE)
      return infeasible(
        'bounds-cross',
        `line ${i}: lower bound ${text(low)} is above its upper bound ${text(high)}`,
        low - high,
        [i],
        [],
      )
    const outside = Math.max(low - w, w - high)
    if (isFrozen(problem, i) && outside > FEASIBILITY_TOLERANCE)
      return infeasible(
        'frozen-outside-bounds',
        `line ${i} is frozen at ${text(w)}, outside its bounds ${text(low)} to ${text(high)}`,
        outside,
        [i],
        [],
      )
  }
  return null
}

function checkSums(problem: RebalanceProblem): Infeasibility | null {
  let low = 0
  let high = 0
  const all = Array.from(problem.current.keys())
  for (const i of all) {
    low += lowest(problem, i)
    high += highest(problem, i)
  }
  if (low - 1 > FEASIBILITY_TOLERANCE)
    return infeasible('lower-bounds-above-one', `lower bounds sum to ${text(low)}, limit 1`, low - 1, all, [])
  if (1 - high > FEASIBILITY_TOLERANCE)
    return infeasible('upper-bounds-below-one', `upper bounds sum to ${text(high)}, needed 1`, 1 - high, all, [])
  return null
}

function checkSingleGroups(problem: RebalanceProblem): Infeasibility | null {
  for (const [g, { members, cap }] of problem.groupCaps.entries()) {
    const inside = new Set(members)
    let least = 0
    let elsewhere = 0
    for (let i = 0; i < problem.current.length; i++)
      if (inside.has(i)) least += lowest(problem, i)
      else elsewhere += highest(problem, i)
    const needed = Math.max(least, 1 - elsewhere)
    if (needed - cap > FEASIBILITY_TOLERANCE) {
      const because =
        least >= 1 - elsewhere
          ? 'the lower bounds of its members'
          : `1 minus ${text(elsewhere)}, the upper bounds of the other lines`
      return infeasible(
        'group-cap',
        `group cap ${g} needs at least ${text(needed)} (${because}), cap is ${text(cap)}`,
        needed - cap,
        [...members],
        [g],
      )
    }
  }
  return null
}

function checkSingleFloors(problem: RebalanceProblem): Infeasibility | null {
  for (const [f, { members, floor }] of problem.groupFloors.entries()) {
    const inside = new Set(members)
    let most = 0
    let elsewhere = 0
    for (let i = 0; i < problem.current.length; i++)
      if (inside.has(i)) most += highest(problem, i)
      else elsewhere += lowest(problem, i)
    const possible = Math.min(most, 1 - elsewhere)
    if (floor - possible > FEASIBILITY_TOLERANCE) {
      const because =
        most <= 1 - elsewhere
          ? 'the upper bounds of its members'
          : `1 minus ${text(elsewhere)}, the lower bounds of the other lines`
      return infeasible(
        'group-floor',
        `group floor ${f} can reach at most ${text(possible)} (${because}), floor is ${text(floor)}`,
        floor - possible,
        [...members],
        [],
        [f],
      )
    }
  }
  return null
}

/** Trades as p − q with p, q ≥ 0 from a base of least |d|, so that Σ|d| is linear. */
function checkTogether(problem: RebalanceProblem, trade: TradeProblem): FeasibilityAnswer {
  const { size, groups } = trade
  const rows = 1 + groups.length
  const columns = 2 * size + groups.length
  const matrix = new Float64Array(rows * columns)
  const upper = new Float64Array(columns).fill(Number.POSITIVE_INFINITY)
  // without a turnover cap any feasible point will do
  const cost = new Float64Array(columns).fill(Number.isFinite(trade.turnover) ? 1 : 0, 0, 2 * size)
  const rhs = Float64Array.from([trade.budget, ...groups.map(({ room }) => room)])
  const base = new Float64Array(size)
  let needed = 0
  for (let i = 0; i < size; i++) {
    const [low, high] = [trade.low[i]!, trade.high[i]!]
    base[i] = low > 0 ? low : high < 0 ? high : 0
    needed += Math.abs(base[i]!)
    rhs[0]! -= base[i]!
    upper[2 * i] = high - base[i]!
    upper[2 * i + 1] = base[i]! - low
    matrix[2 * i * rows] = 1
    matrix[(2 * i + 1) * rows] = -1
  }
  for (const [g, { members }] of groups.entries()) {
    const row = g + 1
    for (const i of members) {
      rhs[row]! -= base[i]!
      matrix[2 * i * rows + row] = 1
      matrix[(2 * i + 1) * rows + row] = -1
    }
    matrix[(2 * size + g) * rows + row] = 1
  }
  const program = { rows, columns, matrix, rhs, cost, upper }
  const answer = solveLinearProgram(program)
  if (answer.violation > FEASIBILITY_TOLERANCE)
    return { kind: 'infeasible', why: groupClash(problem, trade, solveLinearProgram(withMovableGroups(program))) }
  // a limit missed by rounding moves by that much and shows as primal residual
  trade.budget -= answer.shortfall[0]!
  for (let g = 0; g < groups.length; g++) groups[g]!.room += Math.abs(answer.shortfall[g + 1]!)
  needed += answer.value
  if (needed - trade.turnover > 2 * FEASIBILITY_TOLERANCE)
    return { kind: 'infeasible', why: turnoverClash(problem, trade, needed, answer) }
  trade.turnover = Math.max(trade.turnover, needed)
  for (let i = 0; i < size; i++) base[i]! += answer.point[2 * i]! - answer.point[2 * i + 1]!
  return { kind: 'feasible', trade: base }
}

/** The program whose value is the least sum by which group limits must give way; the total stays 1. */
function withMovableGroups({ rows, columns, matrix, rhs, upper }: LinearProgram): LinearProgram {
  const moves = rows - 1
  const wider = new Float64Array(rows * (columns + moves))
  wider.set(matrix)
  for (let g = 0; g < moves; g++) wider[(columns + g) * rows + g + 1] = -1
  const unbounded = new Float64Array(columns + moves).fill(Number.POSITIVE_INFINITY)
  unbounded.set(upper)
  const cost = new Float64Array(columns + moves).fill(1, columns)
  return { rows, columns: columns + moves, matrix: wider, rhs, cost, upper: unbounded }
}

function groupClash(problem: RebalanceProblem, trade: TradeProblem, answer: LinearAnswer): Infeasibility {
  const { caps, floors } = involvedGroups(problem, trade, answer.prices)
  const names = [
    caps.length > 0 ? `group caps ${caps.map((g) => `${g} (cap ${text(problem.groupCaps[g]!.cap)})`).join(', ')}` : '',
    floors.length > 0
      ? `group floors ${floors.map((f) => `${f} (floor ${text(problem.groupFloors[f]!.floor)})`).join(', ')}`
      : '',
  ].filter((part) => part !== '')
  const reason = `${names.join(' and ')} can't hold together within the bounds and a total of 1: ${text(answer.value)} short`
  const lines = involvedLines(trade, answer.prices)
  return infeasible('group-caps-clash', reason, answer.value, lines, caps, floors)
}

function turnoverClash(
  problem: RebalanceProblem,
  trade: TradeProblem,
  needed: number,
  answer: LinearAnswer,
): Infeasibility {
  let fixed = 0
  const lines: number[] = []
  for (const [i, forced] of trade.fixedTrades.entries()) {
    fixed += Math.abs(forced)
    if (forced !== 0) lines.push(i)
  }
  for (let i = 0; i < trade.size; i++) if (trade.low[i]! > 0 || trade.high[i]! < 0) lines.push(trade.lines[i]!)
  lines.sort((a, b) => a - b)
  const { caps: groups, floors } = involvedGroups(problem, trade, answer.prices)
  const because = [
    lines.length > 0 ? `${lines.length === 1 ? 'line' : 'lines'} ${lines.join(', ')} outside bounds` : '',
    groups.length > 0 ? `group ${groups.length === 1 ? 'cap' : 'caps'} ${groups.join(', ')}` : '',
    floors.length > 0 ? `group ${floors.length === 1 ? 'floor' : 'floors'} ${floors.join(', ')}` : '',
  ].filter((part) => part !== '')
  return infeasible(
    'turnover-cap',
    `turnover needed ${text((needed + fixed) / 2)}${because.length > 0 ? ` (${because.join('; ')})` : ''}, cap ${text(problem.turnoverCap ?? 0)}`,
    (needed - trade.turnover) / 2,
    lines,
    groups,
    floors,
  )
}

function involvedGroups(
  { groupCaps, groupFloors }: RebalanceProblem,
  trade: TradeProblem,
  prices: Float64Array,
): { readonly caps: number[]; readonly floors: number[] } {
  const rows = new Set(trade.groups.flatMap(({ index }, g) => (Math.abs(prices[g + 1]!) > 1e-9 ? [index] : [])))
  return {
    caps: Array.from(groupCaps.keys()).filter((g) => rows.has(g)),
    floors: Array.from(groupFloors.keys()).filter((f) => rows.has(groupCaps.length + f)),
  }
}

/** Lines whose bounds take part in the proof: those with a net price. */
function involvedLines(trade: TradeProblem, prices: Float64Array): number[] {
  const net = new Float64Array(trade.size).fill(prices[0]!)
  for (const [g, { members }] of trade.groups.entries()) for (const i of members) net[i]! += prices[g + 1]!
  return trade.lines.filter((_, i) => Math.abs(net[i]!) > 1e-9)
}
