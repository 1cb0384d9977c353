import { viewProblem } from './book-view.ts'
import { type Beyond, solveWithReserve } from './cash-reserve.ts'
import { assess, GAP_ABSOLUTE, GAP_RELATIVE, passes } from './certificate.ts'
import { assetsToBranch } from './discrete/harvest-branch.ts'
import { finishOnFace, guessFace, touchedFace } from './exact/active-set.ts'
import { better, type Candidate, conclude } from './exact/candidate.ts'
import { LineState } from './exact/face.ts'
import { InteriorPoint } from './exact/interior-point.ts'
import { type NearCandidate, solveLotByLot } from './exact/lot-search.ts'
import { createTradeProblem, NEGLIGIBLE_WEIGHT, type TradeProblem } from './exact/trade-problem.ts'
import { toMultipliers, toRowPrices } from './group-rows.ts'
import { DualSolver, type DualStart } from './kernel/dual-solver.ts'
import { checkFeasibility } from './limits/feasibility.ts'
import { type RebalanceProblem, validateProblem } from './problem.ts'
import type { Multipliers, RebalanceSolution } from './solution.ts'

/**
 * Twenty to forty are the rule. Where bands of 1e-15 to 1e-6 meet several rows, bounds can close faster than rows: steps stay
 * short until the rows hold, a hundred and more of them.
 */
const MAXIMUM_STEPS = 400
/** Complementarity (scaled) at which the first exact finish is tried. */
const FIRST_FINISH = 1e-8
/** Rounds of the exact finish while the interior point can still improve, and at its end. */
const FINISH_ROUNDS = 14
const LAST_ROUNDS = 400
/** In weight, tried in turn: under the primal tolerance of a certificate (1e-9). */
const LENT_ROOM = [1e-10, 3e-11, 4e-10]
/** In objective per weight, tried in turn: under the dual tolerance of a certificate (1e-9). */
const LENT_PRICE = [3e-11, 1e-10, 4e-10]
/** Residuals of a finish on the right face are rounding; larger ones pass, but are those of a face that only nearly fits. */
const CLEAN = 1e-12
/** Steps that an answer which passes is given to become clean. */
const CLEANING_STEPS = 8
const LAST_COMPLEMENTARITY = 1e-22

/** A solution near this one, or what is known of it: the answer to the same book a moment ago. */
export interface Start {
  readonly x: Float64Array
  readonly multipliers: Multipliers
}

export interface SolveOptions {
  /** Only the way there changes: the solution moves by no more than its certificate allows. */
  readonly start?: Start | undefined
}

// working memory only: nothing in it outlives a call
const dual = new DualSolver()

/**
 * Validates, tries the dual method, and where that does not end in a certificate decides feasibility, walks an
 * interior point towards the solution and finishes on the active set.
 * A solution is returned only when its certificate, computed from the problem's data alone, passes.
 */
export function solveProblem(problem: RebalanceProblem, options: SolveOptions = {}): RebalanceSolution {
  // nothing is beyond an infinite objective
  return solveBelow(problem, Number.POSITIVE_INFINITY, options) as RebalanceSolution
}

/**
 * The same where a solution matters only if its objective is below `worthwhile`: the search for the price of a reserve
 * ends as soon as one of its prices proves that it is not.
 */
export function solveBelow(
  problem: RebalanceProblem,
  worthwhile: number,
  options: SolveOptions = {},
): RebalanceSolution | Beyond {
  const valid = validateProblem(problem)
  const { id } = problem
  if (!valid.ok) return { id, status: 'failed', code: 'invalid-input', reason: valid.error.message, iterations: 0 }
  const toBranch = assetsToBranch(problem)
  if (toBranch.length > 0)
    return { id, status: 'failed', code: 'needs-branch', reason: branchReason(problem, toBranch[0]!), iterations: 0 }
  return problem.reserve === null
    ? solvePlain(problem, options.start)
    : solveWithReserve(problem, solvePlain, options.start, worthwhile)
}

function branchReason({ costBuy, costSell, taxes }: RebalanceProblem, asset: number): string {
  const slope = taxes.find((tax) => tax.asset === asset)?.slope[0] ?? 0
  const roundTrip = costBuy[asset]! + costSell[asset]!
  return `asset ${asset}: its first lot saves ${-slope} of tax per unit sold, more than a round trip costs (${roundTrip}); bounds must say whether it may be sold or bought`
}

