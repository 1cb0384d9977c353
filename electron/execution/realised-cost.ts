import { type Amount, add, divide, toFloat, ZERO } from '../../core/amount.ts'
import type { ChildRecord } from '../../core/contracts/store.ts'
import { splitMarketKey, type VenueId } from '../../core/instruments.ts'
import type { ParentOrder } from '../../core/order.ts'
import { type Bps, bps, type Usd, usd } from '../../core/units.ts'

/** What a parent order really cost, measured from its arrival price. Plus costs us, minus is better than arrival. */
export interface RealisedCost {
  readonly filledQuantity: Amount
  /** Quantity-weighted, USD; NaN before the first fill. */
  readonly averagePriceUsd: number
  /** Implementation shortfall without fees: side · (average − arrival) · quantity. */
  readonly shortfallUsd: Usd
  /** Shortfall ÷ arrival value of what was filled; NaN before the first fill. */
  readonly shortfallBps: Bps
  readonly feesUsd: Usd
  readonly totalUsd: Usd
  /** Part of the filled quantity per venue. */
  readonly venueShares: ReadonlyMap<VenueId, number>
}

/**
 * Sums over the distinct venue trades of a parent's children. Quote currencies count at the USD price of the moment
 * the child was planned; a fee in a third asset counts at `feePriceUsd`.
 */
export function realisedCost(
  parent: Pick<ParentOrder, 'side' | 'arrivalPriceUsd'>,
  children: readonly Pick<ChildRecord, 'child' | 'trades'>[],
  feePriceUsd: (asset: string) => number = () => Number.NaN,
): RealisedCost {
  let filled = ZERO
  let [valueUsd, feesUsd] = [0, 0]
  const byVenue = new Map<VenueId, Amount>()
  for (const { child, trades } of children) {
    const { base, quote } = splitMarketKey(child.market)
    const quoteUsd = toFloat(child.quotePriceUsd)
    for (const trade of trades) {
      filled = add(filled, trade.quantity)
      byVenue.set(child.venue, add(byVenue.get(child.venue) ?? ZERO, trade.quantity))
      valueUsd += toFloat(trade.cost) * quoteUsd
      const unitUsd =
        trade.feeAsset === quote
          ? quoteUsd
          : trade.feeAsset === base
            ? toFloat(trade.price) * quoteUsd
            : feePriceUsd(trade.feeAsset)
      if (trade.fee !== ZERO) feesUsd += toFloat(trade.fee) * unitUsd
    }
  }
  const quantity = toFloat(filled)
  const arrivalUsd = quantity * parent.arrivalPriceUsd
  const shortfallUsd = parent.side === 'buy' ? valueUsd - arrivalUsd : arrivalUsd - valueUsd
  return {
    filledQuantity: filled,
    averagePriceUsd: quantity > 0 ? valueUsd / quantity : Number.NaN,
    shortfallUsd: usd(shortfallUsd),
    shortfallBps: bps(quantity > 0 ? (1e4 * shortfallUsd) / arrivalUsd : Number.NaN),
    feesUsd: usd(feesUsd),
    totalUsd: usd(shortfallUsd + feesUsd),
    venueShares: new Map([...byVenue].map(([venue, part]) => [venue, toFloat(divide(part, filled))])),
  }
}
