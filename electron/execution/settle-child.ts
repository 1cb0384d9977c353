import type { AccountConnection, VenueOrder } from '../../core/contracts/exchange.ts'
import type { ChildRecord } from '../../core/contracts/store.ts'
import type { VenueId } from '../../core/instruments.ts'
import { isTerminal, type VenueTrade } from '../../core/order.ts'
import { millis } from '../../core/units.ts'
import { absorbOrder, allocateLate, childRecord } from './absorb-order.ts'
import { childChangedFacts } from './child-facts.ts'
import { type ExecutionContext, recordFacts } from './context.ts'
import { isSettled } from './parent-progress.ts'

/**
 * One step towards knowing what became of an order, by asking the venue and nothing else. Orders that are settled
 * already are left alone. Never sends anything but a cancel.
 */
export async function settleChild(context: ExecutionContext, childId: string): Promise<void> {
  const record = childRecord(context, childId)
  if (isSettled(record)) return
  if (isTerminal(record.state)) {
    allocateLate(context, record)
    return
  }
  const { child } = record
  const connection = context.accounts(child.venue, child.account)
  if (!connection) return
  const found = await connection.lookup(child, record.venueOrderId)
  switch (found.kind) {
    case 'unknown':
      markUnknown(context, childId, found.why)
      break
    case 'found':
      context.firstAbsence.delete(childId)
      await adopt(context, connection, childId, found.order)
      break
    case 'not-found':
      await proveAbsence(context, connection, childId)
      break
  }
}

/**
 * One step for each: venues beside each other, on each venue one after the other; orders that the venue has
 * acknowledged in as few calls as it offers.
 */
export async function settleChildren(context: ExecutionContext, childIds: readonly string[]): Promise<void> {
  const byVenue = new Map<VenueId, ChildRecord[]>()
  for (const childId of childIds) {
    const record = childRecord(context, childId)
    byVenue.set(record.child.venue, [...(byVenue.get(record.child.venue) ?? []), record])
  }
  await Promise.all(
    [...byVenue.values()].map(async (records) => {
      const asked = await settleAcknowledged(context, records)
      for (const { child } of records) if (!asked.has(child.id)) await settleChild(context, child.id)
    }),
  )
}

/** Answers which were asked for here. */
async function settleAcknowledged(
  context: ExecutionContext,
  records: readonly ChildRecord[],
): Promise<ReadonlySet<string>> {
  const byConnection = new Map<AccountConnection, ChildRecord[]>()
  for (const record of records) {
    const { venue, account } = record.child
    const connection = context.accounts(venue, account)
    if (!connection?.lookupAcknowledged || record.venueOrderId === null || isTerminal(record.state)) continue
    byConnection.set(connection, [...(byConnection.get(connection) ?? []), record])
  }
  const asked = new Set<string>()
  for (const [connection, group] of byConnection) {
    const outcomes = await connection.lookupAcknowledged!(group.map((record) => record.venueOrderId!))
    for (const [index, { child }] of group.entries()) {
      asked.add(child.id)
      const outcome = outcomes[index]
      if (outcome?.kind === 'found') await adopt(context, connection, child.id, outcome.order)
    }
  }
  return asked
}

/** Takes over what the venue has; fetches the order's trades where the answer had fewer than it filled. */
export async function adopt(
  context: ExecutionContext,
  connection: AccountConnection,
  childId: string,
  order: VenueOrder,
): Promise<void> {
  const { tradesMissing } = absorbOrder(context, childId, order)
  const { child } = childRecord(context, childId)
  if (tradesMissing) {
    const trades = await connection.tradesOfOrder(order.venueOrderId, child.market)
    if (trades.ok) absorbOrder(context, childId, order, trades.value)
    else context.log.warn(`trades of ${childId}: ${trades.error.message}`)
  }
  const isWorking = order.state === 'working' || order.state === 'partially-filled'
  const age = context.clock.now() - child.createdAt
  if (isWorking && child.timeInForce === 'IOC' && age > context.settings.cancelWorkingAfterMs) {
    await cancelChild(context, childId, 'an immediate order still works')
  }
}

