import type { Clock } from '../../core/clock.ts'
import type { VenueHealth } from '../../core/contracts/exchange.ts'
import { keyOf, type Market, type MarketKey, type OrderBookSnapshot, type VenueId } from '../../core/instruments.ts'
import type { BookFeed, BookFeedListener, BookFrame } from '../exchanges/book-feed.ts'
import { LatencyGauge } from '../exchanges/latency-gauge.ts'
import type { LiveVenueConnection } from '../exchanges/live-connection.ts'
import { LiveOrderBook } from './live-order-book.ts'
import type { TopOfBook } from './mids.ts'
import type { MarketDataSettings } from './settings.ts'
import type { BookFault } from './verified-order-book.ts'

/** Event times further off than this are not the wire clock's: a simulated market tells simulated times. */
const PLAUSIBLE_LATENCY_MS = 60_000
const FIRST_RETRY_MS = 50
const LONGEST_RETRY_MS = 1_000

/** All order books in use on one venue: fed, verified, fetched again when refused, probed when silent. */
export class VenueOrderBooks implements BookFeedListener {
  readonly venue: VenueId
  readonly #connection: Pick<LiveVenueConnection, 'venue' | 'orderLatencyMs'>
  readonly #feed: BookFeed
  readonly #clock: Clock
  readonly #settings: MarketDataSettings
  readonly #changed: (market: MarketKey) => void
  readonly #books = new Map<MarketKey, LiveOrderBook>()
  readonly #fetching = new Set<MarketKey>()
  readonly #latency = new LatencyGauge()
  #probeTimer: NodeJS.Timeout | undefined
  readonly #openedAt: number
  #probing = false
  #connected = false
  #why: string | null = 'connecting'
  /** Counts connections: what was asked for on one socket is not waited for on the next. */
  #generation = 0
  #closed = false

  constructor(
    connection: Pick<LiveVenueConnection, 'venue' | 'orderLatencyMs' | 'bookFeed'>,
    markets: readonly Market[],
    clock: Clock,
    settings: MarketDataSettings,
    changed: (market: MarketKey) => void,
  ) {
    this.venue = connection.venue
    this.#connection = connection
    this.#feed = connection.bookFeed()
    this.#clock = clock
    this.#settings = settings
    this.#changed = changed
    this.#openedAt = clock.now()
    for (const market of markets) {
      const key = keyOf(market)
      this.#books.set(key, new LiveOrderBook(key, this.#feed.depth, this.#feed.decimals(key)))
    }
    if (settings.probeEveryMs > 0) this.#probeTimer = setInterval(() => void this.#probeSilent(), settings.probeEveryMs)
    this.#feed.open(markets, this)
  }

  books(): Iterable<LiveOrderBook> {
    return this.#books.values()
  }

  book(market: MarketKey): LiveOrderBook | undefined {
    return this.#books.get(market)
  }

  snapshot(market: MarketKey): OrderBookSnapshot | undefined {
    return this.#books.get(market)?.snapshot(this.#clock.now(), this.#settings.redMs)
  }

  top(market: MarketKey): TopOfBook | undefined {
    return this.#books.get(market)?.top(this.#clock.now(), this.#settings.redMs)
  }

