import { halfWidth } from './band.ts'
import type { ClientBook, ClientBookId } from './client-book.ts'
import { CASH } from './instruments.ts'
import type { ModelPortfolio } from './model-portfolio.ts'
import { type Failure, fail, ok, type Result } from './result.ts'
import type { Millis } from './units.ts'

/** From the least risk to the most. */
export const RISK_PROFILE_IDS = ['conservative', 'cautious', 'balanced', 'growth', 'aggressive'] as const
export type RiskProfileId = (typeof RISK_PROFILE_IDS)[number]

/** What a risk profile decides about the planning of a client book. */
export interface RiskTerms {
  /** γ: the weight of tracking risk against cost, so the no-trade half-width c/(γHσ²) shrinks as it grows. */
  readonly riskAversion: number
  /** Times the half-widths of the model's bands, before the regime multiplier. */
  readonly bandFactor: number
  /** Part of the book that stays in cash; a book's own reserve stands where it is larger. */
  readonly cashReserve: number
  /** Largest weight of one asset, cash apart: it cuts the tolerance band, so beyond it is a breach. */
  readonly maximumWeight: number
  /** Ex ante after trading, per year. */
  readonly maximumTrackingError: number
  /** One-way, ½ Σ|Δ|, of one rebalance; money that came in or went out comes on top. */
  readonly maximumTurnover: number
}
export type RiskTerm = keyof RiskTerms

export interface RiskProfile {
  readonly id: RiskProfileId
  readonly name: string
  /** Grows with every change. */
  readonly version: number
  readonly terms: RiskTerms
}

/** Other terms than the profile's for one client book, for a reason and for a time. */
export interface RiskOverride {
  readonly changes: Partial<RiskTerms>
  readonly reason: string
  readonly until: Millis
  readonly by: string
}

/** The profile of a client book, how it came by it, and what is overridden. */
export interface BookRisk {
  readonly bookId: ClientBookId
  readonly profileId: RiskProfileId
  /** Of the profile when it was given; the book follows later versions. */
  readonly profileVersion: number
  /** Null where the profile was chosen and not asked for by the questionnaire. */
  readonly answers: RiskAnswers | null
  readonly by: string
  readonly why: string
  readonly at: Millis
  readonly override: RiskOverride | null
}

/** Of a version of the questionnaire: the answer chosen for every question, both by id. */
export interface RiskAnswers {
  readonly questionnaire: number
  readonly choices: readonly { readonly question: string; readonly answer: string }[]
}

export const MAXIMUM_OVERRIDE_DAYS = 90

/** What each term may be, both ends included, whoever sets it. */
export const RISK_RANGES: Readonly<Record<RiskTerm, { readonly from: number; readonly to: number }>> = {
  riskAversion: { from: 0.5, to: 50 },
  bandFactor: { from: 0.5, to: 2 },
  cashReserve: { from: 0, to: 0.5 },
  maximumWeight: { from: 0.05, to: 1 },
  maximumTrackingError: { from: 0.005, to: 1 },
  maximumTurnover: { from: 0.01, to: 1 },
}

const NAMES: Readonly<Record<RiskTerm, string>> = {
  riskAversion: 'risk aversion',
  bandFactor: 'band factor',
  cashReserve: 'cash reserve',
  maximumWeight: 'largest weight of one asset',
  maximumTrackingError: 'largest tracking error',
  maximumTurnover: 'largest turnover',
}
export const RISK_TERMS = Object.keys(RISK_RANGES) as readonly RiskTerm[]
export const riskTermName = (term: RiskTerm): string => NAMES[term]

const terms = (
  riskAversion: number,
  bandFactor: number,
  cashReserve: number,
  maximumWeight: number,
  maximumTrackingError: number,
  maximumTurnover: number,
): RiskTerms => ({ riskAversion, bandFactor, cashReserve, maximumWeight, maximumTrackingError, maximumTurnover })

/**
 * The profiles a firm begins with. γ is a ladder of about 1.6 around 5, the middle: at σ = 80 %, costs of 20 bps and
 * H = 1/12 year the no-trade half-widths are 0.3, 0.5, 0.75, 1.25 and 1.9 points. Limits are wide enough for every
 * model that ships with the program.
 */
