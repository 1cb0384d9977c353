import type { RebalanceProblem } from './problem.ts'

export interface MostCash {
  /** Weight of the line that pays, and what is paid from it. */
  readonly cash: number
  readonly cost: number
  /** True where a trade that keeps every other limit leaves just that; else none is known to leave as much. */
  readonly isReached: boolean
}

/**
 * The most, `cash − cost`, that trades can leave in the line that pays, by bounds and costs alone: whatever groups and
 * turnover allow is no more. One look at each line, since every other one brings most for itself where
 *
 *     s·(1 − c⁻) − k·s^{3/2} → max:   s* = ((1 − c⁻)/(1.5·k))² sold, as far as its bounds let it,
 *
 * and costs least where it is bought no more than it must be. Where that is more than the line may hold, it holds what
 * it may, less what is paid for trades that bounds force. Null where a trade of the line itself, or a purchase whole,
 * would be paid for: such costs are not looked at.
 */
export function mostCashLeft(problem: RebalanceProblem, asset: number): MostCash | null {
  const { current, lower, upper, costBuy, costSell, impact, frozen } = problem
  if (costBuy[asset]! < 0 || costSell[asset]! < 0) return null
  const x = current.slice()
  let [cash, cost, forced] = [1, 0, 0]
  for (let i = 0; i < x.length; i++) {
    if (i === asset) continue
    if (costBuy[i]! <= -1) return null
    const [w, c, k] = [current[i]!, costSell[i]!, impact[i]!]
    const [low, high] = frozen?.[i] ? [w, w] : [lower[i]!, upper[i]!]
    const most = c >= 1 ? 0 : k > 0 ? ((1 - c) / (1.5 * k)) ** 2 : Number.POSITIVE_INFINITY
    x[i] = clamp(w - most, low, high)
    cash -= x[i]!
    cost += tradeCharge(problem, i, x[i]!)
    // a rebate makes more trade cheaper than less, by no more than all of it
    const rebate = Math.min(0, c) * Math.max(0, w - low) + Math.min(0, costBuy[i]!) * Math.max(0, high - w)
    forced += rebate < 0 ? rebate : tradeCharge(problem, i, clamp(w, low, high))
  }
  const mayHold = frozen?.[asset] ? current[asset]! : upper[asset]!
  if (cash - cost > mayHold - forced) return { cash: mayHold, cost: forced, isReached: false }
  x[asset] = cash
  const isReached = tradeCharge(problem, asset, cash) === 0 && keepsLimits(problem, x, asset)
  return { cash, cost, isReached }
}

const clamp = (value: number, low: number, high: number): number => Math.min(high, Math.max(low, value))

function tradeCharge({ current, costBuy, costSell, impact }: RebalanceProblem, i: number, x: number): number {
  const trade = x - current[i]!
  const size = Math.abs(trade)
  return (trade > 0 ? costBuy[i]! : costSell[i]!) * size + impact[i]! * size * Math.sqrt(size)
}

/** Of a point within the bounds of all lines but one that sums to 1. */
function keepsLimits(
  { current, lower, upper, frozen, groupCaps, groupFloors, turnoverCap }: RebalanceProblem,
  x: Float64Array,
  line: number,
): boolean {
  const weight = x[line]!
  if (frozen?.[line] ? weight !== current[line] : weight < lower[line]! || weight > upper[line]!) return false
  const held = (members: readonly number[]): number => members.reduce((sum, i) => sum + x[i]!, 0)
  const turnover = x.reduce((sum, to, i) => sum + Math.abs(to - current[i]!), 0) / 2
  return (
    groupCaps.every(({ members, cap }) => held(members) <= cap) &&
    groupFloors.every(({ members, floor }) => held(members) >= floor) &&
    (turnoverCap === null || turnover <= turnoverCap)
  )
}
