import { formatAmount, ZERO } from '../../core/amount.ts'
import type { DeskStore } from '../../core/contracts/store.ts'
import type { VenueId } from '../../core/instruments.ts'
import { type Failure, fail, ok, type Result } from '../../core/result.ts'
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
    fund: async (deposits: readonly VenueDeposit[]): Promise<Result<null, Failure<'refused' | 'left-behind'>>> => {
      const due = deposits.filter((deposit) => deposit.quantity > ZERO)
      const accounts = [...new Map(due.map((deposit) => [`${deposit.venue}/${deposit.account}`, deposit])).values()]
      // opened empty, so that what fills an account is one kind of entry and can be taken back
      const opened = await openSimulatedAccounts(control, store.epoch, accounts, [])
      if (!opened.ok) return fail('refused', opened.error.message)
      for (const [done, deposit] of due.entries()) {
        const refused = await move(deposit.venue, deposit.account, deposit.asset, formatAmount(deposit.quantity))
        if (refused !== null) return takeBack(due.slice(0, done), refused)
      }
      return ok(null)
    },
  }

  async function takeBack(
    moved: readonly VenueDeposit[],
    because: string,
  ): Promise<Result<never, Failure<'refused' | 'left-behind'>>> {
    const left: string[] = []
    for (const { venue, account, asset, quantity } of moved)
      if ((await move(venue, account, asset, `-${formatAmount(quantity)}`)) !== null)
        left.push(`${formatAmount(quantity)} ${asset} on ${venue} ${account}`)
    return left.length === 0
      ? fail('refused', because)
      : fail('left-behind', `${because}. What was deposited before could not be taken back: ${left.join(', ')}`)
  }
}
