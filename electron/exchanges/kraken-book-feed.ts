import type { z } from 'zod'
import type { ExchangeError } from '../../core/contracts/exchange.ts'
import { keyOf, type Market, type MarketKey } from '../../core/instruments.ts'
import { err, fail, ok, type Result } from '../../core/result.ts'
import type { BookFeed, BookFeedListener, BookProbe, WireDecimals, WireLevel } from './book-feed.ts'
import type { CcxtKraken } from './ccxt-classes.ts'
import type { KrakenLimits } from './kraken-limits.ts'
import { krakenBookMessage, krakenDepth } from './kraken-wire.ts'
import { StreamLoop } from './stream-loop.ts'
import type { VenueMarkets } from './venue-markets.ts'
import { readAnswer, type VenueSession } from './venue-session.ts'

const DEPTH = 100
const PROBE_LEVELS = 5

type BookEntry = z.infer<typeof krakenBookMessage>['data'][number]

/**
 * The text that Kraken sent, from the JSON number that ccxt made of it. Exact while a quantity stays below
 * 2^53 / 10^decimals (90 million units at 8 decimals); beyond that the checksum would tell.
 */
const toText = (value: number | string | null, decimals: number): string =>
  typeof value === 'number' ? value.toFixed(decimals) : String(value)

/**
 * Book channel v2 through ccxt's socket: ccxt connects, subscribes, pings and dispatches. Its own order book drops
 * the checksum and keeps floats, so the messages go to the listener.
 */
export class KrakenBookFeed implements BookFeed {
  readonly depth = DEPTH
  readonly #exchange: () => Promise<CcxtKraken>
  readonly #session: VenueSession
  readonly #limits: KrakenLimits
  readonly #markets: () => VenueMarkets | undefined
  readonly #decimals: (market: MarketKey) => WireDecimals | undefined
  #loop: StreamLoop | undefined
  #requestId = 1

  constructor(
    exchange: () => Promise<CcxtKraken>,
    session: VenueSession,
    limits: KrakenLimits,
    markets: () => VenueMarkets | undefined,
    decimals: (market: MarketKey) => WireDecimals | undefined,
  ) {
    this.#exchange = exchange
    this.#session = session
    this.#limits = limits
    this.#markets = markets
    this.#decimals = decimals
  }

  open(markets: readonly Market[], listener: BookFeedListener): void {
    const keys = markets.map(keyOf)
    const wanted = new Set(keys)
    this.#loop = new StreamLoop(this.#session.world, listener, async (watch) => {
      const exchange = await this.#exchange()
      exchange.handleOrderBook = (_client, message) => this.#receive(message, wanted, listener)
      exchange.onConnected = () => listener.subscribed(keys)
      await watch(exchange, () =>
        exchange.watchOrderBookForSymbols(
          markets.map((market) => market.symbol),
          DEPTH,
        ),
      )
    })
    this.#loop.start()
  }

  /** Kraken sends snapshots only to new subscriptions. */
  async requestSnapshot(market: MarketKey): Promise<Result<null, ExchangeError>> {
    const exchange = await this.#exchange()
    const symbol = this.#markets()?.market(market)?.symbol
    const client = Object.values(exchange.clients)[0]
    if (!symbol || !client?.isConnected) return fail('unreachable', `kraken: no socket to ask for ${market} again`)
    const params = { channel: 'book', symbol: [symbol], depth: DEPTH }
    const sent = await this.#session.call(async () => {
      await client.send({ method: 'unsubscribe', params, req_id: this.#nextRequestId() })
      await client.send({ method: 'subscribe', params: { ...params, snapshot: true }, req_id: this.#nextRequestId() })
    }, this.#limits.open())
    return sent.ok ? ok(null) : err(this.#session.error(sent.error))
  }

  async probe(market: MarketKey): Promise<Result<BookProbe, ExchangeError>> {
    const pair = this.#markets()?.nameOf(market)
    if (!pair) return fail('bad-answer', `kraken lists no market ${market}`)
    const exchange = await this.#exchange()
    const request = { pair, count: PROBE_LEVELS }
    const answer = await this.#session.call(() => exchange.publicGetDepth(request), this.#limits.open())
    if (!answer.ok) return err(this.#session.error(answer.error))
    const depth = readAnswer(krakenDepth, answer.value, `depth of ${pair}`)
    if (!depth.ok) return depth
    const book = Object.values(depth.value.result)[0]
    if (!book) return fail('bad-answer', `depth of ${pair} answered no market`)
    const levels = (side: readonly (readonly unknown[])[]): WireLevel[] =>
      side.slice(0, PROBE_LEVELS).map(([price, quantity]) => [String(price), String(quantity)])
    return ok({ sequence: null, bids: levels(book.bids), asks: levels(book.asks) })
  }

  decimals(market: MarketKey): WireDecimals | null {
    return this.#decimals(market) ?? null
  }

  reconnect(why: string): void {
    this.#loop?.reconnect(why)
  }

  async close(): Promise<void> {
    await this.#loop?.stop()
  }

  #receive(message: unknown, wanted: ReadonlySet<MarketKey>, listener: BookFeedListener): void {
    const parsed = krakenBookMessage.safeParse(message)
    if (!parsed.success) {
      listener.unreadable(`kraken: a book message that does not fit: ${JSON.stringify(message)?.slice(0, 120)}`)
      return
    }
    for (const entry of parsed.data.data) {
      const market = this.#markets()?.keyOfName(entry.symbol)
      const decimals = market && this.#decimals(market)
      if (!market || !decimals || !wanted.has(market)) continue
      this.#deliver(parsed.data.type, market, entry, decimals, listener)
    }
  }

  #deliver(
    kind: 'snapshot' | 'update',
    market: MarketKey,
    entry: BookEntry,
    decimals: WireDecimals,
    listener: BookFeedListener,
  ): void {
    const levels = (side: BookEntry['bids']): WireLevel[] =>
      side.map(({ price, qty }) => [toText(price, decimals.price), toText(qty, decimals.quantity)])
    const time = entry.timestamp === undefined ? Number.NaN : Date.parse(entry.timestamp)
    const frame = {
      market,
      bids: levels(entry.bids),
      asks: levels(entry.asks),
      // A snapshot without a time is older than any update.
      sequence: Number.isFinite(time) ? time : 0,
      checksum: entry.checksum,
      venueTime: Number.isFinite(time) ? time : null,
    }
    listener.frame(kind === 'snapshot' ? { kind, ...frame } : { kind, ...frame, firstSequence: null })
  }

  #nextRequestId(): number {
    // ccxt numbers its own requests from 1.
    return 1_000_000 + this.#requestId++
  }
}
