import type { ClientBookId } from '../../../core/client-book.ts'
import type { Proposal, ProposalState } from '../../../core/proposal.ts'
import { type Millis, millis } from '../../../core/units.ts'
import { proposal as proposalSchema } from '../codec/entity-schemas.ts'
import { decodeEntity } from '../codec/payload-codec.ts'
import type { Database } from '../sqlite.ts'

interface Row {
  readonly content: string
  readonly state: ProposalState
}

/** Proposals in the order they were made, in the state they are in now. */
export function createProposalRepository(database: Database) {
  const inStates = database.prepare(
    `SELECT content, state FROM proposal WHERE state IN (SELECT value FROM json_each(?)) ORDER BY made_sequence`,
  )
  const byId = database.prepare('SELECT content, state FROM proposal WHERE proposal_id = ?')
  const lastRebalance = database.prepare('SELECT at FROM last_rebalance WHERE book_id = ?')
  const read = ({ content, state }: Row): Proposal => ({ ...decodeEntity(proposalSchema, content), state })
  return {
    proposals: (states: readonly ProposalState[]): readonly Proposal[] =>
      (inStates.all(JSON.stringify(states)) as Row[]).map(read),
    proposal(id: string): Proposal | undefined {
      const row = byId.get(id) as Row | undefined
      return row && read(row)
    },
    /** When fills were last allocated to the book. */
    lastRebalanceAt(bookId: ClientBookId): Millis | null {
      const row = lastRebalance.get(bookId) as { at: number } | undefined
      return row ? millis(row.at) : null
    },
  }
}
