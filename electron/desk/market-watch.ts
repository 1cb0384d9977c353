import type { Clock } from '../../core/clock.ts'
import type { VenueHealth } from '../../core/contracts/exchange.ts'
import type { RegimeView } from '../../core/contracts/monitor-view.ts'
import type { ChildRecord } from '../../core/contracts/store.ts'
import { type NaiveLadders, naiveOrders } from '../../core/decisions/naive-orders.ts'
import type { Volatilities } from '../../core/decisions/volatility-spike.ts'
import {
  type AssetId,
  isSettlementAsset,
  keyOf,
  type Market,
  type MarketKey,
  splitMarketKey,
  VENUES,
  type VenueId,
} from '../../core/instruments.ts'
import type { Millis } from '../../core/units.ts'
import type { MarketQuality, MicrostructureEngine } from '../../workers/microstructure/index.ts'
import type { RegimeReading } from '../../workers/regime/index.ts'
import type { RemoteEngine } from '../../workers/thread-link/index.ts'
import { AssetPrices } from '../market/asset-prices.ts'
import { toLadder } from '../market/ladder.ts'
import type { LiveMarketData } from '../market/market-data.ts'
import type { AssetPrice as VenuePrice } from '../market/mids.ts'
import type { AssetPrice, PriceBoard } from '../proposals/book-position.ts'
import type { MarketView } from '../proposals/planning-inputs.ts'
import { FillFeedback } from './fill-feedback.ts'
import { LadderCosts } from './ladder-costs.ts'
import { readLiquidity, writeLiquidity } from './liquidity-text.ts'
import type { RiskWatch } from './risk-watch.ts'
import type { World } from './world.ts'

export interface MarketWatchParts {
  readonly data: LiveMarketData
  readonly world: World
  readonly risk: RiskWatch
  readonly microstructure: RemoteEngine<MicrostructureEngine>
  /** The wire clock that order books are stamped with. */
  readonly wireClock: Clock
  /** The market's own time: simulated where the market is. */
  readonly marketNow: () => Millis
  /** Lockstep: averages over time run on the market's clock, so that the machine's speed decides nothing. */
  readonly averageOnMarketTime: boolean
  /** Order books older than this price nothing; lockstep has its own barrier and sets it to infinity. */
  readonly maximumAgeMs: number
  /** Venues that did not answer at start. */
  readonly down: readonly { readonly venue: VenueId; readonly why: string }[]
}

/** What the desk knows of the market at this moment: prices, costs, risk, regime; asked by the cycle and the views. */
export class MarketWatch {
  readonly #parts: MarketWatchParts
  readonly #prices: AssetPrices
  #qualities = new Map<AssetId, MarketQuality[]>()
  #seen = new Map<MarketKey, number>()
  readonly #feedback = new FillFeedback()
  readonly #ladders: LadderCosts
  #factsKey = ''

