import { z } from 'zod'
import { type Amount, floorToStep, multiply } from '../../core/amount.ts'
import type { VenueAccountId } from '../../core/client-book.ts'
import type { VenueOrder } from '../../core/contracts/exchange.ts'
import type { Bar, Market } from '../../core/instruments.ts'
import type { Side, VenueTrade } from '../../core/order.ts'
import { millis } from '../../core/units.ts'
import { type ListedMarket, parseAmounts, type VenueMarkets } from './venue-markets.ts'
import { wireAmount, wireFloat, wireId, wireLevels } from './wire-schemas.ts'

/** Binance spot's answers, as far as they matter, and what they mean in our words. */

const listedSymbol = z.object({
  symbol: z.string(),
  status: z.string(),
  baseAsset: z.string(),
  quoteAsset: z.string(),
  filters: z.array(z.looseObject({ filterType: z.string() })),
})
const filterText = z.string().min(1)

/** A symbol of exchangeInfo; null for one that is not listed in our quote currency or lacks a filter we need. */
export function readBinanceMarket(
  info: unknown,
  quote: string,
  fees: { readonly maker: number; readonly taker: number },
): ListedMarket | null {
  const parsed = listedSymbol.safeParse(info)
  if (!parsed.success || parsed.data.quoteAsset !== quote) return null
  const { symbol, status, baseAsset, filters } = parsed.data
  const read = (type: string, field: string): string => {
    const text = filterText.safeParse(filters.find((filter) => filter.filterType === type)?.[field])
    return text.success ? text.data : ''
  }
  const amounts = parseAmounts({
    tick: read('PRICE_FILTER', 'tickSize'),
    step: read('LOT_SIZE', 'stepSize'),
    minimumQuantity: read('LOT_SIZE', 'minQty'),
    maximumQuantity: read('LOT_SIZE', 'maxQty'),
    minimumNotional: read('NOTIONAL', 'minNotional') || read('MIN_NOTIONAL', 'minNotional'),
  })
  if (!amounts.ok) return null
  const market: Market = {
    venue: 'binance',
    symbol: `${baseAsset}/${quote}`,
    base: baseAsset,
    quote,
    filters: amounts.value,
    fees,
    status: status === 'TRADING' ? 'trading' : 'halted',
  }
  return { market, names: [symbol] }
}

export const binanceDepth = z.object({ lastUpdateId: z.number().int(), bids: wireLevels, asks: wireLevels })
export const binanceDepthEvent = z.object({
  E: z.number().optional(),
  s: z.string(),
  U: z.number().int(),
  u: z.number().int(),
  b: wireLevels,
  a: wireLevels,
})

/** Open time, open, high, low, close, volume, … */
export const binanceKlines = z.array(
  z.tuple([z.number(), wireFloat, wireFloat, wireFloat, wireFloat, wireFloat]).rest(z.unknown()),
)
export const toBar = ([openTime, open, high, low, close, volume]: z.infer<typeof binanceKlines>[number]): Bar => ({
  openTime: millis(openTime),
  open,
  high,
  low,
  close,
  volume,
})

export const binanceAccount = z.object({
  canWithdraw: z.boolean(),
  balances: z.array(z.object({ asset: z.string(), free: wireAmount, locked: wireAmount })),
})
export const binanceTradeFees = z.array(
  z.object({ symbol: z.string(), makerCommission: wireFloat, takerCommission: wireFloat }),
)

const side = z.enum(['BUY', 'SELL']).transform((text): Side => (text === 'BUY' ? 'buy' : 'sell'))

const STATES = {
  NEW: 'working',
  PENDING_NEW: 'working',
  PENDING_CANCEL: 'working',
  PARTIALLY_FILLED: 'partially-filled',
  FILLED: 'filled',
  CANCELED: 'cancelled',
  EXPIRED: 'expired',
  EXPIRED_IN_MATCH: 'expired',
  REJECTED: 'rejected',
} as const satisfies Record<string, VenueOrder['state']>

export const binanceOrder = z.object({
  symbol: z.string(),
  orderId: wireId,
  clientOrderId: z.string(),
  origQty: wireAmount,
  executedQty: wireAmount,
  status: z.enum(Object.keys(STATES) as (keyof typeof STATES)[]),
  side,
  transactTime: z.number().optional(),
  fills: z
    .array(
      z.object({
        price: wireAmount,
        qty: wireAmount,
        commission: wireAmount,
        commissionAsset: z.string(),
        tradeId: wireId,
      }),
    )
    .default([]),
})
export type BinanceOrder = z.infer<typeof binanceOrder>
export const binanceOrders = z.array(binanceOrder)

/** Binance books costs with eight decimals; a fill in an order's answer states only price and quantity. */
const QUOTE_STEP = 10_000n as Amount

export function toVenueOrder(order: BinanceOrder, account: VenueAccountId, markets: VenueMarkets): VenueOrder {
  const market = markets.keyOfName(order.symbol)
  return {
    venueOrderId: order.orderId,
    clientOrderId: order.clientOrderId,
    market,
    state: STATES[order.status],
    quantity: order.origQty,
    filledQuantity: order.executedQty,
    trades: order.fills.map((fill) => ({
      id: fill.tradeId,
      venue: 'binance',
      account,
      market,
      venueOrderId: order.orderId,
      side: order.side,
      price: fill.price,
      quantity: fill.qty,
      cost: floorToStep(multiply(fill.price, fill.qty), QUOTE_STEP),
      fee: fill.commission,
      feeAsset: fill.commissionAsset,
      // What fills while it is being placed takes.
      maker: false,
      at: millis(order.transactTime ?? 0),
    })),
  }
}

const binanceTrade = z.object({
  symbol: z.string(),
  id: wireId,
  orderId: wireId,
  price: wireAmount,
  qty: wireAmount,
  quoteQty: wireAmount,
  commission: wireAmount,
  commissionAsset: z.string(),
  time: z.number(),
  isBuyer: z.boolean(),
  isMaker: z.boolean(),
})
export const binanceTrades = z.array(binanceTrade)

export const toVenueTrade = (
  trade: z.infer<typeof binanceTrade>,
  account: VenueAccountId,
  markets: VenueMarkets,
): VenueTrade => ({
  id: trade.id,
  venue: 'binance',
  account,
  market: markets.keyOfName(trade.symbol),
  venueOrderId: trade.orderId,
  side: trade.isBuyer ? 'buy' : 'sell',
  price: trade.price,
  quantity: trade.qty,
  cost: trade.quoteQty,
  fee: trade.commission,
  feeAsset: trade.commissionAsset,
  maker: trade.isMaker,
  at: millis(trade.time),
})