export const STANDARD_RISK_PROFILES: readonly RiskProfile[] = [
  { id: 'conservative', name: 'Conservative', version: 1, terms: terms(12, 0.8, 0.01, 0.65, 0.03, 0.15) },
  { id: 'cautious', name: 'Cautious', version: 1, terms: terms(8, 0.9, 0.0075, 0.7, 0.04, 0.2) },
  { id: 'balanced', name: 'Balanced', version: 1, terms: terms(5, 1, 0.005, 0.75, 0.05, 0.25) },
  { id: 'growth', name: 'Growth', version: 1, terms: terms(3, 1.1, 0.0025, 0.85, 0.07, 0.35) },
  { id: 'aggressive', name: 'Aggressive', version: 1, terms: terms(2, 1.2, 0, 1, 0.1, 0.5) },
]

/** The profile whose γ is nearest by ratio; the more cautious of two as near. */
export const nearestRiskProfile = (riskAversion: number, profiles = STANDARD_RISK_PROFILES): RiskProfile =>
  profiles.reduce((best, profile) => {
    const distance = ({ terms }: RiskProfile): number => Math.abs(Math.log(terms.riskAversion / riskAversion))
    return distance(profile) < distance(best) ? profile : best
  })

/** A book without a profile: its own γ and reserve, the model's bands, no limits. */
export const ownTerms = (book: Pick<ClientBook, 'riskAversion' | 'cashReserve'>): RiskTerms => ({
  riskAversion: book.riskAversion,
  bandFactor: 1,
  cashReserve: book.cashReserve,
  maximumWeight: 1,
  maximumTrackingError: Number.POSITIVE_INFINITY,
  maximumTurnover: 1,
})

/** What holds for a client book: its profile's terms, its override over them, never less cash than its own reserve. */
export function termsInForce(
  book: Pick<ClientBook, 'riskAversion' | 'cashReserve'>,
  profile: RiskProfile | undefined,
  override: RiskOverride | null,
): RiskTerms {
  if (profile === undefined) return ownTerms(book)
  const inForce = { ...profile.terms, ...override?.changes }
  return { ...inForce, cashReserve: Math.max(inForce.cashReserve, book.cashReserve) }
}

/** Errors: bad-terms, naming the term, what was given and what is allowed. */
export function checkTerms(given: Partial<RiskTerms>): Result<null, Failure<'bad-terms'>> {
  for (const term of RISK_TERMS) {
    const value = given[term]
    if (value === undefined) continue
    const { from, to } = RISK_RANGES[term]
    if (!(value >= from && value <= to))
      return fail('bad-terms', `${NAMES[term]} was ${value}, ${from} to ${to} is allowed`)
  }
  return ok(null)
}

const percent = (weight: number): string => `${Number((100 * weight).toFixed(2))} %`

/** Why terms and a model can't both be kept; null where they can. */
export function termsConflict(inForce: RiskTerms, model: ModelPortfolio): string | null {
  for (const { asset, target, band } of model.lines) {
    if (asset !== CASH && target > inForce.maximumWeight)
      return `model ${model.name} holds ${percent(target)} of ${asset}, the largest weight of one asset would be ${percent(inForce.maximumWeight)}`
    const most = target + inForce.bandFactor * halfWidth(band, target)
    if (asset === CASH && inForce.cashReserve > most)
      return `model ${model.name} holds at most ${percent(most)} in cash, the reserve would be ${percent(inForce.cashReserve)}`
  }
  return null
}

/** A moment for a flag or an override to end: after now, and not later than so many days. */
export function checkExpiry(until: Millis, now: Millis, days: number): Result<null, Failure<'bad-expiry'>> {
  const day = (at: number): string => new Date(at).toISOString().slice(0, 16).replace('T', ' ')
  if (!Number.isFinite(until)) return fail('bad-expiry', 'an end is needed: a date and a time, UTC')
  if (until <= now) return fail('bad-expiry', `its end was ${day(until)} UTC, which is past: it is ${day(now)} UTC`)
  const latest = now + days * 86_400_000
  return until <= latest
    ? ok(null)
    : fail('bad-expiry', `its end was ${day(until)} UTC, ${days} days at most are allowed: ${day(latest)} UTC`)
}