  constructor(parts: MarketWatchParts) {
    this.#parts = parts
    const { data, world, wireClock, maximumAgeMs } = parts
    this.#prices = new AssetPrices({ orderBook: (key) => data.top(key), now: () => wireClock.now(), maximumAgeMs })
    this.#ladders = new LadderCosts({
      orderBook: (key) => data.orderBook(key),
      market: (key) => world.market(key),
      quality: (key) => this.#qualities.get(splitMarketKey(key).base)?.find(({ market }) => market === key),
    })
  }

  readonly marketNow = (): Millis => this.#parts.marketNow()
  health(): readonly VenueHealth[] {
    return [
      ...this.#parts.data.health(),
      ...this.#parts.down.map(({ venue, why }) => ({
        venue,
        state: 'no-data' as const,
        dataLatencyMs: null,
        orderLatencyMs: null,
        ageMs: Number.POSITIVE_INFINITY,
        refusedBooks: 0,
        why,
      })),
    ]
  }
  /** Venues that can't be traded on until the desk is started with them. */
  down(): readonly VenueId[] {
    return this.#parts.down.map(({ venue }) => venue)
  }
  multiplier(): number {
    return this.#parts.risk.multiplier(this.marketNow())
  }
  regime(): RegimeView {
    return this.#parts.risk.regime(this.marketNow())
  }

  regimeReading(): RegimeReading {
    return this.#parts.risk.regimeReading(this.marketNow())
  }
  /** Of one asset's own prices, explained; null without history. */
  regimeOf(asset: AssetId): string | null {
    return this.#parts.risk.regimeOf(asset, this.marketNow())
  }
  volatilities(): Volatilities {
    return this.#parts.risk.volatilities(this.marketNow())
  }

  /** USD mids now, every asset that any market prices. */
  prices(): PriceBoard {
    const prices = this.#prices.takeAll(this.#parts.world.markets)
    return new Map([...prices].map(([asset, price]) => [asset, boardPrice(asset, price)]))
  }

  /** Calls with every asset that a change of an order book prices anew, as it happens. Returns how to stop. */
  onPrice(listener: (asset: AssetId, priceUsd: number, fresh: boolean) => void): () => void {
    return this.#parts.data.onUpdate((market) => {
      for (const asset of this.#prices.tick(market)) {
        const { price, fresh } = this.#prices.get(asset)!
        listener(asset, price ?? Number.NaN, fresh)
      }
    })
  }

  /** Feeds the order books that changed to the microstructure engine and takes its new figures. */
  async refreshCosts(): Promise<void> {
    const { data, microstructure, wireClock, marketNow, averageOnMarketTime } = this.#parts
    await this.#setFacts()
    const frames = this.#costMarkets().flatMap((market) => {
      const key = keyOf(market)
      const snapshot = data.orderBook(key)
      if (snapshot === undefined || this.#seen.get(key) === snapshot.sequence) return []
      this.#seen.set(key, snapshot.sequence)
      const at = averageOnMarketTime ? marketNow() : snapshot.receivedAt
      return [{ market: key, ...toLadder(snapshot), at, marketTime: marketNow() }]
    })
    const fills = this.#feedback.take()
    if (fills.length > 0) await microstructure.observeFill(fills)
    if (frames.length > 0) {
      const observed = await microstructure.observe(frames)
      if (!observed.ok) throw new Error(`microstructure: ${observed.error.message}`)
    }
    const answer = await microstructure.snapshot(averageOnMarketTime ? marketNow() : wireClock.now())
    if (!answer.ok) return
    const byAsset = new Map<AssetId, MarketQuality[]>()
    for (const quality of answer.value) {
      const live = data.orderBook(quality.market) !== undefined
      const shown = live ? quality : { ...quality, unusable: quality.unusable ?? 'no valid order book' }
      byAsset.set(quality.asset, [...(byAsset.get(quality.asset) ?? []), shown])
    }
    this.#qualities = byAsset
  }

  planReleased(planId: string): void {
    this.#feedback.planReleased(planId)
  }
  /** The order books that it meets: what its fills are measured against. */
  planStarted(planId: string, assets: ReadonlySet<AssetId>): void {
    const { data, world } = this.#parts
    const met = [...assets].flatMap((asset) => world.marketsOf(asset).map((market) => data.orderBook(keyOf(market))))
    this.#feedback.planStarted(
      planId,
      met.filter((orderBook) => orderBook !== undefined),
    )
  }
  /** What came of it corrects what impact is told, from the next refresh on. */
  planClosed(planId: string, children: readonly ChildRecord[]): void {
    this.#feedback.planClosed(planId, children)
  }

  /** What the liquidity clocks have learnt in weeks, for `restoreLiquidity`; null where the engine does not answer. */
  async liquidity(): Promise<string | null> {
    const clocks = await this.#parts.microstructure.saveClocks()
    return clocks.ok ? writeLiquidity(clocks.value) : null
  }
  /** After the first refresh of the costs, which names the markets. */
  async restoreLiquidity(text: string | undefined): Promise<void> {
    if (text !== undefined) await this.#parts.microstructure.restoreClocks(readLiquidity(text))
  }

  /** Everything planning needs, of this moment. */
  view(): MarketView {
    const prices = this.prices()
    const { world, risk } = this.#parts
    const ladder = this.#ladders.at(prices)
    const naiveLadders: NaiveLadders = (venue, asset, side) => {
      const market = world.marketOn(venue, asset)
      return market === undefined ? null : ladder(keyOf(market), side)
    }
    return {
      prices,
      costs: { markets: (asset) => this.#qualities.get(asset) ?? [], ladder },
      risk: risk.view(),
      marketsOf: world.marketsOf,
      multiplier: this.multiplier(),
      regime: this.regime().class,
      marketTime: this.marketNow(),
      naiveOrders: (book, position) =>
        naiveOrders({
          holdings: position.holdings,
          targets: world.modelOf(book).lines,
          priceUsd: (asset) => prices.get(asset)?.priceUsd ?? Number.NaN,
          ladder: naiveLadders,
          venues: VENUES,
        }),
      naiveLadders,
    }
  }

  /** What books trade; markets between settlement currencies only price them. */
  #costMarkets(): readonly Market[] {
    return this.#parts.world.markets.filter((market) => !isSettlementAsset(market.base))
  }

  /** Fees, volumes and volatilities change slowly; the engine is told when they did. */
  async #setFacts(): Promise<void> {
    const { risk, microstructure } = this.#parts
    const facts = this.#costMarkets().map((market) => ({
      market: keyOf(market),
      venue: market.venue,
      asset: market.base,
      maker: market.fees.maker,
      taker: market.fees.taker,
      feeTiers: market.feeTiers ?? [],
      quoteUsd: this.#prices.get(market.quote)?.price ?? 1,
      advUsd: risk.advUsd(keyOf(market)),
      sigmaDaily: risk.sigmaDaily(market.base),
    }))
    const key = JSON.stringify(facts)
    if (key === this.#factsKey) return
    this.#factsKey = key
    await microstructure.setMarkets(facts)
  }

  /** Exact for the executor: the USD price of a settlement currency or asset, undefined while it has no fresh one. */
  priceOf(asset: AssetId): number | undefined {
    const price = this.#prices.get(asset)
    return price?.fresh && price.price !== null ? price.price : undefined
  }
}

function boardPrice(asset: AssetId, price: VenuePrice): AssetPrice {
  return {
    priceUsd: price.price ?? Number.NaN,
    fresh: price.fresh,
    ageMs: price.ageMs,
    why:
      price.fresh || price.why === null
        ? null
        : Number.isFinite(price.ageMs)
          ? `${asset} has had no fresh price for ${(price.ageMs / 1000).toFixed(0)} s (${price.why})`
          : `no price for ${asset} (${price.why})`,
  }
}
