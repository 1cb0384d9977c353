import { randomUUID } from 'node:crypto'
import type { Clock } from '../../core/clock.ts'
import { systemClock } from '../../core/clock.ts'
import type { SandboxAddresses } from '../../core/contracts/sandbox-control.ts'
import type { AssetId } from '../../core/instruments.ts'
import { err, type Failure, fail, ok, type Result } from '../../core/result.ts'
import type { TaxTerms } from '../../core/tax-terms.ts'
import { type Millis, millis } from '../../core/units.ts'
import { type StartedDesk, startDesk } from '../desk/start-desk.ts'
import { type ExchangeDependencies, NO_RATE_LIMITS } from '../exchanges/settings.ts'
import type { ExecutionSettings } from '../execution/settings.ts'
import { createSampleFirm } from '../firm/sample-firm.ts'
import type { PlanningSettings } from '../proposals/settings.ts'
import { simulatedCredentials } from './accounts.ts'
import { createControlClient, type SandboxControl } from './control-client.ts'
import { driftedFirm } from './drifted-firm.ts'
import { createSimulatedFunding } from './funding.ts'
import { SimulatedMarketTime } from './market-time.ts'

export interface SimulatedDeskOptions {
  readonly dataFolder: string
  readonly workersDir: string
  readonly migrationsDir: string
  readonly sandbox: SandboxAddresses
  readonly seed: number
  /** Client books of the sample firm of a new data folder. */
  readonly books: number
  /** True: the sample firm's books drifted since they were last in band. False: they open inside their bands. */
  readonly drifted: boolean
  /** Of every book of the sample firm; none where left out or null. */
  readonly taxTerms?: TaxTerms | null
  /** Null: live, driven by timers. Else the desk's clock, which follows the market's. */
  readonly lockstepClock: (Clock & { set(to: number): void }) | null
  readonly advisor: string
  readonly undoMs: number
  readonly planning?: Partial<PlanningSettings>
  readonly execution?: Partial<ExecutionSettings>
  /** For tests that cannot wait as long for a proof as a real venue needs. */
  readonly exchanges?: ExchangeDependencies['settings']
  readonly log: (line: string) => void
}

export interface SimulatedDesk extends StartedDesk {
  readonly control: SandboxControl
  readonly marketTime: SimulatedMarketTime
  /**
   * Lockstep: moves the market and waits until every order book has followed. Refused once anything did not come in
   * time: what the desk does from there on depends on the machine.
   */
  advance(seconds: number): Promise<Result<Millis, Failure>>
  /** Lockstep: what did not come in time first; the run can't be repeated. Null where everything came, and live. */
  missing(): Failure | null
}

/**
 * Lockstep: the market stands still meanwhile, so that the desk may wait as long as the slowest machine needs; what has
 * not come by then never will.
 */
const BARRIER_MS = 60_000
const LOCKSTEP_EXCHANGES = {
  limits: NO_RATE_LIMITS,
  timeoutMs: 30_000,
  sendWindowMs: 60_000,
  recvWindowMs: 30_000,
  barsTimeoutMs: 120_000,
} as const
const FIRST_ORDER_BOOKS_MS = 15_000
/** Live: order books send their changes every 100 ms; two of those show our own fills. */
const SETTLE_MS = 250

/** A desk on the sandbox exchanges: SIMULATION, the only mode there is. */
export async function startSimulatedDesk(options: SimulatedDeskOptions): Promise<Result<SimulatedDesk, Failure>> {
  const { sandbox, seed, lockstepClock } = options
  const control = createControlClient(sandbox.control)
  const state = await control.state()
  if (!state.ok) return state
  const marketTime = new SimulatedMarketTime(control)
  await marketTime.synchronise()
  const lockstep = lockstepClock !== null
  if (lockstep) lockstepClock.set(state.value.marketTime)
  const run: { missing: Failure | null } = { missing: null }
  const onMissing = ({ code, message }: Failure): void => {
    if (lockstep) run.missing ??= { code, message: `${message}; a run in lockstep can't be repeated without it` }
  }

  const started = await startDesk({
    dataFolder: options.dataFolder,
    workersDir: options.workersDir,
    migrationsDir: options.migrationsDir,
    endpoints: [
      { venue: 'binance', http: sandbox.binance.http, ws: sandbox.binance.ws },
      { venue: 'kraken', http: sandbox.kraken.http, ws: sandbox.kraken.ws },
    ],
    firmName: 'Sample practice',
    advisor: options.advisor,
    epochSource: lockstep ? () => `lockstep-${seed}-${options.books}` : () => randomUUID(),
    clock: lockstepClock ?? systemClock,
    wireClock: systemClock,
    marketNow: marketTime.now,
    exchanges: {
      settings: { ...(lockstep ? LOCKSTEP_EXCHANGES : {}), ...options.exchanges },
    },
    execution: { ...(lockstep ? { orderBookMaximumAgeMs: Number.POSITIVE_INFINITY } : {}), ...options.execution },
    planning: options.planning ?? {},
    ageless: lockstep,
    undoMs: options.undoMs,
    optimizerThreads: 2,
    newFirm: async (markets, connections) => {
      const now = await control.state()
      if (!now.ok) return now
      const pricesUsd = new Map(Object.entries(now.value.prices).map(([asset, price]) => [asset, Number(price)]))
      pricesUsd.set('USD', 1)
      // dates of lots and ends of restrictions are on the desk's clock, which is not the market's where it runs live
      const opened = (lockstepClock ?? systemClock).now()
      const make = (prices: ReadonlyMap<AssetId, number>) => {
        const firm = createSampleFirm({ seed, books: options.books, pricesUsd: prices, markets, now: opened })
        const { taxTerms } = options
        return taxTerms ? { ...firm, books: firm.books.map((book) => ({ ...book, taxTerms })) } : firm
      }
      return ok(options.drifted ? await driftedFirm(make, pricesUsd, connections, markets) : make(pricesUsd))
    },
    credentials: (store, venue, account) => simulatedCredentials(store.epoch, venue, account),
    funding: (store) => createSimulatedFunding(control, store),
    settleOrderBooks: async (data) => {
      if (!lockstep) return new Promise((resolve) => setTimeout(resolve, SETTLE_MS))
      const flushed = await control.flush()
      const settled = flushed.ok ? await data.awaitSequences(flushed.value.sequences, BARRIER_MS) : flushed
      if (!settled.ok) onMissing(settled.error)
    },
    firstOrderBooksMs: lockstep ? BARRIER_MS : FIRST_ORDER_BOOKS_MS,
    onMissing,
    log: options.log,
  })
  if (!started.ok) return started
  if (run.missing !== null) {
    await started.value.close()
    return err(run.missing)
  }
  const { data } = started.value
  return ok({
    ...started.value,
    control,
    marketTime,
    advance: async (seconds) => {
      if (!lockstep) return fail('not-lockstep', 'a live market moves by itself')
      if (run.missing !== null) return err(run.missing)
      const moved = await control.advance(seconds)
      if (!moved.ok) return moved
      const applied = await data.awaitSequences(moved.value.sequences, BARRIER_MS)
      if (!applied.ok) return applied
      marketTime.set(moved.value.marketTime)
      lockstepClock.set(moved.value.marketTime)
      return ok(millis(moved.value.marketTime))
    },
    missing: () => run.missing,
  })
}
