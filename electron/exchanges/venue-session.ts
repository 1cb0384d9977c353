import type { ExchangeError } from '../../core/contracts/exchange.ts'
import type { VenueId } from '../../core/instruments.ts'
import { err, ok, type Result } from '../../core/result.ts'
import { LatencyGauge } from './latency-gauge.ts'
import { PauseGate, type PauseScope } from './pause-gate.ts'
import { exchangeErrorOf, type RefusalLists } from './refusals.ts'
import { type Charge, RequestBudget } from './request-budget.ts'
import type { SerialQueue } from './serial-queue.ts'
import type { ExchangeWorld } from './settings.ts'
import { type CallFailure, callVenue, VenuePaused } from './venue-call.ts'

export interface CallOptions {
  readonly charges: readonly Charge[]
  /** New orders respect a pause of orders, cancels and queries only a pause of everything. */
  readonly scopes?: readonly PauseScope[]
  /** Cancels don't queue behind what waits for its budget. */
  readonly atOnce?: boolean
  /** One call at a time; entered only when the budget allows, so that nobody waits behind a waiting call. */
  readonly queue?: SerialQueue
  /** Where it is not that of the settings. */
  readonly timeoutMs?: number
}

/** What all connections to one venue share: pauses, budgets of the address, latency, and the venue's words for no. */
export class VenueSession {
  readonly venue: VenueId
  readonly world: ExchangeWorld
  readonly lists: RefusalLists
  readonly orderLatency = new LatencyGauge()
  readonly #gate: PauseGate
  readonly #budget: RequestBudget

  constructor(venue: VenueId, world: ExchangeWorld, lists: RefusalLists) {
    this.venue = venue
    this.world = world
    this.lists = lists
    this.#gate = new PauseGate(world.clock)
    this.#budget = new RequestBudget(world.clock, world.sleep)
  }

  /** One call under pause and budget. A refusal that asks for quiet starts a pause for every connection of the venue. */
  async call(run: () => Promise<unknown>, options: CallOptions): Promise<Result<unknown, CallFailure>> {
    const scopes = options.scopes ?? ['requests']
    try {
      this.#gate.assertOpen(scopes)
      await (options.atOnce ? this.#budget.takeAtOnce(options.charges) : this.#budget.take(options.charges))
      this.#gate.assertOpen(scopes)
    } catch (error) {
      if (!(error instanceof VenuePaused)) throw error
      return err({ kind: 'paused', retryAfterMs: error.retryAfterMs, why: error.message })
    }
    const { timeoutMs = this.world.settings.timeoutMs } = options
    const send = (): Promise<Result<unknown, CallFailure>> => callVenue(run, timeoutMs + 500)
    const answer = await (options.queue ? options.queue.run(send) : send())
    if (!answer.ok && answer.error.kind === 'refused') {
      const verdict = this.lists.verdict(answer.error.refusal)
      if (verdict.kind === 'not-sent' && verdict.pause) {
        this.#gate.pause(verdict.pause, verdict.retryAfterMs, answer.error.refusal.message)
      }
    }
    return answer
  }

  error(failure: CallFailure): ExchangeError {
    return exchangeErrorOf(failure, this.lists)
  }
}

/** A schema's view of an answer: what it does not fit is the venue's mistake or a new version, never ours to guess at. */
export function readAnswer<T>(
  schema: { safeParse(value: unknown): { success: true; data: T } | { success: false; error: { message: string } } },
  value: unknown,
  what: string,
): Result<T, ExchangeError> {
  const parsed = schema.safeParse(value)
  if (parsed.success) return ok(parsed.data)
  const given = JSON.stringify(value)?.slice(0, 200) ?? String(value)
  return err({ code: 'bad-answer', message: `${what} answered ${given}: ${parsed.error.message.slice(0, 200)}` })
}
