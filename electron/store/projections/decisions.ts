import { decision as decisionSchema } from '../codec/entity-schemas.ts'
import { encodeEntity } from '../codec/payload-codec.ts'
import type { CreateProjection } from './projection.ts'

/** What was decided for every client book, in order. */
export const createDecisionsProjection: CreateProjection = (database) => {
  const insert = database.prepare('INSERT INTO decision (sequence, book_id, at, content) VALUES (?, ?, ?, ?)')
  return {
    apply(fact, sequence, at) {
      if (fact.type !== 'decision-recorded') return
      const { decision } = fact.payload
      insert.run(sequence, decision.bookId, at, encodeEntity(decisionSchema, decision))
    },
  }
}
