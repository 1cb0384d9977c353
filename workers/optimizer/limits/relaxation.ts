import { createTradeProblem } from '../exact/trade-problem.ts'
import { groupRows } from '../group-rows.ts'
import type { RebalanceProblem } from '../problem.ts'
import { reserveRoom } from '../reserve-price.ts'
import type { Infeasibility } from '../solution.ts'
import { FEASIBILITY_TOLERANCE, type LinearProgram, solveLinearProgram } from './bounded-simplex.ts'
import { checkFeasibility } from './feasibility.ts'

/** How far out each bound may move; one that must not move at all is the bound itself. */
export interface BoundLimits {
  readonly lower: Float64Array
  readonly upper: Float64Array
}

export interface BoundMove {
  readonly line: number
  readonly bound: 'lower' | 'upper'
  /** In weight, above 0: a lower bound moves down by it, an upper bound up. */
  readonly by: number
}

export type RelaxationAnswer =
  | {
      readonly kind: 'relaxed'
      /** Bounds with which the problem is feasible. */
      readonly lower: Float64Array
      readonly upper: Float64Array
      /** In the order of the lines, the lower bound first. */
      readonly moves: readonly BoundMove[]
      /** Σ `by`: no set of moves with a smaller sum makes the problem feasible. */
      readonly total: number
    }
  /** Infeasible with every bound as far out as it may go: what clashes then is not a matter of bounds. */
  | { readonly kind: 'incurable'; readonly why: Infeasibility }

/** Moves under this, in weight, are rounding. */
const NO_MOVE = 1e-13

/**
 * The smallest relaxation of bounds that makes a problem feasible:
 *
 *     minimise Σ (lowerᵢ − xᵢ)⁺ + (xᵢ − upperᵢ)⁺   subject to  limits.lower ≤ x ≤ limits.upper,  Σx = 1,  group caps and
 *                                                  floors, turnover cap,  x = current where frozen
 *
 * Total, groups, turnover cap, frozen lines and a cash reserve never give way. With a reserve, cash may not be below it
 * and what the trades to x cost, which moves the sum by no more than those costs: it is the least to within them.
 * Where several relaxations have the least sum, one of those that trade least is taken: a client is moved as little as
 * the rules allow. The same input gives the same bits. A feasible problem is answered with no moves.
 */
export function relaxBounds(problem: RebalanceProblem, limits: BoundLimits): RelaxationAnswer {
  return problem.reserve === null
    ? pointAnswer(problem, pointWithin(problem, limits))
    : relaxWithReserve(problem, limits)
}

type PointAnswer =
  | { readonly kind: 'point'; readonly x: Float64Array }
  | Extract<RelaxationAnswer, { kind: 'incurable' }>

const pointAnswer = (problem: RebalanceProblem, answer: PointAnswer): RelaxationAnswer =>
  answer.kind === 'point' ? movesTo(problem, answer.x) : answer

/** Costs shrink what is left of a change by a factor of their own rate: a few rounds bring it below rounding. */
const RESERVE_ROUNDS = 12

function relaxWithReserve(problem: RebalanceProblem, limits: BoundLimits): RelaxationAnswer {
  const { asset, weight } = problem.reserve!
  const free = { ...problem, reserve: null }
  let least = weight
  for (let round = 0; round < RESERVE_ROUNDS; round++) {
    const raised = (bounds: Float64Array): Float64Array => bounds.with(asset, Math.max(bounds[asset]!, least))
    const answer = pointWithin(
      { ...free, lower: raised(problem.lower) },
      { lower: raised(limits.lower), upper: limits.upper },
    )
    if (answer.kind === 'incurable') {
      const without = pointWithin(free, limits)
      return without.kind === 'incurable' ? without : { kind: 'incurable', why: unkeptReserve(problem, answer.why) }
    }
    const missing = -reserveRoom(problem, answer.x)
    if (missing <= NO_MOVE) return movesTo(problem, answer.x)
    least += missing
  }
  return { kind: 'incurable', why: unkeptReserve(problem, null) }
}

function unkeptReserve({ reserve }: RebalanceProblem, why: Infeasibility | null): Infeasibility {
  const { asset, weight } = reserve!
  const because = why === null ? '' : `: ${why.reason}`
  return {
    code: 'reserve',
    reason: `reserve of ${Number(weight.toPrecision(9))} in line ${asset} can't be kept with its costs${because}`,
    shortfall: why?.shortfall ?? 0,
    lines: why?.lines ?? [asset],
    groups: why?.groups ?? [],
    floors: why?.floors ?? [],
  }
}

