import type { RiskProfileRecord, RulesRecord } from '../../../core/contracts/store.ts'
import { type BookRisk, RISK_PROFILE_IDS } from '../../../core/risk-profile.ts'
import { millis } from '../../../core/units.ts'
import { bookRisk, rebalancingRules, riskProfile } from '../codec/entity-schemas.ts'
import { decodeEntity } from '../codec/payload-codec.ts'
import type { Database } from '../sqlite.ts'

interface Saved {
  readonly at: number
  readonly by: string
  readonly why: string
  readonly content: string
}

/** Risk profiles, those of client books, and the rules of rebalancing. */
export function createRiskRepository(database: Database) {
  const profiles = database.prepare(
    `SELECT at, saved_by AS by, why, content FROM risk_profile AS one
     WHERE version = (SELECT max(version) FROM risk_profile WHERE profile_id = one.profile_id)`,
  )
  const books = database.prepare('SELECT content FROM book_risk ORDER BY book_id')
  const rules = database.prepare('SELECT at, saved_by AS by, why, content FROM rebalancing_rules ORDER BY sequence')
  return {
    /** The newest version of each, from the least risk to the most. */
    riskProfiles: (): readonly RiskProfileRecord[] =>
      (profiles.all() as Saved[])
        .map(({ at, by, why, content }) => ({ profile: decodeEntity(riskProfile, content), at: millis(at), by, why }))
        .sort((a, b) => RISK_PROFILE_IDS.indexOf(a.profile.id) - RISK_PROFILE_IDS.indexOf(b.profile.id)),
    bookRisks: (): readonly BookRisk[] =>
      (books.all() as { content: string }[]).map((row) => decodeEntity(bookRisk, row.content)),
    rebalancingRules: (): readonly RulesRecord[] =>
      (rules.all() as Saved[]).map(({ at, by, why, content }) => ({
        rules: decodeEntity(rebalancingRules, content),
        at: millis(at),
        by,
        why,
      })),
  }
}
