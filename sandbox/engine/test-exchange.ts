import { amount } from '../../core/amount.ts'
import type { Changes, ExchangeListener, OrderEvent } from './changes.ts'
import { Exchange } from './exchange.ts'
import type { FeeScheme } from './fees.ts'
import type { MarketRules } from './market-rules.ts'
import type { Order, OrderRequest, Trade } from './order.ts'

/** A small market for the engine's own tests: tick 0.1, step 0.001, quote decimals as asked for. */
export const testRules = (market: string, base: string, quote: string, quoteDecimals: number): MarketRules => ({
  market,
  base,
  quote,
  tick: amount('0.1'),
  step: amount('0.001'),
  priceDecimals: 1,
  quantityDecimals: 3,
  quoteDecimals,
  baseDecimals: 8,
  minimumQuantity: amount('0.001'),
  maximumQuantity: amount('1000'),
  maximumMarketQuantity: amount('1000'),
  minimumNotional: amount('1'),
  maximumNotional: amount('1000000'),
  maximumPrice: amount('100000'),
  priceBand: null,
})

/** Remembers what the exchange told it. */
export class RecordingListener implements ExchangeListener {
  readonly changes: Changes[] = []
  readonly events: { order: Order; event: OrderEvent; trade: Trade | undefined }[] = []
  readonly prints: { ticks: number; lots: number }[] = []
  readonly taken: { side: string; ticks: number; lots: number }[] = []
  committed(changes: Changes): void {
    this.changes.push({ ...changes, orders: changes.orders.map((order) => ({ ...order, trades: [...order.trades] })) })
  }
  orderChanged(order: Order, event: OrderEvent, trade?: Trade): void {
    this.events.push({ order, event, trade })
  }
  balancesChanged(): void {}
  publicTrade({ ticks, lots }: { ticks: number; lots: number }): void {
    this.prints.push({ ticks, lots })
  }
  levelChanged(): void {}
  liquidityTaken(_market: string, side: string, ticks: number, lots: number): void {
    this.taken.push({ side, ticks, lots })
  }
}

export interface TestExchange {
  readonly exchange: Exchange
  readonly listener: RecordingListener
}

export function testExchange(feeScheme: FeeScheme, accounts: readonly string[], quoteDecimals = 8): TestExchange {
  const listener = new RecordingListener()
  let time = 1_000
  const exchange = new Exchange({
    markets: [testRules('AAAQQQ', 'AAA', 'QQQ', quoteDecimals), testRules('BNBQQQ', 'BNB', 'QQQ', quoteDecimals)],
    feeScheme,
    maximumOpenOrders: 50,
    wireTime: () => time++,
    marketTime: () => time,
    listener,
  })
  for (const account of accounts) {
    const fees = { makerBps: 16, takerBps: 26, feeAsset: null }
    exchange.openAccount({ account, apiKey: `key-${account}`, secret: 'secret', fees })
    for (const asset of ['AAA', 'QQQ', 'BNB']) exchange.transfer(account, 'deposit', asset, amount('10000'))
  }
  return { exchange, listener }
}

export const limitOrder = (
  account: string,
  side: 'buy' | 'sell',
  price: string,
  quantity: string,
  more: Partial<OrderRequest> = {},
): OrderRequest => ({
  account,
  market: 'AAAQQQ',
  clientOrderId: '',
  side,
  type: 'limit',
  timeInForce: 'gtc',
  price: amount(price),
  quantity: amount(quantity),
  quoteAmount: null,
  ...more,
})
