import type { Command } from 'commander'
import { runBrowserHost } from '../hosts/run-browser-host.ts'
import { simulationHost } from '../hosts/simulation-host.ts'
import { defaultDataFolder, installation } from './installation.ts'
import { badInput, EXIT, log, type Outcome, parseWhole, type Settle } from './outcome.ts'

interface ServeFlags {
  readonly port: string
  readonly data?: string
  readonly books: string
  readonly seed: string
  readonly prices?: string
  readonly speed: string
}

export function addServe(program: Command, settle: Settle): void {
  program
    .command('serve')
    .description('the terminal in a browser on this machine, in SIMULATION mode; prints its address')
    .option('--port <port>', 'port on 127.0.0.1 (0: any free one)', '0')
    .option('--data <folder>', 'the data folder (default: the platform’s own place)')
    .option('--books <number>', 'client books of the sample firm of a new data folder', '200')
    .option('--seed <seed>', 'seed of the sandbox market and of the sample firm', '1')
    .option('--prices <file>', 'CSV of real hourly closes; generated from the seed without it')
    .option('--speed <factor>', 'market seconds per second', '60')
    .action(async (flags: ServeFlags) => settle(await run(flags)))
}

async function run(flags: ServeFlags): Promise<Outcome> {
  const port = parseWhole('--port', flags.port, 0, 65_535)
  if (!port.ok) return badInput(port.error.message)
  const books = parseWhole('--books', flags.books, 1, 20_000)
  if (!books.ok) return badInput(books.error.message)
  const seed = parseWhole('--seed', flags.seed, 0, 2 ** 32 - 1)
  if (!seed.ok) return badInput(seed.error.message)
  const speed = parseWhole('--speed', flags.speed, 1, 3_600)
  if (!speed.ok) return badInput(speed.error.message)
  const place = installation()
  const dataFolder = flags.data ?? defaultDataFolder()
  const told = { port: port.value, dataFolder, books: books.value, seed: seed.value, speed: speed.value }
  const code = await runBrowserHost({
    ...simulationHost({ ...told, prices: flags.prices ?? null }, dataFolder, place),
    rendererDir: place.rendererDir,
    port: port.value,
    onAddress: (address) => void process.stdout.write(`Trimtab (SIMULATION): ${address}\n`),
    onFailure: log,
  })
  return { code: code === 2 ? EXIT.usage : code === 1 ? EXIT.failed : EXIT.done }
}
