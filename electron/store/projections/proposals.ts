import { assert } from '../../../core/assert.ts'
import { proposal as proposalSchema } from '../codec/entity-schemas.ts'
import { encodeEntity } from '../codec/payload-codec.ts'
import type { CreateProjection } from './projection.ts'

/** Proposals and their states; a client book has at most one that waits for an answer. */
export const createProposalsProjection: CreateProjection = (database) => {
  const insert = database.prepare(
    'INSERT INTO proposal (proposal_id, book_id, state, why, made_sequence, content) VALUES (?, ?, ?, NULL, ?, ?)',
  )
  const update = database.prepare(
    'UPDATE proposal SET state = ?, why = ? WHERE proposal_id = ? RETURNING book_id AS bookId',
  )
  const waiting = database.prepare(
    "SELECT count(*) AS count FROM proposal WHERE book_id = ? AND state IN ('open', 'held')",
  )
  const checkWaiting = (bookId: string): void => {
    const { count } = waiting.get(bookId) as { count: number }
    assert(count <= 1, `client book ${bookId} would have ${count} proposals waiting, at most one is allowed`)
  }
  return {
    apply(fact, sequence) {
      if (fact.type === 'proposal-made') {
        const { proposal } = fact.payload
        insert.run(proposal.id, proposal.bookId, proposal.state, sequence, encodeEntity(proposalSchema, proposal))
        checkWaiting(proposal.bookId)
      } else if (fact.type === 'proposal-changed') {
        const { proposalId, state, why } = fact.payload
        const row = update.get(state, why, proposalId) as { bookId: string } | undefined
        assert(row !== undefined, `proposal ${proposalId} is not there`)
        checkWaiting(row.bookId)
      }
    },
  }
}
