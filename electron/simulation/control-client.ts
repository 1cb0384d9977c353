import type { z } from 'zod'
import {
  type BarrierReply,
  barrierReply,
  type FaultRequest,
  faultReply,
  type OpenAccountRequest,
  openAccountReply,
  type SandboxLedger,
  type SandboxState,
  sandboxLedger,
  sandboxState,
  type TransferRequest,
} from '../../core/contracts/sandbox-control.ts'
import { type Failure, fail, ok, type Result } from '../../core/result.ts'

export type ControlFailure = Failure<'sandbox-unreachable' | 'sandbox-refused' | 'sandbox-bad-answer'>

/** Drives the sandbox exchanges: their clock, accounts and faults, and the ledger that is true at the venues. */
export interface SandboxControl {
  readonly address: string
  state(): Promise<Result<SandboxState, ControlFailure>>
  ledger(): Promise<Result<SandboxLedger, ControlFailure>>
  openAccount(request: OpenAccountRequest): Promise<Result<z.infer<typeof openAccountReply>, ControlFailure>>
  deposit(request: TransferRequest): Promise<Result<unknown, ControlFailure>>
  withdraw(request: TransferRequest): Promise<Result<unknown, ControlFailure>>
  /** Lockstep: moves the market clock; answers the last sequence of every order-book stream. */
  advance(seconds: number): Promise<Result<BarrierReply, ControlFailure>>
  /** Emits the order-book changes of our own trades since the last step without moving the clock. */
  flush(): Promise<Result<BarrierReply, ControlFailure>>
  addFault(request: FaultRequest): Promise<Result<z.infer<typeof faultReply>, ControlFailure>>
  stop(): Promise<Result<unknown, ControlFailure>>
}

export function createControlClient(address: string): SandboxControl {
  const call = async <T>(
    method: 'GET' | 'POST',
    path: string,
    body: unknown,
    schema: z.ZodType<T> | null,
  ): Promise<Result<T, ControlFailure>> => {
    let response: Response
    let text: string
    try {
      response = await fetch(`${address}/${path}`, {
        method,
        // a desk that is busy longer than the exchange keeps a connection would send on one that is closed
        headers: { 'content-type': 'application/json', connection: 'close' },
        ...(method === 'POST' ? { body: JSON.stringify(body ?? {}) } : {}),
      })
      text = await response.text()
    } catch (cause) {
      return fail('sandbox-unreachable', `the sandbox exchanges at ${address} do not answer: ${whyOf(cause)}`)
    }
    if (!response.ok) return fail('sandbox-refused', `the sandbox refused ${method} ${path}: ${text.slice(0, 300)}`)
    let parsed: unknown
    try {
      parsed = text === '' ? null : JSON.parse(text)
    } catch {
      return fail('sandbox-bad-answer', `the sandbox answered ${method} ${path} with "${text.slice(0, 80)}"`)
    }
    if (schema === null) return ok(parsed as T)
    const checked = schema.safeParse(parsed)
    return checked.success
      ? ok(checked.data)
      : fail(
          'sandbox-bad-answer',
          `the sandbox's answer to ${path}: ${checked.error.issues[0]?.message ?? 'wrong shape'}`,
        )
  }
  return {
    address,
    state: () => call('GET', 'state', null, sandboxState),
    ledger: () => call('GET', 'ledger', null, sandboxLedger),
    openAccount: (request) => call('POST', 'accounts', request, openAccountReply),
    deposit: (request) => call('POST', 'deposit', request, null),
    withdraw: (request) => call('POST', 'withdraw', request, null),
    advance: (seconds) => call('POST', 'advance', { seconds }, barrierReply),
    flush: () => call('POST', 'flush', {}, barrierReply),
    addFault: (request) => call('POST', 'faults', request, faultReply),
    stop: () => call('POST', 'stop', {}, null),
  }
}

/** What fetch throws says only that it failed; its cause says why. */
function whyOf(thrown: unknown): string {
  const cause = thrown instanceof Error ? thrown.cause : undefined
  return cause === undefined ? String(thrown) : `${String(thrown)} (${String(cause)})`
}
