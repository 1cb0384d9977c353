import { z } from 'zod'
import { subtract } from '../../core/amount.ts'
import type { VenueAccountId } from '../../core/client-book.ts'
import type { VenueBalance, VenueOrder } from '../../core/contracts/exchange.ts'
import type { AssetId, Bar, Market } from '../../core/instruments.ts'
import type { VenueTrade } from '../../core/order.ts'
import { millis } from '../../core/units.ts'
import { type ListedMarket, parseAmounts, type VenueMarkets } from './venue-markets.ts'
import { wireAmount, wireFloat } from './wire-schemas.ts'

/** Kraken spot's answers, as far as they matter, and what they mean in our words. */

const feeTiers = z.array(z.tuple([wireFloat, wireFloat])).min(1)
const assetPair = z.object({
  altname: z.string(),
  wsname: z.string(),
  pair_decimals: z.number().int(),
  lot_decimals: z.number().int(),
  tick_size: z.string().optional(),
  ordermin: z.string(),
  costmin: z.string().default('0'),
  status: z.string(),
  /** Volume and per cent of the base tier first. */
  fees: feeTiers,
  fees_maker: feeTiers,
})

export interface KrakenListing extends ListedMarket {
  readonly decimals: { readonly price: number; readonly quantity: number }
}

/** Kraken states no largest quantity; its own refusal is the limit. */
const NO_MAXIMUM = '1000000000000'
const powerOfTen = (decimals: number): string => `1e-${decimals}`

/** An entry of AssetPairs with ccxt's unified names; null when a figure we need is missing. */
export function readKrakenMarket(id: string, base: AssetId, quote: AssetId, info: unknown): KrakenListing | null {
  const parsed = assetPair.safeParse(info)
  if (!parsed.success) return null
  const pair = parsed.data
  const amounts = parseAmounts({
    tick: pair.tick_size ?? powerOfTen(pair.pair_decimals),
    step: powerOfTen(pair.lot_decimals),
    minimumQuantity: pair.ordermin,
    maximumQuantity: NO_MAXIMUM,
    minimumNotional: pair.costmin,
  })
  if (!amounts.ok) return null
  const market: Market = {
    venue: 'kraken',
    symbol: `${base}/${quote}`,
    base,
    quote,
    filters: amounts.value,
    fees: { maker: pair.fees_maker[0]![1] / 100, taker: pair.fees[0]![1] / 100 },
    feeTiers: pair.fees.map(([fromVolumeUsd, taker], tier) => ({
      fromVolumeUsd,
      // The two tables have the same steps; where one is shorter, its last rate goes on.
      maker: (pair.fees_maker[tier] ?? pair.fees_maker.at(-1)!)[1] / 100,
      taker: taker / 100,
    })),
    // limit_only takes all that we send.
    status: pair.status === 'online' || pair.status === 'limit_only' ? 'trading' : 'halted',
  }
  return {
    market,
    names: [pair.altname, id, pair.wsname, market.symbol],
    decimals: { price: pair.pair_decimals, quantity: pair.lot_decimals },
  }
}

/** What every answer wraps; refusals have been thrown before. */
export const resultOf = <T extends z.ZodType>(result: T) => z.object({ result })

const row = z.tuple([z.number(), wireFloat, wireFloat, wireFloat, wireFloat, wireFloat, wireFloat]).rest(z.unknown())
/** Time in seconds, open, high, low, close, vwap, volume, count. `last` is the name of no market. */
export const krakenOhlc = resultOf(z.record(z.string(), z.union([z.array(row), z.number()])))
export function toBars(answer: z.infer<typeof krakenOhlc>): Bar[] {
  const rows = Object.values(answer.result).find((value) => typeof value !== 'number') ?? []
  return rows.map(([seconds, open, high, low, close, , volume]) => ({
    openTime: millis(seconds * 1000),
    open,
    high,
    low,
    close,
    volume,
  }))
}

const level = z.tuple([z.string(), z.string()]).rest(z.unknown())
export const krakenDepth = resultOf(z.record(z.string(), z.object({ bids: z.array(level), asks: z.array(level) })))

