import type { RebalanceProblem } from '../problem.ts'
import { type FirmBook, type FirmFlow, type FirmMarket, forcedTrade, marginalPrice, poolPrice } from './firm-market.ts'

/** What one USD of S (after D) is decided at: the pool's average, or what it adds to the pool's cost. */
export type PriceRule = 'average' | 'marginal'

const RULES: Record<PriceRule, (impact: number, done: number, flow: number) => number> = {
  average: poolPrice,
  marginal: (impact, done, flow) => marginalPrice(impact, done + flow),
}

/** What all books together trade when each does what it would at these prices. */
export interface PoolGuess {
  readonly flow: FirmFlow
  /** The part of it that the bounds force at any price. */
  readonly forced: FirmFlow
  /** The flow over the sum of the trades that the books are known by; null: it is that sum. */
  readonly grown: FirmFlow | null
}

/**
 * A book's problem at the price of the firm's pool, from what every book would trade alone: no iteration.
 *
 * Alone, all books together would trade S⁰ of an asset and side, of which the bounds force F at any price. At the
 * pool's price they trade less; the guess is that what is voluntary shrinks by one common factor, so that a book that
 * goes from its forced part f to its own alone trade q⁰ sees the flow go from F to S⁰, and the price P from P(F) to
 * P(S⁰). In between it is taken as
 *
 *     p(q) = α + β·√q,   p(f) = P(F),   p(q⁰) = P(S⁰),   α ≥ 0
 *
 * which the solver knows: α beside the linear cost, and β as (2/3)·β·|q|^{3/2}, whose derivative it is. The price at
 * S⁰ itself, held fixed, would overshoot: books told the price of a flow that then does not come stop trading at all
 * in a large firm. For identical clients the guess is no guess: q⁰ = S⁰/N gives p = P(N·q), the pool's price at what
 * all of them really do. A book that would not trade alone pays P(S⁰) from its first unit.
 */
export function problemAtPool(
  book: FirmBook,
  alone: Float64Array,
  market: FirmMarket,
  { flow, forced, grown }: PoolGuess,
  rule: PriceRule,
): RebalanceProblem {
  const { problem, valueUsd, assets } = book
  const priceAt = RULES[rule]
  const [costBuy, costSell, impact] = [problem.costBuy.slice(), problem.costSell.slice(), problem.impact.slice()]
  for (let i = 0; i < assets.length; i++) {
    const asset = assets[i]!
    if (asset < 0) continue
    const trade = alone[i]! - problem.current[i]!
    const buy = priceAt(market.impactBuy[asset]!, market.doneBuy[asset]!, flow.buy[asset]!)
    const sell = priceAt(market.impactSell[asset]!, market.doneSell[asset]!, flow.sell[asset]!)
    costBuy[i]! += buy
    costSell[i]! += sell
    if (trade === 0) {
      // where nobody trades, who starts to is alone
      const others = flow.buy[asset]! + flow.sell[asset]! + market.doneBuy[asset]! + market.doneSell[asset]!
      if (others > 0) impact[i] = 0
      continue
    }
    const isBuy = trade > 0
    const [K, done, least] = isBuy
      ? [market.impactBuy[asset]!, market.doneBuy[asset]!, forced.buy[asset]!]
      : [market.impactSell[asset]!, market.doneSell[asset]!, forced.sell[asset]!]
    const own = forcedTrade(problem, i)
    const start = own > 0 === isBuy ? Math.min(Math.abs(own), Math.abs(trade)) : 0
    const reached = Math.abs(trade) * valueUsd * (grown?.[isBuy ? 'buy' : 'sell'][asset] ?? 1)
    const line = priceLine(
      { quantity: Math.min(reached, start * valueUsd), price: priceAt(K, done, least) },
      { quantity: reached, price: isBuy ? buy : sell },
    )
    const side = isBuy ? costBuy : costSell
    side[i]! += line.linear - (isBuy ? buy : sell)
    impact[i] = (2 / 3) * line.root * Math.sqrt(valueUsd)
  }
  return { ...problem, costBuy, costSell, impact }
}

/** A book's problem at the price of a flow that is taken as known: linear in its own trade. */
export function problemAtPrices(
  { problem, assets }: FirmBook,
  market: FirmMarket,
  flow: FirmFlow,
  rule: PriceRule,
): RebalanceProblem {
  const priceAt = RULES[rule]
  const [costBuy, costSell, impact] = [problem.costBuy.slice(), problem.costSell.slice(), problem.impact.slice()]
  for (let i = 0; i < assets.length; i++) {
    const asset = assets[i]!
    if (asset < 0) continue
    costBuy[i]! += priceAt(market.impactBuy[asset]!, market.doneBuy[asset]!, flow.buy[asset]!)
    costSell[i]! += priceAt(market.impactSell[asset]!, market.doneSell[asset]!, flow.sell[asset]!)
    impact[i] = 0
  }
  return { ...problem, costBuy, costSell, impact }
}

/**
 * A book's problem at the marginal price of what the others do: one step of Gauss–Seidel. With S of the others on the
 * same side (and D done), q more adds K·((D+S+q)^{3/2} − (D+S)^{3/2}) to the pool's cost. Its derivative
 * 1.5·K·√(D+S+q) is taken as α + β·√q, exact at q = 0 and at the book's trade of before: where the passes come to
 * rest, the prices are exact and the batch is the firm's optimum.
 */
export function problemAtOthers(
  book: FirmBook,
  before: Float64Array,
  market: FirmMarket,
  flow: FirmFlow,
): RebalanceProblem {
  const { problem, valueUsd, assets } = book
  const [costBuy, costSell, impact] = [problem.costBuy.slice(), problem.costSell.slice(), problem.impact.slice()]
  for (let i = 0; i < assets.length; i++) {
    const asset = assets[i]!
    if (asset < 0) continue
    const trade = before[i]! - problem.current[i]!
    const own = Math.abs(trade) * valueUsd
    const others = {
      buy: Math.max(0, market.doneBuy[asset]! + flow.buy[asset]! - (trade > 0 ? own : 0)),
      sell: Math.max(0, market.doneSell[asset]! + flow.sell[asset]! - (trade < 0 ? own : 0)),
    }
    costBuy[i]! += marginalPrice(market.impactBuy[asset]!, others.buy)
    costSell[i]! += marginalPrice(market.impactSell[asset]!, others.sell)
    const [K, S] = trade > 0 ? [market.impactBuy[asset]!, others.buy] : [market.impactSell[asset]!, others.sell]
    if (own > 0) impact[i] = K * Math.sqrt(valueUsd) * shareOfRoot(S, own)
    else if (others.buy + others.sell > 0) impact[i] = 0
  }
  return { ...problem, costBuy, costSell, impact }
}

/** (√(S+q) − √S)/√q, without the difference of two near numbers; 1 at S = 0. */
const shareOfRoot = (S: number, q: number): number => Math.sqrt(q) / (Math.sqrt(S + q) + Math.sqrt(S))

interface PricePoint {
  readonly quantity: number
  readonly price: number
}

/** α + β·√q through two points, α not below 0. */
function priceLine(low: PricePoint, high: PricePoint): { readonly linear: number; readonly root: number } {
  const width = Math.sqrt(high.quantity) - Math.sqrt(low.quantity)
  if (!(width > 1e-6 * Math.sqrt(high.quantity))) return { linear: high.price, root: 0 }
  const root = Math.max(0, (high.price - low.price) / width)
  const linear = low.price - root * Math.sqrt(low.quantity)
  return linear >= 0 ? { linear, root } : { linear: 0, root: high.price / Math.sqrt(high.quantity) }
}