/** The least relaxed point of a problem without a reserve. */
function pointWithin(problem: RebalanceProblem, limits: BoundLimits): PointAnswer {
  const lower = problem.lower.map((low, i) => Math.min(low, limits.lower[i]!))
  const upper = problem.upper.map((high, i) => Math.max(high, limits.upper[i]!))
  const outermost = { ...problem, lower, upper }
  const feasibility = checkFeasibility(outermost, createTradeProblem(outermost))
  if (feasibility.kind === 'infeasible') return { kind: 'incurable', why: feasibility.why }
  return { kind: 'point', x: leastRelaxedPoint(problem, { lower, upper }) }
}

export type StagedRelaxation =
  | (Extract<RelaxationAnswer, { kind: 'relaxed' }> & {
      /** What the first limits could not cure; null where they could. */
      readonly clash: Infeasibility | null
    })
  | Extract<RelaxationAnswer, { kind: 'incurable' }>

/**
 * Limits in stages, each wider than the one before: bounds move within the first; only where that is no cure do the
 * first limits move, by the least amount within the second, and the bounds go out to them only as far as they must.
 */
export function relaxInStages(problem: RebalanceProblem, stages: readonly BoundLimits[]): StagedRelaxation {
  const [limits, ...wider] = stages
  if (limits === undefined) throw new Error('assertion failed: a relaxation without limits')
  const near = relaxBounds(problem, limits)
  if (near.kind === 'relaxed') return { ...near, clash: null }
  if (wider.length === 0) return near
  const outer = {
    ...problem,
    lower: problem.lower.map((low, i) => Math.min(low, limits.lower[i]!)),
    upper: problem.upper.map((high, i) => Math.max(high, limits.upper[i]!)),
  }
  const far = relaxInStages(outer, wider)
  if (far.kind === 'incurable') return far
  const within = relaxBounds(problem, far)
  // what fits within rounding only is taken as it is
  return { ...(within.kind === 'relaxed' ? within : far), clash: near.why }
}

/** Bounds moved to where they meet the point. */
function movesTo(problem: RebalanceProblem, x: Float64Array): RelaxationAnswer {
  const lower = problem.lower.slice()
  const upper = problem.upper.slice()
  const moves: BoundMove[] = []
  x.forEach((weight, line) => {
    const [down, up] = [lower[line]! - weight, weight - upper[line]!]
    if (down > NO_MOVE) {
      moves.push({ line, bound: 'lower', by: down })
      lower[line] = weight
    }
    if (up > NO_MOVE) {
      moves.push({ line, bound: 'upper', by: up })
      upper[line] = weight
    }
  })
  return { kind: 'relaxed', lower, upper, moves, total: moves.reduce((sum, { by }) => sum + by, 0) }
}

/** Limits that cross by rounding are met at the lower one. */
const clamp = (value: number, low: number, high: number): number => Math.max(low, Math.min(value, high))

/** A stretch of one line, away from its base, on which relaxation and turnover change at a constant rate. */
interface Stretch {
  readonly line: number
  readonly direction: 1 | -1
  readonly length: number
  readonly relaxation: number
  readonly turnover: number
}

/**
 * Two linear programs over stretches: the least relaxation, then among its points the least turnover. Both measures
 * are convex per line, so that filling a line's stretches out of order can only tie with filling them in order.
 */
function leastRelaxedPoint(problem: RebalanceProblem, limits: BoundLimits): Float64Array {
  const base = problem.current.map((w, i) => (problem.frozen?.[i] ? w : clamp(w, limits.lower[i]!, limits.upper[i]!)))
  const stretches = Array.from(base.keys()).flatMap((i) =>
    problem.frozen?.[i] ? [] : stretchesOf(problem, limits, i, base[i]!),
  )
  const first = createProgram(problem, base, stretches)
  const least = solveWithinRounding(first)
  const pointOf = (values: Float64Array): Float64Array => {
    const x = base.slice()
    stretches.forEach(({ line, direction }, j) => {
      x[line]! += direction * values[j]!
    })
    return x.map((weight, i) => (problem.frozen?.[i] ? weight : settle(weight, problem, limits, i)))
  }
  const second = solveLinearProgram(withLeastTurnover(first, stretches, least.value))
  return pointOf(second.violation <= FEASIBILITY_TOLERANCE ? second.point : least.point)
}