/** Of a problem without a reserve; `worth` as in `isEnough`. */
function solvePlain(problem: RebalanceProblem, start: Start | undefined, worth = Infinity): RebalanceSolution {
  const { id } = problem
  const near = solveDual(problem, start)
  if (near !== null && near.exact && isEnough(near, worth)) return conclude(problem, near, near.steps)
  const trade = createTradeProblem(problem)
  const feasibility = checkFeasibility(problem, trade)
  if (feasibility.kind === 'infeasible') return { id, status: 'infeasible', ...feasibility.why }
  const starts: (Start | null)[] = trade.size === 0 ? [] : [near]
  // the answer at another price of a reserve or to the branch above touches the same limits, or nearly
  if (start !== undefined && trade.size > 0 && fits(problem, start)) starts.push(start)
  const steps = near?.steps ?? 1
  let passing: Candidate | null = near !== null && near.exact && isPassed(near) ? near : null
  for (const from of starts) {
    const candidate: Candidate | null = from === null ? null : finishNear(problem, trade, from)
    if (candidate === null) continue
    if (isEnough(candidate, worth)) return conclude(problem, candidate, steps)
    passing = better(passing, candidate)
  }
  const exact = solveByInteriorPoint(problem, trade, feasibility.trade, worth)
  if (exact.status === 'solved') return exact
  if (passing !== null) return conclude(problem, passing, steps)
  // bands about as thin as rounding under several tight rows: give every line room that the certificate forgives
  for (const room of LENT_ROOM) {
    const relaxed = solveByInteriorPoint(problem, widen(trade, room), feasibility.trade)
    if (relaxed.status === 'solved') return relaxed
  }
  for (const price of LENT_PRICE)
    for (const room of [0, ...LENT_ROOM]) {
      const tilted = solveByInteriorPoint(problem, tilt(widen(trade, room), price), feasibility.trade)
      if (tilted.status === 'solved') return tilted
    }
  return exact
}

/**
 * A gap is small against the objective, or against `worth`, where the objective is part of a smaller one: of a search for
 * a reserve's price. That goes on with clean solutions: those at the edge of what passes put the price where it is not.
 */
const isEnough = ({ assessment }: Candidate, worth: number): boolean => {
  const { gap, primalResidual, dualResidual } = assessment.certificate
  if (!passes(assessment) || gap > GAP_ABSOLUTE + GAP_RELATIVE * worth) return false
  return worth === Number.POSITIVE_INFINITY || Math.max(primalResidual, dualResidual) <= CLEAN
}

/** The dual method's answer, or null where it has none. */
function solveDual(problem: RebalanceProblem, start: Start | undefined): NearCandidate | null {
  if (problem.taxes.length > 0) return solveLotByLot(problem, start, solveDual)
  const book = viewProblem(problem)
  if (!dual.solve(book, start === undefined ? null : dualStart(problem, start))) return null
  const multipliers = toMultipliers(problem, { budget: dual.budget, groups: dual.groups, turnover: dual.turnover })
  const x = dual.x.slice()
  return { x, multipliers, exact: dual.exact, steps: dual.steps, assessment: assess(problem, x, multipliers) }
}

function fits({ groupCaps, groupFloors, current }: RebalanceProblem, { x, multipliers }: Start): boolean {
  const rows = multipliers.groups.length === groupCaps.length && multipliers.floors.length === groupFloors.length
  return rows && x.length === current.length
}

const dualStart = (problem: RebalanceProblem, start: Start): DualStart | null =>
  fits(problem, start) ? { x: start.x, ...toRowPrices(start.multipliers) } : null

/** From a point near the solution to the exact one on the face it touches. */
function finishNear(problem: RebalanceProblem, trade: TradeProblem, near: Start): Candidate | null {
  const capped = Number.isFinite(trade.turnover)
  const { budget, groups, turnover } = toRowPrices(near.multipliers)
  const rows = [budget, ...trade.groups.map(({ index }) => groups[index]!), ...(capped ? [turnover] : [])]
  const face = touchedFace(
    trade,
    Float64Array.from(trade.lines, (line) => near.x[line]! - problem.current[line]!),
    Float64Array.from(rows, (price) => price / trade.scale),
  )
  const consistent = finishOnFace(face, FINISH_ROUNDS)
  const candidate = toCandidate(problem, trade, face.trade, face.multipliers, face.states)
  return consistent && passes(candidate.assessment) ? candidate : null
}

