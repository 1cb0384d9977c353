import type { FloatLadder } from '../../core/decisions/float-ladder.ts'
import type { AssetId, MarketKey, VenueId } from '../../core/instruments.ts'
import type { Side } from '../../core/order.ts'
import { depthWithin, type EffectiveCost, effectiveCost, halfSpreadOf, midOf } from './depth.ts'
import { DEFAULT_IMPACT, fitImpact } from './impact-fit.ts'
import type { MarketQuality } from './market-quality.ts'
import { REFUSALS, type Refusal, refusalOf } from './order-book-check.ts'
import { TimeWeightedMean } from './time-weighted-mean.ts'

export interface MicrostructureSettings {
  /** Over which half-spread and Y are averaged. */
  readonly windowMs: number
  /** An order book older than this is stale. */
  readonly staleMs: number
  /** Depth that Y is fitted to: as far from the mid as this fraction. */
  readonly fitDistance: number
}

export const DEFAULT_SETTINGS: MicrostructureSettings = { windowMs: 60_000, staleMs: 5_000, fitDistance: 0.005 }

/** What an order book does not say. */
export interface MarketFacts {
  readonly market: MarketKey
  readonly venue: VenueId
  readonly asset: AssetId
  /** Fractions of traded value. */
  readonly maker: number
  readonly taker: number
  /** USD per unit of the quote currency. */
  readonly quoteUsd: number
  /** Average daily volume of this market, USD. 0 or NaN: not known, Y stays at its default. */
  readonly advUsd: number
  readonly sigmaDaily: number
}

export interface OrderBookFrame {
  readonly market: MarketKey
  readonly bids: FloatLadder
  readonly asks: FloatLadder
  /** Milliseconds of the last update or confirming snapshot. */
  readonly at: number
}

/** Everything known of one market. */
export class MarketState {
  facts: MarketFacts
  readonly #settings: MicrostructureSettings
  readonly #halfSpread: TimeWeightedMean
  readonly #impactBuy: TimeWeightedMean
  readonly #impactSell: TimeWeightedMean
  readonly #fitError: TimeWeightedMean
  readonly #refusals = Object.fromEntries(REFUSALS.map((reason) => [reason, 0])) as Record<Refusal, number>
  #last: OrderBookFrame | null = null
  #refused: Refusal | null = null
  #isFitted = false

  constructor(facts: MarketFacts, settings: MicrostructureSettings) {
    this.facts = facts
    this.#settings = settings
    this.#halfSpread = new TimeWeightedMean(settings.windowMs)
    this.#impactBuy = new TimeWeightedMean(settings.windowMs)
    this.#impactSell = new TimeWeightedMean(settings.windowMs)
    this.#fitError = new TimeWeightedMean(settings.windowMs)
  }

  /** Takes a good order book in; counts and names one that is not. */
  observe(frame: OrderBookFrame): Refusal | null {
    const { bids, asks, at } = frame
    const refusal = this.#last !== null && at < this.#last.at ? 'out-of-order' : refusalOf(bids, asks)
    if (refusal !== null) this.#refusals[refusal]++
    // A late frame says nothing of the order book of now.
    if (refusal === 'out-of-order') return refusal
    this.#refused = refusal
    if (refusal !== null) {
      this.#halfSpread.push(Math.max(at, this.#last?.at ?? at), Number.NaN)
      return refusal
    }
    this.#last = frame
    const mid = midOf(bids, asks)
    this.#halfSpread.push(at, halfSpreadOf(bids, asks))
    const { sigmaDaily, advUsd, quoteUsd } = this.facts
    const scale = { sigmaDaily, advQuote: advUsd / quoteUsd }
    const buy = fitImpact(asks, 'buy', mid, scale, this.#settings.fitDistance)
    const sell = fitImpact(bids, 'sell', mid, scale, this.#settings.fitDistance)
    if (buy !== null && sell !== null) {
      this.#isFitted = true
      this.#impactBuy.push(at, buy.impactY)
      this.#impactSell.push(at, sell.impactY)
      this.#fitError.push(at, (buy.error + sell.error) / 2)
    }
    return null
  }

  /** Cost of a notional (quote currency) in the last good order book; null before the first. */
  effectiveCost(side: Side, notional: number): EffectiveCost | null {
    if (this.#last === null) return null
    const { bids, asks } = this.#last
    return effectiveCost(side === 'buy' ? asks : bids, side, midOf(bids, asks), notional)
  }

  quality(now: number): MarketQuality {
    const { market, venue, asset, maker, taker, sigmaDaily, advUsd } = this.facts
    const last = this.#last
    const mid = last === null ? Number.NaN : midOf(last.bids, last.asks)
    const thinner = (distance: number): number =>
      last === null ? 0 : Math.min(depthWithin(last.bids, mid, distance), depthWithin(last.asks, mid, distance))
    const ageMs = last === null ? Number.POSITIVE_INFINITY : now - last.at
    const isStale = ageMs > this.#settings.staleMs
    const impactBuyY = this.#isFitted ? this.#impactBuy.mean(now) : DEFAULT_IMPACT
    const impactSellY = this.#isFitted ? this.#impactSell.mean(now) : DEFAULT_IMPACT
    return {
      market,
      venue,
      asset,
      mid,
      halfSpreadBps: 1e4 * this.#halfSpread.mean(now),
      depth10: thinner(0.001),
      depth25: thinner(0.0025),
      depth50: thinner(0.005),
      makerBps: 1e4 * maker,
      takerBps: 1e4 * taker,
      impactY: (impactBuyY + impactSellY) / 2,
      impactBuyY,
      impactSellY,
      fitErrorBps: this.#isFitted ? 1e4 * this.#fitError.mean(now) : Number.NaN,
      isDefaultImpact: !this.#isFitted,
      sigmaDaily,
      advUsd,
      ageMs,
      isStale,
      refused: this.#refused,
      refusals: { ...this.#refusals },
      unusable: this.#whyUnusable(ageMs),
    }
  }

  #whyUnusable(ageMs: number): string | null {
    const { advUsd, sigmaDaily } = this.facts
    const { staleMs } = this.#settings
    if (this.#refused !== null) return `the order book is refused: ${this.#refused}`
    if (this.#last === null) return 'no order book has come yet'
    if (ageMs > staleMs) return `the order book is ${ageMs} ms old, the limit is ${staleMs} ms`
    if (!(advUsd > 0)) return `the daily volume is ${advUsd}, its impact can't be told`
    return sigmaDaily > 0 ? null : `the daily volatility is ${sigmaDaily}, its impact can't be told`
  }
}