/** Sums of stretches miss the place they stand for by rounding: a line that stays gets its own bits, so does a bound. */
function settle(weight: number, problem: RebalanceProblem, limits: BoundLimits, line: number): number {
  for (const exact of [problem.current[line]!, problem.lower[line]!, problem.upper[line]!])
    if (Math.abs(weight - exact) <= NO_MOVE) return exact
  return clamp(weight, limits.lower[line]!, limits.upper[line]!)
}

function stretchesOf(problem: RebalanceProblem, limits: BoundLimits, line: number, base: number): Stretch[] {
  const [w, low, high] = [problem.current[line]!, problem.lower[line]!, problem.upper[line]!]
  const found: Stretch[] = []
  for (const direction of [1, -1] as const) {
    const end = direction > 0 ? limits.upper[line]! : limits.lower[line]!
    const within = (at: number): boolean => direction * (at - base) > 0 && direction * (end - at) > 0
    const edges = [...[w, low, high].filter(within), end].sort((a, b) => direction * (a - b))
    let from = base
    for (const to of edges) {
      const length = direction * (to - from)
      if (!(length > 0)) continue
      const middle = (from + to) / 2
      found.push({
        line,
        direction,
        length,
        relaxation: direction * ((middle > high ? 1 : 0) - (middle < low ? 1 : 0)),
        turnover: direction * (middle > w ? 1 : -1),
      })
      from = to
    }
  }
  return found
}

/** Rows: the total of 1, one per group cap and floor, the turnover cap where there is one; their slacks follow the stretches. */
function createProgram(
  problem: RebalanceProblem,
  base: Float64Array,
  stretches: readonly Stretch[],
): LinearProgram & { readonly rhs: Float64Array } {
  const { current, turnoverCap } = problem
  const groups = groupRows(problem)
  const limitRows = groups.length + (turnoverCap === null ? 0 : 1)
  const rows = 1 + limitRows
  const columns = stretches.length + limitRows
  const matrix = new Float64Array(rows * columns)
  const memberships = groups.map(({ members }) => new Set(members))
  stretches.forEach(({ line, direction, turnover }, j) => {
    matrix[j * rows] = direction
    memberships.forEach((members, g) => {
      if (members.has(line)) matrix[j * rows + 1 + g] = direction
    })
    if (turnoverCap !== null) matrix[j * rows + rows - 1] = turnover
  })
  for (let r = 1; r < rows; r++) matrix[(stretches.length + r - 1) * rows + r] = 1
  const rhs = new Float64Array(rows)
  rhs[0] = base.reduce((left, weight) => left - weight, 1)
  groups.forEach(({ members, cap }, g) => {
    rhs[1 + g] = members.reduce((room, i) => room - base[i]!, cap)
  })
  if (turnoverCap !== null)
    rhs[rows - 1] = base.reduce((room, weight, i) => room - Math.abs(weight - current[i]!), 2 * turnoverCap)
  const cost = new Float64Array(columns)
  const upper = new Float64Array(columns).fill(Number.POSITIVE_INFINITY)
  stretches.forEach(({ relaxation, length }, j) => {
    cost[j] = relaxation
    upper[j] = length
  })
  return { rows, columns, matrix, rhs, cost, upper }
}

/** Limits missed by rounding (feasibility forgives that much) move to where they can just be met. */
function solveWithinRounding(program: LinearProgram): ReturnType<typeof solveLinearProgram> {
  const answer = solveLinearProgram(program)
  if (answer.violation <= FEASIBILITY_TOLERANCE) return answer
  return solveLinearProgram({ ...program, rhs: program.rhs.map((value, r) => value - answer.shortfall[r]!) })
}

/** The same program with its value as one more row, a limit, and turnover as its cost. */
function withLeastTurnover(program: LinearProgram, stretches: readonly Stretch[], least: number): LinearProgram {
  const rows = program.rows + 1
  const columns = program.columns + 1
  const matrix = new Float64Array(rows * columns)
  for (let j = 0; j < program.columns; j++) {
    for (let r = 0; r < program.rows; r++) matrix[j * rows + r] = program.matrix[j * program.rows + r]!
    matrix[j * rows + rows - 1] = program.cost[j]!
  }
  matrix[rows * columns - 1] = 1
  const cost = new Float64Array(columns)
  const upper = new Float64Array(columns).fill(Number.POSITIVE_INFINITY)
  upper.set(program.upper)
  stretches.forEach(({ turnover }, j) => {
    cost[j] = turnover
  })
  return { rows, columns, matrix, rhs: Float64Array.of(...program.rhs, least), cost, upper }
}
