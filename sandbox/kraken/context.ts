import type { Result } from '../../core/result.ts'
import type { Account } from '../engine/accounts.ts'
import type { FaultRegistry } from '../faults/registry.ts'
import type { Venue } from '../venue.ts'
import type { DeadMansSwitches } from './dead-mans-switch.ts'
import type { LedgerBooks } from './ledger-entries.ts'
import type { KrakenMarket } from './markets.ts'
import type { RateLimits } from './rate-limits.ts'
import type { SocketTokens } from './socket-tokens.ts'

/** What every endpoint works on. */
export interface KrakenContext {
  readonly venue: Venue
  readonly markets: readonly KrakenMarket[]
  readonly faults: FaultRegistry
  readonly limits: RateLimits
  readonly tokens: SocketTokens
  readonly switches: DeadMansSwitches
  readonly ledgers: LedgerBooks
}

export type Parameters = Readonly<Record<string, string>>
/** Errors are Kraken's texts, "ECategory:Message". */
export type Outcome = Result<unknown, string>

export type PublicEndpoint = (parameters: Parameters, context: KrakenContext) => Outcome
export interface PrivateEndpoint {
  /** Points on the account's call counter; the trading calls have a counter of their own. */
  readonly cost: number
  handle(parameters: Parameters, context: KrakenContext, account: Account): Outcome
}

/** By any of its names: XXBTZUSD, XBTUSD, XBT/USD, BTC/USD. */
export const marketOf = (
  { markets }: Pick<KrakenContext, 'markets'>,
  name: string | undefined,
): KrakenMarket | undefined =>
  markets.find(
    (market) => name !== undefined && [market.key, market.altname, market.wsname, market.market].includes(name),
  )
