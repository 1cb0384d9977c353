import { mkdtemp } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Command } from 'commander'
import { ManualClock } from '../../core/clock.ts'
import { runDemo } from '../demo/run-demo.ts'
import { startSandboxProcess } from '../simulation/sandbox-process.ts'
import { startSimulatedDesk } from '../simulation/start-simulated-desk.ts'
import { installation } from './installation.ts'
import { badInput, done, failed, log, type Outcome, parseWhole, printJson, type Settle } from './outcome.ts'

interface DemoFlags {
  readonly books: string
  readonly seed: string
  readonly prices?: string
  readonly data?: string
  readonly keep?: boolean
  readonly json?: boolean
}

export function addDemo(program: Command, settle: Settle): void {
  program
    .command('demo')
    .description('sandbox exchanges, the sample firm and the whole cycle, headless; one JSON line with what came of it')
    .option('--books <number>', 'client books of the sample firm', '200')
    .option('--seed <seed>', 'everything random follows from it', '1')
    .option('--prices <file>', 'CSV of real hourly closes; generated from the seed without it')
    .option('--data <folder>', 'a new data folder (default: a fresh temporary one)')
    .option('--keep', 'leave the sandbox running and say where it and the data are')
    .option('--json', 'JSON on stdout (the only form there is)')
    .action(async (flags: DemoFlags) => settle(await run(flags)))
}

async function run(flags: DemoFlags): Promise<Outcome> {
  const books = parseWhole('--books', flags.books, 1, 20_000)
  if (!books.ok) return badInput(books.error.message)
  const seed = parseWhole('--seed', flags.seed, 0, 2 ** 32 - 1)
  if (!seed.ok) return badInput(seed.error.message)
  const started = performance.now()
  const place = installation()
  const dataFolder = flags.data ?? (await mkdtemp(join(tmpdir(), 'trimtab-demo-')))
  const sandbox = await startSandboxProcess({
    entry: place.sandboxEntry,
    seed: seed.value,
    prices: flags.prices ?? null,
    lockstep: true,
    speed: 1,
    stateFile: null,
    log,
    detached: flags.keep ?? false,
  })
  if (!sandbox.ok) return badInput(sandbox.error.message)
  const desk = await startSimulatedDesk({
    dataFolder,
    workersDir: place.workersDir,
    migrationsDir: place.migrationsDir,
    sandbox: sandbox.value.addresses,
    seed: seed.value,
    books: books.value,
    drifted: false,
    lockstepClock: new ManualClock(0),
    advisor: 'demo',
    undoMs: 0,
    log,
  })
  if (!desk.ok) {
    await sandbox.value.stop()
    return failed(desk.error.message)
  }
  const report = await runDemo(desk.value, log)
  await desk.value.close()
  if (!flags.keep) await sandbox.value.stop()
  if (!report.ok) return failed(`the demo stopped: ${report.error.message}`)
  const seconds = (performance.now() - started) / 1000
  printJson({
    ...report.value,
    seconds: Math.round(seconds * 100) / 100,
    ...(flags.keep ? { sandbox: sandbox.value.addresses, data: dataFolder } : {}),
  })
  const wrong = report.value.ledgerDifferences.length
  return wrong === 0 ? done : failed(`the ledger and the venues differ in ${wrong} places`)
}
