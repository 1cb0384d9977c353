import { createHash } from 'node:crypto'
import { type Amount, add, amount, formatAmount, subtract, ZERO } from '../../core/amount.ts'
import type { SandboxLedger } from '../../core/contracts/sandbox-control.ts'
import type { DeskStore } from '../../core/contracts/store.ts'
import type { VenueId } from '../../core/instruments.ts'
import { simulatedAccountName } from '../simulation/accounts.ts'

/** One way in which the ledger and the venues' own books disagree. */
export type LedgerDifference =
  | {
      readonly kind: 'balance'
      readonly venue: VenueId
      readonly account: string
      readonly asset: string
      readonly ledger: string
      readonly venueBalance: string
    }
  /** `trade`: the venue's market and its own id, "BTCUSDT 17". */
  | { readonly kind: 'trade-missing'; readonly venue: VenueId; readonly account: string; readonly trade: string }
  | { readonly kind: 'trade-invented'; readonly venue: VenueId; readonly account: string; readonly trade: string }

/**
 * Σ client books + house = every venue balance exactly, and every venue trade is in the journal exactly once (the
 * journal refuses a second one by its key, so equal sets are enough). The oracle is the venues' own ledger.
 */
export function compareLedgers(
  store: DeskStore,
  accounts: readonly { readonly venue: VenueId; readonly account: string }[],
  truth: SandboxLedger,
): readonly LedgerDifference[] {
  const differences: LedgerDifference[] = []
  for (const { venue, account } of accounts) {
    const name = simulatedAccountName(store.epoch, venue, account)
    const venueTotals = new Map<string, Amount>()
    for (const balance of truth.balances)
      if (balance.venue === venue && balance.account === name)
        venueTotals.set(balance.asset, add(amount(balance.free), amount(balance.locked)))
    const ledgerTotals = store.accountTotals(venue, account)
    for (const asset of new Set([...venueTotals.keys(), ...ledgerTotals.keys()])) {
      const [ours, theirs] = [ledgerTotals.get(asset) ?? ZERO, venueTotals.get(asset) ?? ZERO]
      if (subtract(ours, theirs) !== ZERO)
        differences.push({
          kind: 'balance',
          venue,
          account,
          asset,
          ledger: formatAmount(ours),
          venueBalance: formatAmount(theirs),
        })
    }
    const known = new Set(
      [...store.tradeKeys(venue, account)].map((key) => key.replace(`${venue}:`, '').replace('/', '')),
    )
    const real = new Set<string>()
    for (const trade of truth.trades)
      if (trade.venue === venue && trade.account === name) real.add(`${trade.market.replace('/', '')} ${trade.id}`)
    for (const trade of real) if (!known.has(trade)) differences.push({ kind: 'trade-missing', venue, account, trade })
    for (const trade of known) if (!real.has(trade)) differences.push({ kind: 'trade-invented', venue, account, trade })
  }
  return differences
}

/** SHA-256 over the venues' own trade lists, without wire times: equal runs give equal hashes. */
export function hashTrades(truth: SandboxLedger): string {
  const hash = createHash('sha256')
  for (const { wireTime: _wire, ...trade } of truth.trades) hash.update(`${JSON.stringify(trade)}\n`)
  return hash.digest('hex')
}
