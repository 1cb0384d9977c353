import { type Amount, parseAmount } from '../../../core/amount.ts'
import { err, ok, type Result } from '../../../core/result.ts'
import type { Account } from '../../engine/accounts.ts'
import { lotsOfQuantity, ticksOfPrice } from '../../engine/market-rules.ts'
import { isLive, type Order, type OrderRequest, type TimeInForce } from '../../engine/order.ts'
import type { KrakenContext, Parameters, PrivateEndpoint } from '../context.ts'
import { marketOf } from '../context.ts'
import {
  DEADLINE_ELAPSED,
  invalidArgument,
  ORDER_RATE_LIMIT,
  refusalText,
  UNKNOWN_ORDER,
  UNKNOWN_PAIR,
} from '../errors.ts'
import { numberOfKrakenId } from '../ids.ts'
import type { KrakenMarket } from '../markets.ts'
import { KRAKEN } from '../profile.ts'
import { describeOrder, orderWire } from '../wire.ts'
import { pageOf } from './page.ts'

const UUID = /^[0-9a-f]{8}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{12}$/i
const FREE_TEXT = /^[\x21-\x7e]{1,18}$/
const FLAGS = ['post', 'fciq', 'nompp']

/** Orders have a counter of their own, per market. */
const addOrder: PrivateEndpoint = {
  cost: 0,
  handle(parameters, context, account) {
    const market = marketOf(context, parameters.pair)
    if (!market) return err(UNKNOWN_PAIR)
    const { deadline } = parameters
    if (deadline !== undefined) {
      const time = Date.parse(deadline)
      if (Number.isNaN(time)) return err(invalidArgument('deadline'))
      if (time < context.venue.wireTime()) return err(DEADLINE_ELAPSED)
    }
    const request = readOrder(parameters, market, account)
    if (!request.ok) return request
    if (!context.limits.allowOrder(account.identity.account, market.market)) return err(ORDER_RATE_LIMIT)
    if (parameters.validate === 'true') return ok({ descr: { order: describeRequest(market, request.value) } })
    const placed = context.venue.exchange.place(request.value)
    if (!placed.ok) return err(refusalText(placed.error.code, market))
    return ok({ descr: { order: describeOrder(market, placed.value) }, txid: [KRAKEN.orderId(placed.value.id)] })
  },
}

function readOrder(parameters: Parameters, market: KrakenMarket, account: Account): Result<OrderRequest, string> {
  const { type, ordertype, cl_ord_id: clientOrderId = '', userref } = parameters
  if (type !== 'buy' && type !== 'sell') return err(invalidArgument('type'))
  if (ordertype !== 'limit' && ordertype !== 'market') return err(invalidArgument('ordertype'))
  if (userref !== undefined && userref !== '0') return err(invalidArgument('userref'))
  if (clientOrderId !== '' && !UUID.test(clientOrderId) && !FREE_TEXT.test(clientOrderId)) {
    return err(invalidArgument('cl_ord_id'))
  }
  const flags = (parameters.oflags ?? '').split(',').filter((flag) => flag !== '')
  if (flags.some((flag) => !FLAGS.includes(flag))) return err(invalidArgument('oflags'))
  const timeInForce = (parameters.timeinforce ?? 'GTC').toLowerCase()
  if (!isTimeInForce(timeInForce)) return err(invalidArgument('timeinforce'))
  if ([parameters.starttm, parameters.expiretm].some((time) => time !== undefined && time !== '0')) {
    return err(invalidArgument('expiretm'))
  }
  const quantity = positive(parameters.volume)
  if (quantity === null) return err(invalidArgument('volume'))
  const price = ordertype === 'limit' ? positive(parameters.price) : null
  if (ordertype === 'limit' && price === null) return err(invalidArgument('price'))
  const postOnly = flags.includes('post')
  if (postOnly && (ordertype === 'market' || timeInForce !== 'gtc')) return err(invalidArgument('oflags'))
  return ok({
    account: account.identity.account,
    market: market.market,
    clientOrderId,
    side: type,
    type: ordertype === 'market' ? 'market' : postOnly ? 'limit-maker' : 'limit',
    timeInForce,
    price,
    quantity,
    quoteAmount: null,
  })
}

const isTimeInForce = (text: string): text is TimeInForce => text === 'gtc' || text === 'ioc' || text === 'fok'

