import type { ExchangeError, VenueCredentials, VenueEndpoint } from '../../core/contracts/exchange.ts'
import { type Bar, keyOf, type Market, type MarketKey } from '../../core/instruments.ts'
import { err, fail, ok, type Result } from '../../core/result.ts'
import type { BookFeed, WireDecimals } from './book-feed.ts'
import { type CcxtKraken, loadKraken } from './ccxt-classes.ts'
import { closeExchange, guardExchange } from './guard-exchange.ts'
import { openKrakenAccount } from './kraken-account.ts'
import { KrakenBookFeed } from './kraken-book-feed.ts'
import { KrakenLimits } from './kraken-limits.ts'
import { NonceCounter } from './kraken-nonce.ts'
import { readKrakenRefusal } from './kraken-refusals.ts'
import { type KrakenListing, krakenOhlc, readKrakenMarket, toBars } from './kraken-wire.ts'
import type { LiveAccountConnection, LiveVenueConnection } from './live-connection.ts'
import { VenueMarkets } from './venue-markets.ts'
import { readAnswer, type VenueSession } from './venue-session.ts'

/** The settlement currency whose markets we list. */
const QUOTE = 'USD'
const MINUTES = { '1h': 60, '1d': 1440 } as const

/** An unmodified ccxt instance for Kraken spot, tied to the endpoint. */
export async function createKraken(
  endpoint: VenueEndpoint,
  session: VenueSession,
  credentials?: VenueCredentials,
): Promise<CcxtKraken> {
  const Kraken = await loadKraken()
  const { settings, clock } = session.world
  const exchange = new Kraken({
    ...(credentials ? { apiKey: credentials.apiKey, secret: credentials.secret } : {}),
    // Our own budget counts calls and orders.
    enableRateLimit: false,
    // calls have deadlines of their own; only the shared instance reads bars
    timeout: credentials ? settings.timeoutMs : Math.max(settings.timeoutMs, settings.barsTimeoutMs),
    options: {
      // Never more: a lost reply would then buy twice.
      maxRetriesOnFailure: 0,
      // Its own check throws in this version; electron/market computes the CRC32 itself.
      watchOrderBook: { checksum: false },
      // Reconnecting is paced by our own feed.
      ws: { backoff: { base: 0 } },
    },
  })
  exchange.number = String as unknown as typeof exchange.number
  exchange.milliseconds = () => clock.now()
  exchange.log = () => undefined
  exchange.handleErrors = (status, _reason, _url, _method, headers, body, parsed) => {
    const refusal = readKrakenRefusal(status, headers, body, parsed)
    if (refusal) throw refusal
    return undefined
  }
  guardExchange(exchange, endpoint)
  return exchange
}

export class KrakenConnection implements LiveVenueConnection {
  readonly venue = 'kraken'
  readonly #endpoint: VenueEndpoint
  readonly #session: VenueSession
  readonly #limits: KrakenLimits
  readonly #exchange: () => Promise<CcxtKraken>
  readonly #accounts: CcxtKraken[] = []
  #created: Promise<CcxtKraken> | undefined
  #markets: VenueMarkets | undefined
  #decimals: ReadonlyMap<MarketKey, WireDecimals> = new Map()
  #feed: KrakenBookFeed | undefined

  constructor(endpoint: VenueEndpoint, session: VenueSession) {
    this.#endpoint = endpoint
    this.#session = session
    this.#limits = new KrakenLimits(session.world.settings.limits)
    this.#exchange = () => (this.#created ??= createKraken(endpoint, session))
  }

  async markets(): Promise<Result<readonly Market[], ExchangeError>> {
    const exchange = await this.#exchange()
    const loaded = await this.#session.call(() => exchange.loadMarkets(true), this.#limits.open())
    if (!loaded.ok) return err(this.#session.error(loaded.error))
    const listed: KrakenListing[] = []
    for (const entry of Object.values(exchange.markets ?? {})) {
      if (entry?.quote !== QUOTE) continue
      const read = readKrakenMarket(entry.id, entry.base, entry.quote, entry.info)
      if (read) listed.push(read)
    }
    if (listed.length === 0) return fail('bad-answer', `kraken lists no market in ${QUOTE} that can be read`)
    this.#markets = new VenueMarkets('kraken', listed)
    this.#decimals = new Map(listed.map((entry) => [keyOf(entry.market), entry.decimals]))
    return ok(this.#markets.all())
  }

  async bars(market: MarketKey, interval: '1h' | '1d', count: number): Promise<Result<readonly Bar[], ExchangeError>> {
    const listed = await this.#listed()
    if (!listed.ok) return listed
    const pair = listed.value.nameOf(market)
    if (!pair) return fail('bad-answer', `kraken lists no market ${market}`)
    const exchange = await this.#exchange()
    const timeoutMs = this.#session.world.settings.barsTimeoutMs
    const request = { pair, interval: MINUTES[interval] }
    const answer = await this.#session.call(() => exchange.publicGetOHLC(request), {
      ...this.#limits.open(),
      timeoutMs,
    })
    if (!answer.ok) return err(this.#session.error(answer.error))
    const rows = readAnswer(krakenOhlc, answer.value, `bars of ${pair}`)
    // Kraken answers at most 720 bars, and the newest is still open.
    return rows.ok ? ok(toBars(rows.value).slice(0, -1).slice(-count)) : rows
  }

  async openAccount(credentials: VenueCredentials): Promise<Result<LiveAccountConnection, ExchangeError>> {
    const listed = await this.#listed()
    if (!listed.ok) return listed
    const open = await this.#exchange()
    const exchange = await createKraken(this.#endpoint, this.#session, credentials)
    this.#accounts.push(exchange)
    const nonces = new NonceCounter(() => this.#session.world.clock.now())
    exchange.nonce = () => nonces.next()
    return openKrakenAccount({
      exchange,
      nonces,
      account: credentials.account,
      session: this.#session,
      limits: this.#limits.forAccount(),
      markets: () => this.#markets ?? listed.value,
      // The instance that has loaded the assets knows the unified codes.
      assetOf: (name) => open.safeCurrencyCode(name) ?? name,
    })
  }

  bookFeed(): BookFeed {
    this.#feed ??= new KrakenBookFeed(
      this.#exchange,
      this.#session,
      this.#limits,
      () => this.#markets,
      (market) => this.#decimals.get(market),
    )
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
