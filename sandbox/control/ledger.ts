import { formatAmount } from '../../core/amount.ts'
import type { SandboxLedger } from '../../core/contracts/sandbox-control.ts'
import { priceOfTicks, quantityOfLots } from '../engine/market-rules.ts'
import type { Venue } from '../venue.ts'

/** Everything that is true at the venues, in the order in which it happened, venue by venue. */
export function ledgerOf(venues: readonly Venue[]): SandboxLedger {
  const ledger: SandboxLedger = { accounts: [], balances: [], deposits: [], withdrawals: [], orders: [], trades: [] }
  for (const venue of venues) {
    for (const account of venue.exchange.accounts()) {
      const { account: name, apiKey } = account.identity
      ledger.accounts.push({ venue: venue.profile.name, account: name, apiKey })
      for (const [asset, { free, locked }] of [...account.balances].sort(([a], [b]) => (a < b ? -1 : 1))) {
        ledger.balances.push({
          venue: venue.profile.name,
          account: name,
          asset,
          free: formatAmount(free),
          locked: formatAmount(locked),
        })
      }
      addHistory(ledger, venue, name)
    }
    addOrders(ledger, venue)
    addTrades(ledger, venue)
  }
  return ledger
}

function addHistory(ledger: SandboxLedger, venue: Venue, account: string): void {
  for (const event of venue.exchange.index.history(account)) {
    if (!('kind' in event)) continue
    const { id, kind, asset, amount, marketTime, wireTime } = event
    const rows = kind === 'deposit' ? ledger.deposits : ledger.withdrawals
    rows.push({
      id: String(id),
      venue: venue.profile.name,
      account,
      kind,
      asset,
      amount: formatAmount(amount),
      marketTime,
      wireTime,
    })
  }
}

function addOrders(ledger: SandboxLedger, venue: Venue): void {
  for (const order of venue.exchange.index.allOrders()) {
    const { rules } = venue.exchange.books.get(order.market)!
    ledger.orders.push({
      id: venue.profile.orderId(order.id),
      venue: venue.profile.name,
      account: order.account,
      market: order.market,
      clientOrderId: order.clientOrderId,
      side: order.side,
      type: order.type,
      timeInForce: order.timeInForce,
      status: order.status,
      price: order.ticks === null ? null : formatAmount(priceOfTicks(rules, order.ticks)),
      quantity: formatAmount(quantityOfLots(rules, order.lots)),
      filled: formatAmount(quantityOfLots(rules, order.filledLots)),
      cost: formatAmount(order.cost),
      marketTime: order.marketTime,
      wireTime: order.wireTime,
    })
  }
}

function addTrades(ledger: SandboxLedger, venue: Venue): void {
  const trades = [...venue.exchange.index.allOrders()].flatMap((order) => order.trades)
  trades.sort((a, b) => a.id - b.id || Number(a.maker) - Number(b.maker))
  for (const trade of trades) {
    const { rules } = venue.exchange.books.get(trade.market)!
    ledger.trades.push({
      id: venue.profile.tradeId(trade),
      venue: venue.profile.name,
      account: trade.account,
      market: trade.market,
      side: trade.side,
      price: formatAmount(priceOfTicks(rules, trade.ticks)),
      quantity: formatAmount(quantityOfLots(rules, trade.lots)),
      cost: formatAmount(trade.cost),
      fee: formatAmount(trade.fee),
      feeAsset: trade.feeAsset,
      orderId: venue.profile.orderId(trade.orderId),
      clientOrderId: trade.clientOrderId,
      maker: trade.maker,
      marketTime: trade.marketTime,
      wireTime: trade.wireTime,
    })
  }
}
