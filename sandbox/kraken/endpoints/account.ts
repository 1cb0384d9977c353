import { add } from '../../../core/amount.ts'
import { err, ok } from '../../../core/result.ts'
import type { Account } from '../../engine/accounts.ts'
import type { Trade } from '../../engine/order.ts'
import type { KrakenContext, PrivateEndpoint } from '../context.ts'
import { marketOf } from '../context.ts'
import { UNKNOWN_PAIR, UNKNOWN_TRADE } from '../errors.ts'
import type { LedgerEntry } from '../ledger-entries.ts'
import { assetOf } from '../markets.ts'
import { KRAKEN } from '../profile.ts'
import { assetKey, balanceText, seconds, tradeWire } from '../wire.ts'
import { pageOf } from './page.ts'

const balance: PrivateEndpoint = {
  cost: 1,
  handle: (_parameters, _context, account) =>
    ok(
      Object.fromEntries(
        [...account.balances].map(([asset, { free, locked }]) => [
          assetKey(asset),
          balanceText(asset, add(free, locked)),
        ]),
      ),
    ),
}

const balanceEx: PrivateEndpoint = {
  cost: 1,
  handle: (_parameters, _context, account) =>
    ok(
      Object.fromEntries(
        [...account.balances].map(([asset, { free, locked }]) => [
          assetKey(asset),
          { balance: balanceText(asset, add(free, locked)), hold_trade: balanceText(asset, locked) },
        ]),
      ),
    ),
}

const tradeVolume: PrivateEndpoint = {
  cost: 1,
  handle(parameters, context, account) {
    const names = parameters.pair?.split(',') ?? []
    const markets = names.map((name) => marketOf(context, name))
    if (markets.includes(undefined)) return err(UNKNOWN_PAIR)
    const { makerBps, takerBps } = account.identity.fees
    const tier = (bps: number): Record<string, unknown> => ({
      fee: (bps / 100).toFixed(4),
      minfee: '0.0000',
      maxfee: (bps / 100).toFixed(4),
      nextfee: null,
      nextvolume: null,
      tiervolume: '0.0000',
    })
    const fees = (bps: number): Record<string, unknown> =>
      Object.fromEntries(markets.map((market) => [market!.key, tier(bps)]))
    const head = { currency: 'ZUSD', volume: '0.0000' }
    return ok(names.length === 0 ? head : { ...head, fees: fees(takerBps), fees_maker: fees(makerBps) })
  },
}

const tradesHistory: PrivateEndpoint = {
  cost: 2,
  handle(parameters, context, account) {
    const all = context.venue.exchange.index.trades(account.identity.account)
    const page = pageOf(
      all,
      parameters,
      (trade) => trade.wireTime,
      (trade) => KRAKEN.tradeId(trade),
    )
    if (!page.ok) return page
    return ok({ trades: tradeRows(page.value.rows, context, account), count: page.value.count })
  },
}

const queryTrades: PrivateEndpoint = {
  cost: 2,
  handle(parameters, context, account) {
    const wanted = (parameters.txid ?? '').split(',')
    const found = context.venue.exchange.index
      .trades(account.identity.account)
      .filter((trade) => wanted.includes(KRAKEN.tradeId(trade)))
    return found.length === 0 ? err(UNKNOWN_TRADE) : ok(tradeRows(found, context, account))
  },
}

function tradeRows(trades: readonly Trade[], context: KrakenContext, account: Account): Record<string, unknown> {
  const { index } = context.venue.exchange
  return Object.fromEntries(
    trades.map((trade) => [
      KRAKEN.tradeId(trade),
      tradeWire(marketOf(context, trade.market)!, trade, index.order(account.identity.account, trade.orderId)),
    ]),
  )
}

const ledgers: PrivateEndpoint = {
  cost: 2,
  handle(parameters, context, account) {
    const assets = parameters.asset?.split(',').map((name) => assetOf(name)?.asset)
    const { type } = parameters
    const entries = context.ledgers
      .entries(account.identity.account)
      .filter((entry) => (!assets || assets.includes(entry.asset)) && (!type || type === 'all' || entry.type === type))
    const page = pageOf(
      entries,
      parameters,
      (entry) => entry.wireTime,
      (entry) => entry.id,
    )
    if (!page.ok) return page
    return ok({ ledger: ledgerRows(page.value.rows), count: page.value.count })
  },
}

const queryLedgers: PrivateEndpoint = {
  cost: 2,
  handle(parameters, context, account) {
    const wanted = (parameters.id ?? '').split(',')
    const found = context.ledgers.entries(account.identity.account).filter((entry) => wanted.includes(entry.id))
    return found.length === 0 ? err('EQuery:Unknown ledger') : ok(ledgerRows(found))
  },
}

const ledgerRows = (entries: readonly LedgerEntry[]): Record<string, unknown> =>
  Object.fromEntries(
    entries.map((entry) => [
      entry.id,
      {
        refid: entry.refid,
        time: seconds(entry.wireTime),
        type: entry.type,
        subtype: entry.type === 'trade' ? 'tradespot' : '',
        aclass: 'currency',
        asset: assetKey(entry.asset),
        amount: balanceText(entry.asset, entry.amount),
        fee: balanceText(entry.asset, entry.fee),
        balance: balanceText(entry.asset, entry.balance),
      },
    ]),
  )

const socketToken: PrivateEndpoint = {
  cost: 1,
  handle: (_parameters, { tokens, venue }, account) => ok(tokens.issue(account.identity.account, venue.wireTime())),
}

/** Balances, fees, own trades, ledgers. */
export const accountEndpoints: Readonly<Record<string, PrivateEndpoint>> = {
  Balance: balance,
  BalanceEx: balanceEx,
  TradeVolume: tradeVolume,
  TradesHistory: tradesHistory,
  QueryTrades: queryTrades,
  Ledgers: ledgers,
  QueryLedgers: queryLedgers,
  GetWebSocketsToken: socketToken,
}
