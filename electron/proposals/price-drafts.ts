import { costSplit, NO_COST } from '../../core/decisions/cost-split.ts'
import type { AssetId } from '../../core/instruments.ts'
import type { CostSplit } from '../../core/order.ts'
import { routedCost } from '../../workers/microstructure/index.ts'
import type { Draft } from './draft.ts'
import { fitSalesToCash } from './fit-sales-to-cash.ts'
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
  /** It has a warning, so that one approval of all that is clean leaves it behind: it is priced to go after the others. */
  readonly waits: boolean
}

/**
 * What the drafts of one plan are told to pay. Priced alone, each trade costs what the router would pay for its own
 * size; otherwise its share of what all of them cost together, whatever it was decided at: that is what comes back
 * from the venues. Those that wait for a decision of their own are told to go after the rest, and the rest without
 * them. Buys that cash can't pay lose steps first, at the cost of all; the cost told is of what remains.
 */
export function priceDrafts(
  drafts: readonly Draft[],
  market: MarketView,
  { flowPricing }: Pick<PlanningSettings, 'flowPricing'>,
  beside: FlowBeside,
  waits: (draft: Draft, trades: readonly ShapedTrade[], costs: readonly CostSplit[]) => boolean,
): readonly PricedTrades[] {
  const costsOf = flowPricing === 'alone' ? aloneCosts : pooledCosts
  const wanted = drafts.map((draft) => ({ draft, trades: draft.shape.trades, waits: false }))
  const together = costsOf(wanted, beside)
  const parted = wanted.map((one, i) => ({
    ...one,
    waits: waits(one.draft, affordable(one, together[i]!, market), together[i]!),
  }))
  const wantedCosts = costsOf(parted, beside)
  const priced = parted.map((one, i) => ({ ...one, trades: affordable(one, wantedCosts[i]!, market) }))
  const costs = costsOf(priced, beside)
  return priced.map(({ trades, waits }, i) => ({ trades, costs: costs[i]!, waits }))
}

interface Asked {
  readonly draft: Draft
  readonly trades: readonly ShapedTrade[]
  readonly waits: boolean
}

type CostsOf = (asked: readonly Asked[], beside: FlowBeside) => readonly (readonly CostSplit[])[]

const aloneCosts: CostsOf = (asked) => asked.map(({ draft, trades }) => trades.map((trade) => ownCost(draft, trade)))

/** What the router would pay for the trade's own size on the venues that the book can use. */
export function ownCost({ costs }: Draft, trade: ShapedTrade): CostSplit {
  const curve = curveOfSide(costs, trade.side, trade.line)
  if (curve === null) return NO_COST
  return costSplit(routedCost(curve, trade.notionalUsd))
}

const pooledCosts: CostsOf = (asked, beside) => {
  const pool: PoolTrade[] = []
  const placeOf = asked.map(({ draft, trades, waits }) =>
    trades.map(({ asset, side, line, notionalUsd }) => {
      const curve = curveOfSide(draft.costs, side, line)
      return curve === null ? -1 : pool.push({ asset, side, notionalUsd, curve, waits }) - 1
    }),
  )
  const costs = poolCosts(pool, beside)
  return placeOf.map((places) => places.map((place) => (place < 0 ? NO_COST : costs[place]!)))
}

/** Cash that may be spent: what is free above the reserve, plus sales, minus all costs. What is missing is sold. */
function affordable({ draft, trades }: Asked, costs: readonly CostSplit[], market: MarketView): readonly ShapedTrade[] {
  const { position, request, grains } = draft
  const cash = position.lines.at(-1)!
  let room = cash.valueUsd - request.terms.cashReserve * position.valueUsd
  trades.forEach((trade, i) => {
    if (trade.side === 'sell') room += trade.notionalUsd
    room -= costs[i]!.totalUsd
  })
  const fitted = fitBuysToCash(trades, room, grains, (asset: AssetId) => market.prices.get(asset)!.priceUsd)
  // buys that are left fit by themselves; without any, what those that are gone would have cost is not missing
  const rateOf = new Map(trades.map(({ line, notionalUsd }, i) => [line, costs[i]!.totalUsd / notionalUsd]))
  const rates = fitted.map(({ line }) => rateOf.get(line)!)
  const raisedUsd = fitted.reduce((sum, { notionalUsd }, i) => sum + notionalUsd * (1 - rates[i]!), 0)
  const shortUsd = request.terms.cashReserve * position.valueUsd - cash.valueUsd - raisedUsd
  return fitSalesToCash(fitted, rates, shortUsd, draft)
}
