import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { type Failure, fail, ok, type Result } from '../../core/result.ts'
import { runLive } from '../desk/live-loop.ts'
import type { RunningDesk } from '../hosts/desk-factory.ts'
import { checkFolderFree } from '../store/open-store.ts'
import { rejoinOrStart } from './rejoin-sandbox.ts'
import { startSandboxProcess } from './sandbox-process.ts'
import { type SimulatedDesk, startSimulatedDesk } from './start-simulated-desk.ts'

export interface LiveSimulationOptions {
  readonly dataFolder: string
  readonly workersDir: string
  readonly migrationsDir: string
  readonly sandboxEntry: string
  readonly seed: number
  readonly books: number
  /** CSV of real closes; generated from the seed where null. */
  readonly prices: string | null
  /** Market seconds per second. */
  readonly speed: number
  readonly log: (line: string) => void
}

const UNDO_MS = 5_000
/** Half an hour of market time, but never so short that a book is planned twice in one look. */
const coolDownMs = (speed: number): number => Math.max(20_000, (30 * 60_000) / speed)

/** 50 bps is a lot in a real minute; a market that runs faster moves with the root of its speed. At most 2 %. */
const repriceBps = (speed: number): number => Math.min(200, Math.max(50, 15 * Math.sqrt(speed)))

/** The terminal as `npm start` shows it: sandbox exchanges trading, the sample firm loaded, the desk at work. */
export async function startLiveSimulation(options: LiveSimulationOptions): Promise<Result<RunningDesk, Failure>> {
  const { dataFolder, log, speed } = options
  // before the exchange is joined: giving up would stop it under the desk that uses it
  const free = checkFolderFree(dataFolder)
  if (!free.ok) return free
  try {
    mkdirSync(dataFolder, { recursive: true })
  } catch (cause) {
    return fail('cannot-open', `can't make the data folder ${dataFolder}: ${String(cause)}`)
  }
  const sandbox = await rejoinOrStart(join(dataFolder, 'sandbox.json'), log, () =>
    startSandboxProcess({
      entry: options.sandboxEntry,
      seed: options.seed,
      prices: options.prices,
      lockstep: false,
      speed,
      stateFile: join(dataFolder, 'sandbox-state.jsonl'),
      log: (line) => log(`sandbox: ${line}`),
    }),
  )
  if (!sandbox.ok) return sandbox
  const started = await startSimulatedDesk({
    dataFolder,
    workersDir: options.workersDir,
    migrationsDir: options.migrationsDir,
    sandbox: sandbox.value.addresses,
    seed: options.seed,
    books: options.books,
    drifted: true,
    lockstepClock: null,
    advisor: 'Advisor 1',
    undoMs: UNDO_MS,
    planning: { coolDownMs: coolDownMs(speed), repriceBps: repriceBps(speed) },
    log,
  })
  if (!started.ok) {
    await sandbox.value.stop()
    return started
  }
  const desk = started.value
  void auditJournal(desk).catch((cause: unknown) => log(`audit: ${String(cause)}`))
  const stop = runLive(desk, () => desk.marketTime.synchronise(), log)
  desk.loadHistory()
  return ok({
    api: desk.api,
    on: (name, listener) => desk.publisher.on(name, listener),
    close: async () => {
      await stop()
      await desk.close()
      await sandbox.value.stop()
    },
  })
}

/** The whole journal is replayed beside the desk, which works meanwhile; screens say when that is done. */
async function auditJournal({ desk: { parts }, publisher }: SimulatedDesk): Promise<void> {
  publisher.audit = { entries: parts.store.journalLength(), verifiedAt: null, ok: true }
  const verified = await parts.records.verify()
  if (verified.ok) {
    publisher.audit = { entries: verified.value.entries, verifiedAt: parts.clock.now(), ok: true }
    return
  }
  const { code, message } = verified.error
  const isBroken = code === 'chain-broken' || code === 'projection-differs'
  if (isBroken) publisher.audit = { ...publisher.audit, verifiedAt: parts.clock.now(), ok: false }
  parts.alerts.raise(
    'journal',
    isBroken ? 'critical' : 'warning',
    isBroken ? message : `the journal is not verified: ${message}`,
  )
}
