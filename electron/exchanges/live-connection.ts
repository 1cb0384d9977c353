import type {
  AccountConnection,
  ExchangeError,
  VenueConnection,
  VenueCredentials,
} from '../../core/contracts/exchange.ts'
import type { MarketFees, MarketKey } from '../../core/instruments.ts'
import type { Result } from '../../core/result.ts'
import type { BookFeed } from './book-feed.ts'

/** What this folder adds to the contracts: fees of the account's own tier, live order books, measured latency. */
export interface LiveAccountConnection extends AccountConnection {
  /** Fractions of traded value of the account's own tier, per market. */
  fees(markets: readonly MarketKey[]): Promise<Result<ReadonlyMap<MarketKey, MarketFees>, ExchangeError>>
}

export interface LiveVenueConnection extends VenueConnection {
  openAccount(credentials: VenueCredentials): Promise<Result<LiveAccountConnection, ExchangeError>>
  /** Order books as the venue sends them, to be verified by electron/market. One feed per connection. */
  bookFeed(): BookFeed
  /** Smoothed time from sending an order to its answer; null before the first. */
  orderLatencyMs(): number | null
}
