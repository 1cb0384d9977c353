import type { RebalancingRules } from '../rebalancing-rules.ts'
import type { BookRisk, RiskAnswers, RiskProfile, RiskProfileId, RiskTerms } from '../risk-profile.ts'

export interface RiskProfileView {
  readonly profile: RiskProfile
  readonly at: number
  readonly by: string
  readonly why: string
  /** Client books that have it. */
  readonly books: number
}

export type RiskChoice =
  | { readonly kind: 'answers'; readonly answers: RiskAnswers }
  | { readonly kind: 'profile'; readonly profileId: RiskProfileId }

/** What holds for a book and where it comes from. */
export interface BookRiskView {
  /** Null where the book has no profile: its own risk aversion and reserve hold. */
  readonly given: BookRisk | null
  readonly profile: RiskProfile | null
  readonly inForce: RiskTerms
}

/** With nulls until somebody has changed them: as the program starts. */
export interface RulesView {
  readonly rules: RebalancingRules
  readonly at: number | null
  readonly by: string | null
  readonly why: string | null
}
