import { assert } from '../../../core/assert.ts'
import type { BookRisk } from '../../../core/risk-profile.ts'
import { bookRisk } from '../codec/entity-schemas.ts'
import { decodeEntity, encodeEntity } from '../codec/payload-codec.ts'
import type { CreateProjection } from './projection.ts'

/** Which client book has which risk profile, and what is overridden. Another profile ends an override. */
export const createBookRisksProjection: CreateProjection = (database) => {
  const profile = database.prepare('SELECT 1 FROM risk_profile WHERE profile_id = ? AND version = ?')
  const now = database.prepare('SELECT content FROM book_risk WHERE book_id = ?')
  const save = database.prepare(
    `INSERT INTO book_risk (book_id, content) VALUES (?, ?)
     ON CONFLICT DO UPDATE SET content = excluded.content`,
  )
  const write = (risk: BookRisk): void => void save.run(risk.bookId, encodeEntity(bookRisk, risk))
  const read = (bookId: string): BookRisk => {
    const row = now.get(bookId) as { content: string } | undefined
    assert(row !== undefined, `client book ${bookId} has no risk profile`)
    return decodeEntity(bookRisk, row.content)
  }
  return {
    apply(fact, _sequence, at) {
      if (fact.type === 'risk-profile-assigned') {
        const { profileId, profileVersion } = fact.payload
        assert(
          profile.get(profileId, profileVersion) !== undefined,
          `there is no version ${profileVersion} of risk profile ${profileId}`,
        )
        write({ ...fact.payload, at, override: null })
      } else if (fact.type === 'risk-override-set') {
        write({ ...read(fact.payload.bookId), override: fact.payload.override })
      } else if (fact.type === 'risk-override-ended') {
        write({ ...read(fact.payload.bookId), override: null })
      }
    },
  }
}
