import { type Amount, formatAmountFixed, ZERO } from '../../core/amount.ts'
import { type MarketRules, priceOfTicks, quantityOfLots } from '../engine/market-rules.ts'
import { isLive, type Order, type OrderStatus, type OrderType, type Trade } from '../engine/order.ts'

/** Binance writes every amount with eight decimals and never with an exponent. */
export const text8 = (value: Amount): string => formatAmountFixed(value, 8)
export const number8 = (value: number): string => value.toFixed(8)

const STATUS: Readonly<Record<OrderStatus, string>> = {
  open: 'NEW',
  'partially-filled': 'PARTIALLY_FILLED',
  filled: 'FILLED',
  cancelled: 'CANCELED',
  expired: 'EXPIRED',
}
const TYPE: Readonly<Record<OrderType, string>> = { limit: 'LIMIT', 'limit-maker': 'LIMIT_MAKER', market: 'MARKET' }

export const statusText = (order: Order): string =>
  order.status === 'expired' && order.reason === 'self-trade' ? 'EXPIRED_IN_MATCH' : STATUS[order.status]
export const typeText = (order: Order): string => TYPE[order.type]
export const priceText = (rules: MarketRules, ticks: number | null): string =>
  text8(ticks === null ? ZERO : priceOfTicks(rules, ticks))
export const quantityText = (rules: MarketRules, lots: number): string => text8(quantityOfLots(rules, lots))

/** An order as GET /api/v3/order shows it. */
export const orderWire = (rules: MarketRules, order: Order): Record<string, unknown> => ({
  ...orderCore(rules, order),
  stopPrice: '0.00000000',
  icebergQty: '0.00000000',
  time: order.wireTime,
  updateTime: order.updatedAt,
  isWorking: isLive(order),
  workingTime: order.wireTime,
  selfTradePreventionMode: 'EXPIRE_MAKER',
})

/** The answer to a new order, in the detail that was asked for. */
export function newOrderWire(
  rules: MarketRules,
  order: Order,
  detail: 'ACK' | 'RESULT' | 'FULL',
): Record<string, unknown> {
  const { symbol, orderId, orderListId, clientOrderId, ...rest } = orderCore(rules, order)
  const head = { symbol, orderId, orderListId, clientOrderId, transactTime: order.updatedAt }
  if (detail === 'ACK') return head
  const result = { ...head, ...rest, workingTime: order.wireTime, selfTradePreventionMode: 'EXPIRE_MAKER' }
  if (detail === 'RESULT') return result
  const fills = order.trades.map((trade) => ({
    price: priceText(rules, trade.ticks),
    qty: quantityText(rules, trade.lots),
    commission: text8(trade.fee),
    commissionAsset: trade.feeAsset,
    tradeId: trade.id,
  }))
  return { ...result, fills }
}

/** The answer to a cancel: the order, under a client id of the cancel's own. */
export function cancelWire(rules: MarketRules, order: Order, cancelClientId: string): Record<string, unknown> {
  const { clientOrderId, ...rest } = orderCore(rules, order)
  return {
    ...rest,
    origClientOrderId: clientOrderId,
    clientOrderId: cancelClientId,
    transactTime: order.updatedAt,
    selfTradePreventionMode: 'EXPIRE_MAKER',
  }
}

export const tradeWire = (rules: MarketRules, trade: Trade): Record<string, unknown> => ({
  symbol: trade.market,
  id: trade.id,
  orderId: trade.orderId,
  orderListId: -1,
  price: priceText(rules, trade.ticks),
  qty: quantityText(rules, trade.lots),
  quoteQty: text8(trade.cost),
  commission: text8(trade.fee),
  commissionAsset: trade.feeAsset,
  time: trade.wireTime,
  isBuyer: trade.side === 'buy',
  isMaker: trade.maker,
  isBestMatch: true,
})

const orderCore = (rules: MarketRules, order: Order) => ({
  symbol: order.market,
  orderId: order.id,
  orderListId: -1,
  clientOrderId: order.clientOrderId,
  price: priceText(rules, order.ticks),
  origQty: quantityText(rules, order.lots),
  executedQty: quantityText(rules, order.filledLots),
  origQuoteOrderQty: text8(order.quoteAmount ?? ZERO),
  cummulativeQuoteQty: text8(order.cost),
  status: statusText(order),
  timeInForce: order.timeInForce.toUpperCase(),
  type: typeText(order),
  side: order.side.toUpperCase(),
})
