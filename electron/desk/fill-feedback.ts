import { toFloat } from '../../core/amount.ts'
import type { ChildRecord } from '../../core/contracts/store.ts'
import type { MarketKey, OrderBookSnapshot } from '../../core/instruments.ts'
import type { MarketFill } from '../../workers/microstructure/index.ts'

/** Plans whose arrival is remembered; one that never closes must not be remembered for ever. */
const REMEMBERED_PLANS = 1_000

interface Arrival {
  readonly mid: number
  /** Fraction of the mid. */
  readonly halfSpread: number
}

/**
 * Remembers each market as it was when a plan was released, and says afterwards what the plan's orders paid beyond it:
 * what corrects the impact coefficient. Against the market's own mid, so that what the venues differ by does not count.
 */
export class FillFeedback {
  readonly #arrivals = new Map<string, ReadonlyMap<MarketKey, Arrival>>()
  #fills: MarketFill[] = []

  planReleased(planId: string, orderBooks: readonly OrderBookSnapshot[]): void {
    this.#arrivals.set(
      planId,
      new Map(
        orderBooks.flatMap(({ market, bids, asks }) => {
          if (bids[0] === undefined || asks[0] === undefined) return []
          const [bid, ask] = [toFloat(bids[0].price), toFloat(asks[0].price)]
          return [[market, { mid: (bid + ask) / 2, halfSpread: (ask - bid) / (ask + bid) }] as const]
        }),
      ),
    )
    for (const oldest of this.#arrivals.keys()) {
      if (this.#arrivals.size <= REMEMBERED_PLANS) break
      this.#arrivals.delete(oldest)
    }
  }

  /**
   * First attempts only, as a later one meets a market that has moved, and only what took liquidity. A plan released
   * before the desk was started has no arrival and says nothing.
   */
  planClosed(planId: string, children: readonly ChildRecord[]): void {
    const arrivals = this.#arrivals.get(planId)
    this.#arrivals.delete(planId)
    for (const { child, trades } of children) {
      const arrival = arrivals?.get(child.market)
      if (arrival === undefined || child.attempt !== 1) continue
      let [quantity, cost] = [0, 0]
      for (const trade of trades) {
        if (trade.maker) continue
        quantity += toFloat(trade.quantity)
        cost += toFloat(trade.cost)
      }
      if (quantity === 0) continue
      this.#fills.push({
        market: child.market,
        side: child.side,
        notional: quantity * arrival.mid,
        arrivalMid: arrival.mid,
        averagePrice: cost / quantity,
        halfSpread: arrival.halfSpread,
      })
    }
  }

  /** Everything since the last time, in an order that does not depend on which plan was over first. */
  take(): readonly MarketFill[] {
    const fills = this.#fills
    this.#fills = []
    return fills.sort(
      (a, b) =>
        compare(a.market, b.market) ||
        compare(a.side, b.side) ||
        a.notional - b.notional ||
        a.averagePrice - b.averagePrice,
    )
  }
}

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0)
