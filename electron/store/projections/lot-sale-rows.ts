import { type Amount, formatAmount } from '../../../core/amount.ts'
import type { ReliefLot, SoldLot } from '../../../core/decisions/lot-relief.ts'
import type { Millis } from '../../../core/units.ts'
import type { Database } from '../sqlite.ts'

/** A fill of one client book. */
interface Fill {
  /** Of the fact, and of what it sold before. */
  readonly sequence: number
  readonly position: number
  readonly childId: string
  readonly subAccount: string
  readonly venue: string
  readonly asset: string
  readonly at: Millis
}

const text = (value: Amount | null | undefined): string | null =>
  value === null || value === undefined ? null : formatAmount(value)

/** Writes what a sale took from which lot. */
export function createLotSaleRows(database: Database) {
  const insert = database.prepare(
    `INSERT INTO lot_sale (sequence, position, child_id, sub_account, venue, asset, quantity, acquired_at, sold_at,
       proceeds_usd, cost_usd, term, gain_usd, tax_usd)
     VALUES (@sequence, @position, @childId, @subAccount, @venue, @asset, @quantity, @acquiredAt, @at,
       @proceeds, @cost, @term, @gain, @tax)`,
  )
  return (fill: Fill, { lot, quantity, proceedsUsd, costUsd, tax }: SoldLot<ReliefLot>): void =>
    void insert.run({
      ...fill,
      quantity: formatAmount(quantity),
      acquiredAt: lot.acquiredAt,
      proceeds: formatAmount(proceedsUsd),
      cost: text(costUsd),
      term: tax?.term ?? null,
      gain: text(tax?.gainUsd),
      tax: text(tax?.taxUsd),
    })
}
