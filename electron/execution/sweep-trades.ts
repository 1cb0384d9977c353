import { formatAmount } from '../../core/amount.ts'
import type { AccountConnection } from '../../core/contracts/exchange.ts'
import type { ChildRecord } from '../../core/contracts/store.ts'
import { CASH, keyOf, type MarketKey } from '../../core/instruments.ts'
import { fact } from '../../core/journal.ts'
import { isTerminal, type VenueTrade } from '../../core/order.ts'
import { type Millis, millis } from '../../core/units.ts'
import { absorbOrder } from './absorb-order.ts'
import { type ExecutionContext, recordFacts } from './context.ts'
import { settleChild } from './settle-child.ts'

/** complete: every trade of the account since then is in the journal. */
export type SweepOutcome =
  | { readonly kind: 'complete'; readonly recorded: number }
  | { readonly kind: 'incomplete'; readonly why: string }

const settingOf = ({ venue, account }: AccountConnection): string => `execution.swept-until.${venue}.${account}`

/**
 * Records every trade of an account that is not in the journal yet: those of our orders with their child, all others as
 * external. A trade whose owner can't be told while one of our orders is unsettled is left for the next sweep, since
 * it may be that order's.
 */
export async function sweepTrades(context: ExecutionContext, connection: AccountConnection): Promise<SweepOutcome> {
  const begun = context.clock.now()
  const trades = await connection.trades(sweepStart(context, connection), marketsOf(context, connection))
  if (!trades.ok) return { kind: 'incomplete', why: trades.error.message }
  let recorded = 0
  for (const group of byOrder(context, trades.value)) {
    const owner = await findOwner(context, connection, group[0]!)
    if (owner === 'not-sure') return { kind: 'incomplete', why: `the owner of trade ${group[0]!.id} is not known yet` }
    recordGroup(context, owner, group)
    if (owner && !isTerminal(owner.state)) await settleChild(context, owner.child.id)
    recorded += group.length
  }
  context.store.saveSetting(settingOf(connection), String(begun))
  return { kind: 'complete', recorded }
}

/** The last sweep or the oldest open plan, whichever is earlier, and some time before: a venue may list a trade late. */
function sweepStart(context: ExecutionContext, connection: AccountConnection): Millis {
  const saved = context.store.setting(settingOf(connection))
  const plans = context.store.openPlans().map((plan) => plan.releasedAt)
  const start = Math.min(saved === undefined ? context.clock.now() : Number(saved), ...plans)
  return millis(start - context.settings.sweepMarginMs)
}

/** Markets in which the account may have traded: of everything it holds, of all models and of open plans. */
function marketsOf(context: ExecutionContext, { venue, account }: AccountConnection): readonly MarketKey[] {
  const { store } = context
  const assets = new Set(store.accountTotals(venue, account).keys())
  for (const model of store.models()) for (const line of model.lines) assets.add(line.asset)
  for (const plan of store.openPlans()) for (const { parent } of store.parentsOf(plan.planId)) assets.add(parent.asset)
  const markets: MarketKey[] = []
  for (const asset of [...assets].sort()) {
    const market = asset === CASH || asset === 'USD' ? undefined : context.market(venue, asset)
    if (market) markets.push(keyOf(market))
  }
  return markets
}

/** Trades that are not recorded, per order of the venue, oldest first. */
function byOrder(context: ExecutionContext, trades: readonly VenueTrade[]): readonly (readonly VenueTrade[])[] {
  const groups = new Map<string, VenueTrade[]>()
  for (const trade of trades) {
    if (context.store.hasTrade(trade)) continue
    const key = `${trade.market}|${trade.venueOrderId}`
    groups.set(key, [...(groups.get(key) ?? []), trade])
  }
  return [...groups.values()]
}

/** Our child order behind a trade; null for an order that is not ours. */
async function findOwner(
  context: ExecutionContext,
  connection: AccountConnection,
  trade: VenueTrade,
): Promise<ChildRecord | null | 'not-sure'> {
  const known = context.store.childByVenueOrder(trade.venue, trade.venueOrderId, trade.market)
  if (known) return known
  const found = await connection.lookup({ id: '', market: trade.market, createdAt: trade.at }, trade.venueOrderId)
  if (found.kind === 'found') {
    const { clientOrderId } = found.order
    return (clientOrderId && context.store.child(clientOrderId)) || null
  }
  const couldBeOurs = context.store.unfinishedChildren().some(({ child }) => child.market === trade.market)
  return couldBeOurs || found.kind === 'unknown' ? 'not-sure' : null
}

function recordGroup(context: ExecutionContext, owner: ChildRecord | null, group: readonly VenueTrade[]): void {
  const first = group[0]!
  if (owner && isTerminal(owner.state)) {
    // A late trade of an order that is final. Only its trades are news.
    absorbOrder(context, owner.child.id, {
      venueOrderId: first.venueOrderId,
      clientOrderId: owner.child.id,
      market: owner.child.market,
      state: 'filled',
      quantity: owner.child.quantity,
      filledQuantity: owner.filledQuantity,
      trades: group,
    })
    context.log.warn(`${owner.child.venue} reported ${group.length} late trades of ${owner.child.id}`)
    return
  }
  const childId = owner?.child.id ?? null
  recordFacts(
    context,
    group.map((trade) => fact('trade-recorded', { trade, childId })),
    `venue:${first.venue}`,
  )
  if (childId !== null) return
  const sizes = group.map((trade) => `${trade.side} ${formatAmount(trade.quantity)} ${trade.market}`)
  context.log.warn(`${first.venue} ${first.account} traded without us: ${sizes.join(', ')}`)
}
