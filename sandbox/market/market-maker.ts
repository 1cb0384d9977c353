import { toFloat } from '../../core/amount.ts'
import { hash32 } from '../../core/random.ts'
import type { Exchange } from '../engine/exchange.ts'
import type { Side } from '../engine/order.ts'
import type { OrderBook } from '../engine/order-book.ts'
import { type LiquidityClass, profileOf } from './assets.ts'
import type { Bars } from './bars.ts'
import type { MarketConditions } from './conditions.ts'
import { type LadderLevel, type LadderShape, ladderLevels, touchTicks } from './ladder.ts'
import { normalAt, uniformAt } from './noise.ts'
import { RefillState } from './refill.ts'
import { leadMillis, strayFraction, type VenueCharacter } from './venue-character.ts'

/** Mean life of a quote that the price leaves alone. */
const REFRESH_SECONDS = 20
/** Spread of the logarithm of a level's size. */
const SIZE_NOISE = 0.6
/** At most this many trades of the crowd in a step. */
const MOST_FLOW_TRADES = 4

export interface MarketMakerOptions {
  readonly exchange: Exchange
  readonly bars: Bars
  readonly conditions: MarketConditions
  readonly character: VenueCharacter
  readonly venue: string
  readonly seed: number
}

/** Quotes one market around the price path, trades a little as the crowd does, and refills what clients take. */
export class MarketMaker {
  readonly #options: MarketMakerOptions
  readonly #book: OrderBook
  readonly #liquidity: LiquidityClass
  readonly #channel: number
  readonly #refill = { buy: new RefillState(), sell: new RefillState() }
  readonly #quoted = { buy: new Set<number>(), sell: new Set<number>() }
  readonly #touch = { buy: 0, sell: 0 }
  #steps = 0
  #time: number | null = null

  constructor(book: OrderBook, options: MarketMakerOptions) {
    this.#options = options
    this.#book = book
    this.#liquidity = profileOf(book.rules.base).liquidity
    this.#channel = hash32(`${options.venue} ${book.rules.market}`)
  }

  /** The venue's own mid in the quote currency: the common path, a little early or late, a little off. */
  mid(time: number): number {
    const { seed, venue, bars } = this.#options
    const { base, quote } = this.#book.rules
    const shifted = time + leadMillis(seed, venue, time)
    return bars.price(base, quote, shifted) * (1 + strayFraction(seed, venue, base, this.#liquidity, time))
  }

  /** Moves the market to a time: the crowd trades on the old quotes, then the quotes follow the price. */
  step(time: number): void {
    const seconds = this.#time === null ? Number.POSITIVE_INFINITY : (time - this.#time) / 1000
    if (this.#time !== null) this.#crowd(seconds)
    this.#refill.buy.recover(seconds, this.#liquidity.refillSeconds)
    this.#refill.sell.recover(seconds, this.#liquidity.refillSeconds)
    this.#time = time
    this.#steps++
    this.#quote(time, seconds)
  }

  /** A client took lots of this market's own liquidity. */
  liquidityTaken(side: Side, ticks: number, lots: number): void {
    const touch = this.#touch[side]
    if (touch > 0) this.#refill[side].taken((Math.abs(ticks - touch) / touch) * 1e4, lots)
  }

  #quote(time: number, seconds: number): void {
    const shape = this.#shape(time)
    const touch = touchTicks(shape)
    const renewed = 1 - Math.exp(-seconds / REFRESH_SECONDS)
    const bids = ladderLevels('buy', touch.bid, shape)
    const asks = ladderLevels('sell', touch.ask, shape)
    this.#touch.buy = touch.bid
    this.#touch.sell = touch.ask
    this.#withdraw('buy', bids)
    this.#withdraw('sell', asks)
    this.#place('buy', bids, shape, renewed)
    this.#place('sell', asks, shape, renewed)
  }

  #shape(time: number): LadderShape {
    const { rules } = this.#book
    const { character, conditions } = this.#options
    const now = conditions.at(rules.base, time)
    const tickSize = toFloat(rules.tick)
    return {
      midTicks: this.mid(time) / tickSize,
      tickSize,
      stepSize: toFloat(rules.step),
      halfSpreadBps:
        (this.#liquidity.halfSpreadBps * character.spreadFactor + character.extraHalfSpreadBps) * now.spread,
      depth10: this.#liquidity.depth10Usd * character.depthFactor * now.depth,
      levelBps: this.#liquidity.levelBps * (character.depthFactor < 1 ? 2 : 1),
    }
  }

  #withdraw(side: Side, levels: readonly LadderLevel[]): void {
    const kept = new Set(levels.map((level) => level.ticks))
    for (const ticks of this.#quoted[side]) {
      if (kept.has(ticks)) continue
      this.#options.exchange.quoteOwn(this.#book.rules.market, side, ticks, 0)
      this.#quoted[side].delete(ticks)
    }
  }

  #place(side: Side, levels: readonly LadderLevel[], shape: LadderShape, renewed: number): void {
    const { exchange, seed } = this.#options
    const quoted = this.#quoted[side]
    const refill = this.#refill[side]
    const nominal = levels.map((level) => ({
      distanceBps: level.distanceBps,
      lots: level.value / (level.ticks * shape.tickSize * shape.stepSize),
    }))
    refill.setNominal(nominal)
    const sideChannel = this.#channel ^ (side === 'buy' ? 0x1111 : 0x2222)
    levels.forEach((level, i) => {
      const isNew = !quoted.has(level.ticks)
      if (!isNew && uniformAt(seed ^ this.#steps, sideChannel, level.ticks) >= renewed) return
      const noise = Math.exp(
        SIZE_NOISE * normalAt(seed ^ (this.#steps * 31), sideChannel, level.ticks) - SIZE_NOISE ** 2 / 2,
      )
      const lots = Math.max(1, Math.round(nominal[i]!.lots * noise * refill.available(level.distanceBps)))
      exchange.quoteOwn(this.#book.rules.market, side, level.ticks, lots)
      quoted.add(level.ticks)
    })
  }

  /** Small trades of everybody else, both ways; they print and meet clients' resting orders in their turn. */
  #crowd(seconds: number): void {
    const { exchange, seed, character } = this.#options
    const { rules } = this.#book
    const rate = (this.#liquidity.volumeDayUsd * character.volumeShare) / 86_400 / 20_000
    const expected = Math.min(MOST_FLOW_TRADES, rate * seconds)
    let trades = Math.floor(expected)
    if (uniformAt(seed ^ this.#steps, this.#channel, 1) < expected - trades) trades++
    for (let i = 0; i < trades; i++) {
      const side: Side = uniformAt(seed ^ this.#steps, this.#channel, 10 + i) < 0.5 ? 'buy' : 'sell'
      const best = this.#book.bestTicks(side === 'buy' ? 'sell' : 'buy')
      if (best === undefined) continue
      const value = this.#liquidity.depth10Usd * character.depthFactor * 0.004
      const size = Math.exp(normalAt(seed ^ this.#steps, this.#channel, 20 + i) - 0.5)
      const lots = Math.max(1, Math.round((value * size) / (best * toFloat(rules.tick) * toFloat(rules.step))))
      exchange.takeAsMarket(rules.market, side, lots, best)
    }
  }
}
