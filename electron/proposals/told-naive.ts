import { type NaiveCost, naiveCosts } from '../../core/decisions/naive.ts'
import type { Draft } from './draft.ts'
import type { FlowBeside } from './flow-pools.ts'
import type { MarketView } from './planning-inputs.ts'
import type { PricedTrades } from './price-drafts.ts'
import type { PlanningSettings } from './settings.ts'

/**
 * What the books of one plan would pay naively, each draft's beside what it is told: in the same company, where what is
 * told is priced in company, and in the same order.
 */
export function toldNaive(
  drafts: readonly Draft[],
  priced: readonly PricedTrades[],
  market: Pick<MarketView, 'naiveOrders' | 'naiveLadders'>,
  beside: Pick<FlowBeside, 'naiveUsd'>,
  { flowPricing }: Pick<PlanningSettings, 'flowPricing'>,
): readonly NaiveCost[] {
  const flows = drafts.map(({ request, position }, i) => ({
    orders: market.naiveOrders(request.book, position),
    waits: priced[i]!.waits,
  }))
  if (flowPricing === 'alone') return flows.map((flow) => naiveCosts([flow], market.naiveLadders, () => 0)[0]!)
  // a book without trades has no proposal, and nobody compares with what it would have done
  const company = flows.map((flow, i) => (priced[i]!.trades.length > 0 ? flow : { ...flow, orders: [] }))
  return naiveCosts(company, market.naiveLadders, beside.naiveUsd)
}
