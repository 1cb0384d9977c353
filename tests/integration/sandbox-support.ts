import { afterAll } from 'vitest'
import { type Amount, amount, ZERO } from '../../core/amount.ts'
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

/** Account, asset → deposits − withdrawals + trades − fees, minus what the ledger says is there: empty when it adds up. */
export function ledgerDifferences(ledger: SandboxLedger): string[] {
  const due = new Map<string, Amount>()
  const book = (row: { venue: string; account: string }, asset: string, change: bigint): void => {
    const key = `${row.venue} ${row.account} ${asset}`
    due.set(key, ((due.get(key) ?? ZERO) + change) as Amount)
  }
  for (const row of ledger.deposits) book(row, row.asset, amount(row.amount))
  for (const row of ledger.withdrawals) book(row, row.asset, -amount(row.amount))
  for (const trade of ledger.trades) {
    const [base, quote] =
      trade.venue === 'kraken' ? trade.market.split('/') : [trade.market.slice(0, -4), trade.market.slice(-4)]
    const sign = trade.side === 'buy' ? 1n : -1n
    book(trade, base!, sign * amount(trade.quantity))
    book(trade, quote!, -sign * amount(trade.cost))
    book(trade, trade.feeAsset, -amount(trade.fee))
  }
  for (const row of ledger.balances) book(row, row.asset, -(amount(row.free) + amount(row.locked)))
  return [...due].filter(([, difference]) => difference !== 0n).map(([key, difference]) => `${key}: ${difference}`)
}
