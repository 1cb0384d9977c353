import { z } from 'zod'
import { add, ZERO } from '../../../core/amount.ts'
import { err, ok } from '../../../core/result.ts'
import type { Account } from '../../engine/accounts.ts'
import type { BinanceContext, Endpoint, Endpoints } from '../context.ts'
import { BAD_SYMBOL } from '../errors.ts'
import { integer, limitUpTo, read } from '../parameters.ts'
import { RATE_LIMIT_RULES } from '../rate-limits.ts'
import { number8, text8, tradeWire } from '../wire.ts'
import { bookOf } from './markets.ts'

export const balanceRows = (
  account: Account,
  assets: Iterable<string>,
): { asset: string; free: string; locked: string }[] =>
  [...assets].map((asset) => {
    const { free, locked } = account.balances.get(asset) ?? { free: ZERO, locked: ZERO }
    return { asset, free: text8(free), locked: text8(locked) }
  })

const accountInformation: Endpoint = {
  weight: 20,
  security: 'signed',
  handle({ omitZeroBalances }, { venue }, account) {
    const { makerBps, takerBps } = account.identity.fees
    const assets = [...account.balances]
      .filter(([, balance]) => omitZeroBalances !== 'true' || add(balance.free, balance.locked) > 0n)
      .map(([asset]) => asset)
    return ok({
      makerCommission: Math.round(makerBps),
      takerCommission: Math.round(takerBps),
      buyerCommission: 0,
      sellerCommission: 0,
      commissionRates: {
        maker: number8(makerBps / 1e4),
        taker: number8(takerBps / 1e4),
        buyer: number8(0),
        seller: number8(0),
      },
      canTrade: true,
      canWithdraw: false,
      canDeposit: false,
      brokered: false,
      requireSelfTradePrevention: false,
      preventSor: false,
      updateTime: venue.wireTime(),
      accountType: 'SPOT',
      balances: balanceRows(account, assets),
      permissions: ['SPOT'],
      uid: 1,
    })
  },
}

const myTrades: Endpoint = {
  weight: 20,
  security: 'signed',
  handle(parameters, { venue }, account) {
    const schema = z.object({
      symbol: z.string(),
      orderId: integer.optional(),
      startTime: integer.optional(),
      endTime: integer.optional(),
      fromId: integer.optional(),
      limit: limitUpTo(1000, 500),
    })
    const given = read(schema, parameters)
    if (!given.ok) return given
    const { symbol, orderId, startTime, endTime, fromId, limit } = given.value
    const rules = venue.exchange.books.get(symbol)?.rules
    if (!rules) return err(BAD_SYMBOL)
    const found = venue.exchange.index
      .trades(account.identity.account)
      .filter(
        (trade) =>
          trade.market === symbol &&
          (orderId === undefined || trade.orderId === orderId) &&
          (fromId === undefined || trade.id >= fromId) &&
          (startTime === undefined || trade.wireTime >= startTime) &&
          (endTime === undefined || trade.wireTime <= endTime),
      )
    // Without a start the newest come, with one the oldest from there.
    const page = fromId === undefined && startTime === undefined ? found.slice(-limit) : found.slice(0, limit)
    return ok(page.map((trade) => tradeWire(rules, trade)))
  },
}

const commission: Endpoint = {
  weight: 20,
  security: 'signed',
  handle({ symbol }, context, account) {
    const book = bookOf(context, symbol)
    if (!book.ok) return book
    const { makerBps, takerBps, feeAsset } = account.identity.fees
    const none = { maker: number8(0), taker: number8(0), buyer: number8(0), seller: number8(0) }
    return ok({
      symbol,
      standardCommission: { ...none, maker: number8(makerBps / 1e4), taker: number8(takerBps / 1e4) },
      specialCommission: none,
      taxCommission: none,
      discount: {
        enabledForAccount: feeAsset !== null,
        enabledForSymbol: true,
        discountAsset: 'BNB',
        discount: '0.75000000',
      },
    })
  },
}

const tradeFee: Endpoint = {
  weight: 1,
  security: 'signed',
  handle({ symbol }, context: BinanceContext, account) {
    const { books } = context.venue.exchange
    if (symbol !== undefined && !books.has(symbol)) return err(BAD_SYMBOL)
    const { makerBps, takerBps } = account.identity.fees
    const symbols = symbol === undefined ? [...books.keys()] : [symbol]
    return ok(
      symbols.map((name) => ({
        symbol: name,
        makerCommission: String(makerBps / 1e4),
        takerCommission: String(takerBps / 1e4),
      })),
    )
  },
}

/** Balances, fees, own trades. */
export const accountEndpoints: Endpoints = {
  'GET /api/v3/account': accountInformation,
  'GET /api/v3/myTrades': myTrades,
  'GET /api/v3/account/commission': commission,
  'GET /sapi/v1/asset/tradeFee': tradeFee,
  'GET /api/v3/rateLimit/order': {
    weight: 40,
    security: 'signed',
    handle(_parameters, { limits }, account) {
      const used = limits.usedOrders(account.identity.account)
      return ok([
        { ...RATE_LIMIT_RULES[1], count: used.tenSeconds },
        { ...RATE_LIMIT_RULES[2], count: used.day },
      ])
    },
  },
}
