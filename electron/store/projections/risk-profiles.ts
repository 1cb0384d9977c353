import { assert } from '../../../core/assert.ts'
import { riskProfile } from '../codec/entity-schemas.ts'
import { encodeEntity } from '../codec/payload-codec.ts'
import type { CreateProjection } from './projection.ts'

/** Every version of every risk profile, who saved it and why; versions grow by one. */
export const createRiskProfilesProjection: CreateProjection = (database) => {
  const newest = database.prepare('SELECT max(version) AS version FROM risk_profile WHERE profile_id = ?')
  const save = database.prepare(
    'INSERT INTO risk_profile (profile_id, version, at, saved_by, why, content) VALUES (?, ?, ?, ?, ?, ?)',
  )
  return {
    apply(fact, _sequence, at) {
      if (fact.type !== 'risk-profile-saved') return
      const { profile, by, why } = fact.payload
      const { version } = newest.get(profile.id) as { version: number | null }
      assert(
        profile.version === (version ?? 0) + 1,
        `risk profile ${profile.id} is at version ${version ?? 0}, the next one is ${(version ?? 0) + 1}, not ${profile.version}`,
      )
      save.run(profile.id, profile.version, at, by, why, encodeEntity(riskProfile, profile))
    },
  }
}
