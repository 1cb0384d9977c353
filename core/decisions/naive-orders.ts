import { toFloat } from '../amount.ts'
import { assert } from '../assert.ts'
import type { Holding } from '../client-book.ts'
import { type AssetId, CASH, isSettlementAsset, type VenueId } from '../instruments.ts'
import type { Side } from '../order.ts'
import { costOnLadder, type LadderCost } from './ladder-cost.ts'

/** Against the price it is valued at; null where the venue does not trade the asset or its order book can't be used. */
export type NaiveLadders = (venue: VenueId, asset: AssetId, side: Side) => LadderCost | null

export interface NaiveRequest {
  readonly holdings: readonly Pick<Holding, 'venue' | 'asset' | 'quantity'>[]
  /** Targets of the model, CASH included or not; an asset held without a target is sold. */
  readonly targets: readonly { readonly asset: AssetId; readonly target: number }[]
  /** USD mid: values the book and is the arrival price that costs are measured from. */
  readonly priceUsd: (asset: AssetId) => number
  readonly ladder: NaiveLadders
  readonly venues: readonly VenueId[]
}

export interface NaiveOrder {
  readonly asset: AssetId
  readonly side: Side
  readonly venue: VenueId
  /** At the arrival price. */
  readonly notionalUsd: number
}

/**
 * What the naive rebalance of one client book would send out now (QUANT, measures of success): every asset to its exact
 * target, at market. Each sale is split over the venues by where the holding is; all buys go to the venue with the
 * most quote cash once the sales are done, whether or not it is enough. No tolerance, no patience, no netting. Where a
 * venue has no order book that can be used the order goes to another; where none has, it is left out.
 */
export function naiveOrders(request: NaiveRequest): readonly NaiveOrder[] {
  const { holdings, priceUsd, venues, ladder } = request
  const worth = (held: NaiveRequest['holdings'][number]): number =>
    held.quantity === 0n ? 0 : toFloat(held.quantity) * priceUsd(held.asset)
  const valueUsd = holdings.reduce((total, held) => total + worth(held), 0)
  assert(valueUsd > 0, `the value of a client book is above zero, not ${valueUsd}`)
  const orders: NaiveOrder[] = []
  const send = (asset: AssetId, side: Side, wanted: VenueId, quantity: number): void => {
    const venue = [wanted, ...venues].find((candidate) => ladder(candidate, asset, side) !== null)
    if (venue !== undefined) orders.push({ asset, side, venue, notionalUsd: quantity * priceUsd(asset) })
  }
  const trades = tradesToTarget(request, valueUsd)
  for (const [asset, quantity] of trades)
    if (quantity < 0)
      for (const part of partsWhereHeld(request, asset, -quantity)) send(asset, 'sell', part.venue, part.quantity)
  const cashUsd = new Map<VenueId, number>(venues.map((venue) => [venue, 0]))
  const add = (venue: VenueId, usd: number): void => void cashUsd.set(venue, (cashUsd.get(venue) ?? 0) + usd)
  for (const held of holdings) if (isSettlementAsset(held.asset)) add(held.venue, worth(held))
  for (const { asset, venue, notionalUsd } of orders) {
    const { fee, spread, impact } = costOnLadder(ladder(venue, asset, 'sell')!, notionalUsd)
    add(venue, notionalUsd - fee - spread - impact)
  }
  const [richest] = [...cashUsd].sort(([, a], [, b]) => b - a)
  assert(richest !== undefined, 'there is at least one venue')
  for (const [asset, quantity] of trades) if (quantity > 0) send(asset, 'buy', richest[0], quantity)
  return orders
}

/** Signed quantity per asset that brings each to its exact target weight of the value before costs. */
function tradesToTarget({ holdings, targets, priceUsd }: NaiveRequest, valueUsd: number): Map<AssetId, number> {
  const trades = new Map<AssetId, number>()
  for (const { asset, target } of targets) {
    if (asset !== CASH && target !== 0) trades.set(asset, (target * valueUsd) / priceUsd(asset))
  }
  for (const { asset, quantity } of holdings) {
    if (!isSettlementAsset(asset)) trades.set(asset, (trades.get(asset) ?? 0) - toFloat(quantity))
  }
  // Rounding leaves some 1e-16 on a line that is on target: not a trade.
  return new Map([...trades].filter(([asset, quantity]) => Math.abs(quantity) * priceUsd(asset) > 1e-9 * valueUsd))
}

interface Part {
  readonly venue: VenueId
  readonly quantity: number
}

function partsWhereHeld({ holdings, venues }: NaiveRequest, asset: AssetId, quantity: number): Part[] {
  const heldOn = (venue: VenueId): number =>
    holdings
      .filter((held) => held.venue === venue && held.asset === asset)
      .reduce((total, held) => total + toFloat(held.quantity), 0)
  const total = venues.reduce((sum, venue) => sum + heldOn(venue), 0)
  return venues
    .map((venue) => ({ venue, quantity: (quantity * heldOn(venue)) / total }))
    .filter((part) => part.quantity > 0)
}
