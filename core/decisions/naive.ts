import type { AssetId } from '../instruments.ts'
import type { CostSplit, Side } from '../order.ts'
import { addCosts, costSplit } from './cost-split.ts'
import { type CostParts, costOnLadder, slabCost } from './ladder-cost.ts'
import type { NaiveLadders, NaiveOrder } from './naive-orders.ts'

/** One book's naive orders. `waits`: it goes after those that don't, as its proposal does. */
export interface NaiveFlow {
  readonly orders: readonly NaiveOrder[]
  readonly waits: boolean
}

export interface NaiveCost {
  readonly total: CostSplit
  readonly byAsset: ReadonlyMap<AssetId, CostSplit>
}

/**
 * What naive orders of many books cost at one moment, sent out together: all of a venue, asset and side walk its order
 * book once, and each pays its part of the average price, behind what other books have to trade there:
 *
 *     cost_i = q_i/S·(C_v(D_v + S) − C_v(D_v)),    S = Σ_i q_i
 *
 * It is how proposals are told their cost (`poolCosts`), by the same walk: a saving is then one of doing and not of
 * reckoning. Priced one by one, a firm's books would each have the best price to themselves, which none of them gets.
 *
 * `besideUsd`: naive orders of books that are not here; where they go is not known, and taken to be as these do.
 * Answers in the order of the flows.
 */
export function naiveCosts(
  flows: readonly NaiveFlow[],
  ladder: NaiveLadders,
  besideUsd: (asset: AssetId, side: Side) => number,
): readonly NaiveCost[] {
  const done = besideByVenue(flows, besideUsd)
  const costs = new Map<NaiveFlow, NaiveCost>()
  for (const block of [flows.filter(({ waits }) => !waits), flows.filter(({ waits }) => waits)]) {
    const traded = usdByVenue(block)
    const slabs = new Map<string, CostParts>()
    for (const { orders } of block)
      for (const order of orders) {
        const key = venueKey(order)
        if (slabs.has(key)) continue
        const { asset, side, venue } = order
        const walked = ladder(venue, asset, side)!
        slabs.set(
          key,
          slabCost((usd) => costOnLadder(walked, usd), done.get(key) ?? 0, traded.get(key)!),
        )
      }
    for (const flow of block) costs.set(flow, shareOf(flow, slabs, traded))
    for (const [key, usd] of traded) done.set(key, (done.get(key) ?? 0) + usd)
  }
  return flows.map((flow) => costs.get(flow)!)
}

const sideKey = ({ asset, side }: NaiveOrder): string => `${side} ${asset}`
const venueKey = (order: NaiveOrder): string => `${order.venue} ${sideKey(order)}`

function usdByVenue(flows: readonly NaiveFlow[], keyOf = venueKey): Map<string, number> {
  const sums = new Map<string, number>()
  for (const { orders } of flows)
    for (const order of orders) sums.set(keyOf(order), (sums.get(keyOf(order)) ?? 0) + order.notionalUsd)
  return sums
}

/** Over the venues in the proportions of what is traded here. */
function besideByVenue(
  flows: readonly NaiveFlow[],
  besideUsd: (asset: AssetId, side: Side) => number,
): Map<string, number> {
  const whole = usdByVenue(flows, sideKey)
  const beside = new Map<string, number>()
  for (const { orders } of flows)
    for (const order of orders) {
      const part = (besideUsd(order.asset, order.side) * order.notionalUsd) / whole.get(sideKey(order))!
      beside.set(venueKey(order), (beside.get(venueKey(order)) ?? 0) + part)
    }
  return beside
}

function shareOf(
  { orders }: NaiveFlow,
  slabs: ReadonlyMap<string, CostParts>,
  traded: ReadonlyMap<string, number>,
): NaiveCost {
  const byAsset = new Map<AssetId, CostSplit>()
  for (const order of orders) {
    const key = venueKey(order)
    const cost = costSplit(slabs.get(key)!, order.notionalUsd / traded.get(key)!)
    const before = byAsset.get(order.asset)
    byAsset.set(order.asset, before === undefined ? cost : addCosts([before, cost]))
  }
  return { byAsset, total: addCosts([...byAsset.values()]) }
}
