import { type Face, isFree, kindOf, LineState, lotOf, soldState } from './face.ts'

/** Rows that miss their limit by more than this, in weight, want another line. */
const STUCK_TOLERANCE = 1e-12
const RATE_TOLERANCE = 1e-9

interface FirstBreak {
  readonly step: number
  /** The line that wants to move and the state it would get, or the row whose price reaches 0. */
  readonly line: number
  readonly state: number
  readonly row: number
}

/**
 * A row that misses its limit while no free line can move it: raises its price (with those of the rows it depends on,
 * so that free lines feel nothing) until the first fixed line wants to move, and frees that line: the ratio test of
 * the dual simplex method. False when there is no such row, or nothing would move.
 */
export function freeLineForStuckRow(face: Face): boolean {
  for (let r = 0; r < face.rows; r++) {
    if (!face.dependent[r]) continue
    const residual = face.rowResidual(r)
    if (Math.abs(residual) <= STUCK_TOLERANCE) continue
    const mix = face.mixOf(r)
    const { step, line, state, row } = findFirstBreak(face, mix, Math.sign(residual))
    if (step === Number.POSITIVE_INFINITY) continue
    for (let q = 0; q < face.rows; q++) face.multipliers[q]! += Math.sign(residual) * step * mix[q]!
    if (row >= 0) face.activeRows[row] = 0
    else face.states[line] = state
    return true
  }
  return false
}

/**
 * Prices of rows that no free line feels are not unique, and an interior point pushes them to infinity where the
 * feasible set is thin. Takes the smallest at which every fixed line stays content (rounding times price would spoil
 * the certificate), or the fairest where none is.
 */
export function settleIdlePrices(face: Face): void {
  for (let r = 0; r < face.rows; r++) {
    if (!face.dependent[r]) continue
    const mix = face.mixOf(r)
    let least = Number.NEGATIVE_INFINITY
    let most = Number.POSITIVE_INFINITY
    visitConditions(face, mix, (room, rate) => {
      if (rate < -RATE_TOLERANCE) most = Math.min(most, room / -rate)
      else if (rate > RATE_TOLERANCE) least = Math.max(least, -room / rate)
    })
    const wanted = -face.multipliers[r]!
    const change = least > most ? (least + most) / 2 : Math.min(most, Math.max(least, wanted))
    for (let q = 0; q < face.rows; q++) face.multipliers[q]! += change * mix[q]!
  }
}

/** How far row prices can move along a mix before a fixed line wants to move or a price would turn negative. */
function findFirstBreak(face: Face, mix: Float64Array, direction: number): FirstBreak {
  let first: FirstBreak = { step: Number.POSITIVE_INFINITY, line: -1, state: 0, row: -1 }
  visitConditions(face, mix, (room, rate, line, state, row) => {
    const closing = -direction * rate
    if (closing <= RATE_TOLERANCE) return
    const step = Math.max(0, room) / closing
    if (step < first.step) first = { step, line, state, row }
  })
  return first
}

/** Something that must stay at least 0, its rate of change along a mix, and who gives way when it does not. */
type Condition = (room: number, rate: number, line: number, state: number, row: number) => void

function visitConditions(face: Face, mix: Float64Array, visit: Condition): void {
  const { size: n, low, high } = face.problem
  const turnoverRate = face.capped ? mix[face.rows - 1]! : 0
  for (let i = 0; i < n; i++) {
    const state = face.states[i]!
    if (isFree(state)) continue
    const now = kindOf(state)
    const rate = face.linearPrice(mix, i)
    const marginal = face.marginal(i)
    if (now === LineState.hold) {
      if (high[i]! > 0) visit(marginal + face.sideCost(i, 1, 0), rate + turnoverRate, i, LineState.buying, -1)
      if (low[i]! < 0) visit(face.sideCost(i, -1, 0) - marginal, turnoverRate - rate, i, LineState.selling, -1)
      continue
    }
    const d = face.trade[i]!
    if (now === LineState.step) {
      const lot = lotOf(state)
      const selling = face.sideCost(i, -1, -d, lot + 1) - marginal
      visit(selling, turnoverRate - rate, i, soldState(LineState.selling, lot + 1), -1)
      const buyingBack = marginal - face.sideCost(i, -1, -d, lot)
      visit(buyingBack, rate - turnoverRate, i, soldState(LineState.selling, lot), -1)
      continue
    }
    const lot = face.currentLot(i)
    const side = d > 0 ? 1 : -1
    const smooth = face.isSmooth(i)
    const upwards = smooth ? marginal : marginal + side * face.sideCost(i, side, Math.abs(d), lot)
    const upwardsRate = smooth ? rate : rate + side * turnoverRate
    const freed = smooth ? LineState.smooth : side > 0 ? LineState.buying : soldState(LineState.selling, lot)
    if (now === LineState.low) visit(upwards, upwardsRate, i, freed, -1)
    else visit(-upwards, -upwardsRate, i, freed, -1)
  }
  for (let r = 1; r < face.rows; r++) if (face.activeRows[r]) visit(face.multipliers[r]!, mix[r]!, -1, 0, r)
}
