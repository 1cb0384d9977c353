import type { CostSplit } from '../../core/order.ts'
import type { Draft } from './draft.ts'
import type { FlowBeside } from './flow-pools.ts'
import { ownCost, type PricedTrades } from './price-drafts.ts'
import type { PlanningSettings } from './settings.ts'
import type { ShapedTrade } from './shape-trades.ts'

/** Flow of others below this part of a trade, and a difference below this many bps, are not worth a word. */
const LEAST_SHARE = 0.05
const LEAST_BPS = 0.05

/**
 * Per draft and trade: in whose company it was priced, and what it would have been told alone. Null where there is none
 * to speak of, and where every trade is priced alone. Who waits goes after the others, who don't are priced without
 * them; what was traded earlier in the day is in no told cost, and not in this flow.
 */
export function toldFlows(
  drafts: readonly Draft[],
  priced: readonly PricedTrades[],
  beside: Pick<FlowBeside, 'proposedUsd'>,
  { flowPricing }: Pick<PlanningSettings, 'flowPricing'>,
): readonly (readonly (string | null)[])[] {
  if (flowPricing === 'alone') return priced.map(({ trades }) => trades.map(() => null))
  const [ready, all] = [flowsOf(priced.filter(({ waits }) => !waits)), flowsOf(priced)]
  return priced.map(({ trades, costs, waits }, i) =>
    trades.map((trade, at) => {
      const own = (waits ? all : ready).get(keyOf(trade))!
      const flowUsd = own + beside.proposedUsd(trade.asset, trade.side)
      return flowSentence(trade, flowUsd, costs[at]!, ownCost(drafts[i]!, trade))
    }),
  )
}

const keyOf = ({ asset, side }: ShapedTrade): string => `${side} ${asset}`

/** USD per side and asset. */
function flowsOf(priced: readonly PricedTrades[]): ReadonlyMap<string, number> {
  const flows = new Map<string, number>()
  for (const { trades } of priced)
    for (const trade of trades) flows.set(keyOf(trade), (flows.get(keyOf(trade)) ?? 0) + trade.notionalUsd)
  return flows
}

function flowSentence(
  { asset, side, notionalUsd }: ShapedTrade,
  flowUsd: number,
  told: CostSplit,
  alone: CostSplit,
): string | null {
  const bpsOf = ({ totalUsd }: CostSplit): number => (1e4 * totalUsd) / notionalUsd
  const [toldBps, aloneBps] = [bpsOf(told), bpsOf(alone)]
  if (flowUsd < (1 + LEAST_SHARE) * notionalUsd || Math.abs(toldBps - aloneBps) < LEAST_BPS) return null
  const all = side === 'buy' ? 'buys' : 'sales'
  return `priced with the firm's ${money(flowUsd)} of ${asset} ${all}: ${toldBps.toFixed(1)} bps, alone ${aloneBps.toFixed(1)} bps`
}

/** "$3.2M", "$320k", "$3,200": a size, not a sum to add up. */
const money = (usd: number): string =>
  usd >= 1e6
    ? `$${(usd / 1e6).toFixed(1)}M`
    : usd >= 1e4
      ? `$${Math.round(usd / 1e3)}k`
      : `$${Math.round(usd).toLocaleString('en-US')}`
