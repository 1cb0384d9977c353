import { type FloatLadder, toFloatLadder } from '../../core/decisions/float-ladder.ts'
import { type LadderCost, ladderCost } from '../../core/decisions/ladder-cost.ts'
import type { Level, Market, MarketKey, OrderBookSnapshot } from '../../core/instruments.ts'
import type { Side } from '../../core/order.ts'
import { impactScale, type LadderOf, type MarketQuality } from '../../workers/microstructure/index.ts'
import type { PriceBoard } from '../proposals/book-position.ts'

export interface LadderCostParts {
  readonly orderBook: (market: MarketKey) => OrderBookSnapshot | undefined
  readonly market: (market: MarketKey) => Market | undefined
  /** As last measured; undefined before. */
  readonly quality: (market: MarketKey) => MarketQuality | undefined
}

/**
 * The order books of the moment as costs against the assets' prices, for proposals and the naive comparison alike.
 * Levels become floats once for as long as the order book stays the same, and costs once per `at`.
 */
export class LadderCosts {
  readonly #parts: LadderCostParts
  readonly #floats = new WeakMap<readonly Level[], FloatLadder>()

  constructor(parts: LadderCostParts) {
    this.#parts = parts
  }

  /** At these prices; to be used at once: order books are read as they are when first asked for. */
  at(prices: PriceBoard): LadderOf {
    const known = new Map<string, LadderCost | null>()
    return (market, side) => {
      const key = `${side} ${market}`
      const before = known.get(key)
      if (before !== undefined) return before
      const cost = this.#cost(market, side, prices)
      known.set(key, cost)
      return cost
    }
  }

  #cost(key: MarketKey, side: Side, prices: PriceBoard): LadderCost | null {
    const { orderBook, quality } = this.#parts
    const market = this.#parts.market(key)
    const snapshot = orderBook(key)
    if (market === undefined || snapshot === undefined) return null
    const ladder = this.#float(side === 'buy' ? snapshot.asks : snapshot.bids)
    const priceUsd = prices.get(market.base)?.priceUsd ?? Number.NaN
    const quoteUsd = prices.get(market.quote)?.priceUsd ?? Number.NaN
    if (!(ladder.length > 0 && priceUsd > 0 && quoteUsd > 0)) return null
    const measured = quality(key)
    const tail = measured === undefined ? Number.NaN : impactScale(measured, side)
    return ladderCost({
      side,
      ladder,
      priceUsd,
      quoteUsd,
      takerFee: measured === undefined ? market.fees.taker : measured.takerBps / 1e4,
      impactFactor: measured?.fit?.[side === 'buy' ? 'buyFactor' : 'sellFactor'] ?? 1,
      // without volume or volatility the last price goes on
      tailImpact: Number.isFinite(tail) ? tail : 0,
    })
  }

  #float(levels: readonly Level[]): FloatLadder {
    const before = this.#floats.get(levels)
    if (before !== undefined) return before
    const ladder = toFloatLadder(levels)
    this.#floats.set(levels, ladder)
    return ladder
  }
}
