import type { AssetId } from '../../core/instruments.ts'
import type { CostSplit } from '../../core/order.ts'
import { usd } from '../../core/units.ts'
import { routedCost } from '../../workers/microstructure/index.ts'
import type { Draft } from './draft.ts'
import { type FlowBeside, type PoolTrade, poolCosts } from './flow-pools.ts'
import type { MarketView } from './planning-inputs.ts'
import type { PlanningSettings } from './settings.ts'
import { fitBuysToCash, type ShapedTrade } from './shape-trades.ts'
import { curveOfSide } from './venue-mix.ts'

/** What is left of a draft's trades once they are paid, and what each is told to cost. */
export interface PricedTrades {
  readonly trades: readonly ShapedTrade[]
  /** One per trade. */
  readonly costs: readonly CostSplit[]
}

export const NO_COST: CostSplit = { feeUsd: usd(0), spreadUsd: usd(0), impactUsd: usd(0), totalUsd: usd(0) }

/**
 * What the drafts of one plan are told to pay. Priced alone, each trade costs what the router would pay for its own
 * size; otherwise its share of what all of them cost together, whatever it was decided at: that is what comes back
 * from the venues. Buys that cash can't pay lose steps first, at the cost of all; the cost told is of what remains.
 */
export function priceDrafts(
  drafts: readonly Draft[],
  market: MarketView,
  { flowPricing }: Pick<PlanningSettings, 'flowPricing'>,
  beside: FlowBeside,
): readonly PricedTrades[] {
  const costsOf = flowPricing === 'alone' ? aloneCosts : pooledCosts
  const wanted = drafts.map(({ shape }) => shape.trades)
  const wantedCosts = costsOf(drafts, wanted, beside)
  const trades = drafts.map((draft, i) => affordable(draft, wanted[i]!, wantedCosts[i]!, market))
  const costs = costsOf(drafts, trades, beside)
  return drafts.map((_, i) => ({ trades: trades[i]!, costs: costs[i]! }))
}

type CostsOf = (
  drafts: readonly Draft[],
  trades: readonly (readonly ShapedTrade[])[],
  beside: FlowBeside,
) => readonly (readonly CostSplit[])[]

const aloneCosts: CostsOf = (drafts, trades) =>
  drafts.map((draft, i) => trades[i]!.map((trade) => ownCost(draft, trade)))

/** What the router would pay for the trade's own size on the venues that the book can use. */
function ownCost({ costs }: Draft, trade: ShapedTrade): CostSplit {
  const curve = curveOfSide(costs, trade.side, trade.line)
  if (curve === null) return NO_COST
  const { fee, spread, impact, total } = routedCost(curve, trade.notionalUsd)
  return { feeUsd: usd(fee), spreadUsd: usd(spread), impactUsd: usd(impact), totalUsd: usd(total) }
}

const pooledCosts: CostsOf = (drafts, trades, beside) => {
  const pool: PoolTrade[] = []
  const placeOf = drafts.map((draft, i) =>
    trades[i]!.map(({ asset, side, line, notionalUsd }) => {
      const curve = curveOfSide(draft.costs, side, line)
      return curve === null ? -1 : pool.push({ asset, side, notionalUsd, curve }) - 1
    }),
  )
  const costs = poolCosts(pool, beside)
  return placeOf.map((places) => places.map((place) => (place < 0 ? NO_COST : costs[place]!)))
}

/** Cash that may be spent: what is free above the reserve, plus sales, minus all costs. */
function affordable(
  { position, request, grains }: Draft,
  trades: readonly ShapedTrade[],
  costs: readonly CostSplit[],
  market: MarketView,
): readonly ShapedTrade[] {
  const cash = position.lines.at(-1)!
  let room = cash.valueUsd - request.terms.cashReserve * position.valueUsd
  trades.forEach((trade, i) => {
    if (trade.side === 'sell') room += trade.notionalUsd
    room -= costs[i]!.totalUsd
  })
  return fitBuysToCash(trades, room, grains, (asset: AssetId) => market.prices.get(asset)!.priceUsd)
}
