import type { RebalanceProblem } from '../problem.ts'
import type { ShadowShape } from '../shadow-costs.ts'

/**
 * What the books of one firm share: the market that all of them trade in. Arrays have one entry per asset of the firm.
 * The firm's flow of one asset and side over a day, S in USD, costs K·S^{3/2} more than its spread and fee.
 */
export interface FirmMarket {
  /** K, per √USD. */
  readonly impactBuy: Float64Array
  readonly impactSell: Float64Array
  /** USD of the same day that were traded or approved before this batch. */
  readonly doneBuy: Float64Array
  readonly doneSell: Float64Array
}

/** A client book of the batch. */
export interface FirmBook {
  /** Priced alone: `impact` is k = K·√V. */
  readonly problem: RebalanceProblem
  /** V. */
  readonly valueUsd: number
  /** Asset of the firm per line; −1 for what is not traded: cash. */
  readonly assets: Int32Array
  /** Largest ex-ante tracking error after trading, in the unit of √Σ; null: none is set. */
  readonly trackingErrorCeiling: number | null
  /** Weight per line under which a trade is not made: what a trade rate slows is not slowed below it. Null: any is made. */
  readonly smallestTrade: Float64Array | null
  /** Null: one-period costs as they are. */
  readonly shape: ShadowShape | null
}

/** USD per asset and side. */
export interface FirmFlow {
  readonly buy: Float64Array
  readonly sell: Float64Array
}

export const emptyFlow = ({ impactBuy: { length } }: FirmMarket): FirmFlow => ({
  buy: new Float64Array(length),
  sell: new Float64Array(length),
})

/** Adds one book's trades to a flow; `sign` −1 takes them out again. */
export function addToFlow(
  flow: FirmFlow,
  { problem, valueUsd, assets }: FirmBook,
  x: Float64Array,
  sign: 1 | -1,
): void {
  for (let i = 0; i < assets.length; i++) {
    const asset = assets[i]!
    const trade = x[i]! - problem.current[i]!
    if (asset < 0 || trade === 0) continue
    const side = trade > 0 ? flow.buy : flow.sell
    // what is taken out again must not leave a rounding error below zero behind
    side[asset] = Math.max(0, side[asset]! + sign * Math.abs(trade) * valueUsd)
  }
}

/** What a book's bounds force it to trade at any price, USD: the way from its weight to the nearer bound. */
export function addForced(flow: FirmFlow, { problem, valueUsd, assets }: FirmBook): void {
  for (let i = 0; i < assets.length; i++) {
    const asset = assets[i]!
    const forced = forcedTrade(problem, i)
    if (asset < 0 || forced === 0) continue
    const side = forced > 0 ? flow.buy : flow.sell
    side[asset]! += Math.abs(forced) * valueUsd
  }
}

/** Signed, in weight; 0 inside the bounds. */
export function forcedTrade({ current, lower, upper, frozen }: RebalanceProblem, line: number): number {
  if (frozen?.[line]) return 0
  const w = current[line]!
  return w < lower[line]! ? lower[line]! - w : w > upper[line]! ? upper[line]! - w : 0
}

/**
 * What one USD of the next S pays for impact, after D were done on the same side: the pool's cost of that slab, shared
 * pro rata, `K·((D+S)^{3/2} − D^{3/2})/S`; written without the difference of two near numbers, and 1.5·K·√D at S = 0.
 * The slabs of a day add up to K·(their sum)^{3/2}, however the day was cut: what is told is what the pool costs.
 */
export function poolPrice(impact: number, done: number, flow: number): number {
  const before = Math.sqrt(done)
  const after = Math.sqrt(done + flow)
  return after > 0 ? (impact * (after * after + after * before + before * before)) / (after + before) : 0
}

/** What one more USD adds to the pool's cost when S are traded in all: 1.5·K·√S. */
export const marginalPrice = (impact: number, flow: number): number => 1.5 * impact * Math.sqrt(Math.max(0, flow))

/** Average price of impact per asset and side, fraction of traded value: all books of a batch pay the same. */
export function poolPrices(market: FirmMarket, flow: FirmFlow): FirmFlow {
  return {
    buy: flow.buy.map((usd, a) => poolPrice(market.impactBuy[a]!, market.doneBuy[a]!, usd)),
    sell: flow.sell.map((usd, a) => poolPrice(market.impactSell[a]!, market.doneSell[a]!, usd)),
  }
}
