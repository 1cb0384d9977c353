import { amount } from '../../core/amount.ts'
import type { MarketRules } from '../engine/market-rules.ts'

/** Kraken's three names for a thing: key of the REST answers (XXBT), alternative name (XBT), WebSocket v2 (BTC). */
export interface KrakenAsset {
  readonly key: string
  readonly altname: string
  readonly asset: string
  readonly decimals: number
}
const asset = (asset: string, key = asset, altname = asset, decimals = 8): KrakenAsset => ({
  key,
  altname,
  asset,
  decimals,
})

export const KRAKEN_ASSETS: readonly KrakenAsset[] = [
  asset('BTC', 'XXBT', 'XBT', 10),
  asset('ETH', 'XETH', 'ETH', 10),
  asset('XRP', 'XXRP', 'XRP'),
  asset('LTC', 'XLTC', 'LTC', 10),
  asset('BNB'),
  asset('ADA'),
  asset('DOGE', 'XXDG', 'XDG'),
  asset('LINK', 'LINK', 'LINK', 10),
  asset('MATIC', 'MATIC', 'MATIC', 10),
  asset('SOL', 'SOL', 'SOL', 10),
  asset('DOT', 'DOT', 'DOT', 10),
  asset('AVAX', 'AVAX', 'AVAX', 10),
  asset('USDT'),
  asset('USDC'),
  asset('USD', 'ZUSD', 'USD', 4),
]

const TABLE: readonly (readonly [base: string, tick: string, orderMinimum: string])[] = [
  ['BTC', '0.1', '0.00005'],
  ['ETH', '0.01', '0.001'],
  ['XRP', '0.00001', '1.65'],
  ['LTC', '0.01', '0.05'],
  ['BNB', '0.01', '0.008'],
  ['ADA', '0.000001', '6'],
  ['DOGE', '0.0000001', '13'],
  ['LINK', '0.00001', '0.2'],
  ['MATIC', '0.0001', '10'],
  ['SOL', '0.01', '0.02'],
  ['DOT', '0.0001', '0.7'],
  ['AVAX', '0.01', '0.1'],
  ['USDT', '0.00001', '5'],
  ['USDC', '0.0001', '5'],
]

export const QUANTITY_DECIMALS = 8

export interface KrakenMarket extends MarketRules {
  /** XXBTZUSD: key of REST answers. */
  readonly key: string
  /** XBTUSD */
  readonly altname: string
  /** XBT/USD: the name of WebSocket v1, still served. `market` is the name of v2, BTC/USD. */
  readonly wsname: string
  readonly baseKey: string
}

export const assetOf = (name: string): KrakenAsset | undefined =>
  KRAKEN_ASSETS.find((entry) => entry.key === name || entry.altname === name || entry.asset === name)

export function krakenMarkets(assets: readonly string[]): KrakenMarket[] {
  return TABLE.filter(([base]) => assets.includes(base)).map(([base, tick, orderMinimum]) => {
    const entry = assetOf(base)!
    // Old assets have four-letter keys with a class letter, and their pairs join two such keys.
    const key =
      entry.key.length === 4 && /^[XZ]/.test(entry.key) && base !== 'DOGE'
        ? `${entry.key}ZUSD`
        : base === 'USDT'
          ? 'USDTZUSD'
          : `${entry.altname}USD`
    return {
      market: `${base}/USD`,
      key,
      altname: `${entry.altname}USD`,
      wsname: `${entry.altname}/USD`,
      base,
      baseKey: entry.key,
      quote: 'USD',
      tick: amount(tick),
      step: amount('0.00000001'),
      priceDecimals: tick.split('.')[1]!.length,
      quantityDecimals: QUANTITY_DECIMALS,
      quoteDecimals: 4,
      baseDecimals: entry.decimals,
      minimumQuantity: amount(orderMinimum),
      maximumQuantity: amount('50000000'),
      maximumMarketQuantity: amount('50000000'),
      minimumNotional: amount('0.5'),
      maximumNotional: amount('100000000'),
      maximumPrice: amount('10000000'),
      priceBand: null,
    }
  })
}
