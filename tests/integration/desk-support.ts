import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll } from 'vitest'
import { ManualClock } from '../../core/clock.ts'
import type { SandboxAddresses } from '../../core/contracts/sandbox-control.ts'
import type { Proposal } from '../../core/proposal.ts'
import { unwrap } from '../../core/result.ts'
import { compareLedgers, type LedgerDifference } from '../../electron/demo/ledger-check.ts'
import { type SandboxProcess, startSandboxProcess } from '../../electron/simulation/sandbox-process.ts'
import {
  type SimulatedDesk,
  type SimulatedDeskOptions,
  startSimulatedDesk,
} from '../../electron/simulation/start-simulated-desk.ts'
import { PLACE, ROOT } from './desk-place.ts'

export { PLACE, ROOT }

const atEnd: (() => Promise<unknown> | void)[] = []
afterAll(async () => {
  for (const clean of atEnd.splice(0).reverse()) await clean()
})

export function freshFolder(name: string): string {
  const folder = mkdtempSync(join(tmpdir(), `trimtab-${name}-`))
  atEnd.push(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}

/** The exchanges as a process of their own, in lockstep; ended with the file's tests. */
export async function sandboxProcess(seed = 1): Promise<SandboxProcess> {
  const sandbox = unwrap(
    await startSandboxProcess({
      entry: PLACE.sandboxEntry,
      seed,
      prices: null,
      lockstep: true,
      speed: 1,
      stateFile: null,
      log: () => {},
    }),
  )
  atEnd.push(() => sandbox.stop())
  return sandbox
}

export interface DeskAtWork {
  readonly simulated: SimulatedDesk
  readonly log: readonly string[]
  /** Moves the market, looks at every book, measures costs, plans and waits for what was released. */
  step(seconds: number): Promise<readonly Proposal[]>
  /** Ledger against the venues' own, now. */
  differences(): Promise<readonly LedgerDifference[]>
  close(): Promise<void>
}

/** A whole desk in this process: real store, real threads, real connections, the market in lockstep. */
export async function deskAtWork(
  sandbox: SandboxAddresses,
  options: Partial<SimulatedDeskOptions> = {},
): Promise<DeskAtWork> {
  const log: string[] = []
  const simulated = unwrap(
    await startSimulatedDesk({
      ...PLACE,
      dataFolder: freshFolder('desk'),
      sandbox,
      seed: 1,
      books: 40,
      drifted: true,
      lockstepClock: new ManualClock(0),
      advisor: 'Advisor 1',
      undoMs: 5_000,
      log: (line) => log.push(line),
      ...options,
    }),
  )
  let closed = false
  const close = async (): Promise<void> => {
    if (closed) return
    closed = true
    await simulated.close()
  }
  atEnd.push(close)
  const { desk, market, risk, control } = simulated
  return {
    simulated,
    log,
    close,
    step: async (seconds) => {
      unwrap(await simulated.advance(seconds))
      await risk.refresh(market.marketNow())
      unwrap(await desk.checkDrift())
      await market.refreshCosts()
      const { made } = await desk.inTurn(() => desk.plan())
      await desk.parts.executor.idle()
      unwrap(await desk.checkDrift())
      return made
    },
    differences: async () =>
      compareLedgers(desk.parts.store, desk.parts.world.venueAccounts(), unwrap(await control.ledger())),
  }
}

export interface CommandEnd {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

/** The terminal host as a process of its own, until it ends by itself. */
export function trimtab(args: readonly string[], env: NodeJS.ProcessEnv = process.env): Promise<CommandEnd> {
  const child = spawn(
    process.execPath,
    ['--disable-warning=ExperimentalWarning', join(ROOT, 'electron/cli.ts'), ...args],
    { cwd: ROOT, stdio: ['ignore', 'pipe', 'pipe'], env },
  )
  let [stdout, stderr] = ['', '']
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    stdout += text
  })
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text
  })
  const kill = (): void => void child.kill('SIGKILL')
  atEnd.push(kill)
  return new Promise((resolve) => child.on('close', (code) => resolve({ code, stdout, stderr })))
}
