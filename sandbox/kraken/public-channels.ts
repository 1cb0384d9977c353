import type { PublicTrade } from '../engine/changes.ts'
import { tickerOf } from '../ticker.ts'
import type { VenueListener } from '../venue.ts'
import type { ClientSocket } from '../wire/client-socket.ts'
import { BookFeed, type BookUpdate } from './book-feed.ts'
import { type Channels, isoTime, rawNumber } from './channels.ts'
import type { KrakenContext } from './context.ts'
import type { KrakenMarket } from './markets.ts'
import { priceText, quantityText } from './wire.ts'

const SNAPSHOT_TRADES = 50

/** Channels book, ticker and trade of WebSocket v2. */
export class PublicChannels implements VenueListener {
  readonly #context: KrakenContext
  readonly #channels: Channels
  readonly #feeds = new Map<string, BookFeed>()
  readonly #lastUpdate = new Map<string, number>()
  readonly #lastTicker = new Map<string, string>()
  #trades: PublicTrade[] = []

  constructor(context: KrakenContext, channels: Channels) {
    this.#context = context
    this.#channels = channels
    for (const market of context.markets) this.#lastUpdate.set(market.market, context.venue.wireTime())
  }

  publicTrade(trade: PublicTrade): void {
    this.#trades.push(trade)
  }

  /**
   * Times of the last book updates: a market has no sequence number, but its update times strictly increase, also
   * when nobody listens.
   */
  lastUpdates(): Record<string, number> {
    return Object.fromEntries(this.#lastUpdate)
  }

  subscribeBook(socket: ClientSocket, market: KrakenMarket, depth: number): void {
    const topic = bookTopic(market, depth)
    if (!this.#channels.isHeard(topic)) {
      const book = this.#context.venue.exchange.books.get(market.market)!
      this.#feeds.set(topic, new BookFeed(market, book, depth))
    }
    this.#channels.subscribe(socket, topic)
    const snapshot = this.#feeds.get(topic)!.snapshot()
    const levels = this.#context.faults.book(`WS book ${market.market}`, snapshot.levels)
    socket.send(this.#bookFrame('snapshot', market, { ...snapshot, levels }))
  }

  subscribeTicker(socket: ClientSocket, market: KrakenMarket, withSnapshot: boolean): void {
    this.#channels.subscribe(socket, `ticker ${market.market}`)
    if (withSnapshot) socket.send(`{"channel":"ticker","type":"snapshot","data":[${this.#ticker(market)}]}`)
  }

  subscribeTrades(socket: ClientSocket, market: KrakenMarket, withSnapshot: boolean): void {
    this.#channels.subscribe(socket, `trade ${market.market}`)
    if (!withSnapshot) return
    const tape = (this.#context.venue.tape.get(market.market) ?? []).slice(-SNAPSHOT_TRADES)
    socket.send(
      `{"channel":"trade","type":"snapshot","data":[${tape.map((trade) => tradeJson(market, trade)).join(',')}]}`,
    )
  }

  /** @param always a book update for every market, changed or not */
  publish(slowToo: boolean, always: boolean): void {
    this.#publishTrades()
    for (const market of this.#context.markets) this.#publishBook(market, always)
    if (slowToo) for (const market of this.#context.markets) this.#publishTicker(market)
  }

  #publishBook(market: KrakenMarket, always: boolean): void {
    const prefix = `book ${market.market} `
    const topics = this.#channels.topics().filter((topic) => topic.startsWith(prefix))
    const updates = topics.map((topic) => ({ topic, update: this.#feeds.get(topic)!.next(always) }))
    if (!always && updates.every(({ update }) => update === null)) return
    const last = this.#lastUpdate.get(market.market)!
    this.#lastUpdate.set(market.market, Math.max(this.#context.venue.wireTime(), last + 1))
    for (const { topic, update } of updates) {
      if (!update) continue
      const place = `WS book ${market.market}`
      const levels = this.#context.faults.book(place, update.levels)
      this.#send(topic, place, this.#bookFrame('update', market, { ...update, levels }))
    }
  }

  #bookFrame(type: 'snapshot' | 'update', market: KrakenMarket, { levels, checksum }: BookUpdate): string {
    const side = (rows: BookUpdate['levels']['bids']): string =>
      `[${rows.map(([price, quantity]) => `{"price":${rawNumber(price)},"qty":${rawNumber(quantity)}}`).join(',')}]`
    const timestamp = isoTime(this.#lastUpdate.get(market.market)!)
    return `{"channel":"book","type":"${type}","data":[{"symbol":"${market.market}","bids":${side(levels.bids)},"asks":${side(levels.asks)},"checksum":${checksum},"timestamp":"${timestamp}"}]}`
  }

  #publishTicker(market: KrakenMarket): void {
    const topic = `ticker ${market.market}`
    if (!this.#channels.isHeard(topic)) return
    const ticker = this.#ticker(market)
    if (this.#lastTicker.get(topic) === ticker) return
    this.#lastTicker.set(topic, ticker)
    this.#send(topic, `WS ${topic}`, `{"channel":"ticker","type":"update","data":[${ticker}]}`)
  }

  #ticker(market: KrakenMarket): string {
    const book = this.#context.venue.exchange.books.get(market.market)!
    const day = tickerOf(this.#context.venue, book)
    const [bid, ask] = [book.bids.best(), book.asks.best()]
    const price = (ticks: number): string => priceText(market, ticks)
    const change = day.lastTicks - day.openTicks
    const fields: [string, string][] = [
      ['symbol', JSON.stringify(market.market)],
      ['bid', price(bid?.ticks ?? 0)],
      ['bid_qty', quantityText(market, bid?.lots ?? 0)],
      ['ask', price(ask?.ticks ?? 0)],
      ['ask_qty', quantityText(market, ask?.lots ?? 0)],
      ['last', price(day.lastTicks)],
      ['volume', day.volume.toFixed(8)],
      ['vwap', (day.quoteVolume / day.volume).toFixed(market.priceDecimals)],
      ['low', price(day.lowTicks)],
      ['high', price(day.highTicks)],
      ['change', `${change < 0 ? '-' : ''}${price(Math.abs(change))}`],
      ['change_pct', ((100 * change) / day.openTicks).toFixed(2)],
    ]
    return `{${fields.map(([name, value]) => `"${name}":${value}`).join(',')}}`
  }

  #publishTrades(): void {
    const trades = this.#trades
    this.#trades = []
    for (const market of this.#context.markets) {
      const topic = `trade ${market.market}`
      if (!this.#channels.isHeard(topic)) continue
      const own = trades.filter((trade) => trade.market === market.market)
      if (own.length === 0) continue
      this.#send(
        topic,
        `WS ${topic}`,
        `{"channel":"trade","type":"update","data":[${own.map((trade) => tradeJson(market, trade)).join(',')}]}`,
      )
    }
  }

  #send(topic: string, place: string, text: string): void {
    const fate = this.#context.faults.frame(place)
    if (fate === 'lose') return
    for (const socket of this.#channels.listeners(topic)) {
      if (fate === 'kill') socket.terminate()
      else socket.send(text)
    }
  }
}

export const bookTopic = (market: KrakenMarket, depth: number): string => `book ${market.market} ${depth}`

const tradeJson = (market: KrakenMarket, trade: PublicTrade): string =>
  `{"symbol":"${market.market}","side":"${trade.takerSide}","price":${priceText(market, trade.ticks)},"qty":${quantityText(market, trade.lots)},"ord_type":"limit","trade_id":${trade.id},"timestamp":"${isoTime(trade.wireTime)}"}`
