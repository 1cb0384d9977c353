import type { FloatLadder } from '../../core/decisions/float-ladder.ts'
import type { AssetId, FeeTier, MarketKey, VenueId } from '../../core/instruments.ts'
import type { Side } from '../../core/order.ts'
import type { Result } from '../../core/result.ts'
import { depthWithin, type EffectiveCost, effectiveCost, halfSpreadOf, midOf } from './depth.ts'
import { type AccountFees, accountFees, type FeeFailure, type FeeTerms } from './fee-schedule.ts'
import { DEFAULT_FILLS, FillCorrection, type FillSettings, type RealisedFill } from './fill-correction.ts'
import { DEFAULT_IMPACT, fitImpact, type ImpactFit } from './impact-fit.ts'
import { DEFAULT_CLOCK, HOUR_MS, LiquidityClock, type LiquidityHour } from './liquidity-clock.ts'
import type { ImpactQuality, MarketQuality } from './market-quality.ts'
import { REFUSALS, type Refusal, refusalOf } from './order-book-check.ts'
import { TimeWeightedMean } from './time-weighted-mean.ts'
import { type WaitingSaves, waitingSaves } from './waiting.ts'

export interface MicrostructureSettings {
  /** Over which half-spread and Y are averaged. */
  readonly windowMs: number
  /** An order book older than this is stale. */
  readonly staleMs: number
  /** Depth that Y is fitted to: as far from the mid as this fraction. */
  readonly fitDistance: number
  readonly fills: FillSettings
}

export const DEFAULT_SETTINGS: MicrostructureSettings = {
  windowMs: 60_000,
  staleMs: 5_000,
  fitDistance: 0.005,
  fills: DEFAULT_FILLS,
}

/** What an order book does not say. */
export interface MarketFacts {
  readonly market: MarketKey
  readonly venue: VenueId
  readonly asset: AssetId
  /** Fractions of traded value, as the venue states them for the account. */
  readonly maker: number
  readonly taker: number
  /** The venue's fee table; absent where it publishes none. */
  readonly feeTiers?: readonly FeeTier[]
  /** The account's traded value of 30 days, USD; absent where it is not known. */
  readonly volume30dUsd?: number
  /** Where fees are paid in another asset at a discount that the stated fees do not have yet. */
  readonly feeDiscount?: FeeTerms['discount']
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
  /** Milliseconds of the last update or confirming snapshot, wire time: ages count from it. */
  readonly at: number
  /** The same moment in the market's own time, which has its hours of the week; absent where it is `at`. */
  readonly marketTime?: number
}

/** Everything known of one market. Taking in an order book costs one walk through each side. */
export class MarketState {
  readonly #settings: MicrostructureSettings
  readonly #halfSpread: TimeWeightedMean
  readonly #impact: Readonly<Record<Side, TimeWeightedMean>>
  readonly #fills: Readonly<Record<Side, FillCorrection>>
  readonly #fitError: TimeWeightedMean
  readonly #rSquared: TimeWeightedMean
  readonly #clock: LiquidityClock
  readonly #refusals = Object.fromEntries(REFUSALS.map((reason) => [reason, 0])) as Record<Refusal, number>
  #facts: MarketFacts
  #fees: Result<AccountFees, FeeFailure>
  #last: OrderBookFrame | null = null
  #refused: Refusal | null = null
  #fit: { readonly buy: ImpactFit; readonly sell: ImpactFit } | null = null

  constructor(facts: MarketFacts, settings: MicrostructureSettings) {
    this.#facts = facts
    this.#fees = feesOf(facts)
    this.#settings = settings
    const mean = (): TimeWeightedMean => new TimeWeightedMean(settings.windowMs)
    this.#halfSpread = mean()
    this.#impact = { buy: mean(), sell: mean() }
    this.#fills = { buy: new FillCorrection(settings.fills), sell: new FillCorrection(settings.fills) }
    this.#fitError = mean()
    this.#rSquared = mean()
    // A silent market teaches nothing beyond its age limit.
    this.#clock = new LiquidityClock({ ...DEFAULT_CLOCK, holdMs: Math.min(HOUR_MS, settings.staleMs) })
  }

  setFacts(facts: MarketFacts): void {
    this.#facts = facts
    this.#fees = feesOf(facts)
  }

  /** Takes a good order book in; counts and names one that is not. */
  observe(frame: OrderBookFrame): Refusal | null {
    const { bids, asks, at } = frame
    const refusal = this.#last !== null && at < this.#last.at ? 'out-of-order' : refusalOf(bids, asks)
    if (refusal !== null) this.#refusals[refusal]++
    // A late frame says nothing of the order book of now.
    if (refusal === 'out-of-order') return refusal
    this.#refused = refusal
    const marketTime = frame.marketTime ?? at
    if (refusal !== null) {
      this.#halfSpread.push(Math.max(at, this.#last?.at ?? at), Number.NaN)
      this.#clock.observe(marketTime, Number.NaN, Number.NaN)
      return refusal
    }
    this.#last = frame
    const mid = midOf(bids, asks)
    const halfSpread = halfSpreadOf(bids, asks)
    this.#halfSpread.push(at, halfSpread)
    const { sigmaDaily, advUsd, quoteUsd } = this.#facts
    const scale = { sigmaDaily, advQuote: advUsd / quoteUsd }
    const { fitDistance } = this.#settings
    const buy = fitImpact(asks, 'buy', mid, scale, fitDistance)
    const sell = fitImpact(bids, 'sell', mid, scale, fitDistance)
    if (buy === null || sell === null) {
      const depth = depthWithin(asks, mid, fitDistance) + depthWithin(bids, mid, fitDistance)
      this.#clock.observe(marketTime, halfSpread, depth)
      return null
    }
    this.#clock.observe(marketTime, halfSpread, buy.to + sell.to)
    this.#fit = { buy, sell }
    this.#impact.buy.push(at, buy.impactY)
    this.#impact.sell.push(at, sell.impactY)
    this.#fitError.push(at, (buy.error + sell.error) / 2)
    this.#rSquared.push(at, (buy.rSquared + sell.rSquared) / 2)
    return null
  }

