import { passedLots } from '../sale-tax.ts'
import { Face, isFree, kindOf, LineState, lotOf, soldState } from './face.ts'
import type { InteriorPoint } from './interior-point.ts'
import type { InteriorSide } from './interior-side.ts'
import { freeLineForStuckRow, settleIdlePrices } from './row-prices.ts'
import type { TradeProblem } from './trade-problem.ts'

/** Violations that count as none, in weight and in scaled price: at first, and once rounds repeat themselves. */
const TIGHT = 1e-13
const LOOSE = 3e-12
const PATIENT_ROUNDS = 8
const TOUCH = 1e-11
/** In weight: what a row that rounding closed to a point may miss its limit by. */
const ROW_TOLERANCE = 3e-10

/** The face that an interior point points at: a bound holds when, each on its own scale, it is nearer than its price. */
export function guessFace(start: InteriorPoint): Face {
  const face = new Face(start.problem, start.trade, start.multipliers)
  for (let i = 0; i < start.size; i++) face.states[i] = guessState(face, start, i)
  for (let r = 0; r < face.rows; r++)
    face.activeRows[r] = r === 0 || start.slack[r]! * start.priceScale < start.multipliers[r]! ? 1 : 0
  return face
}

/** The face a feasible trade touches within 1e-11: for ends where prices vanish and say nothing. */
export function touchedFace(problem: TradeProblem, trade: Float64Array, multipliers: Float64Array): Face {
  const face = new Face(problem, trade, multipliers)
  const { low, high, size } = problem
  for (let i = 0; i < size; i++) {
    const d = trade[i]!
    const { at } = problem.taxSteps[i]!
    const lot = d < 0 ? passedLots(at, -d - TOUCH) : 0
    if (lot < at.length && Math.abs(d + at[lot]!) <= TOUCH) face.states[i] = soldState(LineState.step, lot)
    else if (Math.abs(d) <= TOUCH && !face.isSmooth(i)) face.states[i] = LineState.hold
    else if (d - low[i]! <= TOUCH) face.states[i] = LineState.low
    else if (high[i]! - d <= TOUCH) face.states[i] = LineState.high
    else
      face.states[i] = face.isSmooth(i)
        ? LineState.smooth
        : d > 0
          ? LineState.buying
          : soldState(LineState.selling, lot)
  }
  for (let r = 0; r < face.rows; r++) face.activeRows[r] = r === 0 || face.rowResidual(r) >= -TOUCH ? 1 : 0
  return face
}

function guessState(face: Face, start: InteriorPoint, i: number): number {
  const { low, high } = face.problem
  const { buy, sell, priceScale } = start
  const leaves = (side: InteriorSide): boolean =>
    side.present[i] === 1 && side.value[i]! * priceScale > side.lowerPrice[i]! * side.width(i)
  const stopsShort = (side: InteriorSide): boolean => side.room[i]! * priceScale > side.upperPrice[i]! * side.width(i)
  const buying = leaves(buy)
  const selling = leaves(sell)
  if (face.isSmooth(i)) return !buying ? LineState.low : stopsShort(buy) ? LineState.smooth : LineState.high
  if (!buying && !selling) return low[i]! > 0 ? LineState.low : high[i]! < 0 ? LineState.high : LineState.hold
  if (buying && (!selling || start.trade[i]! > 0)) return stopsShort(buy) ? LineState.buying : LineState.high
  return stopsShort(sell) ? guessLot(start, i) : LineState.low
}

/** A lot is used up when what was sold beyond it outweighs its multiplier, and ends the sale when neither side does. */
function guessLot({ sell, priceScale }: InteriorPoint, i: number): number {
  const { steps } = sell
  if (steps === null) return LineState.selling
  const first = steps.start[i]!
  let lot = 0
  const share = priceScale / sell.width(i)
  for (let s = first; s < steps.start[i + 1]!; s++) {
    if (steps.over[s]! * share > steps.rest[s]!) lot = s - first + 1
    else if (steps.under[s]! * share <= steps.price[s]!) return soldState(LineState.step, s - first)
    else break
  }
  return soldState(LineState.selling, lot)
}

/**
 * From an approximate solution to an exact one: solve the face, change the guesses that turn out wrong, repeat. Near
 * the solution the first guess is right and one round ends at rounding error. True when nothing is wrong any more.
 */
export function finishOnFace(face: Face, rounds: number): boolean {
  for (let round = 0; round < rounds; round++) {
    // lines that are nearly indifferent would change back and forth for ever
    const tolerance = round < PATIENT_ROUNDS ? TIGHT : LOOSE
    face.solve()
    settleIdlePrices(face)
    if (freeLineForStuckRow(face)) continue
    if (repair(face, tolerance, round >= PATIENT_ROUNDS) > 0) continue
    return rowsHold(face)
  }
  return false
}

