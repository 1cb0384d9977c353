import { afterAll } from 'vitest'
import type {
  BarrierReply,
  FaultRequest,
  OpenAccountRequest,
  SandboxLedger,
  SandboxState,
} from '../../core/contracts/sandbox-control.ts'
import { unwrap } from '../../core/result.ts'
import { type RunningSandbox, type SandboxOptions, startSandbox } from '../../sandbox/server.ts'

/** Starts a sandbox in this process and closes it after the file's tests. */
export async function sandboxForTest(options: SandboxOptions = {}): Promise<RunningSandbox> {
  const log: string[] = []
  const sandbox = unwrap(await startSandbox({ ...options, log: (message) => log.push(message) }))
  afterAll(async () => {
    await sandbox.close()
    if (log.length > 0) throw new Error(`the sandbox complained: ${log.join('\n')}`)
  })
  return sandbox
}

/** The control API as a client sees it. */
export class Control {
  readonly #address: string

  constructor(address: string) {
    this.#address = address
  }

  ledger = (): Promise<SandboxLedger> => this.#call('GET', 'ledger')
  state = (): Promise<SandboxState> => this.#call('GET', 'state')
  advance = (seconds: number): Promise<BarrierReply> => this.#call('POST', 'advance', { seconds })
  flush = (): Promise<BarrierReply> => this.#call('POST', 'flush')
  openAccount = (request: OpenAccountRequest): Promise<{ created: boolean }> => this.#call('POST', 'accounts', request)
  fault = (request: FaultRequest): Promise<{ id: number }> => this.#call('POST', 'faults', request)
  clearFaults = (): Promise<unknown> => this.#call('DELETE', 'faults')
  post = (path: string, body: unknown): Promise<unknown> => this.#call('POST', path, body)

  async #call<T>(method: string, path: string, body?: unknown): Promise<T> {
    const response = await fetch(`${this.#address}/${path}`, {
      method,
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    })
    const answer = (await response.json()) as T & { error?: string }
    if (!response.ok) throw new Error(`${response.status}: ${answer.error}`)
    return answer
  }
}

export async function until<T>(
  what: string,
  read: () => T | undefined | false | Promise<T | undefined | false>,
  ms = 5_000,
): Promise<T> {
  const deadline = Date.now() + ms
  for (;;) {
    const value = await read()
    if (value !== undefined && value !== false) return value
    if (Date.now() > deadline) throw new Error(`${what} did not happen within ${ms} ms`)
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
}
