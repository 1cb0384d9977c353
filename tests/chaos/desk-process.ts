// The process that is killed: opens the folder, settles what was in flight, releases what was never released, trades
// everything to its end. Its only argument after the assignment's file is the point at which it kills itself.
import { readFileSync } from 'node:fs'
import { ONE } from '../../core/amount.ts'
import { systemClock } from '../../core/clock.ts'
import type { AccountConnection } from '../../core/contracts/exchange.ts'
import type { DeskStore } from '../../core/contracts/store.ts'
import { keyOf, VENUES } from '../../core/instruments.ts'
import { unwrap } from '../../core/result.ts'
import { connectVenues, OpenAccounts } from '../../electron/desk/venues.ts'
import { createExecutor } from '../../electron/execution/executor.ts'
import { openMarketData } from '../../electron/market/market-data.ts'
import { LOCKSTEP_MARKET_DATA_SETTINGS } from '../../electron/market/settings.ts'
import { createControlClient } from '../../electron/simulation/control-client.ts'
import { openStore } from '../../electron/store/open-store.ts'
import {
  ACCOUNTS,
  type Assignment,
  credentialsOf,
  firmFacts,
  type KillPoint,
  listedAssets,
  parentOrder,
} from './batch.ts'

const assignment = JSON.parse(readFileSync(process.argv[2]!, 'utf8')) as Assignment
const killPoint = process.argv[3] ? (JSON.parse(process.argv[3]) as KillPoint) : null

let passes = 0
/** kill -9 of itself: no handler runs, nothing is flushed. */
function pass(at: KillPoint['at']): void {
  if (killPoint?.at !== at || passes++ < killPoint.after) return
  process.kill(process.pid, 'SIGKILL')
  // The signal ends the process before the next instruction that matters; never go on by accident.
  for (;;);
}

function withStorePoints(store: DeskStore): DeskStore {
  const record: DeskStore['record'] = (facts, actor) => {
    const journals = facts.filter((fact) => fact.type === 'child-journaled')
    if (journals.length > 0) pass('before-journal')
    if (journals.some((fact) => fact.payload.child.side === 'buy')) pass('between-waves')
    if (facts.some((fact) => fact.type === 'trade-recorded')) pass('after-answer')
    const entries = store.record(facts, actor)
    if (journals.length > 0) pass('after-journal')
    return entries
  }
  return Object.create(store, { record: { value: record } }) as DeskStore
}

const withSendPoint = (connection: AccountConnection): AccountConnection =>
  Object.create(connection, {
    submit: {
      value: async (child: Parameters<AccountConnection['submit']>[0]) => {
        const outcome = await connection.submit(child)
        pass('after-send')
        return outcome
      },
    },
    // Private members of the connection are its own.
    ...Object.fromEntries(
      (['lookup', 'cancel', 'openOrders', 'balances', 'trades', 'tradesOfOrder', 'proofOfAbsenceAt'] as const).map(
        (name) => [name, { value: connection[name].bind(connection) }],
      ),
    ),
  }) as AccountConnection

const { folder, addresses, pricesUsd } = assignment
const real = unwrap(openStore({ folder, clock: systemClock, epochSource: () => crypto.randomUUID() }))
if (real.clientBooks().length === 0) real.record(firmFacts(assignment), 'import')
const store = withStorePoints(real)

const { connections, markets } = unwrap(
  await connectVenues(
    VENUES.map((venue) => ({ venue, http: addresses[venue].http, ws: addresses[venue].ws })),
    {
      settings: {
        timeoutMs: 400,
        sendWindowMs: 800,
        recvWindowMs: 2_000,
        absenceMarginMs: 300,
        lookupSpacingMs: 50,
        limits: {
          binanceWeightPerMinute: 1e9,
          binanceOrdersPer10Seconds: 1e9,
          binanceOrdersPerDay: 1e9,
          krakenCounter: 1e9,
          krakenCounterDecayPerSecond: 1e9,
          krakenOrderCounter: 1e9,
          krakenOrderDecayPerSecond: 1e9,
          krakenPublicPerSecond: 1e9,
        },
      },
    },
  ),
)
const accounts = new OpenAccounts()
const wanted = VENUES.flatMap((venue) => ACCOUNTS.map((account) => ({ venue, account })))
unwrap(await accounts.open(connections, wanted, credentialsOf))
const traded = markets.filter(({ base, quote }) => listedAssets(pricesUsd).includes(base) && quote !== base)
const data = openMarketData({ connections, markets: traded, settings: LOCKSTEP_MARKET_DATA_SETTINGS })
const control = createControlClient(addresses.control)
unwrap(await data.awaitLive(15_000))

const say = (level: string) => (message: string) => console.error(`${level} ${message}`)
const executor = createExecutor({
  store,
  accounts: (venue, account) => {
    const connection = accounts.get(venue, account)
    return connection && withSendPoint(connection)
  },
  orderBook: (market) => data.orderBook(market),
  market: (venue, base) => traded.find((market) => market.venue === venue && market.base === base),
  assetPriceUsd: (asset) => (asset === 'USDT' ? ONE : undefined),
  clock: systemClock,
  settleOrderBooks: async () => {
    const flushed = await control.flush()
    if (flushed.ok) await data.awaitSequences(flushed.value.sequences, 5_000)
  },
  log: { info: say('info'), warn: say('warning'), error: say('error') },
  limits: {
    orderBookMaximumAgeMs: Number.POSITIVE_INFINITY,
    ordersPerVenueAndRound: 15,
    absenceSpacingMs: 100,
    maximumAttempts: 30,
    maximumRounds: 10,
    wavePatienceMs: 20_000,
  },
})
await executor.resume()
for (const [index, parents] of assignment.plans.entries()) {
  const planId = `plan-${index + 1}`
  if (store.plan(planId)) continue
  const orders = parents.map((parent) => parentOrder(planId, parent, pricesUsd[parent.asset]!, Date.now()))
  unwrap(executor.release({ planId, proposalIds: [], approval: 'advisor', parents: orders, actor: 'advisor:chaos' }))
}
await executor.idle()
for (const { venue, account } of wanted) await executor.reconcile(venue, account)
await executor.close()
await data.close()
for (const connection of connections) await connection.close()
real.close()
console.log(JSON.stringify({ done: true, markets: traded.map(keyOf).length }))
process.exit(0)
