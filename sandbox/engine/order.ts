import type { Amount } from '../../core/amount.ts'

export type Side = 'buy' | 'sell'
export type OrderType = 'limit' | 'limit-maker' | 'market'
export type TimeInForce = 'gtc' | 'ioc' | 'fok'
export type OrderStatus = 'open' | 'partially-filled' | 'filled' | 'cancelled' | 'expired'
/** Why an order ended unfilled. */
export type OrderReason = '' | 'user' | 'time-in-force' | 'self-trade' | 'no-liquidity' | 'timer'

/** A fill as one account sees it: cost and fee are what its balances moved by. */
export interface Trade {
  readonly id: number
  readonly account: string
  readonly market: string
  readonly side: Side
  readonly ticks: number
  readonly lots: number
  readonly cost: Amount
  readonly fee: Amount
  readonly feeAsset: string
  readonly orderId: number
  readonly clientOrderId: string
  readonly maker: boolean
  readonly wireTime: number
  readonly marketTime: number
}

export interface Order {
  readonly id: number
  readonly account: string
  readonly market: string
  readonly clientOrderId: string
  readonly side: Side
  readonly type: OrderType
  readonly timeInForce: TimeInForce
  /** null for market orders. */
  readonly ticks: number | null
  readonly lots: number
  /** Market buys by quote amount: what was to be spent. */
  readonly quoteAmount: Amount | null
  readonly wireTime: number
  readonly marketTime: number
  status: OrderStatus
  reason: OrderReason
  filledLots: number
  cost: Amount
  /** Still held back for this order, in the asset it pays with. */
  locked: Amount
  updatedAt: number
  readonly trades: Trade[]
}

export interface OrderRequest {
  readonly account: string
  readonly market: string
  /** Unique among the account's open orders; '' for none. */
  readonly clientOrderId: string
  readonly side: Side
  readonly type: OrderType
  readonly timeInForce: TimeInForce
  readonly price: Amount | null
  readonly quantity: Amount | null
  readonly quoteAmount: Amount | null
}

export const isLive = (order: Order): boolean => order.status === 'open' || order.status === 'partially-filled'
export const opposite = (side: Side): Side => (side === 'buy' ? 'sell' : 'buy')
