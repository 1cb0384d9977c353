import { type Amount, add, formatAmount, subtract, ZERO } from '../../core/amount.ts'
import { accountOf, HOUSE, OMNIBUS, type SubAccountId, type VenueAccountId } from '../../core/client-book.ts'
import type { AccountConnection } from '../../core/contracts/exchange.ts'
import type { AssetId, VenueId } from '../../core/instruments.ts'
import { type Actor, type BalanceDifference, fact } from '../../core/journal.ts'
import { accountKey, type ExecutionContext, recordFacts } from './context.ts'
import type { TradingScope } from './events.ts'
import { sweepTrades } from './sweep-trades.ts'
import { setTradingState } from './trading-states.ts'

export type ReconcileOutcome =
  | { readonly kind: 'equal' }
  | { readonly kind: 'different'; readonly differences: readonly BalanceDifference[] }
  /** Nothing is claimed: the venue does not answer, or one of our orders there is not settled. */
  | { readonly kind: 'not-possible'; readonly why: string }

/**
 * Compares what the ledger says an account owns with what the venue says, exactly, after every trade was swept. Any
 * difference stops trading there and is not booked: that takes `bookUnexplained` and a person.
 */
export async function reconcileAccount(
  context: ExecutionContext,
  connection: AccountConnection,
): Promise<ReconcileOutcome> {
  const { venue, account } = connection
  const compared = await compare(context, connection)
  const key = accountKey(venue, account)
  if (compared.kind === 'not-possible') {
    context.reconcileDue.add(key)
    context.log.warn(`${venue} ${account} can't be reconciled: ${compared.why}`)
    return compared
  }
  context.unreconciled.delete(key)
  context.reconcileDue.delete(key)
  const differences = compared.kind === 'different' ? compared.differences : []
  recordFacts(context, [fact('reconciled', { venue, account, differences })], 'desk')
  if (differences.length > 0) {
    const scope = scopeOf(context, venue, account)
    setTradingState(
      context,
      scope,
      'halted',
      `ledger and venue differ on ${venue} ${account}: ${describe(differences)}`,
      'desk',
    )
  }
  return compared
}

async function compare(context: ExecutionContext, connection: AccountConnection): Promise<ReconcileOutcome> {
  const { balanceReadings, balanceReadingSpacingMs } = context.settings
  const { venue, account } = connection
  let differences: readonly BalanceDifference[] = []
  for (let reading = 1; reading <= balanceReadings; reading++) {
    const unsettled = context.store.unfinishedChildren().find(({ child }) => isOf(connection, child))
    if (unsettled) return { kind: 'not-possible', why: `order ${unsettled.child.id} is not settled` }
    const sweep = await sweepTrades(context, connection)
    if (sweep.kind === 'incomplete') return { kind: 'not-possible', why: sweep.why }
    const balances = await connection.balances()
    if (!balances.ok) return { kind: 'not-possible', why: balances.error.message }
    const owned = new Map(balances.value.map(({ asset, free, locked }) => [asset, add(free, locked)]))
    differences = differencesOf(context.store.accountTotals(venue, account), owned)
    if (differences.length === 0) return { kind: 'equal' }
    if (reading < balanceReadings) await context.wait(balanceReadingSpacingMs)
  }
  return { kind: 'different', differences }
}

const isOf = (connection: AccountConnection, child: { venue: VenueId; account: VenueAccountId }): boolean =>
  child.venue === connection.venue && child.account === connection.account

/** Assets in which the two differ, by name. */
export function differencesOf(
  ledger: ReadonlyMap<AssetId, Amount>,
  venue: ReadonlyMap<AssetId, Amount>,
): readonly BalanceDifference[] {
  return [...new Set([...ledger.keys(), ...venue.keys()])]
    .sort()
    .map((asset) => ({ asset, ledger: ledger.get(asset) ?? ZERO, venue: venue.get(asset) ?? ZERO }))
    .filter((difference) => difference.ledger !== difference.venue)
}

const describe = (differences: readonly BalanceDifference[]): string =>
  differences
    .map(
      ({ asset, ledger, venue }) =>
        `${asset} ${formatAmount(ledger)} in the ledger, ${formatAmount(venue)} at the venue`,
    )
    .join('; ')

/** The firm's own account stops the venue; a segregated account holds one book's money and stops that book. */
function scopeOf(context: ExecutionContext, venue: VenueId, account: VenueAccountId): TradingScope {
  const owner = ownerOf(context, account)
  return owner === HOUSE ? { kind: 'venue', venue } : { kind: 'client-book', bookId: owner }
}

function ownerOf(context: ExecutionContext, account: VenueAccountId): SubAccountId {
  if (account === OMNIBUS) return HOUSE
  return context.store.clientBooks().find((book) => accountOf(book) === account)?.id ?? HOUSE
}

/**
 * A person's decision: what the last reconciliation could not explain becomes the house's (the book's own where
 * segregated), so that the ledger equals the venue again. Trading stays halted until it is resumed.
 */
export async function bookUnexplained(
  context: ExecutionContext,
  connection: AccountConnection,
  actor: Actor,
): Promise<ReconcileOutcome> {
  const { venue, account } = connection
  const compared = await compare(context, connection)
  if (compared.kind !== 'different') return compared
  const subAccount = ownerOf(context, account)
  recordFacts(
    context,
    compared.differences.map(({ asset, ledger, venue: owned }) =>
      fact('cash-flow-booked', {
        subAccount,
        account,
        venue,
        asset,
        quantity: subtract(owned, ledger),
        kind: 'unexplained',
        venueEntryId: null,
      }),
    ),
    actor,
  )
  return reconcileAccount(context, connection)
}
