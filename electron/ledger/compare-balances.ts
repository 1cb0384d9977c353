import { type Amount, add, ZERO } from '../../core/amount.ts'
import type { VenueBalance } from '../../core/contracts/exchange.ts'
import type { AssetId } from '../../core/instruments.ts'
import type { BalanceDifference } from '../../core/journal.ts'

/**
 * Compares what the ledger says a venue account holds (Σ of its sub-accounts) with what the venue says (free + locked),
 * exactly. An asset that one side does not name is zero there. Empty: equal to the last unit.
 */
export function compareBalances(
  ledgerTotals: ReadonlyMap<AssetId, Amount>,
  venueBalances: readonly VenueBalance[],
): readonly BalanceDifference[] {
  const venueTotals = new Map<AssetId, Amount>()
  for (const { asset, free, locked } of venueBalances) {
    venueTotals.set(asset, add(venueTotals.get(asset) ?? ZERO, add(free, locked)))
  }
  const assets = [...new Set([...ledgerTotals.keys(), ...venueTotals.keys()])].sort()
  return assets
    .map((asset) => ({ asset, ledger: ledgerTotals.get(asset) ?? ZERO, venue: venueTotals.get(asset) ?? ZERO }))
    .filter(({ ledger, venue }) => ledger !== venue)
}
