import { formatAmount } from '../../core/amount.ts'
import type { DeskStore } from '../../core/contracts/store.ts'
import type { VenueId } from '../../core/instruments.ts'
import type { VenueDeposit } from '../firm/firm.ts'
import { openSimulatedAccounts, simulatedAccountName } from './accounts.ts'
import type { SandboxControl } from './control-client.ts'

type Accounts = readonly { readonly venue: VenueId; readonly account: string }[]

/**
 * Keeps the simulated exchanges in step with what the ledger owns: opens and funds accounts, moves money in and out.
 * An account that the exchange does not know (a new one, or an exchange that lost its state) opens with what the
 * ledger says is there.
 */
export function createSimulatedFunding(control: SandboxControl, store: DeskStore) {
  const move = async (venue: VenueId, account: string, asset: string, quantity: string): Promise<string | null> => {
    const amount = quantity.replace(/^[+-]/, '')
    const request = { venue, account: simulatedAccountName(store.epoch, venue, account), asset, amount }
    const moved = quantity.startsWith('-') ? await control.withdraw(request) : await control.deposit(request)
    return moved.ok ? null : moved.error.message
  }
  const ensure = async (accounts: Accounts): Promise<string | null> => {
    const deposits = accounts.flatMap(({ venue, account }) =>
      [...store.accountTotals(venue, account)].map(([asset, quantity]) => ({ venue, account, asset, quantity })),
    )
    const opened = await openSimulatedAccounts(control, store.epoch, accounts, deposits)
    return opened.ok ? null : opened.error.message
  }
  return {
    ensure,
    move: (request: { venue: VenueId; account: string; asset: string; quantity: string }) =>
      move(request.venue, request.account, request.asset, request.quantity),
    fund: async (deposits: readonly VenueDeposit[]): Promise<string | null> => {
      const accounts = [
        ...new Map(deposits.map((deposit) => [`${deposit.venue}/${deposit.account}`, deposit])).values(),
      ]
      const fresh = new Set<string>()
      for (const account of accounts) {
        const own = deposits.filter((deposit) => deposit.venue === account.venue && deposit.account === account.account)
        const opened = await openSimulatedAccounts(control, store.epoch, [account], own)
        if (!opened.ok) return opened.error.message
        if (opened.value.created > 0) fresh.add(`${account.venue}/${account.account}`)
      }
      for (const deposit of deposits) {
        if (fresh.has(`${deposit.venue}/${deposit.account}`) || deposit.quantity === 0n) continue
        const refused = await move(deposit.venue, deposit.account, deposit.asset, formatAmount(deposit.quantity))
        if (refused !== null) return refused
      }
      return null
    },
  }
}
