import { z } from 'zod'
import { balanceDifference } from '../codec/entity-schemas.ts'
import { encodeEntity } from '../codec/payload-codec.ts'
import type { CreateProjection } from './projection.ts'

/** The last reconciliation of every venue account. */
export const createReconciliationsProjection: CreateProjection = (database) => {
  const set = database.prepare(
    `INSERT INTO reconciliation (venue, account, at, differences) VALUES (?, ?, ?, ?)
     ON CONFLICT DO UPDATE SET at = excluded.at, differences = excluded.differences`,
  )
  return {
    apply(fact, _sequence, at) {
      if (fact.type !== 'reconciled') return
      const { venue, account, differences } = fact.payload
      set.run(venue, account, at, encodeEntity(z.array(balanceDifference), [...differences]))
    },
  }
}
