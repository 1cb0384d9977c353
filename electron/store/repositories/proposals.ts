import type { ClientBookId } from '../../../core/client-book.ts'
import type { UnfinishedWay } from '../../../core/contracts/store.ts'
import type { Proposal, ProposalState } from '../../../core/proposal.ts'
import { type Millis, millis } from '../../../core/units.ts'
import { proposal as proposalSchema } from '../codec/entity-schemas.ts'
import { decodeEntity } from '../codec/payload-codec.ts'
import type { Database } from '../sqlite.ts'

interface Row {
  readonly content: string
  readonly state: ProposalState
}

interface WayRow {
  readonly book_id: string
  readonly proposal_id: string
  readonly turnover: number
  readonly since: number
  readonly traded_on: number
}

/** Proposals in the order they were made, in the state they are in now. */
export function createProposalRepository(database: Database) {
  const inStates = database.prepare(
    `SELECT content, state FROM proposal WHERE state IN (SELECT value FROM json_each(?)) ORDER BY made_sequence`,
  )
  const ways = database.prepare('SELECT * FROM unfinished_way ORDER BY book_id')
  const wayOf = database.prepare('SELECT * FROM unfinished_way WHERE book_id = ?')
  const byId = database.prepare('SELECT content, state FROM proposal WHERE proposal_id = ?')
  const lastRebalances = database.prepare('SELECT book_id, at FROM last_rebalance')
  const read = ({ content, state }: Row): Proposal => ({ ...decodeEntity(proposalSchema, content), state })
  return {
    proposals: (states: readonly ProposalState[]): readonly Proposal[] =>
      (inStates.all(JSON.stringify(states)) as Row[]).map(read),
    proposal(id: string): Proposal | undefined {
      const row = byId.get(id) as Row | undefined
      return row && read(row)
    },
    unfinishedWays: (bookId?: ClientBookId): readonly UnfinishedWay[] =>
      ((bookId === undefined ? ways.all() : wayOf.all(bookId)) as WayRow[]).map((row) => ({
        bookId: row.book_id,
        proposalId: row.proposal_id,
        left: { turnover: row.turnover, since: millis(row.since) },
        tradedOn: row.traded_on,
      })),
    lastRebalances: (): ReadonlyMap<ClientBookId, Millis> =>
      new Map(
        (lastRebalances.all() as { book_id: ClientBookId; at: number }[]).map((row) => [row.book_id, millis(row.at)]),
      ),
  }
}