/** Asks the venue to cancel; what became of it the next lookup says. Cancels pass whatever the trading state is. */
export async function cancelChild(context: ExecutionContext, childId: string, why: string): Promise<void> {
  const record = childRecord(context, childId)
  const connection = context.accounts(record.child.venue, record.child.account)
  if (!connection || (record.state !== 'working' && record.state !== 'partially-filled')) return
  recordFacts(context, childChangedFacts(record, { state: 'cancel-sent', why }), 'desk')
  const answer = await connection.cancel(record.child, record.venueOrderId)
  if (!answer.ok) context.log.warn(`cancel of ${childId}: ${answer.error.message}`)
}

function markUnknown(context: ExecutionContext, childId: string, why: string): void {
  const record = childRecord(context, childId)
  // An order the venue has acknowledged stays what it was: only its newest state could not be read.
  if (record.state !== 'journaled' && record.state !== 'sent') return
  recordFacts(context, childChangedFacts(record, { state: 'unknown', why }), 'desk')
}

/**
 * "Not found" proves that an order never arrived only later than the venue's cutoff, in two spaced lookups, and when
 * neither the open orders nor any trade is its own. Until all of that is so, nothing changes.
 */
async function proveAbsence(context: ExecutionContext, connection: AccountConnection, childId: string): Promise<void> {
  markUnknown(context, childId, 'the venue does not know the order yet')
  const record = childRecord(context, childId)
  const { child } = record
  if (record.venueOrderId !== null) {
    context.log.warn(`${child.venue} acknowledged ${childId} as ${record.venueOrderId} and does not find it`)
    return
  }
  const now = context.clock.now()
  if (now < connection.proofOfAbsenceAt(child.createdAt)) return
  const first = context.firstAbsence.get(childId)
  if (first === undefined) context.firstAbsence.set(childId, now)
  if (first === undefined || now - first < context.settings.absenceSpacingMs) return

  const open = await connection.openOrders()
  if (!open.ok) return
  const resting = open.value.find((order) => order.clientOrderId === childId)
  if (resting) return adopt(context, connection, childId, resting)
  const traded = await findByTrades(context, connection, record)
  if (traded === 'not-sure') return
  if (traded) return adopt(context, connection, childId, traded)
  context.firstAbsence.delete(childId)
  // A sweep beside this may have found it meanwhile.
  const latest = childRecord(context, childId)
  if (isTerminal(latest.state)) return
  const why = `never reached ${child.venue}: not found in two lookups, in open orders or in trades`
  recordFacts(context, childChangedFacts(latest, { state: 'dead', why }), 'desk')
}

/** The order behind a trade since then that nobody has claimed, if it is this child's. */
async function findByTrades(
  context: ExecutionContext,
  connection: AccountConnection,
  record: ChildRecord,
): Promise<VenueOrder | null | 'not-sure'> {
  const { child } = record
  // The venue's clock may be behind ours.
  const since = millis(child.createdAt - context.settings.sweepMarginMs)
  const swept = await connection.trades(since, [child.market])
  if (!swept.ok) return 'not-sure'
  for (const trade of unclaimed(context, swept.value)) {
    if (trade.market !== child.market || trade.side !== child.side) continue
    const owner = await connection.lookup({ id: '', market: trade.market, createdAt: trade.at }, trade.venueOrderId)
    if (owner.kind !== 'found') return 'not-sure'
    if (owner.order.clientOrderId === child.id) return owner.order
  }
  return null
}

/** One trade per order of those that are neither recorded nor of an order we know. */
export function unclaimed(context: ExecutionContext, trades: readonly VenueTrade[]): readonly VenueTrade[] {
  const byOrder = new Map<string, VenueTrade>()
  for (const trade of trades) {
    if (context.store.hasTrade(trade)) continue
    if (context.store.childByVenueOrder(trade.venue, trade.venueOrderId, trade.market)) continue
    byOrder.set(`${trade.market}|${trade.venueOrderId}`, trade)
  }
  return [...byOrder.values()]
}
