import { amount } from '../../../core/amount.ts'
import type { Market, VenueId } from '../../../core/instruments.ts'

/** Prices and steps in the range of those the venues state; only their order of magnitude matters to the tests. */
const ASSETS: readonly (readonly [asset: string, priceUsd: number, binanceStep: string])[] = [
  ['BTC', 95_000, '0.00001'],
  ['ETH', 3_400, '0.0001'],
  ['XRP', 2.2, '0.1'],
  ['LTC', 105, '0.001'],
  ['BNB', 690, '0.001'],
  ['ADA', 0.95, '0.1'],
  ['DOGE', 0.34, '1'],
  ['LINK', 21, '0.01'],
  ['MATIC', 0.47, '0.1'],
  ['SOL', 195, '0.001'],
  ['DOT', 7, '0.01'],
  ['AVAX', 37, '0.01'],
]

export const PRICES: ReadonlyMap<string, number> = new Map([
  ...ASSETS.map(([asset, price]): [string, number] => [asset, price]),
  ['USDT', 1.0008],
  ['USD', 1],
])

type Offered = Pick<Market, 'venue' | 'base' | 'quote' | 'filters'>
const market = (venue: VenueId, base: string, quote: string, step: string): Offered => ({
  venue,
  base,
  quote,
  filters: {
    tick: amount('0.01'),
    step: amount(step),
    minimumQuantity: amount(step),
    maximumQuantity: amount('90000000'),
    minimumNotional: amount('5'),
  },
})

export const MARKETS: readonly Offered[] = [
  ...ASSETS.map(([asset, , step]) => market('binance', asset, 'USDT', step)),
  ...ASSETS.map(([asset]) => market('kraken', asset, 'USD', '0.00000001')),
  market('kraken', 'USDT', 'USD', '0.00000001'),
]
