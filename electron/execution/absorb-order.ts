import { formatAmount, ZERO } from '../../core/amount.ts'
import { ensureDefined } from '../../core/assert.ts'
import type { VenueOrder } from '../../core/contracts/exchange.ts'
import type { ChildRecord } from '../../core/contracts/store.ts'
import { type Fact, fact } from '../../core/journal.ts'
import { isTerminal, type VenueTrade } from '../../core/order.ts'
import { allocationDue } from './allocate-child.ts'
import { childChangedFacts, newTrades, quantityOf, stateOf } from './child-facts.ts'
import { type ExecutionContext, recordFacts } from './context.ts'
import { raiseAlarm } from './trading-states.ts'

export const childRecord = (context: ExecutionContext, childId: string): ChildRecord =>
  ensureDefined(context.store.child(childId), `child order ${childId}`)

/**
 * Takes in what a venue said about one of our orders: its new trades, its state, and once it is final and its trades
 * are complete the shares of its client books, all in one transaction. Saying the same again changes nothing.
 * Answers whether trades are still missing.
 */
export function absorbOrder(
  context: ExecutionContext,
  childId: string,
  order: VenueOrder,
  moreTrades: readonly VenueTrade[] = [],
): { readonly tradesMissing: boolean } {
  const record = childRecord(context, childId)
  const { child } = record
  const fresh = newTrades(record.trades, [...order.trades, ...moreTrades])
  const trades = [...record.trades, ...fresh]
  const filled = quantityOf(trades)
  if (filled > child.quantity) {
    recordForeign(
      context,
      fresh,
      `${child.venue} filled ${formatAmount(filled)} of ${child.id}, ${formatAmount(child.quantity)} were ordered`,
    )
    return { tradesMissing: false }
  }
  const tradesMissing = filled < order.filledQuantity
  const wasTerminal = isTerminal(record.state)
  const said = stateOf(order, filled)
  const isFinal = isTerminal(said) && !tradesMissing
  const state = isFinal ? said : filled > ZERO ? 'partially-filled' : 'working'
  const facts: Fact[] = []
  if (!wasTerminal && (state !== record.state || record.venueOrderId !== order.venueOrderId)) {
    facts.push(...childChangedFacts(record, { state, venueOrderId: order.venueOrderId, why: whyOf(order, state) }))
  }
  facts.push(...fresh.map((trade) => fact('trade-recorded', { trade, childId })))
  const due = wasTerminal || isFinal ? allocationDue(context, record, trades) : null
  if (due) facts.push(...due.facts)
  recordFacts(context, facts, `venue:${child.venue}`)
  for (const why of due?.overdrawn ?? []) raiseAlarm(context, why)
  if (fresh.length > 0 && (record.state === 'dead' || record.state === 'rejected' || record.state === 'denied')) {
    raiseAlarm(context, `${child.venue} reported a trade for ${child.id}, which was taken for ${record.state}`)
  }
  return { tradesMissing }
}

function whyOf(order: VenueOrder, state: string): string | null {
  if (state === 'filled' || order.filledQuantity === ZERO) return null
  return `${formatAmount(order.filledQuantity)} of ${formatAmount(order.quantity)} filled`
}

/** Trades that can't be anyone's order of ours: kept, since the venue's balance moved, and trading stops. */
function recordForeign(context: ExecutionContext, trades: readonly VenueTrade[], why: string): void {
  const first = trades[0]
  if (first) {
    recordFacts(
      context,
      trades.map((trade) => fact('trade-recorded', { trade, childId: null })),
      `venue:${first.venue}`,
    )
  }
  raiseAlarm(context, why)
}

/** Gives a final order's fills to its client books where that could not be done with the last trade. */
export function allocateLate(context: ExecutionContext, record: ChildRecord): void {
  const due = allocationDue(context, record, record.trades)
  recordFacts(context, due.facts, 'desk')
  for (const why of due.overdrawn) raiseAlarm(context, why)
}
