import { assert } from '../../../core/assert.ts'
import { parentOrder } from '../codec/entity-schemas.ts'
import { encodeEntity } from '../codec/payload-codec.ts'
import type { CreateProjection } from './projection.ts'

/** Plans and their parent orders. */
export const createPlansProjection: CreateProjection = (database) => {
  const release = database.prepare(
    'INSERT INTO plan (plan_id, released_sequence, released_at, approval, proposal_ids) VALUES (?, ?, ?, ?, ?)',
  )
  const insertParent = database.prepare(
    "INSERT INTO parent_order (parent_id, plan_id, position, state, why, content) VALUES (?, ?, ?, 'planned', '', ?)",
  )
  const changeParent = database.prepare('UPDATE parent_order SET state = ?, why = ? WHERE parent_id = ?')
  const close = database.prepare('UPDATE plan SET outcome = ?, exceptions = ? WHERE plan_id = ? AND outcome IS NULL')
  return {
    apply(fact, sequence, at) {
      switch (fact.type) {
        case 'plan-released': {
          const { planId, proposalIds, approval, parents } = fact.payload
          release.run(planId, sequence, at, approval, JSON.stringify(proposalIds))
          for (const [position, parent] of parents.entries()) {
            assert(
              parent.planId === planId,
              `parent order ${parent.id} belongs to plan ${parent.planId}, not ${planId}`,
            )
            insertParent.run(parent.id, planId, position, encodeEntity(parentOrder, parent))
          }
          break
        }
        case 'parent-changed': {
          const { parentId, state, why } = fact.payload
          assert(changeParent.run(state, why, parentId).changes === 1, `parent order ${parentId} is not there`)
          break
        }
        case 'plan-closed': {
          const { planId, outcome, exceptions } = fact.payload
          const { changes } = close.run(outcome, JSON.stringify(exceptions), planId)
          assert(changes === 1, `plan ${planId} is not there or closed already`)
          break
        }
      }
    },
  }
}
