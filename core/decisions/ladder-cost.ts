import type { Side } from '../order.ts'
import type { FloatLadder } from './float-ladder.ts'

/** One side of an order book with what makes its prices comparable to another venue's. */
export interface QuotedLadder {
  readonly side: Side
  /** Asks for a buy, bids for a sale; best first, at least one level. */
  readonly ladder: FloatLadder
  /** The asset's USD mid: what notionals are valued and costs are measured at. */
  readonly priceUsd: number
  /** USD per unit of the quote currency. */
  readonly quoteUsd: number
  /** Fraction of traded value. */
  readonly takerFee: number
  /** What orders have paid for impact over what order books had said; 1 where nothing is known. Above the taker's fee. */
  readonly impactFactor: number
  /** K of the market's fitted curve K·q^{3/2}, per √USD, which goes on where the ladder ends; 0: its last price does. */
  readonly tailImpact: number
}

/**
 * What taking q USD (at the asset's price P) from one side of an order book costs. With p the price and u the quote
 * currency's, a unit of a level costs, as fractions of its value at P and with s = 1 for buys and −1 for sales,
 *
 *     fee    f·p·u/P
 *     spread s·(p₁·u − P)/P            of the best price p₁: below zero where a venue is better than P
 *     impact φ·s·(p − p₁)·u/P          φ: `impactFactor`
 *
 * Beyond the last level's end E the impact of a unit rises as the fitted curve does, from where the ladder left it:
 * by 1.5·K·(√q − √E). So the cost is convex, and continuous with its slope at E. Plain data: sums up to each level.
 */
export interface LadderCost {
  /** USD that the levels hold together, up to and with each. */
  readonly ends: Float64Array
  /** Of a unit of each level, fraction of its value at P. */
  readonly fees: Float64Array
  readonly impacts: Float64Array
  /** USD of all units up to the end of each. */
  readonly feeSums: Float64Array
  readonly impactSums: Float64Array
  readonly spread: number
  readonly tailImpact: number
}

/** USD. */
export interface CostParts {
  readonly fee: number
  readonly spread: number
  readonly impact: number
}

export function ladderCost(quoted: QuotedLadder): LadderCost {
  const { side, ladder, priceUsd, quoteUsd, takerFee, impactFactor, tailImpact } = quoted
  const levels = ladder.length >> 1
  const [ends, fees, impacts] = [new Float64Array(levels), new Float64Array(levels), new Float64Array(levels)]
  const [feeSums, impactSums] = [new Float64Array(levels), new Float64Array(levels)]
  const sign = side === 'buy' ? 1 : -1
  const scale = quoteUsd / priceUsd
  const best = ladder[0]!
  let [end, feeSum, impactSum] = [0, 0, 0]
  for (let i = 0; i < levels; i++) {
    const price = ladder[2 * i]!
    const held = ladder[2 * i + 1]! * priceUsd
    const fee = takerFee * price * scale
    const impact = impactFactor * sign * (price - best) * scale
    end += held
    feeSum += fee * held
    impactSum += impact * held
    ends[i] = end
    fees[i] = fee
    impacts[i] = impact
    feeSums[i] = feeSum
    impactSums[i] = impactSum
  }
  return {
    ends,
    fees,
    impacts,
    feeSums,
    impactSums,
    spread: (sign * (best * quoteUsd - priceUsd)) / priceUsd,
    tailImpact,
  }
}

/** USD that the levels hold. */
export const heldBy = ({ ends }: LadderCost): number => ends[ends.length - 1]!

export function costOnLadder(cost: LadderCost, usd: number): CostParts {
  const { ends, fees, impacts, feeSums, impactSums, spread, tailImpact } = cost
  const last = ends.length - 1
  const level = Math.min(last, levelAt(ends, usd))
  const start = level === 0 ? 0 : ends[level - 1]!
  const [feeBefore, impactBefore] = level === 0 ? [0, 0] : [feeSums[level - 1]!, impactSums[level - 1]!]
  const part = usd - start
  const end = ends[last]!
  const beyond = usd > end ? tailImpact * risenBeyond(end, usd - end) : 0
  return {
    fee: feeBefore + fees[level]! * part,
    spread: spread * usd,
    impact: impactBefore + impacts[level]! * part + beyond,
  }
}

/** What `usd` more cost after `doneUsd` on the same side: the slab of a cost between them. */
export function slabCost(costOf: (usd: number) => CostParts, doneUsd: number, usd: number): CostParts {
  const after = costOf(doneUsd + usd)
  if (doneUsd === 0) return after
  const before = costOf(doneUsd)
  return { fee: after.fee - before.fee, spread: after.spread - before.spread, impact: after.impact - before.impact }
}

/** `∫ 1.5·(√(E+s) − √E) ds` from 0 to x, without the difference of near numbers. */
function risenBeyond(end: number, x: number): number {
  const [before, after] = [Math.sqrt(end), Math.sqrt(end + x)]
  return (x * x * (after + before / 2)) / (after + before) ** 2
}

/** What the last of q USD costs, fraction of its value: the first unit at q = 0. */
export function marginalOnLadder(cost: LadderCost, usd: number): number {
  const { ends, fees, impacts, spread, tailImpact } = cost
  const last = ends.length - 1
  const level = Math.min(last, levelAt(ends, usd))
  const end = ends[last]!
  const beyond = usd > end ? 1.5 * tailImpact * (Math.sqrt(usd) - Math.sqrt(end)) : 0
  return fees[level]! + spread + impacts[level]! + beyond
}

/** The first level whose end reaches q; as many as there are where none does. */
function levelAt(ends: Float64Array, usd: number): number {
  let [low, high] = [0, ends.length]
  while (low < high) {
    const middle = (low + high) >> 1
    if (ends[middle]! < usd) low = middle + 1
    else high = middle
  }
  return low
}
