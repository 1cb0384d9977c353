import { ensureDefined } from '../../core/assert.ts'
import type { SandboxVenue } from '../../core/contracts/sandbox-control.ts'
import type { Exchange } from '../engine/exchange.ts'
import type { Order, Trade } from '../engine/order.ts'
import type { ChangeRecord } from './records.ts'

/**
 * Brings the exchanges back to where the records left them: accounts, balances, orders with their place in the queue,
 * trades, and the ids to go on with. The exchanges must be fresh.
 * @returns the market time of the last record, or null without records
 */
export function restore(
  exchanges: Readonly<Record<SandboxVenue, Exchange>>,
  records: readonly ChangeRecord[],
): number | null {
  const orders = { binance: new Map<number, Order>(), kraken: new Map<number, Order>() }
  for (const record of records) {
    if (!record.venue) continue
    const exchange = exchanges[record.venue]
    for (const identity of record.accounts ?? []) exchange.openAccount(identity)
    for (const transfer of record.transfers ?? []) {
      exchange.applyTransfer(transfer)
      exchange.nextTransferId = Math.max(exchange.nextTransferId, transfer.id + 1)
    }
    for (const stored of record.orders ?? []) restoreOrder(orders[record.venue], stored)
    restoreTrades(exchange, orders[record.venue], record.trades ?? [])
  }
  for (const venue of ['binance', 'kraken'] as const) {
    for (const order of [...orders[venue].values()].sort((a, b) => a.id - b.id)) {
      exchanges[venue].restoreOrder(order)
      exchanges[venue].nextOrderId = order.id + 1
    }
    const next = records.at(-1)?.nextTradeIds[venue]
    if (next !== undefined) exchanges[venue].nextTradeId = next
  }
  return records.at(-1)?.marketTime ?? null
}

/** The last record of an order is how it stands; its trades stay attached. */
function restoreOrder(orders: Map<number, Order>, stored: Omit<Order, 'trades'>): void {
  const trades = orders.get(stored.id)?.trades ?? []
  orders.set(stored.id, { ...stored, trades })
}

function restoreTrades(exchange: Exchange, orders: Map<number, Order>, trades: readonly Trade[]): void {
  for (const trade of trades) {
    exchange.applyTrade(trade)
    ensureDefined(orders.get(trade.orderId), `order ${trade.orderId} of trade ${trade.id}`).trades.push(trade)
  }
}
