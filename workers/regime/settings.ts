import { type BandMultipliers, SHIPPED_MULTIPLIERS } from '../../core/regime.ts'

export { REGIME_CLASSES, type RegimeClass } from '../../core/regime.ts'

/** Indices of the classes. */
export const [CALM, NORMAL, STRESSED, CRISIS] = [0, 1, 2, 3] as const

export interface RegimeSettings {
  /** Half-lives of the two volatility averages, in days: the fast one sees storms, the slow one calm. */
  readonly fastHalfLifeDays: number
  readonly slowHalfLifeDays: number
  /** Volatility before there are this many days of returns: the prior, with class normal. */
  readonly minimumHistoryDays: number
  readonly priorVolatility: number
  /** Past volatilities that percentiles are taken in, in days. */
  readonly windowDays: number
  /** Calm is a slow average below this share of its past; stressed and crisis a fast one above these. */
  readonly calmShare: number
  readonly stressedShare: number
  readonly crisisShare: number
  /** However rare, a fast average that is not this multiple of its past median is not loud. */
  readonly stressedOverMedian: number
  /** A class is left once the share, or the multiple of the median, is this far beyond the one it came in by. */
  readonly hysteresis: number
  /** Days a loud class, and a quiet one, is kept before a quieter one, or the other quiet one, may follow. */
  readonly minimumDwellDays: number
  readonly calmDwellDays: number
  /** After a fall of this many standard deviations (of the slow average before it), for so many days, … */
  readonly shockDeviations: number
  readonly shockDays: number
  /** … this share is enough for stressed. */
  readonly shockShare: number
  /** Changes within a year from which on shades (calm or normal, crisis or stressed) are not told apart. */
  readonly usualChangesPerYear: number
  /** Never more changes than this within a year; at least 5. The last is kept for the way down, or for a crisis. */
  readonly mostChangesPerYear: number
  /** Days between fits of the hidden Markov model, and days of volatilities before the first. */
  readonly refitDays: number
  readonly firstFitDays: number
  /** Prices nearer than this to the last one used are passed over: percentiles are about daily returns. */
  readonly shortestReturnDays: number
  /** Returns over more than this many days tell nothing about volatility and are left out. */
  readonly longestReturnDays: number
  /** Hours of a running day that say as much about the rest of it as the fast average does. */
  readonly hoursToTrust: number
  /** The fast average must be higher by this part of it for an alarm within the day: its close may still take it back. */
  readonly withinDayMargin: number
  readonly multipliers: BandMultipliers
  /** A change of the multiplier takes this long, so that not all books breach at once. */
  readonly phaseInHours: number
}

/** From the study in `docs/regime-study.md`. */
export const DEFAULT_REGIME_SETTINGS: RegimeSettings = {
  fastHalfLifeDays: 8,
  slowHalfLifeDays: 40,
  minimumHistoryDays: 30,
  priorVolatility: 0.8,
  windowDays: 730,
  calmShare: 0.2,
  stressedShare: 0.85,
  crisisShare: 0.98,
  stressedOverMedian: 1.4,
  hysteresis: 0.15,
  minimumDwellDays: 14,
  calmDwellDays: 30,
  shockDeviations: 3,
  shockDays: 2,
  shockShare: 0.5,
  usualChangesPerYear: 2,
  mostChangesPerYear: 9,
  refitDays: 91,
  firstFitDays: 365,
  shortestReturnDays: 0.99,
  longestReturnDays: 7,
  hoursToTrust: 24,
  withinDayMargin: 0.05,
  multipliers: SHIPPED_MULTIPLIERS,
  phaseInHours: 24,
}
