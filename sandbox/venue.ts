import type { SandboxVenue } from '../core/contracts/sandbox-control.ts'
import type { Changes, ExchangeListener, OrderEvent, PublicTrade } from './engine/changes.ts'
import { Exchange } from './engine/exchange.ts'
import type { FeeScheme } from './engine/fees.ts'
import type { MarketRules } from './engine/market-rules.ts'
import type { Order, Side, Trade } from './engine/order.ts'
import type { Bars } from './market/bars.ts'
import type { MarketConditions } from './market/conditions.ts'
import { MarketMaker } from './market/market-maker.ts'
import type { VenueCharacter } from './market/venue-character.ts'

/** What differs between venues in the engine's eyes; the protocols are in binance/ and kraken/. */
export interface VenueProfile {
  readonly name: SandboxVenue
  readonly feeScheme: FeeScheme
  readonly makerFeeBps: number
  readonly takerFeeBps: number
  readonly maximumOpenOrders: number
  readonly character: VenueCharacter
  /** The ids as the venue's API writes them. */
  orderId(id: number): string
  tradeId(trade: Pick<Trade, 'id' | 'maker'>): string
}

/** What a protocol wants to hear of its venue. */
export interface VenueListener {
  orderChanged?(order: Order, event: OrderEvent, trade?: Trade): void
  balancesChanged?(account: string, assets: readonly string[]): void
  publicTrade?(trade: PublicTrade): void
  levelChanged?(market: string, side: Side, ticks: number): void
}

export interface VenueOptions {
  readonly profile: VenueProfile
  readonly markets: readonly MarketRules[]
  readonly seed: number
  readonly bars: Bars
  readonly conditions: MarketConditions
  readonly wireTime: () => number
  readonly marketTime: () => number
  readonly committed: (changes: Changes) => void
}

/** Markets with clients' resting orders are walked at this pace, so that a long step can't jump over them. */
const FINE_STEP_MS = 5_000
const MOST_FINE_STEPS = 240
/** Public trades kept per market. */
const TAPE_LENGTH = 1_000

/** One exchange: its matching engine, its market makers, and whoever listens. */
export class Venue implements ExchangeListener {
  readonly profile: VenueProfile
  readonly exchange: Exchange
  readonly bars: Bars
  readonly wireTime: () => number
  readonly marketTime: () => number
  readonly tape = new Map<string, PublicTrade[]>()
  readonly #makers = new Map<string, MarketMaker>()
  readonly #listeners = new Set<VenueListener>()
  readonly #committed: (changes: Changes) => void
  readonly #assets: ReadonlySet<string>
  #time: number | null = null

  constructor(options: VenueOptions) {
    this.profile = options.profile
    this.bars = options.bars
    this.wireTime = options.wireTime
    this.marketTime = options.marketTime
    this.#committed = options.committed
    this.exchange = new Exchange({
      markets: options.markets,
      feeScheme: options.profile.feeScheme,
      maximumOpenOrders: options.profile.maximumOpenOrders,
      wireTime: options.wireTime,
      marketTime: options.marketTime,
      listener: this,
    })
    this.#assets = new Set(options.markets.flatMap((rules) => [rules.base, rules.quote]))
    for (const [market, book] of this.exchange.books) {
      this.#makers.set(
        market,
        new MarketMaker(book, {
          exchange: this.exchange,
          bars: options.bars,
          conditions: options.conditions,
          character: options.profile.character,
          venue: options.profile.name,
          seed: options.seed,
        }),
      )
    }
  }

  /** Everything that can be held here. */
  assets(): ReadonlySet<string> {
    return this.#assets
  }

  /** Only where fees come out of what is received, and only in an asset whose price in the quotes is known. */
  paysFeesIn(asset: string): boolean {
    return (
      this.profile.feeScheme === 'received' &&
      [...this.exchange.books.values()].some(({ rules }) => rules.base === asset)
    )
  }

  listen(listener: VenueListener): void {
    this.#listeners.add(listener)
  }

  /** Moves every market to a time. */
  step(time: number): void {
    const from = this.#time ?? time
    this.#time = time
    const occupied = new Set<string>()
    for (const account of this.exchange.accounts()) {
      for (const order of this.exchange.index.live(account.identity.account)) occupied.add(order.market)
    }
    const steps = Math.min(MOST_FINE_STEPS, Math.max(1, Math.ceil((time - from) / FINE_STEP_MS)))
    for (const [market, maker] of this.#makers) {
      if (occupied.has(market)) for (let i = 1; i < steps; i++) maker.step(from + ((time - from) * i) / steps)
      maker.step(time)
    }
  }

  committed(changes: Changes): void {
    this.#committed(changes)
  }

  orderChanged(order: Order, event: OrderEvent, trade?: Trade): void {
    for (const listener of this.#listeners) listener.orderChanged?.(order, event, trade)
  }

  balancesChanged(account: string, assets: readonly string[]): void {
    for (const listener of this.#listeners) listener.balancesChanged?.(account, assets)
  }

  publicTrade(trade: PublicTrade): void {
    const tape = this.tape.get(trade.market) ?? []
    tape.push(trade)
    if (tape.length > 2 * TAPE_LENGTH) tape.splice(0, tape.length - TAPE_LENGTH)
    this.tape.set(trade.market, tape)
    for (const listener of this.#listeners) listener.publicTrade?.(trade)
  }

  levelChanged(market: string, side: Side, ticks: number): void {
    for (const listener of this.#listeners) listener.levelChanged?.(market, side, ticks)
  }

  liquidityTaken(market: string, side: Side, ticks: number, lots: number): void {
    this.#makers.get(market)?.liquidityTaken(side, ticks, lots)
  }
}
