import { type Failure, fail, ok, type Result } from './result.ts'
import type { Millis } from './units.ts'

/**
 * What selling a client's lots costs in tax, as the advisor states it: no country's law is built in. Rates are
 * fractions of a gain.
 */
export interface TaxTerms {
  /** Of gains on lots held for `holdingPeriodDays` or less. */
  readonly shortTermRate: number
  /** Of gains on lots held for longer. */
  readonly longTermRate: number
  /** A lot is long-term from the day on which it has been held for more than so many days, counted in UTC days. */
  readonly holdingPeriodDays: number
  /** What a loss saves, fraction of it; left out: what a gain of its own term would cost; 0: nothing. */
  readonly lossRate?: number | undefined
}
export type Term = 'short' | 'long'

/** Three quarters: above it a rate is more likely a percentage than a fraction. */
export const MAXIMUM_TAX_RATE = 0.75
/** Ten years. */
export const MAXIMUM_HOLDING_DAYS = 3_660

export type TaxTermsFailure = Failure<'bad-tax-rate' | 'bad-holding-period' | 'loss-beats-gains'>

/** Errors, each with what was given and what is allowed. */
export function checkTaxTerms(given: TaxTerms): Result<TaxTerms, TaxTermsFailure> {
  const { shortTermRate, longTermRate, holdingPeriodDays, lossRate } = given
  const rates = [
    ['short-term rate', shortTermRate],
    ['long-term rate', longTermRate],
    ['loss rate', lossRate ?? 0],
  ] as const
  for (const [name, rate] of rates)
    if (!(rate >= 0 && rate <= MAXIMUM_TAX_RATE))
      return fail('bad-tax-rate', `the ${name} was ${rate}, a fraction from 0 to ${MAXIMUM_TAX_RATE} is allowed`)
  if (!(Number.isInteger(holdingPeriodDays) && holdingPeriodDays >= 0 && holdingPeriodDays <= MAXIMUM_HOLDING_DAYS))
    return fail(
      'bad-holding-period',
      `the holding period was ${holdingPeriodDays} days, 0 to ${MAXIMUM_HOLDING_DAYS} whole days are allowed`,
    )
  const most = Math.max(shortTermRate, longTermRate)
  if (lossRate !== undefined && lossRate > most)
    return fail('loss-beats-gains', `the loss rate was ${lossRate}, a loss saves ${most} at most: what a gain costs`)
  return ok(given)
}

const DAY_MS = 86_400_000

/** By whole days in UTC: a lot of 1 January held for 365 days at most is short-term on 1 January of the next year. */
export const termOf = (acquiredAt: Millis, at: Millis, { holdingPeriodDays }: TaxTerms): Term =>
  Math.floor(at / DAY_MS) - Math.floor(acquiredAt / DAY_MS) > holdingPeriodDays ? 'long' : 'short'

/** Of a gain, or of a loss: what it costs, or saves, per dollar of it. */
export function rateOf(term: Term, isLoss: boolean, { shortTermRate, longTermRate, lossRate }: TaxTerms): number {
  const rate = term === 'long' ? longTermRate : shortTermRate
  return isLoss ? (lossRate ?? rate) : rate
}

const percent = (fraction: number): string => `${Number((100 * fraction).toFixed(4))} %`

/** "gains 35 %, 20 % after 365 days; losses 20 %". */
export function taxTermsText({ shortTermRate, longTermRate, holdingPeriodDays, lossRate }: TaxTerms): string {
  const gains = `gains ${percent(shortTermRate)}, ${percent(longTermRate)} after ${holdingPeriodDays} days`
  const losses =
    lossRate === undefined ? 'save the same' : lossRate === 0 ? 'save nothing' : `save ${percent(lossRate)}`
  return `${gains}; losses ${losses}`
}
