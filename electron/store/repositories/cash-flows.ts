import { amount } from '../../../core/amount.ts'
import type { UnplannedCashFlow } from '../../../core/contracts/store.ts'
import type { Database } from '../sqlite.ts'

type Row = Omit<UnplannedCashFlow, 'quantity'> & { readonly quantity: string }

/** Planner's answers that settle what was asked for without a proposal. */
const SETTLED = ['cost-exceeds-benefit', 'below-minimum', 'no-cash', 'infeasible', 'restricted']

/** Money and assets that moved and that no proposal has answered yet. */
export function createCashFlowRepository(database: Database) {
  // a proposal that ran out or gave way to another is no answer; the one that took its place is
  const unplanned = database.prepare(
    `SELECT flow.sub_account AS bookId, flow.asset, flow.quantity, flow.kind
     FROM cash_flow AS flow JOIN client_book ON client_book.book_id = flow.sub_account
     WHERE flow.kind <> 'unexplained'
       AND flow.sequence > ifnull((SELECT max(made_sequence) FROM proposal
         WHERE book_id = flow.sub_account AND state NOT IN ('expired', 'superseded')), 0)
       AND flow.sequence > ifnull((SELECT max(sequence) FROM decision
         WHERE book_id = flow.sub_account
           AND json_extract(content, '$.reason') IN (SELECT value FROM json_each(?))), 0)
     ORDER BY flow.sequence`,
  )
  return {
    unplannedCashFlows: (): readonly UnplannedCashFlow[] =>
      (unplanned.all(JSON.stringify(SETTLED)) as Row[]).map((row) => ({ ...row, quantity: amount(row.quantity) })),
  }
}
