import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, it } from 'vitest'
import { systemClock } from '../../core/clock.ts'
import type { FaultRequest } from '../../core/contracts/sandbox-control.ts'
import { VENUES } from '../../core/instruments.ts'
import { createRandom } from '../../core/random.ts'
import { unwrap } from '../../core/result.ts'
import { createControlClient, type SandboxControl } from '../../electron/simulation/control-client.ts'
import { startSandboxProcess } from '../../electron/simulation/sandbox-process.ts'
import { openStore } from '../../electron/store/open-store.ts'
import { type Assignment, type KillPoint, openAccounts, planBatch, readPrices } from '../chaos/batch.ts'
import { judge } from '../chaos/oracle.ts'

const SEED = Number(process.env['CHAOS_SEED'] ?? 1)
const root = join(import.meta.dirname, '..', '..')
const folder = mkdtempSync(join(tmpdir(), 'execution-kill-'))
const running = new Set<ChildProcess>()

const sandbox = unwrap(
  await startSandboxProcess({
    entry: join(root, 'sandbox', 'main.ts'),
    seed: SEED,
    prices: null,
    lockstep: true,
    speed: 1,
    stateFile: null,
    log: () => {},
  }),
)
const control = createControlClient(sandbox.addresses.control)
afterAll(async () => {
  for (const child of running) child.kill('SIGKILL')
  await sandbox.stop()
  rmSync(folder, { recursive: true, force: true })
})

/** Points of the way of an order, and instants that nobody chose. */
const KILLS: readonly (KillPoint | { readonly afterMs: number })[] = [
  { at: 'before-journal', after: 1 },
  { at: 'after-journal', after: 0 },
  { at: 'after-send', after: 11 },
  { afterMs: 2_000 + createRandom(SEED).integer(1_500) },
  { at: 'after-answer', after: 14 },
  { at: 'between-waves', after: 0 },
]

it('a desk that is killed six times in a batch loses and doubles nothing', async () => {
  const pricesUsd = await readPrices(control)
  const assignment: Assignment = {
    folder: join(folder, 'data'),
    addresses: sandbox.addresses,
    plans: planBatch(SEED, [60, 44], pricesUsd),
    pricesUsd,
  }
  await openAccounts(control, pricesUsd)
  const file = join(folder, 'assignment.json')
  writeFileSync(file, JSON.stringify(assignment))

  const faults = injectFaults(control)
  const ends: string[] = []
  for (const kill of KILLS) ends.push(await runDesk(file, kill))
  await faults.stop()
  ends.push(await runDesk(file, null))

  expect(ends.at(-1)).toBe('done')
  expect(ends.filter((end) => end === 'SIGKILL').length).toBeGreaterThanOrEqual(5)
  expect(faults.injected).toBeGreaterThan(20)
  const store = unwrap(
    openStore({ folder: assignment.folder, clock: systemClock, epochSource: () => 'never', readOnly: true }),
  )
  const verdict = judge(unwrap(await control.ledger()), store, assignment)
  expect(verdict.violations).toEqual([])
  expect(store.openPlans()).toEqual([])
  expect(store.unfinishedChildren()).toEqual([])
  expect(store.childrenToAllocate()).toEqual([])
  expect(store.tradingState().all).toBe('active')
  expect([...store.tradingState().venues]).toEqual([])
  // Nothing was lost either: what the venues could fill they did.
  const whole = verdict.filledFractions.filter((fraction) => fraction > 0.99).length
  const states = assignment.plans.flat().map(({ id }) => store.parent(id)!)
  const unfilled = states.filter(({ state }) => state !== 'filled').map(({ parent, why }) => `${parent.id} ${why}`)
  expect(unfilled, `${whole} of ${verdict.filledFractions.length} parents filled`).toEqual([])
  expect(unwrap(store.verify()).entries).toBeGreaterThan(500)
  store.close()
  console.log(
    JSON.stringify({
      seed: SEED,
      ends,
      parents: states.length,
      orders: verdict.orders,
      trades: verdict.trades,
      faults: faults.injected,
    }),
  )
}, 180_000)

/** Runs the desk to its end or to a kill; answers how it ended. */
function runDesk(file: string, kill: (typeof KILLS)[number] | null): Promise<string> {
  const point = kill && 'at' in kill ? [JSON.stringify(kill)] : []
  const args = [
    '--disable-warning=ExperimentalWarning',
    join(root, 'tests', 'chaos', 'desk-process.ts'),
    file,
    ...point,
  ]
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'pipe'] })
  running.add(child)
  const said: string[] = []
  let isDone = false
  child.stdout.on('data', (data: Buffer) => {
    if (data.includes('"done":true')) isDone = true
  })
  child.stderr.on('data', (data: Buffer) => said.push(String(data)))
  const timer = kill && 'afterMs' in kill ? setTimeout(() => child.kill('SIGKILL'), kill.afterMs) : undefined
  return new Promise((resolve, reject) => {
    child.on('exit', (code, signal) => {
      clearTimeout(timer)
      running.delete(child)
      if (process.env['CHAOS_LOG']) console.error(`--- ${JSON.stringify(kill)} ${code} ${signal}\n${said.join('')}`)
      if (isDone) resolve('done')
      else if (signal === 'SIGKILL') resolve('SIGKILL')
      else reject(new Error(`the desk ended with ${code} ${signal}: ${said.join('').slice(-2_000)}`))
    })
  })
}

/** Each unknown order costs seconds of proof: so many fit into the time of the test. */
const MOST_FAULTS = 60

/** Keeps a few faults waiting at both venues, for orders and for lookups. */
function injectFaults(control: SandboxControl): { injected: number; stop: () => Promise<void> } {
  const random = createRandom(SEED).fork('faults')
  const order = { binance: 'POST /api/v3/order$', kraken: 'POST /0/private/AddOrder$' } as const
  const lookup = {
    binance: 'GET /api/v3/(order|myTrades|openOrders)$',
    kraken: 'POST /0/private/(QueryOrders|QueryTrades|OpenOrders|ClosedOrders)$',
  } as const
  const makers: readonly ((venue: (typeof VENUES)[number]) => FaultRequest)[] = [
    (venue) => ({ venue, match: order[venue], kind: 'drop-before' }),
    (venue) => ({ venue, match: order[venue], kind: 'drop-after' }),
    // Later than our timeout, earlier than the venue's cutoff: a "not found" in between proves nothing.
    (venue) => ({ venue, match: order[venue], kind: 'delay', when: 'before', ms: 1_100 + random.integer(800) }),
    (venue) => ({ venue, match: order[venue], kind: 'delay', when: 'after', ms: 300 + random.integer(1_200) }),
    (venue) => ({ venue, match: order[venue], kind: 'rate-limit', retryAfterSeconds: 1 }),
    (venue) => ({ venue, match: lookup[venue], kind: 'drop-before' }),
    (venue) => ({ venue, match: lookup[venue], kind: 'drop-after' }),
  ]
  const state = { injected: 0, stop: async () => {} }
  const inject = async (): Promise<void> => {
    const venue = random.pick(VENUES)
    const added = await control.addFault(random.pick(makers)(venue))
    if (added.ok) state.injected++
  }
  let last = Promise.resolve()
  const timer = setInterval(() => {
    if (state.injected < MOST_FAULTS) last = inject()
  }, 500)
  state.stop = async () => {
    clearInterval(timer)
    await last
    await fetch(`${control.address}/faults`, { method: 'DELETE' })
  }
  return state
}
