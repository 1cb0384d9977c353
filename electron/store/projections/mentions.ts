import type { Fact } from '../../../core/journal.ts'
import type { CreateProjection } from './projection.ts'

/** Which entries speak of which plan, proposal, parent order, child order or client book: the index behind "what happened". */
export const createMentionsProjection: CreateProjection = (database) => {
  const insert = database.prepare('INSERT OR IGNORE INTO mention (id, sequence) VALUES (?, ?)')
  const planOfParent = database.prepare('SELECT plan_id AS planId FROM parent_order WHERE parent_id = ?')
  const parentOfChild = database.prepare(
    `SELECT parent_id AS parentId, plan_id AS planId FROM child_order JOIN parent_order USING (parent_id)
     WHERE child_id = ?`,
  )
  const proposalsOfPlan = database.prepare('SELECT proposal_ids AS ids FROM plan WHERE plan_id = ?')

  const bookOfProposal = database.prepare('SELECT book_id AS bookId FROM proposal WHERE proposal_id = ?')

  const withOrders = (childId: string): readonly string[] => {
    const row = parentOfChild.get(childId) as { parentId: string; planId: string }
    return [childId, row.parentId, row.planId]
  }

  const mentioned = (fact: Fact): readonly string[] => {
    switch (fact.type) {
      case 'client-book-opened':
      case 'client-book-changed':
        return [fact.payload.book.id]
      case 'holdings-opened':
      case 'cash-flow-booked':
        return [fact.payload.subAccount]
      case 'proposal-made':
        return [fact.payload.proposal.id, fact.payload.proposal.bookId]
      case 'decision-recorded':
        return [fact.payload.decision.bookId]
      case 'proposal-changed':
        return [fact.payload.proposalId, (bookOfProposal.get(fact.payload.proposalId) as { bookId: string }).bookId]
      case 'way-ended':
        return [fact.payload.bookId, fact.payload.proposalId]
      case 'risk-profile-assigned':
      case 'risk-override-set':
      case 'risk-override-ended':
        return [fact.payload.bookId]
      case 'plan-released':
        return [fact.payload.planId, ...fact.payload.proposalIds, ...fact.payload.parents.map((parent) => parent.id)]
      case 'parent-changed': {
        const row = planOfParent.get(fact.payload.parentId) as { planId: string }
        return [fact.payload.parentId, row.planId]
      }
      case 'child-journaled':
      case 'child-denied':
        return withOrders(fact.payload.child.id)
      case 'child-changed':
      case 'fills-allocated':
        return withOrders(fact.payload.childId)
      case 'trade-recorded':
        return fact.payload.childId === null ? [] : withOrders(fact.payload.childId)
      case 'plan-closed': {
        const row = proposalsOfPlan.get(fact.payload.planId) as { ids: string }
        return [fact.payload.planId, ...(JSON.parse(row.ids) as string[])]
      }
      case 'trading-state-changed':
        return fact.payload.scope.kind === 'client-book' ? [fact.payload.scope.bookId] : []
      default:
        return []
    }
  }
  return {
    apply(fact, sequence) {
      for (const id of mentioned(fact)) insert.run(id, sequence)
    },
  }
}
