import type { z } from 'zod'
import { amount } from '../../core/amount.ts'
import {
  advanceRequest,
  type BarrierReply,
  faultRequest,
  openAccountRequest,
  type SandboxState,
  type SandboxVenue,
  transferRequest,
} from '../../core/contracts/sandbox-control.ts'
import { type Failure, fail, ok, type Result } from '../../core/result.ts'
import { openSandboxAccount } from '../accounts.ts'
import type { FaultRegistry } from '../faults/registry.ts'
import type { Venue } from '../venue.ts'
import {
  jsonReply,
  type Reply,
  type RunningHttpServer,
  startHttpServer,
  type WireRequest,
} from '../wire/http-server.ts'
import { ledgerOf } from './ledger.ts'

export interface ControlOptions {
  readonly port: number
  readonly venues: Readonly<Record<SandboxVenue, Venue>>
  readonly faults: Readonly<Record<SandboxVenue, FaultRegistry>>
  readonly state: () => SandboxState
  /** Fails outside lockstep. */
  readonly advance: (seconds: number) => Result<BarrierReply, Failure<'not-lockstep'>>
  readonly flush: () => BarrierReply
  readonly stop: () => void
  readonly log: (message: string) => void
}

type ControlOutcome = Result<unknown, Failure>
type Route = (body: unknown, options: ControlOptions) => ControlOutcome

/** What drives a sandbox from outside: accounts, clock, faults, and the true ledger. JSON, no authentication. */
export function startControl(options: ControlOptions): Promise<Result<RunningHttpServer, Failure<'port-in-use'>>> {
  return startHttpServer({
    name: 'control',
    port: options.port,
    answer: (request) => answerControl(request, options),
    log: options.log,
  })
}

function answerControl(request: WireRequest, options: ControlOptions): Reply {
  const place = `${request.method} ${request.path.replace(/^\/control/, '')}`
  const route = Object.hasOwn(ROUTES, place) ? ROUTES[place]! : undefined
  if (!route)
    return jsonReply(404, {
      error: `${request.method} ${request.path} is not one of ${Object.keys(ROUTES).join(', ')}`,
    })
  let body: unknown
  try {
    body = request.body === '' ? {} : JSON.parse(request.body)
  } catch {
    return jsonReply(400, { error: `the body is not JSON: ${request.body.slice(0, 80)}` })
  }
  const outcome = route(body, options)
  if (outcome.ok) return jsonReply(200, outcome.value)
  return jsonReply(outcome.error.code === 'not-lockstep' ? 409 : 400, {
    error: outcome.error.message,
    code: outcome.error.code,
  })
}

const ROUTES: Readonly<Record<string, Route>> = {
  'GET /ledger': (_body, { venues }) => ok(ledgerOf([venues.binance, venues.kraken])),
  'GET /state': (_body, { state }) => ok(state()),
  'POST /accounts': withBody(openAccountRequest, (request, { venues }) =>
    openSandboxAccount(venues[request.venue], request),
  ),
  'POST /deposit': withBody(transferRequest, (request, options) => transfer('deposit', request, options)),
  'POST /withdraw': withBody(transferRequest, (request, options) => transfer('withdrawal', request, options)),
  'POST /advance': withBody(advanceRequest, ({ seconds }, { advance }) => advance(seconds)),
  'POST /flush': (_body, { flush }) => ok(flush()),
  'POST /faults': withBody(faultRequest, (request, { faults }) =>
    faults[request.venue].add({
      kind: request.kind,
      match: request.match,
      count: request.count,
      settings: {
        ms: request.ms ?? 1_000,
        when: request.when ?? 'after',
        damage: request.damage ?? 'nan',
        retryAfterSeconds: request.retryAfterSeconds ?? 1,
      },
    }),
  ),
  'GET /faults': (_body, { faults }) => ok({ binance: faults.binance.remaining(), kraken: faults.kraken.remaining() }),
  'DELETE /faults': (_body, { faults }) => {
    faults.binance.clear()
    faults.kraken.clear()
    return ok({})
  },
  'POST /stop': (_body, { stop }) => {
    stop()
    return ok({})
  },
}

function withBody<T>(schema: z.ZodType<T>, run: (request: T, options: ControlOptions) => ControlOutcome): Route {
  return (body, options) => {
    const parsed = schema.safeParse(body)
    if (parsed.success) return run(parsed.data, options)
    const issue = parsed.error.issues[0]!
    return fail('bad-request', `${issue.path.join('.') || 'body'}: ${issue.message}`)
  }
}

function transfer(
  kind: 'deposit' | 'withdrawal',
  request: z.infer<typeof transferRequest>,
  { venues }: ControlOptions,
): ControlOutcome {
  const venue = venues[request.venue]
  if (!venue.assets().has(request.asset)) {
    return fail('unknown-asset', `${request.venue} has no "${request.asset}", it has ${[...venue.assets()].join(', ')}`)
  }
  const moved = venue.exchange.transfer(request.account, kind, request.asset, amount(request.amount))
  return moved.ok ? ok({ id: String(moved.value.id) }) : moved
}
