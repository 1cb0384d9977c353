import type { Amount } from '../amount.ts'
import type { VenueAccountId } from '../client-book.ts'
import type { AssetId, Bar, Market, MarketKey, VenueId } from '../instruments.ts'
import type { ChildOrder, VenueTrade } from '../order.ts'
import type { Failure, Result } from '../result.ts'
import type { Millis } from '../units.ts'

/**
 * What the venue said about one order. `definite` answers change its state; `unknown` never does:
 * the order may or may not live, and only a lookup can tell.
 */
export type SubmitOutcome =
  | { readonly kind: 'accepted'; readonly order: VenueOrder }
  | { readonly kind: 'rejected'; readonly code: string; readonly why: string }
  /**
   * Definitely not executed and worth another attempt after `retryAfterMs` (429, −1015, −1021, nonce). With one of
   * NEVER_LEFT as its code the order did not even leave this process.
   */
  | { readonly kind: 'not-sent'; readonly code: string; readonly why: string; readonly retryAfterMs: number }
  | { readonly kind: 'unknown'; readonly why: string }

/** Codes of our own connections for an order that was held back: it is denied by us, not answered by the venue. */
export const NEVER_LEFT: ReadonlySet<string> = new Set(['too-late', 'paused', 'not-connected'])

export interface VenueOrder {
  readonly venueOrderId: string
  readonly clientOrderId: string | null
  readonly market: MarketKey
  readonly state: 'working' | 'partially-filled' | 'filled' | 'cancelled' | 'expired' | 'rejected'
  readonly quantity: Amount
  readonly filledQuantity: Amount
  /** Trades the answer carried; may be fewer than the order has: the ledger is swept by trade id. */
  readonly trades: readonly VenueTrade[]
}

export type LookupOutcome =
  | { readonly kind: 'found'; readonly order: VenueOrder }
  | { readonly kind: 'not-found' }
  | { readonly kind: 'unknown'; readonly why: string }

export type ExchangeError = Failure<
  'unreachable' | 'rate-limited' | 'authentication' | 'not-loopback' | 'bad-answer' | 'may-withdraw'
>

export interface VenueBalance {
  readonly asset: AssetId
  readonly free: Amount
  readonly locked: Amount
}

/** One venue account: private calls are serialised per key. */
export interface AccountConnection {
  readonly venue: VenueId
  readonly account: VenueAccountId
  submit(child: ChildOrder): Promise<SubmitOutcome>
  /** By client order id; for Kraken through the open and closed lists. */
  lookup(child: Pick<ChildOrder, 'id' | 'market' | 'createdAt'>, venueOrderId: string | null): Promise<LookupOutcome>
  /**
   * Several orders that the venue has acknowledged, by its own ids: one outcome each, in the same order. Only where it
   * costs less than asking one by one (Kraken: three call points for fifty orders instead of three for each).
   */
  lookupAcknowledged?(venueOrderIds: readonly string[]): Promise<readonly LookupOutcome[]>
  cancel(
    child: Pick<ChildOrder, 'id' | 'market'>,
    venueOrderId: string | null,
  ): Promise<Result<'cancelled' | 'already-gone', ExchangeError>>
  openOrders(): Promise<Result<readonly VenueOrder[], ExchangeError>>
  balances(): Promise<Result<readonly VenueBalance[], ExchangeError>>
  /** All trades of the account at or after `since` (wire time), every market it may hold, oldest first. */
  trades(since: Millis, markets: readonly MarketKey[]): Promise<Result<readonly VenueTrade[], ExchangeError>>
  tradesOfOrder(venueOrderId: string, market: MarketKey): Promise<Result<readonly VenueTrade[], ExchangeError>>
  /** Earliest moment at which "not found" proves that an order created at `createdAt` never arrived. */
  proofOfAbsenceAt(createdAt: Millis): Millis
}

/** One venue's public side. */
export interface VenueConnection {
  readonly venue: VenueId
  markets(): Promise<Result<readonly Market[], ExchangeError>>
  bars(market: MarketKey, interval: '1h' | '1d', count: number): Promise<Result<readonly Bar[], ExchangeError>>
  openAccount(credentials: VenueCredentials): Promise<Result<AccountConnection, ExchangeError>>
  close(): Promise<void>
}

export interface VenueCredentials {
  readonly account: VenueAccountId
  readonly apiKey: string
  readonly secret: string
}

/** Where a venue is reached. Only loopback hosts exist in SIMULATION: anything else is refused before a socket opens. */
export interface VenueEndpoint {
  readonly venue: VenueId
  readonly http: string
  readonly ws: string
}

/** Live, verified order books of every market in use. */
export interface MarketData {
  orderBook(market: MarketKey): import('../instruments.ts').OrderBookSnapshot | undefined
  health(): readonly VenueHealth[]
  onUpdate(listener: (market: MarketKey) => void): () => void
}

export interface VenueHealth {
  readonly venue: VenueId
  readonly state: 'connected' | 'slow' | 'no-data'
  readonly dataLatencyMs: number | null
  readonly orderLatencyMs: number | null
  /** Age of the oldest order book in use. */
  readonly ageMs: number
  readonly refusedBooks: number
  readonly why: string | null
}
