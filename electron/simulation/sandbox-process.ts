import { type ChildProcess, spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import { type SandboxAddresses, sandboxAddresses } from '../../core/contracts/sandbox-control.ts'
import { type Failure, fail, ok, type Result } from '../../core/result.ts'

export interface SandboxOptions {
  /** The sandbox's entry: sandbox/main.ts in the sources, sandbox.js in a build. */
  readonly entry: string
  readonly seed: number
  /** CSV of real hourly closes; generated from the seed where null. */
  readonly prices: string | null
  readonly lockstep: boolean
  /** Market seconds per second; ignored in lockstep. */
  readonly speed: number
  /** Where accounts, orders and trades survive a restart; null: in memory. */
  readonly stateFile: string | null
  readonly ports?: { readonly binance: number; readonly kraken: number; readonly control: number }
  readonly log: (line: string) => void
  /** Lives on when the desk ends. */
  readonly detached?: boolean
}

export interface SandboxProcess {
  readonly addresses: SandboxAddresses
  readonly pid: number
  stop(): Promise<void>
}

export type SandboxFailure = Failure<'sandbox-failed' | 'bad-input'>
const BAD_INPUT = 2

/**
 * Starts the exchanges as a process of their own: killing the desk never kills the exchange.
 * Errors: what the process said before it ended; bad-input where that is about what it was given (its exit code 2).
 */
export async function startSandboxProcess(options: SandboxOptions): Promise<Result<SandboxProcess, SandboxFailure>> {
  const args = ['--disable-warning=ExperimentalWarning', options.entry, '--json', '--seed', String(options.seed)]
  if (options.prices !== null) args.push('--prices', options.prices)
  if (options.stateFile !== null) args.push('--state', options.stateFile)
  if (options.ports !== undefined) {
    args.push('--binance-port', String(options.ports.binance), '--kraken-port', String(options.ports.kraken))
    args.push('--control-port', String(options.ports.control))
  }
  if (options.lockstep) args.push('--lockstep')
  else args.push('--speed', String(options.speed))
  const child = spawn(process.execPath, args, {
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: options.detached ?? false,
    env: { ...process.env, ELECTRON_RUN_AS_NODE: '1' },
  })
  const said: string[] = []
  createInterface({ input: child.stderr }).on('line', (line) => {
    said.push(line)
    if (said.length > 20) said.shift()
    options.log(line)
  })
  const ready = await readyLine(child, said)
  if (!ready.ok) return ready
  if (options.detached) {
    child.unref()
    child.stdout.destroy()
    child.stderr.destroy()
  }
  return ok({ addresses: ready.value, pid: child.pid!, stop: () => stopProcess(child) })
}

function readyLine(child: ChildProcess, said: readonly string[]): Promise<Result<SandboxAddresses, SandboxFailure>> {
  return new Promise((resolve) => {
    const refuse = (why: string, code: SandboxFailure['code'] = 'sandbox-failed'): void =>
      resolve(fail(code, `the sandbox exchanges did not start: ${why}`))
    child.once('error', (cause) => refuse(cause.message))
    // not at 'exit': what it said may still be in the pipe
    child.once('close', (code) => {
      const why = said[0]?.replace(/^sandbox: /, '') ?? `exit code ${code}`
      refuse(why, code === BAD_INPUT ? 'bad-input' : 'sandbox-failed')
    })
    createInterface({ input: child.stdout! }).once('line', (line) => {
      let parsed: unknown = null
      try {
        parsed = JSON.parse(line)
      } catch {
        // reported below with the line itself
      }
      const addresses = sandboxAddresses.safeParse(parsed)
      if (addresses.success) resolve(ok(addresses.data))
      else refuse(`its first line was "${line.slice(0, 200)}"`)
    })
  })
}

function stopProcess(child: ChildProcess): Promise<void> {
  return new Promise((resolve) => {
    if (child.exitCode !== null || child.signalCode !== null) return resolve()
    const force = setTimeout(() => child.kill('SIGKILL'), 5_000)
    child.once('exit', () => {
      clearTimeout(force)
      resolve()
    })
    child.kill('SIGTERM')
  })
}
