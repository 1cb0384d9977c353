import { formatAmount } from '../../../core/amount.ts'
import type { CreateProjection } from './projection.ts'

/** Money and assets in and out, with the venue's id of the entry, so that none is booked twice. */
export const createCashFlowsProjection: CreateProjection = (database) => {
  const insert = database.prepare(
    `INSERT INTO cash_flow (sequence, sub_account, venue, account, asset, quantity, kind, venue_entry_id)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
  )
  return {
    apply(fact, sequence) {
      if (fact.type !== 'cash-flow-booked') return
      const { subAccount, venue, account, asset, quantity, kind, venueEntryId } = fact.payload
      insert.run(sequence, subAccount, venue, account, asset, formatAmount(quantity), kind, venueEntryId)
    },
  }
}