function positive(text: string | undefined): Amount | null {
  if (text === undefined || !/^\d+(\.\d+)?$/.test(text)) return null
  const parsed = parseAmount(text)
  return parsed.ok && parsed.value > 0n ? parsed.value : null
}

const describeRequest = (market: KrakenMarket, { side, type, price, quantity }: OrderRequest): string =>
  describeOrder(market, {
    side,
    type,
    ticks: price === null ? null : ticksOfPrice(market, price),
    lots: lotsOfQuantity(market, quantity!),
  })

const queryOrders: PrivateEndpoint = {
  cost: 1,
  handle(parameters, context, account) {
    const ids = (parameters.txid ?? '').split(',').filter((id) => id !== '')
    if (ids.length === 0) return err(invalidArgument('txid'))
    const found: Record<string, unknown> = {}
    for (const id of ids) {
      const order = byTransactionId(id, context, account)
      if (order) found[id] = orderWire(marketOf(context, order.market)!, order, parameters.trades === 'true')
    }
    return Object.keys(found).length === 0 ? err(UNKNOWN_ORDER) : ok(found)
  },
}

function byTransactionId(id: string, context: KrakenContext, account: Account): Order | undefined {
  const number = numberOfKrakenId(id)
  return number === null ? undefined : context.venue.exchange.index.order(account.identity.account, number)
}

const rows = (orders: readonly Order[], parameters: Parameters, context: KrakenContext): Record<string, unknown> =>
  Object.fromEntries(
    orders.map((order) => [
      KRAKEN.orderId(order.id),
      orderWire(marketOf(context, order.market)!, order, parameters.trades === 'true'),
    ]),
  )

const openOrders: PrivateEndpoint = {
  cost: 1,
  handle(parameters, context, account) {
    const { cl_ord_id: clientOrderId } = parameters
    const live = context.venue.exchange.index
      .live(account.identity.account)
      .filter((order) => !clientOrderId || order.clientOrderId === clientOrderId)
    return ok({ open: rows(live.toReversed(), parameters, context) })
  },
}

const closedOrders: PrivateEndpoint = {
  cost: 1,
  handle(parameters, context, account) {
    const { cl_ord_id: clientOrderId } = parameters
    const closed = context.venue.exchange.index
      .orders(account.identity.account)
      .filter((order) => !isLive(order) && (!clientOrderId || order.clientOrderId === clientOrderId))
    const page = pageOf(
      closed,
      parameters,
      (order) => order.updatedAt,
      (order) => KRAKEN.orderId(order.id),
    )
    if (!page.ok) return page
    return ok({ closed: rows(page.value.rows, parameters, context), count: page.value.count })
  },
}

const cancelOrder: PrivateEndpoint = {
  cost: 0,
  handle(parameters, context, account) {
    const { txid, cl_ord_id: clientOrderId } = parameters
    const { index } = context.venue.exchange
    const order = clientOrderId
      ? index.byClientId(account.identity.account, clientOrderId)
      : byTransactionId(txid ?? '', context, account)
    if (!order || !context.venue.exchange.cancel(order)) return err(UNKNOWN_ORDER)
    return ok({ count: 1 })
  },
}

const cancelAll: PrivateEndpoint = {
  cost: 0,
  handle(_parameters, context, account) {
    const { exchange } = context.venue
    const live = exchange.index.live(account.identity.account)
    for (const order of live) exchange.cancel(order)
    return ok({ count: live.length })
  },
}

const cancelAllAfter: PrivateEndpoint = {
  cost: 0,
  handle({ timeout }, { switches, venue }, account) {
    const wait = Number(timeout)
    if (timeout === undefined || !(Number.isInteger(wait) && wait >= 0 && wait <= 86_400)) {
      return err(invalidArgument('timeout'))
    }
    switches.arm(account.identity.account, wait)
    const now = venue.wireTime()
    const text = (time: number): string => `${new Date(time).toISOString().slice(0, 19)}Z`
    return ok({ currentTime: text(now), triggerTime: wait === 0 ? '0' : text(now + wait * 1000) })
  },
}

/** New orders, queries and cancels. */
export const orderEndpoints: Readonly<Record<string, PrivateEndpoint>> = {
  AddOrder: addOrder,
  QueryOrders: queryOrders,
  OpenOrders: openOrders,
  ClosedOrders: closedOrders,
  CancelOrder: cancelOrder,
  CancelAll: cancelAll,
  CancelAllOrdersAfter: cancelAllAfter,
}
