import { type Amount, amount } from '../../../core/amount.ts'
import type { ClientBookId } from '../../../core/client-book.ts'
import type { LotSale } from '../../../core/contracts/store.ts'
import { millis } from '../../../core/units.ts'
import type { Database } from '../sqlite.ts'

type Row = Omit<LotSale, 'quantity' | 'acquiredAt' | 'soldAt' | 'proceedsUsd' | 'costUsd' | 'tax'> & {
  readonly quantity: string
  readonly acquiredAt: number
  readonly soldAt: number
  readonly proceedsUsd: string
  readonly costUsd: string | null
  readonly term: 'short' | 'long' | null
  readonly gainUsd: string | null
  readonly taxUsd: string | null
}

/** What was sold from which lot, and at what gain. */
export function createLotSaleRepository(database: Database) {
  const ofBook = database.prepare(
    `SELECT child_id AS childId, venue, asset, quantity, acquired_at AS acquiredAt, sold_at AS soldAt,
       proceeds_usd AS proceedsUsd, cost_usd AS costUsd, term, gain_usd AS gainUsd, tax_usd AS taxUsd
     FROM lot_sale WHERE sub_account = ? AND sold_at >= ? ORDER BY sequence, position`,
  )
  return {
    lotSalesOf: (bookId: ClientBookId, from: number): readonly LotSale[] =>
      (ofBook.all(bookId, from) as Row[]).map(
        ({ quantity, acquiredAt, soldAt, proceedsUsd, costUsd, term, gainUsd, taxUsd, ...row }): LotSale => ({
          ...row,
          quantity: amount(quantity),
          acquiredAt: millis(acquiredAt),
          soldAt: millis(soldAt),
          proceedsUsd: amount(proceedsUsd),
          costUsd: amountOrNull(costUsd),
          tax: term === null ? null : { term, gainUsd: amount(gainUsd!), taxUsd: amount(taxUsd!) },
        }),
      ),
  }
}

const amountOrNull = (text: string | null): Amount | null => (text === null ? null : amount(text))
