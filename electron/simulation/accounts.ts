import { createHash } from 'node:crypto'
import { type Amount, formatAmount, ZERO } from '../../core/amount.ts'
import type { VenueAccountId } from '../../core/client-book.ts'
import type { VenueCredentials } from '../../core/contracts/exchange.ts'
import type { AssetId, VenueId } from '../../core/instruments.ts'
import { ok, type Result } from '../../core/result.ts'
import type { VenueDeposit } from '../firm/firm.ts'
import type { ControlFailure, SandboxControl } from './control-client.ts'

/**
 * Keys of a simulated venue account, derived from the ledger's epoch. They open nothing but the sandbox, so they need
 * no keychain; a real venue's keys never come from here.
 */
export function simulatedCredentials(epoch: string, venue: VenueId, account: VenueAccountId): VenueCredentials {
  const digest = createHash('sha256').update(`simulated venue account\n${epoch}\n${venue}\n${account}`).digest()
  return {
    account,
    apiKey: `sim-${digest.subarray(0, 12).toString('hex')}`,
    // Kraken's secrets are base64, Binance's are any text
    secret: digest.subarray(8).toString('base64'),
  }
}

/** The name the sandbox knows an account by; unique per data folder, so that several desks can share one sandbox. */
export const simulatedAccountName = (epoch: string, venue: VenueId, account: VenueAccountId): string =>
  `${account}-${simulatedCredentials(epoch, venue, account).apiKey.slice(4, 12)}`

/** Opens every account at its venue and funds it; an account that exists already is left as it is. */
export async function openSimulatedAccounts(
  control: SandboxControl,
  epoch: string,
  accounts: readonly { readonly venue: VenueId; readonly account: VenueAccountId }[],
  deposits: readonly VenueDeposit[],
): Promise<Result<{ readonly created: number }, ControlFailure>> {
  let created = 0
  for (const { venue, account } of accounts) {
    const funds = new Map<AssetId, bigint>()
    for (const deposit of deposits)
      if (deposit.venue === venue && deposit.account === account && deposit.quantity > ZERO)
        funds.set(deposit.asset, (funds.get(deposit.asset) ?? 0n) + deposit.quantity)
    const credentials = simulatedCredentials(epoch, venue, account)
    const opened = await control.openAccount({
      venue,
      account: simulatedAccountName(epoch, venue, account),
      apiKey: credentials.apiKey,
      secret: credentials.secret,
      deposits: Object.fromEntries([...funds].map(([asset, quantity]) => [asset, formatAmount(quantity as Amount)])),
    })
    if (!opened.ok) return opened
    if (opened.value.created) created++
  }
  return ok({ created })
}