export const krakenBalances = resultOf(
  z.record(z.string(), z.object({ balance: wireAmount, hold_trade: wireAmount.optional() })),
)
export const toBalances = (
  answer: z.infer<typeof krakenBalances>,
  assetOf: (name: string) => AssetId,
): readonly VenueBalance[] =>
  Object.entries(answer.result).map(([name, { balance, hold_trade: held }]) => ({
    asset: assetOf(name),
    free: held === undefined ? balance : subtract(balance, held),
    locked: held ?? subtract(balance, balance),
  }))

export const krakenAdded = resultOf(z.object({ txid: z.array(z.string().min(1)).min(1) }))
export const krakenCancelled = resultOf(z.object({ count: z.number() }))

const order = z.object({
  cl_ord_id: z.string().nullish(),
  opentm: z.number(),
  status: z.enum(['pending', 'open', 'closed', 'canceled', 'expired']),
  descr: z.object({ pair: z.string(), type: z.enum(['buy', 'sell']) }),
  vol: wireAmount,
  vol_exec: wireAmount,
  /** Ids of its trades, when asked for. */
  trades: z.array(z.string()).default([]),
})
export type KrakenOrder = z.infer<typeof order>
export const krakenOrders = resultOf(z.record(z.string(), order))
export const krakenOpenOrders = resultOf(z.object({ open: z.record(z.string(), order) }))
export const krakenClosedOrders = resultOf(
  z.object({ closed: z.record(z.string(), order), count: z.number().optional() }),
)

function stateOf({ status, vol_exec: filled }: KrakenOrder): VenueOrder['state'] {
  switch (status) {
    case 'pending':
    case 'open':
      return filled > 0n ? 'partially-filled' : 'working'
    case 'closed':
      return 'filled'
    case 'canceled':
      return 'cancelled'
    case 'expired':
      return 'expired'
  }
}

/** @param trades an order entry names its trades only by id; those that were asked for besides */
export const toVenueOrder = (
  id: string,
  entry: KrakenOrder,
  markets: VenueMarkets,
  trades: readonly VenueTrade[] = [],
): VenueOrder => ({
  venueOrderId: id,
  clientOrderId: entry.cl_ord_id ?? null,
  market: markets.keyOfName(entry.descr.pair),
  state: stateOf(entry),
  quantity: entry.vol,
  filledQuantity: entry.vol_exec,
  trades,
})

const trade = z.object({
  ordertxid: z.string(),
  pair: z.string(),
  /** Seconds with a fraction. */
  time: wireFloat,
  type: z.enum(['buy', 'sell']),
  price: wireAmount,
  cost: wireAmount,
  fee: wireAmount,
  vol: wireAmount,
  maker: z.boolean().optional(),
})
export const krakenTradesById = resultOf(z.record(z.string(), trade))
export const krakenTrades = resultOf(z.object({ trades: z.record(z.string(), trade), count: z.number() }))

/** Fees are in the quote currency: every order asks for that (`fciq`). */
export function toVenueTrade(
  id: string,
  entry: z.infer<typeof trade>,
  account: VenueAccountId,
  markets: VenueMarkets,
): VenueTrade {
  const market = markets.byName(entry.pair)
  return {
    id,
    venue: 'kraken',
    account,
    market: markets.keyOfName(entry.pair),
    venueOrderId: entry.ordertxid,
    side: entry.type,
    price: entry.price,
    quantity: entry.vol,
    cost: entry.cost,
    fee: entry.fee,
    feeAsset: market?.quote ?? 'USD',
    maker: entry.maker ?? false,
    at: millis(Math.round(entry.time * 1000)),
  }
}

export const krakenTradeVolume = resultOf(
  z.object({
    fees: z.record(z.string(), z.object({ fee: wireFloat })).default({}),
    fees_maker: z.record(z.string(), z.object({ fee: wireFloat })).default({}),
  }),
)

const number = z.union([z.number(), z.string(), z.null()])
const wsLevel = z.object({ price: number, qty: number })
/** A message of channel "book"; ccxt has parsed it, so that prices and quantities are JSON numbers. */
export const krakenBookMessage = z.object({
  type: z.enum(['snapshot', 'update']),
  data: z.array(
    z.object({
      symbol: z.string(),
      bids: z.array(wsLevel).default([]),
      asks: z.array(wsLevel).default([]),
      checksum: z.number(),
      timestamp: z.string().optional(),
    }),
  ),
})
