import { toFloat } from '../../core/amount.ts'
import { type AssetId, CASH, isSettlementAsset, type VenueId } from '../../core/instruments.ts'
import type { Side } from '../../core/order.ts'
import {
  type CostCurve,
  type LadderOf,
  type MarketQuality,
  mergeCostCurve,
  routedShares,
  type VenueCapacities,
} from '../../workers/microstructure/index.ts'
import type { BookPosition, PriceBoard } from './book-position.ts'

/** Cost inputs of every market, measured from live order books and bars. */
export interface CostBoard {
  /** The asset's markets against settlement currencies, usable or not. */
  markets(asset: AssetId): readonly MarketQuality[]
  /** Their order books of this moment, as costs against the asset's price; null where there is none. */
  readonly ladder: LadderOf
}

/** Per line, what selling and what buying costs this book; null for CASH and where no venue can be used. */
export interface LineCosts {
  readonly sell: readonly (CostCurve | null)[]
  readonly buy: readonly (CostCurve | null)[]
}

/** Curves are fitted up to the way to the target, and at least up to this part of the book. */
const SMALLEST_RANGE = 0.01

/**
 * What the router would pay: the cheapest venue's next unit first, as far as the book's own inventory there reaches,
 * its holding for a sale; for a buy its quote cash and the sales' expected proceeds, which lines that lack weight
 * share by what they lack. Where there is no inventory, or only on venues that can't be used now, the others are taken
 * as open without limit: a line has a cost even while it can't be traded.
 */
export function lineCosts(position: BookPosition, board: CostBoard, prices: PriceBoard): LineCosts {
  const { lines, valueUsd } = position
  const held = inventory(position, prices)
  const cash = new Map<VenueId, number>()
  for (const { asset, venue, usd } of held) if (isSettlementAsset(asset)) addTo(cash, venue, usd)
  const rangeOf = (needUsd: number): number => Math.max(needUsd, SMALLEST_RANGE * valueUsd)
  const sell = lines.map((line) => {
    if (line.asset === CASH) return null
    const capacities: Partial<Record<VenueId, number>> = {}
    for (const { asset, venue, usd } of held)
      if (asset === line.asset) capacities[venue] = (capacities[venue] ?? 0) + usd
    const excess = Math.max(0, line.weight - line.target) * valueUsd
    const curve = curveOf(board, line.asset, 'sell', capacities, rangeOf(excess))
    if (curve !== null)
      for (const [venue, usd] of routedShares(curve, excess)) addTo(cash, venue, Math.min(usd, capacities[venue] ?? 0))
    return curve
  })
  const lacking = lines.map((line) => (line.asset === CASH ? 0 : Math.max(0, line.target - line.weight) * valueUsd))
  const lack = lacking.reduce((sum, usd) => sum + usd, 0)
  const buy = lines.map((line, i) => {
    if (line.asset === CASH) return null
    const share = lacking[i]! > 0 ? lacking[i]! / lack : 1
    const capacities = Object.fromEntries([...cash].map(([venue, usd]) => [venue, usd * share])) as VenueCapacities
    return curveOf(board, line.asset, 'buy', capacities, rangeOf(lacking[i]!))
  })
  return { sell, buy }
}

const addTo = (totals: Map<VenueId, number>, venue: VenueId, usd: number): void =>
  void totals.set(venue, (totals.get(venue) ?? 0) + usd)

function inventory(
  position: BookPosition,
  prices: PriceBoard,
): readonly { readonly asset: AssetId; readonly venue: VenueId; readonly usd: number }[] {
  return position.holdings.map(({ asset, venue, quantity }) => ({
    asset,
    venue,
    usd: quantity === 0n ? 0 : toFloat(quantity) * (prices.get(asset)?.priceUsd ?? 0),
  }))
}

function curveOf(
  board: CostBoard,
  asset: AssetId,
  side: Side,
  capacities: VenueCapacities,
  rangeUsd: number,
): CostCurve | null {
  const markets = board.markets(asset)
  for (const limits of [capacities, null]) {
    const curve = mergeCostCurve(markets, asset, side, limits, rangeUsd, board.ladder)
    if (curve.ok) return curve.value
  }
  return null
}

/**
 * c of the line and side; 0 for CASH. Not below 0: where one venue's best price is beyond the other's by more than the
 * fees, both ways together would be worth trading for their own sake.
 */
export const linearCost = (curve: CostCurve | null): number => Math.max(0, curve?.linearCost ?? 0)
export const curveOfSide = (costs: LineCosts, side: Side, line: number): CostCurve | null =>
  (side === 'buy' ? costs.buy : costs.sell)[line] ?? null