/** The same problem with every bound moved outwards: what is solved there misses the original by no more. */
function widen(trade: TradeProblem, room: number): TradeProblem {
  return { ...trade, low: trade.low.map((low) => low - room), high: trade.high.map((high) => high + room) }
}

/** The same problem with no two lines quite alike: where many are indifferent, this says which of them moves. */
function tilt(trade: TradeProblem, price: number): TradeProblem {
  // multiples of the golden section lie far apart from one another
  const gradient = trade.gradient.map((slope, i) => slope + (price / trade.scale) * ((((i + 1) * 1.618034) % 1) - 0.5))
  return { ...trade, gradient }
}

function solveByInteriorPoint(
  problem: RebalanceProblem,
  trade: TradeProblem,
  feasibleTrade: Float64Array,
  worth = Infinity,
): RebalanceSolution {
  if (trade.size === 0) {
    const candidate = toCandidate(problem, trade, new Float64Array(0), new Float64Array(1), new Int32Array(0))
    return conclude(problem, candidate, 0)
  }
  const point = new InteriorPoint(trade)
  let best: Candidate | null = null
  let passed = 0
  for (let steps = 1; ; steps++) {
    const moved = point.advance()
    if (isPassed(best)) passed++
    const spent = steps === MAXIMUM_STEPS || passed > CLEANING_STEPS || point.complementarity < LAST_COMPLEMENTARITY
    const last = !moved || spent
    if (!last && point.complementarity > FIRST_FINISH) continue
    const faces = [guessFace(point)]
    if (last)
      faces.push(
        touchedFace(trade, point.trade, point.multipliers),
        touchedFace(trade, feasibleTrade, new Float64Array(point.rows)),
      )
    for (const face of faces) {
      // the interior point as it is, with what is nearly on a bound put there
      best = better(best, toCandidate(problem, trade, point.trade, point.multipliers, face.states))
      const consistent = finishOnFace(face, last && !isPassed(best) ? LAST_ROUNDS : FINISH_ROUNDS)
      const candidate = toCandidate(problem, trade, face.trade, face.multipliers, face.states)
      if (consistent && isEnough(candidate, worth)) return conclude(problem, candidate, steps)
      best = better(best, candidate)
    }
    if (last) return conclude(problem, best!, steps)
  }
}

const isPassed = (candidate: Candidate | null): boolean => candidate !== null && passes(candidate.assessment)

/** Back to weights and original units: a line on a bound gets the bound's bits, an untraded one its own. */
function toCandidate(
  problem: RebalanceProblem,
  trade: TradeProblem,
  trades: Float64Array,
  rows: Float64Array,
  states: Int32Array,
): Candidate {
  const x = problem.current.map((w, i) => {
    const forced = trade.fixedTrades[i]!
    return forced === 0 ? w : problem.lower[i]!
  })
  for (let i = 0; i < trade.size; i++) {
    const line = trade.lines[i]!
    const d = Math.min(trade.high[i]!, Math.max(trade.low[i]!, trades[i]!))
    const state = states[i]
    if (state === LineState.hold || d === 0 || (Math.abs(d) <= NEGLIGIBLE_WEIGHT && trade.impact[i] === 0)) continue
    const w = problem.current[line]!
    // a widened bound is not the problem's own
    const [low, high] = [problem.lower[line]! - w, problem.upper[line]! - w]
    if (Math.abs(d - low) <= NEGLIGIBLE_WEIGHT && (state === LineState.low || d === trade.low[i]))
      x[line] = problem.lower[line]!
    else if (Math.abs(d - high) <= NEGLIGIBLE_WEIGHT && (state === LineState.high || d === trade.high[i]))
      x[line] = problem.upper[line]!
    else x[line] = w + d
  }
  const groups = new Float64Array(problem.groupCaps.length + problem.groupFloors.length)
  for (const [g, { index }] of trade.groups.entries()) groups[index] = Math.max(0, rows[g + 1]! * trade.scale)
  const capped = problem.turnoverCap !== null && trade.size > 0
  const multipliers = toMultipliers(problem, {
    budget: rows[0]! * trade.scale,
    groups,
    turnover: capped ? Math.max(0, rows[trade.groups.length + 1]! * trade.scale) : 0,
  })
  return { x, multipliers, assessment: assess(problem, x, multipliers) }
}
