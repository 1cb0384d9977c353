import { amount } from '../../core/amount.ts'
import type { MarketRules } from '../engine/market-rules.ts'

/** Filters as Binance's exchangeInfo states them; balances and commissions have eight decimals. */
const TABLE: readonly (readonly [base: string, tick: string, step: string, maximum: string, marketMaximum: string])[] =
  [
    ['BTC', '0.01', '0.00001', '9000', '120'],
    ['ETH', '0.01', '0.0001', '9000', '3000'],
    ['XRP', '0.0001', '0.1', '9222449', '2000000'],
    ['LTC', '0.01', '0.001', '90000', '20000'],
    ['BNB', '0.01', '0.001', '900000', '5000'],
    ['ADA', '0.0001', '0.1', '9000000', '3700000'],
    ['DOGE', '0.00001', '1', '90000000', '20000000'],
    ['LINK', '0.01', '0.01', '90000', '40000'],
    ['MATIC', '0.0001', '0.1', '9000000', '1800000'],
    ['SOL', '0.01', '0.001', '90000', '30000'],
    ['DOT', '0.001', '0.01', '90000', '60000'],
    ['AVAX', '0.01', '0.01', '90000', '20000'],
    ['USDC', '0.0001', '1', '90000000', '10000000'],
  ]

const decimalsOf = (text: string): number => text.split('.')[1]?.length ?? 0

export function binanceMarkets(assets: readonly string[]): MarketRules[] {
  return TABLE.filter(([base]) => assets.includes(base)).map(([base, tick, step, maximum, marketMaximum]) => ({
    market: `${base}USDT`,
    base,
    quote: 'USDT',
    tick: amount(tick),
    step: amount(step),
    priceDecimals: decimalsOf(tick),
    quantityDecimals: decimalsOf(step),
    quoteDecimals: 8,
    baseDecimals: 8,
    minimumQuantity: amount(step),
    maximumQuantity: amount(maximum),
    maximumMarketQuantity: amount(marketMaximum),
    minimumNotional: amount('5'),
    maximumNotional: amount('9000000'),
    maximumPrice: amount('1000000'),
    priceBand: { low: 0.2, high: 5 },
  }))
}
