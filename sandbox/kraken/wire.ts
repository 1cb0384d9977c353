import { type Amount, divide, formatAmountFixed, sum, ZERO } from '../../core/amount.ts'
import { priceOfTicks, quantityOfLots } from '../engine/market-rules.ts'
import { isLive, type Order, type OrderReason, type OrderStatus, type Trade } from '../engine/order.ts'
import { assetOf, type KrakenMarket, QUANTITY_DECIMALS } from './markets.ts'
import { KRAKEN } from './profile.ts'

export const priceText = (market: KrakenMarket, ticks: number): string =>
  formatAmountFixed(priceOfTicks(market, ticks), market.priceDecimals)
export const quantityText = (market: KrakenMarket, lots: number): string =>
  formatAmountFixed(quantityOfLots(market, lots), QUANTITY_DECIMALS)
/** Costs and fees are booked with the quote's own decimals and shown with one more, as Kraken does. */
export const costText = (value: Amount): string => formatAmountFixed(value, 5)
export const balanceText = (asset: string, value: Amount): string =>
  formatAmountFixed(value, assetOf(asset)?.decimals ?? 8)
export const assetKey = (asset: string): string => assetOf(asset)?.key ?? asset
export const seconds = (milliseconds: number): number => milliseconds / 1000

const STATUS: Readonly<Record<OrderStatus, string>> = {
  open: 'open',
  'partially-filled': 'open',
  filled: 'closed',
  cancelled: 'canceled',
  expired: 'expired',
}
const REASON: Readonly<Record<OrderReason, string | null>> = {
  '': null,
  user: 'User requested',
  'time-in-force': 'Immediate or cancel',
  'self-trade': 'Self trade prevention',
  'no-liquidity': 'Insufficient liquidity',
  timer: 'Cancel all after timeout',
}

export const feeOfOrder = (order: Order): Amount => sum(order.trades.map((trade) => trade.fee))
export const averageTicksPrice = (market: KrakenMarket, order: Order): Amount =>
  order.filledLots === 0 ? ZERO : divide(order.cost, quantityOfLots(market, order.filledLots))

/** "buy 0.01000000 XBTUSD @ limit 59000.0" */
export function describeOrder(market: KrakenMarket, order: Pick<Order, 'side' | 'lots' | 'ticks' | 'type'>): string {
  const price = order.ticks === null ? 'market' : `limit ${priceText(market, order.ticks)}`
  return `${order.side} ${quantityText(market, order.lots)} ${market.altname} @ ${price}`
}

/** An order as QueryOrders, OpenOrders and ClosedOrders show it. */
export const orderWire = (market: KrakenMarket, order: Order, withTrades: boolean): Record<string, unknown> => ({
  refid: null,
  userref: 0,
  ...(order.clientOrderId === '' ? {} : { cl_ord_id: order.clientOrderId }),
  status: STATUS[order.status],
  ...(isLive(order) ? {} : { reason: REASON[order.reason], closetm: seconds(order.updatedAt) }),
  opentm: seconds(order.wireTime),
  starttm: 0,
  expiretm: 0,
  descr: {
    pair: market.altname,
    aclass: 'forex',
    type: order.side,
    ordertype: order.ticks === null ? 'market' : 'limit',
    price: order.ticks === null ? '0' : priceText(market, order.ticks),
    price2: '0',
    leverage: 'none',
    order: describeOrder(market, order),
    close: '',
  },
  vol: quantityText(market, order.lots),
  vol_exec: quantityText(market, order.filledLots),
  cost: costText(order.cost),
  fee: costText(feeOfOrder(order)),
  price: formatAmountFixed(averageTicksPrice(market, order), market.priceDecimals),
  stopprice: '0.00000',
  limitprice: '0.00000',
  misc: '',
  oflags: order.type === 'limit-maker' ? 'fciq,post' : 'fciq',
  ...(withTrades ? { trades: order.trades.map((trade) => KRAKEN.tradeId(trade)) } : {}),
})

/** A trade as TradesHistory and QueryTrades show it. */
export const tradeWire = (market: KrakenMarket, trade: Trade, order: Order | undefined): Record<string, unknown> => ({
  ordertxid: KRAKEN.orderId(trade.orderId),
  postxid: 'TKH2SE-M7IF5-CFI7LT',
  pair: market.key,
  aclass: 'forex',
  time: seconds(trade.wireTime),
  type: trade.side,
  ordertype: order?.ticks === null ? 'market' : 'limit',
  price: priceText(market, trade.ticks),
  cost: costText(trade.cost),
  fee: costText(trade.fee),
  vol: quantityText(market, trade.lots),
  margin: '0.00000',
  leverage: '0',
  misc: '',
  trade_id: trade.id,
  maker: trade.maker,
  ...(trade.clientOrderId === '' ? {} : { cl_ord_id: trade.clientOrderId }),
})
