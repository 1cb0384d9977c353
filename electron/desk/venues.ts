import type { AccountConnection, VenueCredentials, VenueEndpoint } from '../../core/contracts/exchange.ts'
import { type Market, marketKey, type VenueId } from '../../core/instruments.ts'
import { type Failure, fail, ok, type Result } from '../../core/result.ts'
import { connectVenue } from '../exchanges/connect-venue.ts'
import type { LiveAccountConnection, LiveVenueConnection } from '../exchanges/live-connection.ts'
import type { ExchangeDependencies } from '../exchanges/settings.ts'

export interface ConnectedVenues {
  readonly connections: readonly LiveVenueConnection[]
  readonly markets: readonly Market[]
  /** Venues that did not answer at start, with the reason. */
  readonly down: readonly { readonly venue: VenueId; readonly why: string }[]
}

/**
 * Connects every venue and reads its markets. A venue that is down does not keep the desk from starting: its orders
 * wait until the desk is started with it. Errors: not-loopback; no-venue when none answers.
 */
export async function connectVenues(
  endpoints: readonly VenueEndpoint[],
  dependencies: ExchangeDependencies,
): Promise<Result<ConnectedVenues, Failure>> {
  const connections: LiveVenueConnection[] = []
  const markets: Market[] = []
  const down: { readonly venue: VenueId; readonly why: string }[] = []
  for (const endpoint of endpoints) {
    const connection = connectVenue(endpoint, dependencies)
    if (!connection.ok) return connection
    const own = await connection.value.markets()
    if (own.ok) {
      connections.push(connection.value)
      markets.push(...own.value)
    } else {
      down.push({ venue: endpoint.venue, why: `${endpoint.venue} at ${endpoint.http}: ${own.error.message}` })
      await connection.value.close()
    }
  }
  return connections.length > 0
    ? ok({ connections, markets, down })
    : fail('no-venue', `no venue answers: ${down.map(({ why }) => why).join('; ')}`)
}

/** Accounts that are open, by venue and name. */
export class OpenAccounts {
  readonly #accounts = new Map<string, LiveAccountConnection>()

  get(venue: VenueId, account: string): AccountConnection | undefined {
    return this.#accounts.get(`${venue}/${account}`)
  }

  /** Opens those that are not open yet. Errors: the first account that its venue refuses. */
  async open(
    connections: readonly LiveVenueConnection[],
    accounts: readonly { readonly venue: VenueId; readonly account: string }[],
    credentials: (venue: VenueId, account: string) => VenueCredentials,
  ): Promise<Result<null, Failure>> {
    for (const { venue, account } of accounts) {
      const connection = connections.find((candidate) => candidate.venue === venue)
      if (connection === undefined || this.#accounts.has(`${venue}/${account}`)) continue
      const opened = await connection.openAccount(credentials(venue, account))
      if (!opened.ok) return fail(opened.error.code, `account ${account} on ${venue}: ${opened.error.message}`)
      this.#accounts.set(`${venue}/${account}`, opened.value)
    }
    return ok(null)
  }

  /** Markets with the fees of the firm's own tier; a venue that does not tell keeps what its market list says. */
  async withFees(markets: readonly Market[], account: string): Promise<readonly Market[]> {
    const fees = new Map<string, Market['fees']>()
    for (const venue of new Set(markets.map((market) => market.venue))) {
      const own = markets.filter((market) => market.venue === venue)
      const answer = await this.#accounts
        .get(`${venue}/${account}`)
        ?.fees(own.map((market) => marketKey(venue, market.symbol)))
      if (answer?.ok) for (const [key, value] of answer.value) fees.set(key, value)
    }
    return markets.map((market) => ({
      ...market,
      fees: fees.get(marketKey(market.venue, market.symbol)) ?? market.fees,
    }))
  }
}
