import type { RiskSettings } from './risk-model.ts'

export const DAYS_PER_YEAR = 365
export const MILLIS_PER_DAY = 86_400_000

/** Weight of a return over `days` that ended at `to`: days · 2^(−age/halfLife); equal weights for an infinite half-life. */
export const weightAt = (to: number, days: number, asOf: number, halfLifeDays: number): number =>
  days * 2 ** (-(asOf - to) / MILLIS_PER_DAY / halfLifeDays)

/** Share of the sample in a blend with the prior. */
export const trust = (returns: number, { minimumReturns }: Pick<RiskSettings, 'minimumReturns'>): number =>
  Math.min(1, returns / minimumReturns)
