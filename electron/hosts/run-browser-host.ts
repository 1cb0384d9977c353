import { type BrowserHostOptions, startBrowserHost } from './browser-host.ts'

/** What ends a host that runs until it is interrupted. */
export const EXIT_CODES = { done: 0, failed: 1, badInput: 2 } as const

/** Failures to start that another argument would cure. */
const BAD_INPUT_CODES = ['port-in-use', 'bad-input']

/** One Ctrl+C arrives twice: from the terminal, and handed on by whoever started us. */
const REPEAT_MS = 1000
const PARENT_CHECK_MS = 500

export interface RunOptions extends BrowserHostOptions {
  /** The address, once pages can be served. */
  readonly onAddress: (address: string) => void
  /** A sentence for the person who started it. */
  readonly onFailure: (message: string) => void
}

/**
 * Runs a browser host until SIGINT or SIGTERM and answers the exit code. A signal more than REPEAT_MS after the first
 * ends the process at once, as a killed desk: its journal is made for that.
 */
export async function runBrowserHost(options: RunOptions): Promise<number> {
  const interrupted = new Promise<void>((resolve) => {
    let first: number | null = null
    for (const signal of ['SIGINT', 'SIGTERM'] as const) {
      process.on(signal, () => {
        if (first !== null && performance.now() - first > REPEAT_MS) process.exit(EXIT_CODES.failed)
        first ??= performance.now()
        resolve()
      })
    }
    endWithNpm(resolve)
  })
  const host = await startBrowserHost(options)
  if (!host.ok) {
    options.onFailure(host.error.message)
    return BAD_INPUT_CODES.includes(host.error.code) ? EXIT_CODES.badInput : EXIT_CODES.failed
  }
  options.onAddress(host.value.address)
  await interrupted
  await host.value.close()
  return EXIT_CODES.done
}

/** npm hands a SIGTERM to its shell, which ends without handing it on: a parent that went is the only sign of it. */
function endWithNpm(end: () => void): void {
  if (!process.env.npm_lifecycle_event || process.platform === 'win32') return
  const parent = process.ppid
  setInterval(() => {
    if (process.ppid !== parent) end()
  }, PARENT_CHECK_MS).unref()
}
