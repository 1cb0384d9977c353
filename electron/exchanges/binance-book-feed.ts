import type { ExchangeError } from '../../core/contracts/exchange.ts'
import { keyOf, type Market, type MarketKey } from '../../core/instruments.ts'
import { err, fail, ok, type Result } from '../../core/result.ts'
import type { BinanceLimits } from './binance-limits.ts'
import { binanceDepth, binanceDepthEvent } from './binance-wire.ts'
import type { BookFeed, BookFeedListener, BookProbe, BookSnapshotFrame, WireDecimals, WireLevel } from './book-feed.ts'
import type { CcxtBinance } from './ccxt-classes.ts'
import { StreamLoop } from './stream-loop.ts'
import type { VenueMarkets } from './venue-markets.ts'
import { readAnswer, type VenueSession } from './venue-session.ts'

const SNAPSHOT_LEVELS = 1_000
const PROBE_LEVELS = 5

const toLevels = (levels: readonly (readonly unknown[])[]): WireLevel[] =>
  levels.map(([price, quantity]) => [String(price), String(quantity)])

/**
 * Diff streams through ccxt's socket: ccxt connects, subscribes, pings and dispatches. Its own order book is not used,
 * because it keeps floats and buffers without end when a snapshot fails; the raw events go to the listener.
 */
export class BinanceBookFeed implements BookFeed {
  readonly depth = null
  readonly #exchange: () => Promise<CcxtBinance>
  readonly #session: VenueSession
  readonly #limits: BinanceLimits
  readonly #markets: () => VenueMarkets | undefined
  #loop: StreamLoop | undefined

  constructor(
    exchange: () => Promise<CcxtBinance>,
    session: VenueSession,
    limits: BinanceLimits,
    markets: () => VenueMarkets | undefined,
  ) {
    this.#exchange = exchange
    this.#session = session
    this.#limits = limits
    this.#markets = markets
  }

  open(markets: readonly Market[], listener: BookFeedListener): void {
    const keys = markets.map(keyOf)
    const wanted = new Set(keys)
    this.#loop = new StreamLoop(this.#session.world, listener, async (watch) => {
      const exchange = await this.#exchange()
      exchange.handleOrderBookSubscription = () => listener.subscribed(keys)
      exchange.handleOrderBook = (_client, message) => this.#receive(message, wanted, listener)
      await watch(exchange, () => exchange.watchOrderBookForSymbols(markets.map((market) => market.symbol)))
    })
    this.#loop.start()
  }

  async requestSnapshot(market: MarketKey): Promise<Result<BookSnapshotFrame, ExchangeError>> {
    const book = await this.#fetch(market, SNAPSHOT_LEVELS, 50)
    if (!book.ok) return book
    const { sequence, bids, asks } = book.value
    return ok({ kind: 'snapshot', market, sequence, bids, asks, checksum: null, venueTime: null })
  }

  probe(market: MarketKey): Promise<Result<BookProbe, ExchangeError>> {
    return this.#fetch(market, PROBE_LEVELS, 5)
  }

  decimals(): WireDecimals | null {
    return null
  }

  reconnect(why: string): void {
    this.#loop?.reconnect(why)
  }

  async close(): Promise<void> {
    await this.#loop?.stop()
  }

  #receive(message: unknown, wanted: ReadonlySet<MarketKey>, listener: BookFeedListener): void {
    const parsed = binanceDepthEvent.safeParse(message)
    if (!parsed.success) {
      listener.unreadable(`binance: a depth event that does not fit: ${JSON.stringify(message)?.slice(0, 120)}`)
      return
    }
    const { E, s, U, u, b, a } = parsed.data
    const market = this.#markets()?.keyOfName(s)
    if (!market || !wanted.has(market)) return
    listener.frame({
      kind: 'update',
      market,
      firstSequence: U,
      sequence: u,
      bids: toLevels(b),
      asks: toLevels(a),
      checksum: null,
      venueTime: E ?? null,
    })
  }

  async #fetch(
    market: MarketKey,
    limit: number,
    weight: number,
  ): Promise<Result<{ sequence: number; bids: WireLevel[]; asks: WireLevel[] }, ExchangeError>> {
    const symbol = this.#markets()?.nameOf(market)
    if (!symbol) return fail('bad-answer', `binance lists no market ${market}`)
    const exchange = await this.#exchange()
    const answer = await this.#session.call(
      () => exchange.publicGetDepth({ symbol, limit }),
      this.#limits.weigh(weight),
    )
    if (!answer.ok) return err(this.#session.error(answer.error))
    const depth = readAnswer(binanceDepth, answer.value, `depth of ${symbol}`)
    if (!depth.ok) return depth
    const { lastUpdateId, bids, asks } = depth.value
    return ok({ sequence: lastUpdateId, bids: toLevels(bids), asks: toLevels(asks) })
  }
}