/** Rows that no free line can move must hold by themselves. */
function rowsHold(face: Face): boolean {
  for (let r = 0; r < face.rows; r++)
    if (face.activeRows[r] && Math.abs(face.rowResidual(r)) > ROW_TOLERANCE) return false
  return true
}

/** Changes wrong guesses: all of them, or only the worst once rounds repeat. Returns how many were wrong. */
function repair(face: Face, tolerance: number, onlyWorst: boolean): number {
  let wrong = 0
  let worst = 0
  let apply = (): void => {}
  const note = (violation: number, change: () => void): void => {
    wrong++
    if (violation <= worst) return
    worst = violation
    apply = change
  }
  const changes: (() => void)[] = []
  for (let i = 0; i < face.problem.size; i++) {
    const [state, violation] = betterState(face, i, tolerance)
    if (state === face.states[i]) continue
    const change = (): void => void (face.states[i] = state)
    changes.push(change)
    note(violation, change)
  }
  for (let r = 1; r < face.rows; r++) {
    const violation = face.activeRows[r] ? -face.multipliers[r]! : face.rowResidual(r)
    if (violation <= tolerance) continue
    const change = (): void => void (face.activeRows[r] = face.activeRows[r] ? 0 : 1)
    changes.push(change)
    note(violation, change)
  }
  if (onlyWorst) apply()
  else for (const change of changes) change()
  return wrong
}

/** The state line i should have, and by how much its present one is wrong. */
function betterState(face: Face, i: number, tolerance: number): readonly [state: number, violation: number] {
  const state = face.states[i]!
  const kind = kindOf(state)
  const [low, high, d] = [face.problem.low[i]!, face.problem.high[i]!, face.trade[i]!]
  // a trade that impact keeps below the rounding of a weight is none
  const smallest = face.problem.impact[i]! > 0 ? Number.EPSILON : 0
  if (isFree(state)) {
    const side = kind === LineState.buying ? 1 : kind === LineState.selling ? -1 : 0
    if (side !== 0 && (side > 0 ? low <= 0 : high >= 0)) {
      if (side * d < smallest) return [LineState.hold, Math.max(-side * d, 1e-12)]
      // the root's slope at 0 can keep an iteration from crossing it: not even the first unit pays
      const loss = side * face.marginal(i) + face.sideCost(i, side, smallest)
      if (smallest > 0 && loss > tolerance) return [LineState.hold, loss]
    }
    if (d < low - tolerance) return [LineState.low, low - d]
    if (d > high + tolerance) return [LineState.high, d - high]
    return kind === LineState.selling ? lotLeft(face, i, tolerance) : [state, 0]
  }
  const marginal = face.marginal(i)
  if (kind === LineState.hold) {
    const buying = high > 0 ? -marginal - face.sideCost(i, 1, smallest) : -1
    const selling = low < 0 ? marginal - face.sideCost(i, -1, smallest) : -1
    if (Math.max(buying, selling) <= tolerance) return [state, 0]
    return buying > selling ? [LineState.buying, buying] : [LineState.selling, selling]
  }
  if (kind === LineState.step) {
    const lot = lotOf(state)
    const buyingBack = face.sideCost(i, -1, -d, lot) - marginal
    const selling = marginal - face.sideCost(i, -1, -d, lot + 1)
    if (Math.max(buyingBack, selling) <= tolerance) return [state, 0]
    return buyingBack > selling
      ? [soldState(LineState.selling, lot), buyingBack]
      : [soldState(LineState.selling, lot + 1), selling]
  }
  // on a bound: does moving inwards pay?
  const side = d > 0 ? 1 : -1
  const smooth = face.isSmooth(i)
  const lot = face.currentLot(i)
  const upwards = smooth ? marginal : marginal + side * face.sideCost(i, side, Math.abs(d), lot)
  const leaves = state === LineState.low ? -upwards : upwards
  if (leaves <= tolerance) return [state, 0]
  if (smooth) return [LineState.smooth, leaves]
  return [side > 0 ? LineState.buying : soldState(LineState.selling, lot), leaves]
}

/** A line that sells must do so within its lot; it stops at the nearer end of a lot that it left. */
function lotLeft(face: Face, i: number, tolerance: number): readonly [state: number, violation: number] {
  const state = face.states[i]!
  const lot = lotOf(state)
  const { at } = face.problem.taxSteps[i]!
  const sold = -face.trade[i]!
  if (lot > 0 && sold < at[lot - 1]! - tolerance) return [soldState(LineState.step, lot - 1), at[lot - 1]! - sold]
  if (lot < at.length && sold > at[lot]! + tolerance) return [soldState(LineState.step, lot), sold - at[lot]!]
  return [state, 0]
}
