import { type Clock, systemClock } from '../../core/clock.ts'
import type { MarketData, VenueHealth } from '../../core/contracts/exchange.ts'
import { type Market, type MarketKey, type OrderBookSnapshot, VENUES, type VenueId } from '../../core/instruments.ts'
import { type Failure, fail, ok, type Result } from '../../core/result.ts'
import type { LiveVenueConnection } from '../exchanges/live-connection.ts'
import type { TopOfBook } from './mids.ts'
import { DEFAULT_MARKET_DATA_SETTINGS, type MarketDataSettings } from './settings.ts'
import { VenueOrderBooks } from './venue-order-books.ts'
import type { BookFault } from './verified-order-book.ts'

/** Last sequence of every stream, by the venue's own market name (the sandbox's barrier). */
export type VenueSequences = Readonly<Partial<Record<VenueId, Readonly<Record<string, number>>>>>

export interface RefusedBooks {
  readonly market: MarketKey
  readonly fault: BookFault
  readonly times: number
}

export interface MarketDataOptions {
  readonly connections: readonly Pick<LiveVenueConnection, 'venue' | 'orderLatencyMs' | 'bookFeed'>[]
  /** Every market whose order book is wanted, of all venues. */
  readonly markets: readonly Market[]
  /** The wire clock. */
  readonly clock?: Clock
  readonly settings?: Partial<MarketDataSettings>
}

/** Opens the order books of all wanted markets; they fill in as the venues answer. */
export function openMarketData(options: MarketDataOptions): LiveMarketData {
  return new LiveMarketData(options)
}

export class LiveMarketData implements MarketData {
  readonly #venues = new Map<VenueId, VenueOrderBooks>()
  readonly #listeners = new Set<(market: MarketKey) => void>()
  readonly #waiters = new Set<() => void>()

  constructor({ connections, markets, clock = systemClock, settings }: MarketDataOptions) {
    const limits = { ...DEFAULT_MARKET_DATA_SETTINGS, ...settings }
    for (const connection of connections) {
      const own = markets.filter((market) => market.venue === connection.venue)
      const books = new VenueOrderBooks(connection, own, clock, limits, (market) => this.#changed(market))
      this.#venues.set(connection.venue, books)
    }
  }

  orderBook(market: MarketKey): OrderBookSnapshot | undefined {
    return this.#venues.get(venueOf(market))?.snapshot(market)
  }

  /** The best level of each side. */
  top(market: MarketKey): TopOfBook | undefined {
    return this.#venues.get(venueOf(market))?.top(market)
  }

  health(): readonly VenueHealth[] {
    return [...this.#venues.values()].map((venue) => venue.health())
  }

  onUpdate(listener: (market: MarketKey) => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  /** What was refused so far, by market and fault. */
  refusedBooks(): readonly RefusedBooks[] {
    const refused: RefusedBooks[] = []
    for (const venue of this.#venues.values()) {
      for (const { market, refusals } of venue.books()) {
        for (const [fault, times] of refusals) refused.push({ market, fault, times })
      }
    }
    return refused
  }

  /** Resolves when every wanted order book is there. Errors: timeout, naming what is missing and why. */
  awaitLive(timeoutMs: number): Promise<Result<null, Failure<'timeout'>>> {
    return this.#await(() => {
      const missing: string[] = []
      for (const venue of this.#venues.values()) {
        for (const book of venue.books()) {
          if (!book.book.live) missing.push(`${book.market} (${book.why ?? 'no order book'})`)
        }
      }
      return missing
    }, timeoutMs)
  }

  /**
   * The lockstep barrier: resolves when every order book in use has applied at least the given sequence of its stream,
   * which confirms it as of now. Markets that are not in use are skipped. Errors: timeout, naming the markets that lag.
   */
  async awaitSequences(sequences: VenueSequences, timeoutMs: number): Promise<Result<null, Failure<'timeout'>>> {
    const reached = await this.#await(() => this.#lagging(sequences), timeoutMs)
    if (reached.ok) {
      for (const venue of this.#venues.values()) {
        for (const book of venue.books()) if (sequenceOf(sequences, book.market) !== undefined) venue.confirm(book)
      }
    }
    return reached
  }

  async close(): Promise<void> {
    await Promise.all([...this.#venues.values()].map((venue) => venue.close()))
  }

  #lagging(sequences: VenueSequences): string[] {
    const lagging: string[] = []
    for (const venue of this.#venues.values()) {
      for (const { market, book, why } of venue.books()) {
        const sequence = sequenceOf(sequences, market)
        if (sequence === undefined) continue
        if (!book.live) lagging.push(`${market} (${why ?? 'no order book'})`)
        else if (book.sequence < sequence) lagging.push(`${market} (at ${book.sequence}, wanted ${sequence})`)
      }
    }
    return lagging
  }

  #await(lagging: () => string[], timeoutMs: number): Promise<Result<null, Failure<'timeout'>>> {
    if (lagging().length === 0) return Promise.resolve(ok(null))
    return new Promise((resolve) => {
      const settle = (result: Result<null, Failure<'timeout'>>): void => {
        clearTimeout(timer)
        this.#waiters.delete(check)
        resolve(result)
      }
      const check = (): void => {
        if (lagging().length === 0) settle(ok(null))
      }
      const timer = setTimeout(() => {
        const names = lagging()
        settle(names.length === 0 ? ok(null) : fail('timeout', `not there after ${timeoutMs} ms: ${names.join(', ')}`))
      }, timeoutMs)
      this.#waiters.add(check)
    })
  }

  #changed(market: MarketKey): void {
    for (const listener of this.#listeners) {
      try {
        listener(market)
      } catch (error) {
        // A listener's bug surfaces as one, instead of looking like a broken stream to ccxt, which called us.
        queueMicrotask(() => {
          throw error
        })
      }
    }
    for (const check of this.#waiters) check()
  }
}

function venueOf(market: MarketKey): VenueId {
  return VENUES.find((venue) => market.startsWith(`${venue}:`))!
}

/** Binance writes BTCUSDT where we write BTC/USDT; Kraken's streams use our symbols. */
function sequenceOf(sequences: VenueSequences, market: MarketKey): number | undefined {
  const venue = venueOf(market)
  const symbol = market.slice(venue.length + 1)
  return sequences[venue]?.[venue === 'binance' ? symbol.replace('/', '') : symbol]
}
