import { HOUR_MS, HOURS_OF_WEEK, hourOfWeek, type LiquidityHour } from './liquidity-clock.ts'

/** What a trade costs now, fractions of traded value; the fee is the same at every hour. */
export interface CostNow {
  readonly halfSpread: number
  readonly impact: number
  readonly sigmaDaily: number
}

export interface WaitingSaves {
  /** From now to the beginning of the hour. */
  readonly waitMs: number
  /** Half-spread + impact, without the fee. */
  readonly nowBps: number
  readonly thenBps: number
  /** Below zero where waiting costs. */
  readonly savesBps: number
  /** One standard deviation of the price over the wait, either way: what the saving is to be held against. */
  readonly priceRiskBps: number
  /** Hours observed of the less known of the two; near 0 the answer is the prior's. */
  readonly visits: number
}

/**
 * What waiting until an hour of the week would save: the half-spread moves with the clock's factor of the two hours,
 * the impact with 1/√depth, as walking a book of twice the depth costs what half the quantity does.
 * @param hour 0 to 167 from Monday 00:00 UTC; the present hour is no wait
 */
export function waitingSaves(
  hours: readonly LiquidityHour[],
  cost: CostNow,
  marketNow: number,
  hour: number,
): WaitingSaves {
  const present = hourOfWeek(marketNow)
  const [from, to] = [hours[present]!, hours[hour]!]
  const wait = (hour - present + HOURS_OF_WEEK) % HOURS_OF_WEEK
  const waitMs = wait === 0 ? 0 : wait * HOUR_MS - (marketNow % HOUR_MS)
  const now = cost.halfSpread + cost.impact
  const then = (cost.halfSpread * to.spread) / from.spread + cost.impact * Math.sqrt(from.depth / to.depth)
  return {
    waitMs,
    nowBps: 1e4 * now,
    thenBps: 1e4 * then,
    savesBps: 1e4 * (now - then),
    priceRiskBps: 1e4 * cost.sigmaDaily * Math.sqrt(waitMs / (24 * HOUR_MS)),
    visits: Math.min(from.visits, to.visits),
  }
}
