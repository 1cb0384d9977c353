// The process that is killed: opens the folder, settles what was in flight, releases what was never released, trades
// everything to its end. Its only argument after the assignment's file is the point at which it kills itself.
import { readFileSync } from 'node:fs'
import { systemClock } from '../../core/clock.ts'
import type { AccountConnection } from '../../core/contracts/exchange.ts'
import type { DeskStore } from '../../core/contracts/store.ts'
import { VENUES } from '../../core/instruments.ts'
import { unwrap } from '../../core/result.ts'
import { openStore } from '../../electron/store/open-store.ts'
import { ACCOUNTS, type Assignment, firmFacts, type KillPoint, listedAssets, parentOrder } from './batch.ts'
import { openRouter } from './router.ts'

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

/** The connection with a pass after every answer to an order; its own methods keep their own private members. */
const withSendPoint = (connection: AccountConnection): AccountConnection =>
  new Proxy(connection, {
    get(target, name) {
      const value: unknown = Reflect.get(target, name, target)
      if (typeof value !== 'function') return value
      if (name !== 'submit') return value.bind(target) as unknown
      return async (child: Parameters<AccountConnection['submit']>[0]) => {
        const outcome = await target.submit(child)
        pass('after-send')
        return outcome
      }
    },
  })

const UNLIMITED = 1e9
const { folder, addresses, pricesUsd } = assignment
const real = unwrap(openStore({ folder, clock: systemClock, epochSource: () => crypto.randomUUID() }))
if (real.clientBooks().length === 0) real.record(firmFacts(assignment), 'import')
const store = withStorePoints(real)
const say = (level: string) => (message: string) => console.error(`${level} ${message}`)
const router = await openRouter({
  store,
  addresses,
  assets: listedAssets(pricesUsd),
  lockstep: true,
  // Proofs in seconds instead of a quarter of a minute.
  exchanges: {
    settings: {
      timeoutMs: 400,
      sendWindowMs: 800,
      recvWindowMs: 2_000,
      absenceMarginMs: 300,
      lookupSpacingMs: 50,
      limits: {
        binanceWeightPerMinute: UNLIMITED,
        binanceOrdersPer10Seconds: UNLIMITED,
        binanceOrdersPerDay: UNLIMITED,
        krakenCounter: UNLIMITED,
        krakenOrderCounter: UNLIMITED,
        krakenPublicPerSecond: UNLIMITED,
      },
    },
  },
  execution: {
    ordersPerVenueAndRound: 15,
    absenceSpacingMs: 100,
    maximumAttempts: 30,
    maximumRounds: 10,
    wavePatienceMs: 20_000,
  },
  log: { info: say('info'), warn: say('warning'), error: say('error') },
  wrap: withSendPoint,
})
const { executor } = router
await executor.resume()
for (const [index, parents] of assignment.plans.entries()) {
  const planId = `plan-${index + 1}`
  if (store.plan(planId)) continue
  const orders = parents.map((parent) => parentOrder(planId, parent, pricesUsd[parent.asset]!, Date.now()))
  unwrap(executor.release({ planId, proposalIds: [], approval: 'advisor', parents: orders, actor: 'advisor:chaos' }))
}
await executor.idle()
for (const venue of VENUES) for (const account of ACCOUNTS) await executor.reconcile(venue, account)
await router.close()
real.close()
console.log(JSON.stringify({ done: true }))
process.exit(0)
