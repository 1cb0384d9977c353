import type { CostSplit } from '../order.ts'
import { usd } from '../units.ts'
import type { CostParts } from './ladder-cost.ts'

export const costSplit = ({ fee, spread, impact }: CostParts, share = 1): CostSplit => ({
  feeUsd: usd(fee * share),
  spreadUsd: usd(spread * share),
  impactUsd: usd(impact * share),
  totalUsd: usd((fee + spread + impact) * share),
})

export const NO_COST: CostSplit = costSplit({ fee: 0, spread: 0, impact: 0 })

export function addCosts(costs: Iterable<CostSplit>): CostSplit {
  let [fee, spread, impact] = [0, 0, 0]
  for (const { feeUsd, spreadUsd, impactUsd } of costs) {
    fee += feeUsd
    spread += spreadUsd
    impact += impactUsd
  }
  return costSplit({ fee, spread, impact })
}
