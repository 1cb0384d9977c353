import { amount, formatAmount, fromFloat } from '../../core/amount.ts'
import type { VenueConnection } from '../../core/contracts/exchange.ts'
import { type Bar, keyOf, type Market, type MarketKey, type VenueId } from '../../core/instruments.ts'
import type { Random } from '../../core/random.ts'
import { fail, ok } from '../../core/result.ts'
import { type Millis, millis } from '../../core/units.ts'
import type { BookFeed, BookFeedListener, BookFrame, WireLevel } from '../../electron/exchanges/book-feed.ts'
import type { LiveVenueConnection } from '../../electron/exchanges/live-connection.ts'

const LEVELS = 5
const DAY_MS = 86_400_000
const BARS = 120
/** Trades on one venue only, is in one client book only and moves only when it is asked to. */
export const CANARY = 'CANARY'

export const assetNames = (risky: number): readonly string[] => [
  ...Array.from({ length: risky - 1 }, (_, i) => `A${String(i).padStart(3, '0')}`),
  CANARY,
]

/** Every asset on Kraken in dollars and on Binance in USDT, the canary on Kraken alone; and USDT in dollars. */
export function loadMarkets(assets: readonly string[]): readonly Market[] {
  const kraken = [...assets, 'USDT'].map((base) => marketOf('kraken', base, 'USD'))
  const binance = assets.filter((base) => base !== CANARY).map((base) => marketOf('binance', base, 'USDT'))
  return [...binance, ...kraken]
}

const marketOf = (venue: VenueId, base: string, quote: string): Market => ({
  venue,
  symbol: `${base}/${quote}`,
  base,
  quote,
  filters: {
    tick: amount('0.00000001'),
    step: amount('0.00000001'),
    minimumQuantity: amount('0.00000001'),
    maximumQuantity: amount('1000000000'),
    minimumNotional: amount('1'),
  },
  fees: { maker: 0.001, taker: 0.002 },
  status: 'trading',
})

/**
 * One venue without a network: order books as text, as a socket's parsed messages bring them, verified, priced and
 * measured by the desk's own code. What it leaves out of the desk's work is JSON and the socket.
 */
export class QuietVenue implements BookFeed {
  readonly depth = null
  readonly venue: VenueId
  readonly #mids: Map<string, number>
  readonly #books = new Map<MarketKey, { base: string; sequence: number; bids: WireLevel[]; asks: WireLevel[] }>()
  #listener: BookFeedListener | null = null

  /** `mids`: USD per unit, the market's truth for both venues. */
  constructor(venue: VenueId, mids: Map<string, number>) {
    this.venue = venue
    this.#mids = mids
  }

  connection(random: Random): LiveVenueConnection {
    const bars: VenueConnection['bars'] = async (market, interval, count) =>
      ok(interval === '1d' ? dailyBars(random.fork(market.split(/[:/]/)[1]!), Math.min(count, BARS)) : [])
    return {
      venue: this.venue,
      markets: async () => ok([]),
      bars,
      openAccount: async () => fail('unreachable', 'this venue takes no orders'),
      close: async () => {},
      bookFeed: () => this,
      orderLatencyMs: () => null,
    }
  }

  open(markets: readonly Market[], listener: BookFeedListener): void {
    this.#listener = listener
    for (const market of markets)
      this.#books.set(keyOf(market), { base: market.base, sequence: 1, ...this.#ladder(market.base) })
    listener.subscribed(markets.map(keyOf))
  }
  requestSnapshot: BookFeed['requestSnapshot'] = async (market) => {
    const { sequence, bids, asks } = this.#books.get(market)!
    return ok({ kind: 'snapshot', market, sequence, bids, asks, checksum: null, venueTime: null })
  }
  probe: BookFeed['probe'] = async (market) => ok(this.#books.get(market)!)
  decimals = (): null => null
  reconnect(why: string): void {
    throw new Error(`the order books went apart: ${why}`)
  }
  async close(): Promise<void> {}

  /** The market goes to where the mid of its asset is now: five new levels a side instead of the five before. */
  tick(market: MarketKey): void {
    const book = this.#books.get(market)!
    const before = { bids: book.bids, asks: book.asks }
    const after = this.#ladder(book.base)
    const gone = (old: readonly WireLevel[]): WireLevel[] => old.map(([price]) => [price, '0'])
    const firstSequence = ++book.sequence
    const frame: BookFrame = {
      kind: 'update',
      market,
      firstSequence,
      sequence: firstSequence,
      bids: [...gone(before.bids), ...after.bids],
      asks: [...gone(before.asks), ...after.asks],
      checksum: null,
      venueTime: null,
    }
    Object.assign(book, after)
    this.#listener!.frame(frame)
  }

  #ladder(base: string): { bids: WireLevel[]; asks: WireLevel[] } {
    const mid = this.#mids.get(base)!
    const side = (sign: 1 | -1): WireLevel[] =>
      Array.from({ length: LEVELS }, (_, i) => {
        const price = mid * (1 + sign * 1e-4 * (i + 1))
        return [text(price), text(2e5 / price)]
      })
    return { bids: side(-1), asks: side(1) }
  }
}

const text = (value: number): string => formatAmount(fromFloat(Number(value.toPrecision(9))))

const START = Date.UTC(2025, 0, 6)
export const marketNow = (): Millis => millis(START)

function dailyBars(random: Random, count: number): readonly Bar[] {
  let close = 100
  return Array.from({ length: count }, (_, i) => {
    const open = close
    close *= Math.exp(0.03 * random.normal())
    const [high, low] = [1.01 * Math.max(open, close), 0.99 * Math.min(open, close)]
    return { openTime: millis(START - (count - i) * DAY_MS), open, high, low, close, volume: 1e6 }
  })
}
