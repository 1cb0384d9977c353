import { type Amount, floorToStep, multiply } from '../../core/amount.ts'

/**
 * A market at a venue with its filters. The engine counts prices in ticks and quantities in lots: whole numbers
 * below 2^53 (`maximumQuantity / step` and `maximumPrice / tick` are checked when a market is made).
 */
export interface MarketRules {
  readonly market: string
  readonly base: string
  readonly quote: string
  readonly tick: Amount
  readonly step: Amount
  readonly priceDecimals: number
  readonly quantityDecimals: number
  /** Decimals of the quote asset's balance: costs and quote fees are cut to it. */
  readonly quoteDecimals: number
  readonly baseDecimals: number
  readonly minimumQuantity: Amount
  readonly maximumQuantity: Amount
  readonly maximumMarketQuantity: Amount
  readonly minimumNotional: Amount
  readonly maximumNotional: Amount
  readonly maximumPrice: Amount
  /** A limit may lie between reference × low and reference × high; null where the venue has no such filter. */
  readonly priceBand: { readonly low: number; readonly high: number } | null
}

export const decimalUnit = (decimals: number): Amount => (10n ** BigInt(12 - decimals)) as Amount

/** Cut towards zero to the decimals of an asset. */
export const cutToDecimals = (value: Amount, decimals: number): Amount => floorToStep(value, decimalUnit(decimals))
export const raiseToDecimals = (value: Amount, decimals: number): Amount => {
  const cut = cutToDecimals(value, decimals)
  return (cut === value ? cut : cut + decimalUnit(decimals)) as Amount
}

export const priceOfTicks = (rules: MarketRules, ticks: number): Amount => (BigInt(ticks) * rules.tick) as Amount
export const quantityOfLots = (rules: MarketRules, lots: number): Amount => (BigInt(lots) * rules.step) as Amount
export const lotsOfQuantity = (rules: MarketRules, quantity: Amount): number => Number(quantity / rules.step)
export const ticksOfPrice = (rules: MarketRules, price: Amount): number => Number(price / rules.tick)

/** Ticks × lots in the quote asset, cut to its decimals: the very figure that is booked and reported. */
export const costOf = (rules: MarketRules, ticks: number, lots: number): Amount =>
  cutToDecimals(multiply(priceOfTicks(rules, ticks), quantityOfLots(rules, lots)), rules.quoteDecimals)

/** Throws on a market whose whole numbers a double could not hold: a mistake in the venue's table. */
export function checkMarketRules(rules: MarketRules): MarketRules {
  const limit = BigInt(Number.MAX_SAFE_INTEGER)
  if (rules.maximumQuantity / rules.step > limit || rules.maximumPrice / rules.tick > limit) {
    throw new Error(`${rules.market}: the largest order does not fit into whole lots and ticks`)
  }
  return rules
}
