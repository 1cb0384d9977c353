import { toFloat } from '../../core/amount.ts'
import { type AssetId, CASH, isSettlementAsset, type VenueId } from '../../core/instruments.ts'
import type { Side } from '../../core/order.ts'
import {
  type CostCurve,
  type MarketQuality,
  mergeCostCurve,
  type VenueShares,
} from '../../workers/microstructure/index.ts'
import type { BookPosition, PriceBoard } from './book-position.ts'

/** Cost inputs of every market, measured from live order books and bars. */
export interface CostBoard {
  /** The asset's markets against settlement currencies, usable or not. */
  markets(asset: AssetId): readonly MarketQuality[]
}

interface Capacity {
  readonly venue: VenueId
  readonly usd: number
}

/**
 * Where the router would go with a trade of this size: the cheapest venue first, as far as the book's own inventory
 * there reaches (its holding for a sale; its quote cash and expected proceeds for a buy), then the next.
 * null: no inventory says anything, the venues share by their volume.
 */
export function venueShares(
  markets: readonly MarketQuality[],
  capacities: readonly Capacity[],
  needUsd: number,
): VenueShares | null {
  const cheapest = markets
    .filter((market) => market.unusable === null)
    .sort((a, b) => a.halfSpreadBps + a.takerBps - (b.halfSpreadBps + b.takerBps) || (a.venue < b.venue ? -1 : 1))
  const shares: Partial<Record<VenueId, number>> = {}
  let left = Math.max(needUsd, 1)
  for (const { venue } of cheapest) {
    const room = capacities.find((capacity) => capacity.venue === venue)?.usd ?? 0
    const use = Math.min(left, Math.max(0, room))
    if (use > 0) shares[venue] = (shares[venue] ?? 0) + use
    left -= use
    if (left <= 0) break
  }
  return Object.keys(shares).length > 0 ? shares : null
}

/** Per line, what selling and what buying costs this book; null for CASH and where no venue can be used. */
export interface LineCosts {
  readonly sell: readonly (CostCurve | null)[]
  readonly buy: readonly (CostCurve | null)[]
}

export function lineCosts(position: BookPosition, board: CostBoard, prices: PriceBoard): LineCosts {
  const valueOf = (asset: AssetId, venue: VenueId): number => {
    let quantity = 0
    for (const held of position.holdings)
      if (held.asset === asset && held.venue === venue) quantity += toFloat(held.quantity)
    return quantity * (prices.get(asset)?.priceUsd ?? 0)
  }
  const cash = new Map<VenueId, number>()
  for (const held of position.holdings)
    if (isSettlementAsset(held.asset) && !cash.has(held.venue)) cash.set(held.venue, 0)
  for (const held of position.holdings)
    if (isSettlementAsset(held.asset)) {
      const value = toFloat(held.quantity) * (prices.get(held.asset)?.priceUsd ?? 0)
      cash.set(held.venue, (cash.get(held.venue) ?? 0) + value)
    }
  const sell = position.lines.map((line) => {
    if (line.asset === CASH) return null
    const markets = board.markets(line.asset)
    const held = markets.map(({ venue }) => ({ venue, usd: valueOf(line.asset, venue) }))
    const excess = Math.max(0, line.weight - line.target) * position.valueUsd
    for (const { venue, usd } of held) cash.set(venue, (cash.get(venue) ?? 0) + Math.min(usd, excess))
    return curveOf(markets, line.asset, 'sell', venueShares(markets, held, excess))
  })
  const buy = position.lines.map((line) => {
    if (line.asset === CASH) return null
    const markets = board.markets(line.asset)
    const need = Math.max(0, line.target - line.weight) * position.valueUsd
    const paid = markets.map(({ venue }) => ({ venue, usd: cash.get(venue) ?? 0 }))
    return curveOf(markets, line.asset, 'buy', venueShares(markets, paid, need))
  })
  return { sell, buy }
}

function curveOf(
  markets: readonly MarketQuality[],
  asset: AssetId,
  side: Side,
  shares: VenueShares | null,
): CostCurve | null {
  const curve = mergeCostCurve(markets, asset, side, shares)
  return curve.ok ? curve.value : null
}

/** c of the line and side; 0 for CASH. */
export const linearCost = (curve: CostCurve | null): number => curve?.linearCost ?? 0
export const curveOfSide = (costs: LineCosts, side: Side, line: number): CostCurve | null =>
  (side === 'buy' ? costs.buy : costs.sell)[line] ?? null
