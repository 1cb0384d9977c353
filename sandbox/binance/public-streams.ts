import type { PublicTrade } from '../engine/changes.ts'
import type { Side } from '../engine/order.ts'
import type { OrderBook } from '../engine/order-book.ts'
import { tickerOf } from '../ticker.ts'
import type { VenueListener } from '../venue.ts'
import type { BinanceContext } from './context.ts'
import { depthLevels } from './depth.ts'
import { DepthFeed } from './depth-feed.ts'
import type { StreamHub } from './stream-hub.ts'
import { miniTickerEvent, tickerEvent } from './ticker-wire.ts'
import { priceText, quantityText } from './wire.ts'

const PARTIAL_DEPTHS = [5, 10, 20]

/** The market data streams: depth diffs in two cadences, partial books, best prices, tickers, trades. */
export class PublicStreams implements VenueListener {
  readonly #context: BinanceContext
  readonly #hub: StreamHub
  readonly #fast: DepthFeed
  readonly #slow: DepthFeed
  readonly #best = new Map<string, string>()
  #trades: PublicTrade[] = []

  constructor(context: BinanceContext, hub: StreamHub) {
    this.#context = context
    this.#hub = hub
    const { books } = context.venue.exchange
    this.#fast = new DepthFeed(books)
    this.#slow = new DepthFeed(books)
  }

  levelChanged(market: string, side: Side, ticks: number): void {
    this.#fast.levelChanged(market, side, ticks)
    this.#slow.levelChanged(market, side, ticks)
  }

  publicTrade(trade: PublicTrade): void {
    this.#trades.push(trade)
  }

  /**
   * Publishes what happened since the last call.
   * @param slowToo also the streams of the one-second cadence
   * @param always a depth diff for every market, changed or not
   */
  publish(slowToo: boolean, always: boolean): void {
    this.#publishTrades()
    for (const book of this.#context.venue.exchange.books.values()) {
      const name = book.rules.market.toLowerCase()
      this.#publishDepth(this.#fast, book, `${name}@depth@100ms`, always)
      if (slowToo) this.#publishDepth(this.#slow, book, `${name}@depth`, always)
      this.#publishPartial(book, name, slowToo)
      this.#publishBest(book, name)
      if (slowToo) this.#publishTickers(book, name)
    }
    if (slowToo) this.#publishAllTickers()
  }

  /** A new subscription to a ticker is answered with its present state. */
  greet(stream: string): unknown {
    const [name, kind] = stream.split('@')
    if (stream.startsWith('!')) return this.#allTickers(stream.startsWith('!mini'))
    const book = this.#context.venue.exchange.books.get(name!.toUpperCase())
    if (!book || (kind !== 'miniTicker' && kind !== 'ticker')) return undefined
    return this.#ticker(book, kind === 'miniTicker')
  }

  #publishDepth(feed: DepthFeed, book: OrderBook, stream: string, always: boolean): void {
    const diff = feed.next(book, always)
    if (!diff || !this.#hub.isHeard(stream)) return
    const { bids, asks } = this.#context.faults.book(`WS ${stream}`, diff)
    this.#hub.publish(stream, {
      e: 'depthUpdate',
      E: this.#context.venue.wireTime(),
      s: book.rules.market,
      U: diff.firstUpdateId,
      u: diff.lastUpdateId,
      b: bids,
      a: asks,
    })
  }

  #publishPartial(book: OrderBook, name: string, slowToo: boolean): void {
    for (const depth of PARTIAL_DEPTHS) {
      for (const stream of slowToo
        ? [`${name}@depth${depth}@100ms`, `${name}@depth${depth}`]
        : [`${name}@depth${depth}@100ms`]) {
        if (!this.#hub.isHeard(stream)) continue
        const levels = this.#context.faults.book(`WS ${stream}`, depthLevels(book, depth))
        this.#hub.publish(stream, { lastUpdateId: book.updateId, ...levels })
      }
    }
  }

  #publishBest(book: OrderBook, name: string): void {
    const stream = `${name}@bookTicker`
    if (!this.#hub.isHeard(stream)) return
    const { bids, asks } = depthLevels(book, 1)
    const [b, B] = bids[0] ?? ['0.00000000', '0.00000000']
    const [a, A] = asks[0] ?? ['0.00000000', '0.00000000']
    const state = `${b}${B}${a}${A}`
    if (this.#best.get(name) === state) return
    this.#best.set(name, state)
    this.#hub.publish(stream, { u: book.updateId, s: book.rules.market, b, B, a, A })
  }

  #publishTickers(book: OrderBook, name: string): void {
    for (const kind of ['miniTicker', 'ticker']) {
      const stream = `${name}@${kind}`
      if (this.#hub.isHeard(stream)) this.#hub.publish(stream, this.#ticker(book, kind === 'miniTicker'))
    }
  }

  #publishAllTickers(): void {
    for (const stream of ['!miniTicker@arr', '!ticker@arr']) {
      if (this.#hub.isHeard(stream)) this.#hub.publish(stream, this.#allTickers(stream.startsWith('!mini')))
    }
  }

  #publishTrades(): void {
    const trades = this.#trades
    this.#trades = []
    for (const trade of trades) {
      const name = trade.market.toLowerCase()
      if (!this.#hub.isHeard(`${name}@trade`) && !this.#hub.isHeard(`${name}@aggTrade`)) continue
      const { rules } = this.#context.venue.exchange.books.get(trade.market)!
      const core = {
        E: trade.wireTime,
        s: trade.market,
        p: priceText(rules, trade.ticks),
        q: quantityText(rules, trade.lots),
      }
      const tail = { T: trade.wireTime, m: trade.takerSide === 'sell', M: true }
      this.#hub.publish(`${name}@trade`, { e: 'trade', ...core, t: trade.id, ...tail })
      this.#hub.publish(`${name}@aggTrade`, { e: 'aggTrade', ...core, a: trade.id, f: trade.id, l: trade.id, ...tail })
    }
  }

  #ticker(book: OrderBook, mini: boolean): Record<string, unknown> {
    const { venue } = this.#context
    return (mini ? miniTickerEvent : tickerEvent)(book, tickerOf(venue, book), venue.wireTime())
  }

  #allTickers(mini: boolean): unknown[] {
    return [...this.#context.venue.exchange.books.values()].map((book) => this.#ticker(book, mini))
  }
}
