import { z } from 'zod'
import { err, ok, type Result } from '../../../core/result.ts'
import type { Account } from '../../engine/accounts.ts'
import type { Order } from '../../engine/order.ts'
import type { BinanceContext, Endpoint, Endpoints, Parameters } from '../context.ts'
import {
  BAD_ORDER_TYPE,
  BAD_SIDE,
  BAD_SYMBOL,
  BAD_TIME_IN_FORCE,
  type BinanceError,
  missingParameter,
  NO_SUCH_ORDER,
  refusalError,
  UNKNOWN_ORDER,
  unwantedParameter,
} from '../errors.ts'
import { clientId, decimal, flag, integer, limitUpTo, read } from '../parameters.ts'
import { cancelWire, newOrderWire, orderWire } from '../wire.ts'
import { bookOf } from './markets.ts'

const newOrder = z.object({
  symbol: z.string(),
  side: z.enum(['BUY', 'SELL'], 'BUY|SELL'),
  type: z.enum(['LIMIT', 'LIMIT_MAKER', 'MARKET'], 'LIMIT|LIMIT_MAKER|MARKET'),
  timeInForce: z.enum(['GTC', 'IOC', 'FOK'], 'GTC|IOC|FOK').optional(),
  quantity: decimal.optional(),
  quoteOrderQty: decimal.optional(),
  price: decimal.optional(),
  newClientOrderId: clientId.optional(),
  newOrderRespType: z.enum(['ACK', 'RESULT', 'FULL'], 'ACK|RESULT|FULL').optional(),
})
type NewOrder = z.infer<typeof newOrder>

/** Order features that the sandbox does not have: refused rather than ignored. */
const UNSUPPORTED = ['stopPrice', 'trailingDelta', 'icebergQty', 'pegPriceType', 'pegOffsetValue']
const ENUMERATIONS: Readonly<Record<string, BinanceError>> = {
  side: BAD_SIDE,
  type: BAD_ORDER_TYPE,
  timeInForce: BAD_TIME_IN_FORCE,
}

/** Which parameters belong to which order type. */
function checkShape(order: NewOrder): Result<true, BinanceError> {
  if (order.type === 'MARKET') {
    if (order.price !== undefined) return err(unwantedParameter('price'))
    if (order.timeInForce !== undefined) return err(unwantedParameter('timeInForce'))
    if (order.quantity !== undefined && order.quoteOrderQty !== undefined)
      return err(unwantedParameter('quoteOrderQty'))
    if (order.quantity === undefined && order.quoteOrderQty === undefined) return err(missingParameter('quantity'))
    return ok(true)
  }
  if (order.quoteOrderQty !== undefined) return err(unwantedParameter('quoteOrderQty'))
  if (order.quantity === undefined) return err(missingParameter('quantity'))
  if (order.price === undefined) return err(missingParameter('price'))
  if (order.type === 'LIMIT' && order.timeInForce === undefined) return err(missingParameter('timeInForce'))
  if (order.type === 'LIMIT_MAKER' && order.timeInForce !== undefined) return err(unwantedParameter('timeInForce'))
  return ok(true)
}

const placeOrder: Endpoint = {
  weight: 1,
  security: 'signed',
  isOrder: true,
  handle(parameters, context, account) {
    const given = readNewOrder(parameters, context)
    if (!given.ok) return given
    const order = given.value
    const { exchange } = context.venue
    const type = order.type === 'LIMIT_MAKER' ? 'limit-maker' : order.type === 'MARKET' ? 'market' : 'limit'
    const placed = exchange.place({
      account: account.identity.account,
      market: order.symbol,
      clientOrderId: order.newClientOrderId ?? `sandbox${exchange.nextOrderId}`,
      side: order.side === 'BUY' ? 'buy' : 'sell',
      type,
      timeInForce: (order.timeInForce ?? 'GTC').toLowerCase() as Lowercase<'GTC' | 'IOC' | 'FOK'>,
      price: order.price ?? null,
      quantity: order.quantity ?? null,
      quoteAmount: order.quoteOrderQty ?? null,
    })
    if (!placed.ok) return err(refusalError(placed.error.code))
    const detail = order.newOrderRespType ?? (type === 'limit-maker' ? 'ACK' : 'FULL')
    return ok(newOrderWire(exchange.books.get(order.symbol)!.rules, placed.value, detail))
  },
}

function readNewOrder(parameters: Parameters, context: BinanceContext): Result<NewOrder, BinanceError> {
  for (const [name, error] of Object.entries(ENUMERATIONS)) {
    const value = parameters[name]
    if (value && !newOrder.shape[name as 'side' | 'type' | 'timeInForce'].safeParse(value).success) return err(error)
  }
  const unsupported = UNSUPPORTED.find((name) => parameters[name] !== undefined)
  if (unsupported !== undefined) return err(unwantedParameter(unsupported))
  const given = read(newOrder, parameters)
  if (!given.ok) return given
  const shape = checkShape(given.value)
  if (!shape.ok) return shape
  const book = bookOf(context, given.value.symbol)
  return book.ok ? given : book
}