  async close(): Promise<void> {
    this.#closed = true
    clearInterval(this.#probeTimer)
    await this.#feed.close()
  }

  subscribed(markets: readonly MarketKey[]): void {
    this.#generation++
    this.#connected = true
    this.#why = null
    for (const market of markets) {
      const book = this.#books.get(market)
      if (!book) continue
      book.lose('subscribed, no snapshot yet')
      void this.#fetch(book, true)
    }
  }

  /** The venue itself says that this order book has all there is. */
  confirm(book: LiveOrderBook): void {
    if (book.book.live) book.receivedAt = this.#clock.now()
  }

  frame(frame: BookFrame): void {
    const book = this.#books.get(frame.market)
    if (!book) return
    const now = this.#clock.now()
    const latency = frame.venueTime === null ? Number.NaN : now - frame.venueTime
    if (Math.abs(latency) < PLAUSIBLE_LATENCY_MS) this.#latency.record(Math.max(0, latency))
    this.#settle(book, frame)
  }

  unreadable(why: string): void {
    for (const book of this.#books.values()) {
      count(book, 'not-a-number')
      book.lose(`not-a-number: ${why}`)
      this.#changed(book.market)
      void this.#fetch(book, false)
    }
  }

  disconnected(why: string): void {
    this.#generation++
    this.#connected = false
    this.#why = why
    for (const book of this.#books.values()) {
      book.lose(`disconnected: ${why}`)
      this.#changed(book.market)
    }
  }

  health(): VenueHealth {
    const now = this.#clock.now()
    let ageMs = 0
    let refusedBooks = 0
    let missing: LiveOrderBook | undefined
    for (const book of this.#books.values()) {
      ageMs = Math.max(ageMs, now - (book.receivedAt ?? this.#openedAt))
      for (const times of book.refusals.values()) refusedBooks += times
      if (!book.book.live) missing ??= book
    }
    const { amberMs, redMs } = this.#settings
    const state = !this.#connected || ageMs > redMs ? 'no-data' : missing || ageMs > amberMs ? 'slow' : 'connected'
    const why =
      this.#why ??
      (missing ? `${missing.market}: ${missing.why ?? 'no order book'}` : null) ??
      (state === 'connected' ? null : `the oldest order book is ${ageMs} ms old, ${amberMs} ms are allowed`)
    return {
      venue: this.venue,
      state,
      dataLatencyMs: this.#latency.value(),
      orderLatencyMs: this.#connection.orderLatencyMs(),
      ageMs,
      refusedBooks,
      why,
    }
  }

  /** Takes a frame in and does what its outcome asks for. */
  #settle(book: LiveOrderBook, frame: BookFrame): 'live' | 'not-yet' {
    const outcome = book.apply(frame, this.#clock.now())
    if (outcome.kind === 'applied' || outcome.kind === 'refused') this.#changed(book.market)
    if (outcome.kind === 'refused') void this.#fetch(book, false)
    return outcome.kind === 'applied' ? 'live' : 'not-yet'
  }

  /** Asks for snapshots until the book is live again, or the connection is another one. */
  async #fetch(book: LiveOrderBook, isNew: boolean): Promise<void> {
    const generation = this.#generation
    if (this.#fetching.has(book.market) && !isNew) return
    this.#fetching.add(book.market)
    let retryMs = FIRST_RETRY_MS
    // A new subscription brings its own snapshot where the venue sends them over the socket.
    let ask = !isNew || this.#feed.depth === null
    const current = (): boolean => !this.#closed && this.#generation === generation
    while (current() && !book.book.live) {
      if (ask) {
        const answer = await this.#feed.requestSnapshot(book.market)
        if (!current() || book.book.live) break
        if (answer.ok && answer.value && this.#settle(book, answer.value) === 'live') break
        if (!answer.ok) book.why = `${answer.error.code}: ${answer.error.message}`
        if (!answer.ok || answer.value) {
          await pause(retryMs)
          retryMs = Math.min(LONGEST_RETRY_MS, retryMs * 2)
          continue
        }
      }
      ask = true
      await until(() => !current() || book.book.live, this.#settings.snapshotTimeoutMs)
    }
    if (current()) this.#fetching.delete(book.market)
  }

  /** Silent markets are asked over REST, one after the other: the same book is confirmed, another one means a mute stream. */
  async #probeSilent(): Promise<void> {
    if (this.#probing || !this.#connected || this.#closed) return
    this.#probing = true
    try {
      for (const book of this.#books.values()) {
        const now = this.#clock.now()
        if (!book.book.live || book.receivedAt === null || now - book.receivedAt < this.#settings.probeAfterMs) continue
        const before = book.receivedAt
        const generation = this.#generation
        const answer = await this.#feed.probe(book.market)
        if (this.#closed || generation !== this.#generation) return
        if (!answer.ok || book.receivedAt !== before) continue
        if (book.isConfirmedBy(answer.value)) {
          book.receivedAt = now
          continue
        }
        await until(() => book.receivedAt !== before, this.#settings.streamGraceMs)
        if (book.receivedAt !== before || generation !== this.#generation) continue
        this.#feed.reconnect(`the stream of ${book.market} is mute: REST shows another order book`)
        return
      }
    } finally {
      this.#probing = false
    }
  }
}

function count(book: LiveOrderBook, fault: BookFault): void {
  book.refusals.set(fault, (book.refusals.get(fault) ?? 0) + 1)
}

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms))

async function until(isDone: () => boolean, timeoutMs: number): Promise<void> {
  for (let waited = 0; !isDone() && waited < timeoutMs; waited += 20) await pause(20)
}
