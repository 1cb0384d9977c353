import { toFloat } from '../../core/amount.ts'
import { type AssetId, CASH, isSettlementAsset, type VenueId } from '../../core/instruments.ts'
import type { Side } from '../../core/order.ts'
import type { BookPosition, PriceBoard } from './book-position.ts'

/** What trading an asset costs on one venue now, as fractions of traded value. */
export interface VenueCost {
  readonly venue: VenueId
  readonly halfSpread: number
  readonly taker: number
}

/** Cost inputs of every asset, measured from live order books and bars. */
export interface CostBoard {
  /** Venues whose order book is fresh; empty: the asset can't be traded now. */
  venues(asset: AssetId): readonly VenueCost[]
  /** Y of `k = Y·σ_daily·√(V/ADV)`. */
  impactY(asset: AssetId): number
  sigmaDaily(asset: AssetId): number
  /** Average daily volume over all venues, USD. */
  advUsd(asset: AssetId): number
}

/** The linear cost of one line and side for the venues this book would use. */
export interface LinearCost {
  readonly fee: number
  readonly spread: number
}

interface Capacity {
  readonly venue: VenueId
  readonly usd: number
}

/**
 * The venues' linear costs weighted by where the router would go: cheapest first, as far as the book's own inventory
 * on that venue reaches (its holding for a sale; its quote cash and expected proceeds there for a buy). What is beyond
 * all inventory takes the average of the whole.
 */
export function blendCosts(costs: readonly VenueCost[], capacities: readonly Capacity[], needUsd: number): LinearCost {
  const room = new Map(capacities.map((capacity) => [capacity.venue, Math.max(0, capacity.usd)]))
  const cheapest = [...costs].sort(
    (a, b) => a.halfSpread + a.taker - (b.halfSpread + b.taker) || (a.venue < b.venue ? -1 : 1),
  )
  let left = Math.max(needUsd, 1e-9)
  let [fee, spread, taken] = [0, 0, 0]
  for (const cost of cheapest) {
    const use = Math.min(left, room.get(cost.venue) ?? 0)
    fee += use * cost.taker
    spread += use * cost.halfSpread
    taken += use
    left -= use
    if (left <= 0) break
  }
  if (taken > 0) return { fee: fee / taken, spread: spread / taken }
  const first = cheapest[0]
  return first === undefined ? { fee: 0, spread: 0 } : { fee: first.taker, spread: first.halfSpread }
}

/** Per line, the linear cost of selling and of buying; CASH costs nothing. */
export function lineCosts(
  position: BookPosition,
  board: CostBoard,
  prices: PriceBoard,
): { readonly sell: readonly LinearCost[]; readonly buy: readonly LinearCost[] } {
  const free: LinearCost = { fee: 0, spread: 0 }
  const valueOn = new Map<string, number>()
  for (const held of position.holdings) {
    const price = prices.get(held.asset)?.priceUsd ?? 0
    const value = toFloat(held.quantity) * price
    valueOn.set(`${held.venue}/${held.asset}`, (valueOn.get(`${held.venue}/${held.asset}`) ?? 0) + value)
  }
  const excess = (i: number): number =>
    Math.max(0, position.lines[i]!.weight - position.lines[i]!.target) * position.valueUsd
  const cash = new Map<VenueId, number>()
  for (const held of position.holdings)
    if (isSettlementAsset(held.asset))
      cash.set(
        held.venue,
        (cash.get(held.venue) ?? 0) + toFloat(held.quantity) * (prices.get(held.asset)?.priceUsd ?? 0),
      )
  const sell = position.lines.map((line, i) => {
    if (line.asset === CASH) return free
    const venues = board.venues(line.asset)
    const held = venues.map(({ venue }) => ({ venue, usd: valueOn.get(`${venue}/${line.asset}`) ?? 0 }))
    for (const { venue, usd } of held) cash.set(venue, (cash.get(venue) ?? 0) + Math.min(usd, excess(i)))
    return blendCosts(venues, held, excess(i))
  })
  const buy = position.lines.map((line) => {
    if (line.asset === CASH) return free
    const need = Math.max(0, line.target - line.weight) * position.valueUsd
    const venues = board.venues(line.asset)
    return blendCosts(
      venues,
      venues.map(({ venue }) => ({ venue, usd: cash.get(venue) ?? 0 })),
      need,
    )
  })
  return { sell, buy }
}

export const linearCost = (cost: LinearCost): number => cost.fee + cost.spread
export const costOfSide = (
  costs: { sell: readonly LinearCost[]; buy: readonly LinearCost[] },
  side: Side,
  line: number,
): LinearCost => (side === 'buy' ? costs.buy : costs.sell)[line]!
