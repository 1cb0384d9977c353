import { type Amount, ceilToStep, floorToStep, fromFloat, maximum, minimum, toFloat } from '../../core/amount.ts'
import type { Draft } from './draft.ts'
import { type ShapedTrade, sellable } from './shape-trades.ts'

/** Of the book: less than a tenth of a basis point is rounding, not a shortfall. */
export const SHORTFALL = 1e-5

/**
 * Where what all trades cost together leaves less than the reserve and no buy could lose steps for it, sales grow by
 * what is missing, the largest first, in whole steps: no further than what is held, and not out of their bands. The
 * optimiser knew their cost as an estimate of its own; what is told is known only now.
 *
 * @param shortUsd what is missing of the reserve
 */
export function fitSalesToCash(
  trades: readonly ShapedTrade[],
  costRates: readonly number[],
  shortUsd: number,
  draft: Pick<Draft, 'position' | 'limits' | 'grains'>,
): readonly ShapedTrade[] {
  const { position, grains } = draft
  if (shortUsd <= SHORTFALL * position.valueUsd || trades.some(({ side }) => side === 'buy')) return trades
  const fitted = [...trades]
  let left = shortUsd
  for (const at of [...trades.keys()].sort((a, b) => trades[b]!.notionalUsd - trades[a]!.notionalUsd || a - b)) {
    if (left <= 0) break
    const { quantity, notionalUsd, asset } = trades[at]!
    const priceUsd = notionalUsd / toFloat(quantity)
    const { step } = grains.get(asset)!
    // a sale pays its own cost
    const wanted = ceilToStep(fromFloat(left / (1 - costRates[at]!) / priceUsd), step)
    const room = maximum(quantity, mostSold(trades[at]!, draft, step, priceUsd))
    const grown = minimum(room, (quantity + wanted) as Amount)
    const added = toFloat((grown - quantity) as Amount) * priceUsd
    left -= added * (1 - costRates[at]!)
    fitted[at] = { ...trades[at]!, quantity: grown, notionalUsd: toFloat(grown) * priceUsd }
  }
  return fitted
}

function mostSold(
  { line, asset }: ShapedTrade,
  { position, limits }: Pick<Draft, 'position' | 'limits'>,
  step: Amount,
  priceUsd: number,
): Amount {
  const { weight } = position.lines[line]!
  const inBand = Math.max(0, weight - limits.tolerated.lower[line]!) * position.valueUsd
  return minimum(floorToStep(fromFloat(inBand / priceUsd), step), sellable(position.holdings, asset, step))
}