const orderReference = z.object({
  symbol: z.string(),
  orderId: integer.optional(),
  origClientOrderId: z.string().optional(),
  newClientOrderId: clientId.optional(),
})

function findOrder(
  parameters: Parameters,
  context: BinanceContext,
  account: Account,
  absent: BinanceError,
): Result<Order, BinanceError> {
  const given = read(orderReference, parameters)
  if (!given.ok) return given
  const book = bookOf(context, given.value.symbol)
  if (!book.ok) return book
  const { orderId, origClientOrderId, symbol } = given.value
  if (orderId === undefined && origClientOrderId === undefined) return err(missingParameter('orderId'))
  const { index } = context.venue.exchange
  const order =
    orderId === undefined
      ? index.byClientId(account.identity.account, origClientOrderId!)
      : index.order(account.identity.account, orderId)
  return order && order.market === symbol ? ok(order) : err(absent)
}

const queryOrder: Endpoint = {
  weight: 4,
  security: 'signed',
  handle(parameters, context, account) {
    const found = findOrder(parameters, context, account, NO_SUCH_ORDER)
    if (!found.ok) return found
    return ok(orderWire(context.venue.exchange.books.get(found.value.market)!.rules, found.value))
  },
}

const cancelOrder: Endpoint = {
  weight: 1,
  security: 'signed',
  handle(parameters, context, account) {
    const found = findOrder(parameters, context, account, UNKNOWN_ORDER)
    if (!found.ok) return found
    if (!context.venue.exchange.cancel(found.value)) return err(UNKNOWN_ORDER)
    const { rules } = context.venue.exchange.books.get(found.value.market)!
    return ok(cancelWire(rules, found.value, parameters.newClientOrderId ?? `cancel${found.value.id}`))
  },
}

const openOrders: Endpoint = {
  weight: ({ symbol }) => (symbol === undefined ? 80 : 6),
  security: 'signed',
  handle({ symbol }, context, account) {
    const { exchange } = context.venue
    if (symbol !== undefined && !exchange.books.has(symbol)) return err(BAD_SYMBOL)
    const live = exchange.index.live(account.identity.account)
    const orders = live.filter((order) => symbol === undefined || order.market === symbol)
    return ok(orders.map((order) => orderWire(exchange.books.get(order.market)!.rules, order)))
  },
}

const cancelOpenOrders: Endpoint = {
  weight: 1,
  security: 'signed',
  handle({ symbol }, context, account) {
    const book = bookOf(context, symbol)
    if (!book.ok) return book
    const { exchange } = context.venue
    const orders = exchange.index.live(account.identity.account).filter((order) => order.market === symbol)
    if (orders.length === 0) return err(UNKNOWN_ORDER)
    return ok(
      orders.map((order) => {
        exchange.cancel(order)
        return cancelWire(book.value.rules, order, `cancel${order.id}`)
      }),
    )
  },
}

const allOrders: Endpoint = {
  weight: 20,
  security: 'signed',
  handle(parameters, context, account) {
    const schema = z.object({
      symbol: z.string(),
      orderId: integer.optional(),
      startTime: integer.optional(),
      endTime: integer.optional(),
      limit: limitUpTo(1000, 500),
    })
    const given = read(schema, parameters)
    if (!given.ok) return given
    const { symbol, orderId, startTime, endTime, limit } = given.value
    const book = bookOf(context, symbol)
    if (!book.ok) return book
    const found = context.venue.exchange.index
      .orders(account.identity.account)
      .filter(
        (order) =>
          order.market === symbol &&
          (orderId === undefined || order.id >= orderId) &&
          (startTime === undefined || order.wireTime >= startTime) &&
          (endTime === undefined || order.wireTime <= endTime),
      )
    const page = orderId === undefined && startTime === undefined ? found.slice(-limit) : found.slice(0, limit)
    return ok(page.map((order) => orderWire(book.value.rules, order)))
  },
}

/** New orders, queries and cancels. */
export const orderEndpoints: Endpoints = {
  'POST /api/v3/order': placeOrder,
  'POST /api/v3/order/test': {
    weight: 1,
    security: 'signed',
    handle(parameters, context) {
      const given = readNewOrder(parameters, context)
      if (!given.ok) return given
      const computed =
        parameters.computeCommissionRates === undefined
          ? ok(false)
          : read(z.object({ computeCommissionRates: flag }), parameters)
      return computed.ok ? ok({}) : computed
    },
  },
  'GET /api/v3/order': queryOrder,
  'DELETE /api/v3/order': cancelOrder,
  'GET /api/v3/openOrders': openOrders,
  'DELETE /api/v3/openOrders': cancelOpenOrders,
  'GET /api/v3/allOrders': allOrders,
}
