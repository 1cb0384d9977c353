import type { NonTriggerReason, WayLeft } from '../proposal.ts'
import type { Millis } from '../units.ts'

const DAY_MS = 86_400_000

/** A day of the market, UTC: what is traded on it moves the prices of that day, and is taken to be forgotten on the next. */
export const marketDay = (at: Millis): number => Math.floor(at / DAY_MS)

/** Answers of the planner that end a way: the optimiser wants no more, or less than may be traded. */
const ENDS_A_WAY: ReadonlySet<NonTriggerReason> = new Set(['cost-exceeds-benefit', 'below-minimum'])
export const endsWay = (reason: NonTriggerReason): boolean => ENDS_A_WAY.has(reason)

/** "1.20 % of the book was left on 2025-01-06". */
export const waySentence = ({ turnover, since }: WayLeft): string =>
  `${(100 * turnover).toFixed(2)} % of the book was left on ${new Date(since).toISOString().slice(0, 10)}`
