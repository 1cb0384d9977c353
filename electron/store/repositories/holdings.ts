import { type Amount, add, amount, ZERO } from '../../../core/amount.ts'
import type { Holding, Lot, SubAccountId, VenueAccountId } from '../../../core/client-book.ts'
import type { AssetId, VenueId } from '../../../core/instruments.ts'
import { type Millis, millis } from '../../../core/units.ts'
import type { Database } from '../sqlite.ts'

interface HoldingRow {
  readonly subAccount: SubAccountId
  readonly venue: VenueId
  readonly asset: AssetId
  readonly quantity: string
}
interface LotRow extends HoldingRow {
  readonly id: number
  readonly unitCostUsd: string | null
  readonly acquiredAt: number
}

/** What is owned, by sub-account and by venue account. */
export function createHoldingRepository(database: Database) {
  const select = 'SELECT sub_account AS subAccount, venue, asset, quantity FROM holding'
  const order = 'ORDER BY sub_account, venue, asset, account'
  const all = database.prepare(`${select} ${order}`)
  const ofSubAccount = database.prepare(`${select} WHERE sub_account = ? ${order}`)
  const ofAccount = database.prepare(
    'SELECT asset, quantity FROM holding WHERE venue = ? AND account = ? ORDER BY asset',
  )
  const lots = database.prepare(
    `SELECT lot_id AS id, sub_account AS subAccount, venue, asset, quantity, unit_cost_usd AS unitCostUsd,
       acquired_at AS acquiredAt
     FROM lot WHERE sub_account = ? ORDER BY venue, asset, acquired_at, lot_id`,
  )
  // Named, because the planner would rather read all holdings: a third of a second at 70,000 client books, at every write.
  const belowZero = database.prepare(
    `SELECT sub_account AS subAccount, venue, asset, quantity FROM holding INDEXED BY holding_below_zero
     WHERE substr(quantity, 1, 1) = '-' AND sub_account <> 'house' LIMIT 1`,
  )

  return {
    holdings: (): readonly Holding[] => mergeAccounts(all.all() as HoldingRow[]),
    holdingsOf: (subAccount: SubAccountId): readonly Holding[] =>
      mergeAccounts(ofSubAccount.all(subAccount) as HoldingRow[]),
    lotsOf: (subAccount: SubAccountId): readonly Lot[] =>
      (lots.all(subAccount) as LotRow[]).map((row) => ({
        ...row,
        quantity: amount(row.quantity),
        unitCostUsd: row.unitCostUsd === null ? null : amount(row.unitCostUsd),
        acquiredAt: millis(row.acquiredAt) as Millis,
      })),
    accountTotals(venue: VenueId, account: VenueAccountId): ReadonlyMap<AssetId, Amount> {
      const totals = new Map<AssetId, Amount>()
      for (const row of ofAccount.all(venue, account) as { asset: string; quantity: string }[]) {
        totals.set(row.asset, add(totals.get(row.asset) ?? ZERO, amount(row.quantity)))
      }
      return totals
    },
    /** A client book that owns less than nothing, which is a bug wherever it shows. */
    findBelowZero: (): HoldingRow | undefined => belowZero.get() as HoldingRow | undefined,
  }
}

/** HOUSE has holdings in several accounts of a venue: one line per asset. Rows come sorted. */
function mergeAccounts(rows: readonly HoldingRow[]): readonly Holding[] {
  const merged: Holding[] = []
  for (const { subAccount, venue, asset, quantity } of rows) {
    const last = merged.at(-1)
    if (last && last.subAccount === subAccount && last.venue === venue && last.asset === asset) {
      merged[merged.length - 1] = { ...last, quantity: add(last.quantity, amount(quantity)) }
    } else merged.push({ subAccount, venue, asset, quantity: amount(quantity) })
  }
  return merged
}
