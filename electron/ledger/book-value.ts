import { type Amount, add, toFloat, ZERO } from '../../core/amount.ts'
import type { Holding } from '../../core/client-book.ts'
import { type AssetId, CASH, isSettlementAsset, type VenueId } from '../../core/instruments.ts'

type Owned = Pick<Holding, 'asset' | 'quantity'>

/** Exact quantity per asset over all venues. */
export function quantitiesOf(holdings: readonly Owned[]): ReadonlyMap<AssetId, Amount> {
  const quantities = new Map<AssetId, Amount>()
  for (const { asset, quantity } of holdings) quantities.set(asset, add(quantities.get(asset) ?? ZERO, quantity))
  return quantities
}

/** Exact settlement currencies per venue: what can be spent there. */
export function cashOf(holdings: readonly Holding[], venue: VenueId): ReadonlyMap<AssetId, Amount> {
  return quantitiesOf(holdings.filter((held) => held.venue === venue && isSettlementAsset(held.asset)))
}

/**
 * USD value per line as float64, settlement currencies together under CASH, each at its own price.
 * An asset without a price is NaN, and so is the sum: nothing is claimed about it.
 */
export function lineValuesUsd(
  holdings: readonly Owned[],
  pricesUsd: ReadonlyMap<AssetId, number>,
): ReadonlyMap<AssetId, number> {
  const values = new Map<AssetId, number>()
  for (const [asset, quantity] of quantitiesOf(holdings)) {
    const line = isSettlementAsset(asset) ? CASH : asset
    const value = quantity === ZERO ? 0 : toFloat(quantity) * (pricesUsd.get(asset) ?? Number.NaN)
    values.set(line, (values.get(line) ?? 0) + value)
  }
  return values
}

/** Weight per line: fraction of the value of all lines; NaN throughout where a price is missing. */
export function lineWeights(
  holdings: readonly Owned[],
  pricesUsd: ReadonlyMap<AssetId, number>,
): { readonly valueUsd: number; readonly weights: ReadonlyMap<AssetId, number> } {
  const values = lineValuesUsd(holdings, pricesUsd)
  const valueUsd = [...values.values()].reduce((sum, value) => sum + value, 0)
  return { valueUsd, weights: new Map([...values].map(([line, value]) => [line, value / valueUsd])) }
}
