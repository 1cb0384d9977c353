import type { ClientBookId } from '../../../core/client-book.ts'
import type { DecisionQuery, DecisionRecord } from '../../../core/contracts/store.ts'
import { millis } from '../../../core/units.ts'
import { decision as decisionSchema } from '../codec/entity-schemas.ts'
import { decodeEntity } from '../codec/payload-codec.ts'
import type { Database } from '../sqlite.ts'

interface Row {
  readonly sequence: number
  readonly at: number
  readonly content: string
}

/** The ledger of decisions. */
export function createDecisionRepository(database: Database) {
  const select = (order: 'ASC' | 'DESC') =>
    database.prepare(
      `SELECT sequence, at, content FROM decision WHERE book_id = ? AND at >= ? AND at <= ?
       ORDER BY sequence ${order} LIMIT ?`,
    )
  const newestFirst = select('DESC')
  const oldestFirst = select('ASC')
  const last = database.prepare(
    'SELECT sequence, at, content FROM decision WHERE sequence IN (SELECT max(sequence) FROM decision GROUP BY book_id)',
  )
  const read = ({ sequence, at, content }: Row): DecisionRecord => ({
    sequence,
    at: millis(at),
    decision: decodeEntity(decisionSchema, content),
  })
  return {
    decisionsOf: (bookId: ClientBookId, query: DecisionQuery): readonly DecisionRecord[] =>
      (
        (query.order === 'oldest' ? oldestFirst : newestFirst).all(
          bookId,
          query.from ?? Number.MIN_SAFE_INTEGER,
          query.to ?? Number.MAX_SAFE_INTEGER,
          query.limit,
        ) as Row[]
      ).map(read),
    lastDecisions: (): readonly DecisionRecord[] => (last.all() as Row[]).map(read),
  }
}
