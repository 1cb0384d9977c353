import { ONE } from '../../core/amount.ts'
import { systemClock } from '../../core/clock.ts'
import type { AccountConnection } from '../../core/contracts/exchange.ts'
import type { SandboxAddresses } from '../../core/contracts/sandbox-control.ts'
import type { DeskStore } from '../../core/contracts/store.ts'
import { type AssetId, VENUES } from '../../core/instruments.ts'
import { unwrap } from '../../core/result.ts'
import { connectVenues, OpenAccounts } from '../../electron/desk/venues.ts'
import type { ExchangeDependencies } from '../../electron/exchanges/settings.ts'
import type { ExecutionLog } from '../../electron/execution/context.ts'
import { createExecutor, type Executor } from '../../electron/execution/executor.ts'
import type { ExecutionSettings } from '../../electron/execution/settings.ts'
import { openMarketData } from '../../electron/market/market-data.ts'
import { LOCKSTEP_MARKET_DATA_SETTINGS } from '../../electron/market/settings.ts'
import { createControlClient } from '../../electron/simulation/control-client.ts'
import { ACCOUNTS, credentialsOf } from './batch.ts'

export interface RouterOptions {
  readonly store: DeskStore
  readonly addresses: SandboxAddresses
  readonly assets: readonly AssetId[]
  readonly lockstep: boolean
  readonly exchanges?: ExchangeDependencies
  readonly execution?: Partial<ExecutionSettings>
  readonly log: ExecutionLog
  readonly wrap?: (connection: AccountConnection) => AccountConnection
}

export interface Router {
  readonly executor: Executor
  close(): Promise<void>
}

/** The router alone on a real sandbox: connections, order books, executor; no desk, no engines. */
export async function openRouter(options: RouterOptions): Promise<Router> {
  const { store, addresses, assets, lockstep, wrap = (connection) => connection } = options
  const { connections, markets } = unwrap(
    await connectVenues(
      VENUES.map((venue) => ({ venue, http: addresses[venue].http, ws: addresses[venue].ws })),
      options.exchanges ?? {},
    ),
  )
  const accounts = new OpenAccounts()
  const wanted = VENUES.flatMap((venue) => ACCOUNTS.map((account) => ({ venue, account })))
  unwrap(await accounts.open(connections, wanted, credentialsOf))
  const wrapped = new Map(
    wanted.map(({ venue, account }) => [`${venue} ${account}`, wrap(accounts.get(venue, account)!)]),
  )
  const traded = markets.filter(({ base }) => assets.includes(base))
  const data = openMarketData({
    connections,
    markets: traded,
    ...(lockstep ? { settings: LOCKSTEP_MARKET_DATA_SETTINGS } : {}),
  })
  unwrap(await data.awaitLive(15_000))
  const control = createControlClient(addresses.control)
  const executor = createExecutor({
    store,
    accounts: (venue, account) => wrapped.get(`${venue} ${account}`),
    orderBook: (market) => data.orderBook(market),
    market: (venue, base) => traded.find((market) => market.venue === venue && market.base === base),
    assetPriceUsd: (asset) => (asset === 'USDT' ? ONE : undefined),
    clock: systemClock,
    async settleOrderBooks() {
      if (!lockstep) return new Promise((resolve) => setTimeout(resolve, 250))
      const flushed = await control.flush()
      if (flushed.ok) await data.awaitSequences(flushed.value.sequences, 5_000)
    },
    log: options.log,
    limits: { ...(lockstep ? { orderBookMaximumAgeMs: Number.POSITIVE_INFINITY } : {}), ...options.execution },
  })
  return {
    executor,
    async close() {
      await executor.close()
      await data.close()
      for (const connection of connections) await connection.close()
    },
  }
}
