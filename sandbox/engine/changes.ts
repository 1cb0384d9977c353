import type { Amount } from '../../core/amount.ts'
import type { AccountIdentity } from './accounts.ts'
import type { Order, Side, Trade } from './order.ts'

export interface Transfer {
  readonly id: number
  readonly kind: 'deposit' | 'withdrawal'
  readonly account: string
  readonly asset: string
  readonly amount: Amount
  readonly wireTime: number
  readonly marketTime: number
}

/** What one command changed; written down as a whole before its answer leaves. */
export interface Changes {
  readonly accounts: readonly AccountIdentity[]
  readonly transfers: readonly Transfer[]
  /** Orders as they stand after the command. */
  readonly orders: readonly Order[]
  readonly trades: readonly Trade[]
}

export type OrderEvent = 'new' | 'trade' | 'cancelled' | 'expired'

/** A trade as everybody sees it. */
export interface PublicTrade {
  readonly id: number
  readonly market: string
  readonly takerSide: Side
  readonly ticks: number
  readonly lots: number
  readonly wireTime: number
  readonly marketTime: number
}

export interface ExchangeListener {
  /** First of all: throws if it can't be written, and then nothing is answered. */
  committed(changes: Changes): void
  orderChanged(order: Order, event: OrderEvent, trade?: Trade): void
  balancesChanged(account: string, assets: readonly string[]): void
  publicTrade(trade: PublicTrade): void
  levelChanged(market: string, side: Side, ticks: number): void
  /** A client took the market's own liquidity from the book side `side`. */
  liquidityTaken(market: string, side: Side, ticks: number, lots: number): void
}
