import { existsSync } from 'node:fs'
import { mkdtemp } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Command } from 'commander'
import { ManualClock } from '../../core/clock.ts'
import type { SandboxAddresses } from '../../core/contracts/sandbox-control.ts'
import { type Failure, ok, type Result } from '../../core/result.ts'
import type { TaxTerms } from '../../core/tax-terms.ts'
import { type DemoReport, runDemo } from '../demo/run-demo.ts'
import { startSandboxProcess } from '../simulation/sandbox-process.ts'
import { startSimulatedDesk } from '../simulation/start-simulated-desk.ts'
import { STORE_FILE } from '../store/open-store.ts'
import { installation } from './installation.ts'
import { badInput, done, EXIT, failed, log, type Outcome, parseWhole, printJson, type Settle } from './outcome.ts'
import { parseTaxTerms } from './tax-option.ts'

interface DemoFlags {
  readonly books: string
  readonly seed: string
  readonly prices?: string
  readonly tax?: string
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
    .option('--tax <terms>', 'tax terms of every book: short,long,days[,loss], such as 0.35,0.2,365 (default: none)')
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
  const tax = flags.tax === undefined ? ok(null) : parseTaxTerms(flags.tax)
  if (!tax.ok) return badInput(tax.error.message)
  const started = performance.now()
  if (flags.data !== undefined && existsSync(join(flags.data, STORE_FILE)))
    return badInput(`--data was "${flags.data}", which holds a ledger already: the demo makes a new one`)
  const dataFolder = flags.data ?? (await mkdtemp(join(tmpdir(), 'trimtab-demo-')))
  const place = installation()
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
  if (!sandbox.ok)
    return sandbox.error.code === 'bad-input' ? badInput(sandbox.error.message) : failed(sandbox.error.message)
  let stays = false
  // a killed demo takes its exchange along: nobody else knows of it
  for (const signal of ['SIGINT', 'SIGTERM'] as const)
    process.once(signal, () => void sandbox.value.stop().then(() => process.exit(EXIT.failed)))
  try {
    const report = await trade(sandbox.value.addresses, dataFolder, books.value, seed.value, tax.value)
    if (!report.ok) return failed(`the demo stopped: ${report.error.message}`)
    stays = flags.keep ?? false
    const seconds = Math.round((performance.now() - started) / 10) / 100
    const kept = stays ? { sandbox: sandbox.value.addresses, data: dataFolder } : {}
    printJson({ ...report.value, seconds, ...kept })
    const wrong = report.value.ledgerDifferences.length
    return wrong === 0 ? done : failed(`the ledger and the venues differ in ${wrong} places`)
  } finally {
    if (!stays) await sandbox.value.stop()
  }
}

async function trade(
  sandbox: SandboxAddresses,
  dataFolder: string,
  books: number,
  seed: number,
  taxTerms: TaxTerms | null,
): Promise<Result<DemoReport, Failure>> {
  const place = installation()
  const desk = await startSimulatedDesk({
    dataFolder,
    workersDir: place.workersDir,
    migrationsDir: place.migrationsDir,
    sandbox,
    seed,
    books,
    drifted: false,
    taxTerms,
    lockstepClock: new ManualClock(0),
    advisor: 'demo',
    undoMs: 0,
    log,
  })
  if (!desk.ok) return desk
  try {
    return await runDemo(desk.value, log)
  } finally {
    await desk.value.close()
  }
}
