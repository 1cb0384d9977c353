import type { Amount } from '../../core/amount.ts'
import { multiply, prorate } from '../../core/amount.ts'
import type { Account } from './accounts.ts'
import { costOf, cutToDecimals, type MarketRules, quantityOfLots, raiseToDecimals } from './market-rules.ts'
import type { Side } from './order.ts'

/** 'received': in what the trade brings in (Binance); 'quote': always in the quote asset (Kraken). */
export type FeeScheme = 'received' | 'quote'

export interface Fee {
  readonly asset: string
  readonly amount: Amount
}

/** A third currency pays three quarters of the fee. */
const THIRD_CURRENCY_DISCOUNT = 75n

const RATE_SCALE = 10_000_000n
const rateOf = (bps: number): Amount => BigInt(Math.round(bps * 1000)) as Amount

export const applyRate = (value: Amount, bps: number): Amount => prorate(value, rateOf(bps), RATE_SCALE as Amount)

/** The fee of one fill, cut towards zero to the decimals of the asset it is paid in. */
export function feeOf(scheme: FeeScheme, rules: MarketRules, side: Side, lots: number, cost: Amount, bps: number): Fee {
  if (scheme === 'received' && side === 'buy') {
    return { asset: rules.base, amount: cutToDecimals(applyRate(quantityOfLots(rules, lots), bps), rules.baseDecimals) }
  }
  return { asset: rules.quote, amount: cutToDecimals(applyRate(cost, bps), rules.quoteDecimals) }
}

/** The same fee in a third currency at its price in the quote asset, if the account holds enough of it; else null. */
export function feeInThirdCurrency(account: Account, cost: Amount, bps: number, price: Amount | null): Fee | null {
  const asset = account.identity.fees.feeAsset
  if (asset === null || price === null) return null
  const inQuote = (applyRate(cost, bps) * THIRD_CURRENCY_DISCOUNT) / 100n
  const due = cutToDecimals(((inQuote * 10n ** 12n) / price) as Amount, 8)
  return account.free(asset) >= due ? { asset, amount: due } : null
}

/** What an order must hold back for its remaining lots, rounded up: a sell its lots, a buy its cost and any quote fee. */
export function lockFor(
  scheme: FeeScheme,
  rules: MarketRules,
  side: Side,
  ticks: number,
  lots: number,
  bps: number,
): Amount {
  if (lots === 0) return 0n as Amount
  const quantity = quantityOfLots(rules, lots)
  if (side === 'sell') return quantity
  const exact = multiply((BigInt(ticks) * rules.tick) as Amount, quantity)
  const cost = exact === costOf(rules, ticks, lots) ? exact : ((exact + 1n) as Amount)
  const withFee = scheme === 'quote' ? ((cost + applyRate(cost, bps) + 1n) as Amount) : cost
  return raiseToDecimals(withFee, rules.quoteDecimals)
}