  /** Lets the account's own orders correct what impact is told. False where they say nothing. */
  observeFill(fill: RealisedFill): boolean {
    return this.#fills[fill.side].observe(fill)
  }

  /** Cost of a notional (quote currency) in the last good order book; null before the first. */
  effectiveCost(side: Side, notional: number): EffectiveCost | null {
    if (this.#last === null) return null
    const { bids, asks } = this.#last
    return effectiveCost(side === 'buy' ? asks : bids, side, midOf(bids, asks), notional)
  }

  hours(): LiquidityHour[] {
    return this.#clock.hours()
  }

  /** See `waitingSaves`. */
  waiting(side: Side, notional: number, now: number, marketNow: number, hour: number): WaitingSaves {
    const { sigmaDaily, advUsd, quoteUsd } = this.#facts
    const impact = this.#impactY(side, now) * sigmaDaily * Math.sqrt((notional * quoteUsd) / advUsd)
    return waitingSaves(this.hours(), { halfSpread: this.#halfSpread.mean(now), impact, sigmaDaily }, marketNow, hour)
  }

  saveClock(): number[] {
    return this.#clock.save()
  }
  restoreClock(saved: readonly number[]): boolean {
    return this.#clock.restore(saved)
  }

  quality(now: number): MarketQuality {
    const { market, venue, asset, maker, taker, sigmaDaily, advUsd } = this.#facts
    const last = this.#last
    const mid = last === null ? Number.NaN : midOf(last.bids, last.asks)
    const thinner = (distance: number): number =>
      last === null ? 0 : Math.min(depthWithin(last.bids, mid, distance), depthWithin(last.asks, mid, distance))
    const ageMs = last === null ? Number.POSITIVE_INFINITY : now - last.at
    const isStale = ageMs > this.#settings.staleMs
    const impactBuyY = this.#impactY('buy', now)
    const impactSellY = this.#impactY('sell', now)
    const fees = this.#fees.ok ? this.#fees.value : null
    return {
      market,
      venue,
      asset,
      mid,
      halfSpreadBps: 1e4 * this.#halfSpread.mean(now),
      depth10: thinner(0.001),
      depth25: thinner(0.0025),
      depth50: thinner(0.005),
      makerBps: 1e4 * (fees?.maker ?? maker),
      takerBps: 1e4 * (fees?.taker ?? taker),
      fees,
      impactY: (impactBuyY + impactSellY) / 2,
      impactBuyY,
      impactSellY,
      fitErrorBps: this.#fit === null ? Number.NaN : 1e4 * this.#fitError.mean(now),
      fit: this.#fitQuality(now),
      isDefaultImpact: this.#fit === null,
      sigmaDaily,
      advUsd,
      ageMs,
      isStale,
      refused: this.#refused,
      refusals: { ...this.#refusals },
      unusable: this.#whyUnusable(ageMs),
    }
  }

  #fittedY(side: Side, now: number): number {
    return this.#fit === null ? DEFAULT_IMPACT : this.#impact[side].mean(now)
  }
  #impactY(side: Side, now: number): number {
    return this.#fills[side].factor * this.#fittedY(side, now)
  }

  #fitQuality(now: number): ImpactQuality | null {
    if (this.#fit === null) return null
    const { buy, sell } = this.#fit
    return {
      fittedBuyY: this.#fittedY('buy', now),
      fittedSellY: this.#fittedY('sell', now),
      rSquared: this.#rSquared.mean(now),
      points: buy.points,
      from: Math.max(buy.from, sell.from),
      to: Math.min(buy.to, sell.to),
      buyFills: this.#fills.buy.fills,
      sellFills: this.#fills.sell.fills,
      buyFactor: this.#fills.buy.factor,
      sellFactor: this.#fills.sell.factor,
    }
  }

  #whyUnusable(ageMs: number): string | null {
    const { advUsd, sigmaDaily } = this.#facts
    const { staleMs } = this.#settings
    if (this.#refused !== null) return `the order book is refused: ${this.#refused}`
    if (this.#last === null) return 'no order book has come yet'
    if (ageMs > staleMs) return `the order book is ${ageMs} ms old, the limit is ${staleMs} ms`
    if (!this.#fees.ok) return `its fees can't be used: ${this.#fees.error.message}`
    if (!(advUsd > 0)) return `the daily volume is ${advUsd}, its impact can't be told`
    return sigmaDaily > 0 ? null : `the daily volatility is ${sigmaDaily}, its impact can't be told`
  }
}

const feesOf = (facts: MarketFacts): Result<AccountFees, FeeFailure> =>
  accountFees({
    stated: { maker: facts.maker, taker: facts.taker },
    tiers: facts.feeTiers ?? [],
    volumeUsd: facts.volume30dUsd ?? null,
    discount: facts.feeDiscount ?? null,
  })
