import { toFloat } from '../../core/amount.ts'
import type { ChildRecord } from '../../core/contracts/store.ts'
import { walkLadder } from '../../core/decisions/float-ladder.ts'
import type { MarketKey, OrderBookSnapshot } from '../../core/instruments.ts'
import type { Side } from '../../core/order.ts'
import type { MarketFill } from '../../workers/microstructure/index.ts'
import { type Ladder, toLadder } from '../market/ladder.ts'

/** Plans whose arrival is remembered; one that never closes must not be remembered for ever. */
const REMEMBERED_PLANS = 100

/** A market as a plan met it. */
interface Arrival extends Ladder {
  readonly mid: number
}

/** What the orders of a plan took from one side of a market. */
interface Taken {
  readonly market: MarketKey
  readonly side: Side
  quantity: number
  cost: number
}

/**
 * Remembers each market as it was when a plan began to trade, and says afterwards what its orders paid beside what
 * those order books said that they would: what corrects the impact that is told. Not as it was at the plan's release:
 * plans before it may still have been trading, and what they took was told to them. Against the market's own mid, so
 * that what the venues differ by does not count.
 */
export class FillFeedback {
  /** Null from release to start. */
  readonly #arrivals = new Map<string, ReadonlyMap<MarketKey, Arrival> | null>()
  #fills: MarketFill[] = []

  planReleased(planId: string): void {
    this.#arrivals.set(planId, null)
    for (const oldest of this.#arrivals.keys()) {
      if (this.#arrivals.size <= REMEMBERED_PLANS) break
      this.#arrivals.delete(oldest)
    }
  }

  /** One that was released before the desk was started has traded already, maybe: it says nothing. */
  planStarted(planId: string, orderBooks: readonly OrderBookSnapshot[]): void {
    if (this.#arrivals.get(planId) !== null) return
    const arrivals = new Map<MarketKey, Arrival>()
    for (const orderBook of orderBooks) {
      const { bids, asks } = toLadder(orderBook)
      if (bids.length > 0 && asks.length > 0)
        arrivals.set(orderBook.market, { bids, asks, mid: (bids[0]! + asks[0]!) / 2 })
    }
    this.#arrivals.set(planId, arrivals)
  }

  /** First attempts only, as a later one meets a market that has moved, and only what took liquidity. */
  planClosed(planId: string, children: readonly ChildRecord[]): void {
    const arrivals = this.#arrivals.get(planId)
    this.#arrivals.delete(planId)
    if (!arrivals) return
    for (const { market, side, quantity, cost } of takenBy(children)) {
      const arrival = arrivals.get(market)
      if (arrival === undefined) continue
      const { bids, asks, mid } = arrival
      this.#fills.push({
        market,
        side,
        arrivalMid: mid,
        averagePrice: cost / quantity,
        walkedPrice: walkLadder(side === 'buy' ? asks : bids, side, quantity, 0).notional / quantity,
        halfSpread: (asks[0]! - bids[0]!) / 2 / mid,
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
        a.walkedPrice - b.walkedPrice ||
        a.averagePrice - b.averagePrice,
    )
  }
}

/** Several orders on one side of a market, of omnibus and segregated books, meet its levels one after the other. */
function takenBy(children: readonly ChildRecord[]): Iterable<Taken> {
  const taken = new Map<string, Taken>()
  for (const { child, trades } of children) {
    if (child.attempt !== 1) continue
    const { market, side } = child
    const sum = taken.get(`${side} ${market}`) ?? { market, side, quantity: 0, cost: 0 }
    for (const trade of trades) {
      if (trade.maker) continue
      sum.quantity += toFloat(trade.quantity)
      sum.cost += toFloat(trade.cost)
    }
    if (sum.quantity > 0) taken.set(`${side} ${market}`, sum)
  }
  return taken.values()
}

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0)
