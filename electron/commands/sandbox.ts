import { spawn } from 'node:child_process'
import type { Command } from 'commander'
import { installation } from './installation.ts'
import { badInput, done, EXIT, failed, parseWhole, type Settle } from './outcome.ts'

interface SandboxFlags {
  readonly binancePort?: string
  readonly krakenPort?: string
  readonly controlPort?: string
  readonly seed?: string
  readonly prices?: string
  readonly speed?: string
  readonly state?: string
  readonly lockstep?: boolean
}

export function addSandbox(program: Command, settle: Settle): void {
  program
    .command('sandbox')
    .description(
      'the loopback exchanges alone, until interrupted; prints one JSON line with their addresses when ready',
    )
    .option('--binance-port <port>')
    .option('--kraken-port <port>')
    .option('--control-port <port>')
    .option('--seed <seed>')
    .option('--prices <file>', 'CSV of real hourly closes, several assets side by side')
    .option('--speed <factor>', 'market seconds per second')
    .option('--state <file>', 'keep accounts, orders and trades over a restart')
    .option('--lockstep', 'the market moves only when the control endpoint says so')
    .option('--json', 'JSON on stdout (the only form there is)')
    .action(async (flags: SandboxFlags) => {
      for (const [name, port] of Object.entries({
        '--binance-port': flags.binancePort,
        '--kraken-port': flags.krakenPort,
        '--control-port': flags.controlPort,
      })) {
        if (port === undefined) continue
        const checked = parseWhole(name, port, 0, 65_535)
        if (!checked.ok) return settle(badInput(checked.error.message))
      }
      if (flags.seed !== undefined) {
        const seed = parseWhole('--seed', flags.seed, 0, 2 ** 32 - 1)
        if (!seed.ok) return settle(badInput(seed.error.message))
      }
      settle(await run(flags))
    })
}

/** The exchanges are a program of their own: this only starts it, hands its output on and ends it. */
function run(flags: SandboxFlags): Promise<ReturnType<typeof failed> | typeof done> {
  const args = ['--disable-warning=ExperimentalWarning', installation().sandboxEntry, '--json']
  const pass = (flag: string, value: string | undefined): void => void (value !== undefined && args.push(flag, value))
  pass('--binance-port', flags.binancePort)
  pass('--kraken-port', flags.krakenPort)
  pass('--control-port', flags.controlPort)
  pass('--seed', flags.seed)
  pass('--prices', flags.prices)
  pass('--speed', flags.speed)
  pass('--state', flags.state)
  if (flags.lockstep) args.push('--lockstep')
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'inherit', 'inherit'] })
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => child.kill(signal))
  return new Promise((resolve) => {
    child.once('error', (cause) => resolve(failed(`the sandbox exchanges did not start: ${cause.message}`)))
    child.once('exit', (code) => {
      if (code === 0 || code === null) resolve(done)
      else resolve({ code: code === EXIT.usage ? EXIT.usage : EXIT.failed })
    })
  })
}
