// The desk that is killed: a whole one, as the demo runs it, on exchanges that somebody else keeps running. Money comes
// in for every client book, it approves all that is clean and waits for the orders; then the market moves on.
// Arguments: the assignment as JSON, and the point at which it kills itself.
import { writeSync } from 'node:fs'
import { ManualClock } from '../../core/clock.ts'
import type { SandboxAddresses } from '../../core/contracts/sandbox-control.ts'
import type { Fact } from '../../core/journal.ts'
import { unwrap } from '../../core/result.ts'
import { startSimulatedDesk } from '../../electron/simulation/start-simulated-desk.ts'
import { PLACE } from './desk-place.ts'

export interface Assignment {
  readonly sandbox: SandboxAddresses
  readonly dataFolder: string
  readonly books: number
  readonly rounds: number
}
/** kill -9 of itself just before or after the n-th time that a fact of this type is recorded. */
export interface KillAt {
  readonly when: 'before' | 'after'
  readonly type: Fact['type']
  readonly times: number
}

const assignment = JSON.parse(process.argv[2]!) as Assignment
const killAt = process.argv[3] === undefined ? null : (JSON.parse(process.argv[3]) as KillAt)
// synchronous: a line that was written was read, whatever happens next
const say = (line: string): void => void writeSync(1, `${line}\n`)

const simulated = unwrap(
  await startSimulatedDesk({
    ...PLACE,
    dataFolder: assignment.dataFolder,
    sandbox: assignment.sandbox,
    seed: 1,
    books: assignment.books,
    drifted: false,
    lockstepClock: new ManualClock(0),
    advisor: 'driver',
    undoMs: 0,
    planning: { coolDownMs: 0 },
    // proofs that an order never arrived in seconds instead of a minute
    exchanges: {
      timeoutMs: 1_000,
      sendWindowMs: 1_500,
      recvWindowMs: 1_500,
      absenceMarginMs: 300,
      lookupSpacingMs: 50,
    },
    log: (line) => say(`log ${line}`),
  }),
)
const { desk, api, market, risk } = simulated
const { store, world, proposals, executor } = desk.parts

const record = store.record
let seen = 0
const counted: typeof record = (facts, actor) => {
  const passes = killAt !== null && facts.some(({ type }) => type === killAt.type) && ++seen === killAt.times
  if (passes && killAt.when === 'before') process.kill(process.pid, 'SIGKILL')
  const entries = record(facts, actor)
  if (passes) process.kill(process.pid, 'SIGKILL')
  return entries
}
Object.assign(store, { record: counted })

say('ready')
await executor.idle()
for (let round = 0; round < assignment.rounds; round++) {
  unwrap(await simulated.advance(900))
  await risk.refresh(market.marketNow())
  unwrap(await desk.checkDrift())
  await market.refreshCosts()
  // money in for everybody: a batch that every book is part of
  for (const book of world.books) {
    const value = unwrap(await api.clientBook(book.id)).valueUsd
    if (!proposals.isExecuting(book.id))
      unwrap(await api.simulateCashFlow(book.id, 'kraken', 'USD', (0.05 * value).toFixed(2)))
  }
  const { made } = await desk.inTurn(() => desk.plan())
  const pending = api.approve({ kind: 'all-clean' })
  say(`approving ${pending.ok ? pending.value.proposalIds.length : 0} of ${made.length}`)
  await desk.inTurn(() => desk.plan())
  say('released')
  await executor.idle()
  say('round done')
}
await simulated.close()
say('closed')
