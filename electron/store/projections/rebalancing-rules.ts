import { rebalancingRules } from '../codec/entity-schemas.ts'
import { encodeEntity } from '../codec/payload-codec.ts'
import type { CreateProjection } from './projection.ts'

/** The firm's rules of rebalancing, every version. */
export const createRebalancingRulesProjection: CreateProjection = (database) => {
  const insert = database.prepare(
    'INSERT INTO rebalancing_rules (sequence, at, saved_by, why, content) VALUES (?, ?, ?, ?, ?)',
  )
  return {
    apply(fact, sequence, at) {
      if (fact.type !== 'rules-changed') return
      const { rules, by, why } = fact.payload
      insert.run(sequence, at, by, why, encodeEntity(rebalancingRules, rules))
    },
  }
}
