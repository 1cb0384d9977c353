import { type ChildProcess, spawn } from 'node:child_process'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { type Amount, add, amount, ZERO } from '../../core/amount.ts'
import { systemClock } from '../../core/clock.ts'
import type { DeskStore } from '../../core/contracts/store.ts'
import { isTerminal } from '../../core/order.ts'
import { createRandom } from '../../core/random.ts'
import { unwrap } from '../../core/result.ts'
import { compareLedgers } from '../../electron/demo/ledger-check.ts'
import { createControlClient } from '../../electron/simulation/control-client.ts'
import { openStore } from '../../electron/store/open-store.ts'
import type { Assignment, KillAt } from './desk-driver.ts'
import { freshFolder, ROOT, sandboxProcess, trimtab } from './desk-support.ts'

const SEED = Number(process.env['CHAOS_SEED'] ?? 1)
const BOOKS = 30

const running = new Set<ChildProcess>()
afterAll(() => {
  for (const child of running) child.kill('SIGKILL')
})

interface DriverEnd {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
  readonly said: string
}

/** Runs the desk until it ends: by itself, by its own hand at a point, or by ours `ms` after it said so. */
function drive(assignment: Assignment, kill: KillAt | { readonly ms: number } | null): Promise<DriverEnd> {
  const args = [JSON.stringify(assignment), ...(kill !== null && 'type' in kill ? [JSON.stringify(kill)] : [])]
  const child = spawn(
    process.execPath,
    ['--disable-warning=ExperimentalWarning', join(ROOT, 'tests/integration/desk-driver.ts'), ...args],
    { cwd: ROOT, stdio: ['ignore', 'pipe', 'pipe'] },
  )
  running.add(child)
  let said = ''
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (text: string) => {
      if (kill !== null && 'ms' in kill && !said.includes('approving') && `${said}${text}`.includes('approving'))
        setTimeout(() => child.kill('SIGKILL'), kill.ms)
      said += text
    })
  return new Promise((resolve) =>
    child.on('close', (code, signal) => {
      running.delete(child)
      resolve({ code, signal, said })
    }),
  )
}

const random = createRandom(SEED)
/** The way of a batch: written down, answered by the venue, given to the books; and instants nobody chose. */
const KILLS: readonly (KillAt | { readonly ms: number })[] = [
  { when: 'after', type: 'child-journaled', times: 1 },
  { when: 'before', type: 'trade-recorded', times: 2 + random.integer(4) },
  { when: 'before', type: 'fills-allocated', times: 1 + random.integer(3) },
  { ms: 10 + random.integer(100) },
  { ms: 100 + random.integer(150) },
]

const look = <T>(dataFolder: string, read: (store: DeskStore) => T): T => {
  const store = unwrap(openStore({ folder: dataFolder, clock: systemClock, epochSource: () => '', readOnly: true }))
  const answer = read(store)
  store.close()
  return answer
}

test('a desk killed again and again in the middle of a batch loses nothing and doubles nothing', async () => {
  const sandbox = await sandboxProcess(SEED)
  const control = createControlClient(sandbox.addresses.control)
  const assignment = { sandbox: sandbox.addresses, dataFolder: freshFolder('kill'), books: BOOKS, rounds: 1 }
  let inTheMiddle = 0
  for (const kill of KILLS) {
    const end = await drive(assignment, kill)
    if ('type' in kill) expect(end, end.said).toMatchObject({ signal: 'SIGKILL' })
    if (look(assignment.dataFolder, (store) => store.openPlans().length) > 0) inTheMiddle++
  }
  // the exact points are inside a plan by their nature; the random ones may have come too late
  expect(inTheMiddle).toBeGreaterThanOrEqual(3)

  const last = await drive(assignment, null)
  expect(last, last.said).toMatchObject({ code: 0 })
  expect(last.said).toContain('closed')

  const truth = unwrap(await control.ledger())
  look(assignment.dataFolder, (store) => {
    const accounts = ['binance', 'kraken'].flatMap((venue) =>
      store.venueAccounts().map((account) => ({ venue: venue as 'binance' | 'kraken', account })),
    )
    expect(accounts.length).toBeGreaterThan(2)
    expect(compareLedgers(store, accounts, truth)).toEqual([])
    expect(store.openPlans()).toEqual([])
    expect(store.unfinishedChildren()).toEqual([])
    expect(store.childrenToAllocate()).toEqual([])
    expect(store.alarms()).toEqual([])
    expect(store.proposals(['approved', 'executing'])).toEqual([])
    expect(store.tradingState()).toMatchObject({ all: 'active' })

    // no order twice, none that was not written down first, none filled beyond what was meant
    const ours = new Set(accounts.map(({ account }) => account))
    const orders = truth.orders.filter((order) => ours.has(order.account.replace(/-[0-9a-f]{8}$/, '')))
    expect(orders.length).toBeGreaterThan(20)
    expect(new Set(orders.map(({ clientOrderId }) => clientOrderId)).size).toBe(orders.length)
    const filledOf = new Map<string, Amount>()
    for (const order of orders) {
      const record = store.child(order.clientOrderId)
      expect(record, `order ${order.clientOrderId} of ${order.account}`).toBeDefined()
      expect(isTerminal(record!.state)).toBe(true)
      expect(record!.filledQuantity).toBe(amount(order.filled))
      expect(record!.allocatedQuantity).toBe(record!.filledQuantity)
      const { parentId } = record!.child
      filledOf.set(parentId, add(filledOf.get(parentId) ?? ZERO, record!.filledQuantity))
    }
    for (const plan of store.plans(1_000))
      for (const { parent, state } of store.parentsOf(plan.planId)) {
        expect(['planned', 'working', 'settling']).not.toContain(state)
        expect((filledOf.get(parent.id) ?? ZERO) <= parent.quantity).toBe(true)
      }
    // the killed plans went on where they were: most of what was approved was traded
    const states = store.plans(1_000).flatMap((plan) => plan.proposalIds.map((id) => store.proposal(id)!.state))
    expect(states.filter((state) => state === 'done').length).toBeGreaterThan(states.length / 2)
  })

  const verified = await trimtab(['journal', 'verify', '--data', assignment.dataFolder, '--json'])
  expect(verified).toMatchObject({ code: 0 })
  expect(JSON.parse(verified.stdout)).toMatchObject({ ok: true })
}, 300_000)
