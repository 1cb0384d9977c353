import type { Amount } from './amount.ts'
import type { Millis } from './units.ts'

/** The exchanges this version connects to. */
export const VENUES = ['binance', 'kraken'] as const
export type VenueId = (typeof VENUES)[number]
/** As a sentence writes them. */
export const VENUE_NAMES: Readonly<Record<VenueId, string>> = { binance: 'Binance', kraken: 'Kraken' }

/** Unified asset code as ccxt names it: BTC, ETH, USDT, USD. */
export type AssetId = string

/** Settlement currencies. Each is a holding with a price of its own; none is assumed to be worth 1. */
export const SETTLEMENT_ASSETS = ['USD', 'USDT'] as const
export type SettlementAsset = (typeof SETTLEMENT_ASSETS)[number]
export const isSettlementAsset = (asset: AssetId): asset is SettlementAsset =>
  (SETTLEMENT_ASSETS as readonly string[]).includes(asset)

/** The line of a model portfolio, of the optimiser and of the screens that stands for all settlement currencies. */
export const CASH = 'CASH'

/** "binance:BTC/USDT": a market on a venue. */
export type MarketKey = `${VenueId}:${string}`
export const marketKey = (venue: VenueId, symbol: string): MarketKey => `${venue}:${symbol}`

/** Venue, base and quote of a market key. Throws on text that is none: keys are made by marketKey. */
export function splitMarketKey(key: MarketKey): { venue: VenueId; symbol: string; base: AssetId; quote: AssetId } {
  const match = /^([^:]+):(([^/]+)\/([^/:]+).*)$/.exec(key)
  if (!match) throw new Error(`"${key}" is not a market key like binance:BTC/USDT`)
  return { venue: match[1] as VenueId, symbol: match[2]!, base: match[3]!, quote: match[4]! }
}

/** What the venue refuses to take. All exact, in base units except tick (quote per base) and minimumNotional (quote). */
export interface MarketFilters {
  readonly tick: Amount
  readonly step: Amount
  readonly minimumQuantity: Amount
  readonly maximumQuantity: Amount
  readonly minimumNotional: Amount
}

/** Fractions of traded value of the account's own tier. */
export interface MarketFees {
  readonly maker: number
  readonly taker: number
}

/** One step of a venue's fee table: what applies from this 30-day volume on. Fees below zero are rebates. */
export interface FeeTier extends MarketFees {
  readonly fromVolumeUsd: number
}

export interface Market {
  readonly venue: VenueId
  /** Unified symbol, "BTC/USDT". */
  readonly symbol: string
  readonly base: AssetId
  readonly quote: AssetId
  readonly filters: MarketFilters
  readonly fees: MarketFees
  /** The venue's whole table, base tier first; absent where it publishes none. */
  readonly feeTiers?: readonly FeeTier[]
  readonly status: 'trading' | 'halted'
}

export const keyOf = (market: Pick<Market, 'venue' | 'symbol'>): MarketKey => marketKey(market.venue, market.symbol)

/** One price level, exact, as the venue sent it. */
export interface Level {
  readonly price: Amount
  readonly quantity: Amount
}

/** A verified order book at one moment: uncrossed, positive, best first. */
export interface OrderBookSnapshot {
  readonly market: MarketKey
  readonly bids: readonly Level[]
  readonly asks: readonly Level[]
  /** The venue's own ordering value: update id (Binance), update time in milliseconds (Kraken). */
  readonly sequence: number
  /** Wire time of the last update or confirming snapshot, on the desk's clock. */
  readonly receivedAt: Millis
}

/** A closed bar of a market, in market time. */
export interface Bar {
  readonly openTime: Millis
  readonly open: number
  readonly high: number
  readonly low: number
  readonly close: number
  /** Traded quantity of the base asset. */
  readonly volume: number
}
