import type { ExchangeError, VenueCredentials, VenueEndpoint } from '../../core/contracts/exchange.ts'
import type { Bar, Market, MarketKey } from '../../core/instruments.ts'
import { err, fail, ok, type Result } from '../../core/result.ts'
import { openBinanceAccount } from './binance-account.ts'
import { BinanceBookFeed } from './binance-book-feed.ts'
import { BinanceLimits } from './binance-limits.ts'
import { readBinanceRefusal } from './binance-refusals.ts'
import { binanceKlines, readBinanceMarket, toBar } from './binance-wire.ts'
import type { BookFeed } from './book-feed.ts'
import { type CcxtBinance, loadBinance } from './ccxt-classes.ts'
import { closeExchange, guardExchange } from './guard-exchange.ts'
import type { LiveAccountConnection, LiveVenueConnection } from './live-connection.ts'
import { type ListedMarket, VenueMarkets } from './venue-markets.ts'
import { readAnswer, type VenueSession } from './venue-session.ts'

/** The settlement currency whose markets we list. */
const QUOTE = 'USDT'
/** exchangeInfo does not state fees: the base tier, until an account says its own. */
const BASE_TIER = { maker: 0.001, taker: 0.001 }
/** Klines per request. */
const KLINES = 1_000

/** An unmodified ccxt instance for Binance spot, tied to the endpoint. */
export async function createBinance(
  endpoint: VenueEndpoint,
  session: VenueSession,
  credentials?: VenueCredentials,
): Promise<CcxtBinance> {
  const Binance = await loadBinance()
  const { settings, clock } = session.world
  const exchange = new Binance({
    ...(credentials ? { apiKey: credentials.apiKey, secret: credentials.secret } : {}),
    // Our own budget counts weight and orders.
    enableRateLimit: false,
    // calls have deadlines of their own; only the shared instance reads bars
    timeout: credentials ? settings.timeoutMs : Math.max(settings.timeoutMs, settings.barsTimeoutMs),
    // The default lets a half-open socket go unseen for six minutes.
    streaming: { keepAlive: 10_000 },
    options: {
      defaultType: 'spot',
      fetchMarkets: { types: ['spot'] },
      fetchCurrencies: false,
      fetchMargins: false,
      adjustForTimeDifference: true,
      recvWindow: settings.recvWindowMs,
      // Never more: a lost reply would then buy twice.
      maxRetriesOnFailure: 0,
      // Reconnecting is paced by our own feed.
      ws: { backoff: { base: 0 } },
    },
  })
  exchange.number = String as unknown as typeof exchange.number
  exchange.milliseconds = () => clock.now()
  exchange.log = () => undefined
  exchange.handleErrors = (status, _reason, _url, _method, headers, body, parsed) => {
    const refusal = readBinanceRefusal(status, headers, body, parsed)
    if (refusal) throw refusal
    return undefined
  }
  // ccxt tells spot from futures by "/stream" in the path.
  guardExchange(exchange, endpoint, (api) => ({
    ...api,
    ws: { ...(api['ws'] as typeof api), spot: `${endpoint.ws.replace(/\/+$/, '')}/stream/ws` },
  }))
  return exchange
}

export class BinanceConnection implements LiveVenueConnection {
  readonly venue = 'binance'
  readonly #endpoint: VenueEndpoint
  readonly #session: VenueSession
  readonly #limits: BinanceLimits
  readonly #exchange: () => Promise<CcxtBinance>
  readonly #accounts: CcxtBinance[] = []
  #created: Promise<CcxtBinance> | undefined
  #markets: VenueMarkets | undefined
  #feed: BinanceBookFeed | undefined

  constructor(endpoint: VenueEndpoint, session: VenueSession) {
    this.#endpoint = endpoint
    this.#session = session
    this.#limits = new BinanceLimits(session.world.settings.limits)
    this.#exchange = () => (this.#created ??= createBinance(endpoint, session))
  }

  async markets(): Promise<Result<readonly Market[], ExchangeError>> {
    const exchange = await this.#exchange()
    const loaded = await this.#session.call(() => exchange.loadMarkets(true), this.#limits.weigh(25))
    if (!loaded.ok) return err(this.#session.error(loaded.error))
    const listed: ListedMarket[] = []
    for (const market of Object.values(exchange.markets ?? {})) {
      const read = market ? readBinanceMarket(market.info, QUOTE, BASE_TIER) : null
      if (read) listed.push(read)
    }
    if (listed.length === 0) return fail('bad-answer', `binance lists no market in ${QUOTE} that can be read`)
    this.#markets = new VenueMarkets('binance', listed)
    return ok(this.#markets.all())
  }

  async bars(market: MarketKey, interval: '1h' | '1d', count: number): Promise<Result<readonly Bar[], ExchangeError>> {
    const listed = await this.#listed()
    if (!listed.ok) return listed
    const symbol = listed.value.nameOf(market)
    if (!symbol) return fail('bad-answer', `binance lists no market ${market}`)
    const exchange = await this.#exchange()
    const timeoutMs = this.#session.world.settings.barsTimeoutMs
    let bars: Bar[] = []
    let endTime: number | undefined
    // The newest bar is still open and is dropped, hence one more than asked for.
    while (bars.length < count + 1) {
      const limit = Math.min(KLINES, count + 1 - bars.length)
      const request = { symbol, interval, limit, ...(endTime === undefined ? {} : { endTime }) }
      const answer = await this.#session.call(() => exchange.publicGetKlines(request), {
        ...this.#limits.weigh(2),
        timeoutMs,
      })
      if (!answer.ok) return err(this.#session.error(answer.error))
      const page = readAnswer(binanceKlines, answer.value, `klines of ${symbol}`)
      if (!page.ok) return page
      bars = [...page.value.map(toBar), ...bars]
      if (page.value.length < limit) break
      endTime = bars[0]!.openTime - 1
    }
    return ok(bars.slice(0, -1).slice(-count))
  }

  async openAccount(credentials: VenueCredentials): Promise<Result<LiveAccountConnection, ExchangeError>> {
    const listed = await this.#listed()
    if (!listed.ok) return listed
    const exchange = await createBinance(this.#endpoint, this.#session, credentials)
    this.#accounts.push(exchange)
    return openBinanceAccount({
      exchange,
      account: credentials.account,
      session: this.#session,
      limits: this.#limits.forAccount(),
      markets: () => this.#markets ?? listed.value,
    })
  }

  bookFeed(): BookFeed {
    this.#feed ??= new BinanceBookFeed(this.#exchange, this.#session, this.#limits, () => this.#markets)
    return this.#feed
  }

  orderLatencyMs(): number | null {
    return this.#session.orderLatency.value()
  }

  async close(): Promise<void> {
    await this.#feed?.close()
    const own = this.#created ? [await this.#created] : []
    await Promise.all([...own, ...this.#accounts].map(closeExchange))
  }

  async #listed(): Promise<Result<VenueMarkets, ExchangeError>> {
    if (this.#markets) return ok(this.#markets)
    const loaded = await this.markets()
    return loaded.ok ? ok(this.#markets!) : loaded
  }
}
