import { marketDay } from '../../../core/decisions/continuation.ts'
import { millis } from '../../../core/units.ts'
import type { CreateProjection } from './projection.ts'

interface Row {
  readonly bookId: string
  readonly createdAt: number
  readonly turnover: number | null
  readonly since: number | null
}

/**
 * What the last executed proposal of a client book left of its way. The next one that is executed takes its place,
 * whatever asked for it; one that is turned down ends it.
 */
export const createUnfinishedWaysProjection: CreateProjection = (database) => {
  const find = database.prepare(
    `SELECT book_id AS bookId, json_extract(content, '$.createdAt') AS createdAt,
       json_extract(content, '$.wayLeft.turnover') AS turnover, json_extract(content, '$.wayLeft.since') AS since
     FROM proposal WHERE proposal_id = ?`,
  )
  const remove = database.prepare('DELETE FROM unfinished_way WHERE book_id = ?')
  const save = database.prepare(
    'INSERT INTO unfinished_way (book_id, proposal_id, turnover, since, traded_on) VALUES (?, ?, ?, ?, ?)',
  )
  return {
    apply(fact, _sequence, at) {
      if (fact.type === 'way-ended') remove.run(fact.payload.bookId)
      if (fact.type !== 'proposal-changed') return
      const { proposalId, state } = fact.payload
      if (state !== 'done' && state !== 'done-with-exceptions' && state !== 'dismissed') return
      const { bookId, createdAt, turnover, since } = find.get(proposalId) as Row
      remove.run(bookId)
      if (state === 'dismissed' || turnover === null || since === null) return
      // the journal has the desk's time: as many days after it was planned as there
      const tradedOn = marketDay(millis(since)) + marketDay(millis(at)) - marketDay(millis(createdAt))
      save.run(bookId, proposalId, turnover, since, tradedOn)
    },
  }
}
