import type { MarketRules } from './market-rules.ts'
import { type Order, opposite, type Side } from './order.ts'
import { type PriceLevel, PriceSide, type QueueEntry } from './price-side.ts'

export interface BookListener {
  /** A level's total changed; 0 lots: the level is gone. */
  levelChanged(market: string, side: Side, ticks: number): void
}

/** What a taker would meet, in price-time order; nothing is changed yet. */
export interface PlannedFill {
  readonly level: PriceLevel
  readonly entry: QueueEntry
  readonly lots: number
}
export interface FillPlan {
  readonly fills: readonly PlannedFill[]
  /** The taker's own resting orders in its way: they expire instead of trading. */
  readonly ownOrders: readonly Order[]
  readonly lots: number
}

/** The order book of one market: price-time priority, never crossed, whole ticks and lots. */
export class OrderBook {
  readonly rules: MarketRules
  readonly bids = new PriceSide('buy')
  readonly asks = new PriceSide('sell')
  /** Counts level changes, as Binance's update ids do. */
  updateId = 1
  readonly #listener: BookListener

  constructor(rules: MarketRules, listener: BookListener) {
    this.rules = rules
    this.#listener = listener
  }

  side(side: Side): PriceSide {
    return side === 'buy' ? this.bids : this.asks
  }

  bestTicks(side: Side): number | undefined {
    return this.side(side).best()?.ticks
  }

  /** Would a limit on this side at this price trade at once? */
  wouldTake(side: Side, ticks: number): boolean {
    const best = this.bestTicks(opposite(side))
    return best !== undefined && (side === 'buy' ? ticks >= best : ticks <= best)
  }

  /**
   * @param limit ticks, or null for no limit
   * @param affordable lots still wanted at a price, given what was planned so far
   */
  plan(
    side: Side,
    limit: number | null,
    account: string | null,
    affordable: (ticks: number, planned: number) => number,
  ): FillPlan {
    const fills: PlannedFill[] = []
    const ownOrders: Order[] = []
    let planned = 0
    for (const level of this.side(opposite(side)).fromBest()) {
      if (limit !== null && (side === 'buy' ? level.ticks > limit : level.ticks < limit)) break
      for (const entry of level.queue) {
        const wanted = affordable(level.ticks, planned)
        if (wanted <= 0) return { fills, ownOrders, lots: planned }
        if (entry.order !== null && entry.order.account === account) {
          ownOrders.push(entry.order)
          continue
        }
        const lots = Math.min(entry.lots, wanted)
        fills.push({ level, entry, lots })
        planned += lots
      }
    }
    return { fills, ownOrders, lots: planned }
  }

  rest(side: Side, ticks: number, order: Order | null, lots: number): void {
    this.side(side).append(ticks, order, lots)
    this.#changed(side, ticks)
  }

  take(side: Side, fill: PlannedFill): void {
    this.side(side).take(fill.level, fill.entry, fill.lots)
    this.#changed(side, fill.level.ticks)
  }

  remove(order: Order): void {
    if (order.ticks === null) return
    this.side(order.side).removeOrder(order.ticks, order)
    this.#changed(order.side, order.ticks)
  }

  /** The market's own lots at a price, across the queue. */
  ownLots(side: Side, ticks: number): number {
    let lots = 0
    for (const entry of this.side(side).level(ticks)?.queue ?? []) if (entry.order === null) lots += entry.lots
    return lots
  }

  /** Shrinks the market's own lots at a price to the target, the last to come first to go. */
  shrinkOwn(side: Side, ticks: number, target: number): void {
    const prices = this.side(side)
    const level = prices.level(ticks)
    if (!level) return
    let surplus = this.ownLots(side, ticks) - target
    if (surplus <= 0) return
    for (let i = level.queue.length - 1; i >= 0 && surplus > 0; i--) {
      const entry = level.queue[i]!
      if (entry.order !== null) continue
      const cut = Math.min(entry.lots, surplus)
      surplus -= cut
      prices.take(level, entry, cut)
    }
    this.#changed(side, ticks)
  }

  /** Middle of best bid and ask in ticks (may be a half), or undefined while a side is empty. */
  midTicks(): number | undefined {
    const bid = this.bestTicks('buy')
    const ask = this.bestTicks('sell')
    return bid === undefined || ask === undefined ? undefined : (bid + ask) / 2
  }

  #changed(side: Side, ticks: number): void {
    this.updateId++
    this.#listener.levelChanged(this.rules.market, side, ticks)
  }
}
