import { type Answer, jsonReply, type Reply, type WireRequest } from '../wire/http-server.ts'
import type { KrakenContext, Outcome, Parameters, PrivateEndpoint } from './context.ts'
import { accountEndpoints } from './endpoints/account.ts'
import { orderEndpoints } from './endpoints/orders.ts'
import { publicEndpoints } from './endpoints/public.ts'
import { RATE_LIMIT, UNKNOWN_METHOD } from './errors.ts'
import type { Authenticator } from './signature.ts'

const PRIVATE: Readonly<Record<string, PrivateEndpoint>> = { ...accountEndpoints, ...orderEndpoints }

const errorReply = (text: string): Reply => jsonReply(200, { error: [text] })
const outcomeReply = (outcome: Outcome): Reply =>
  outcome.ok ? jsonReply(200, { error: [], result: outcome.value }) : errorReply(outcome.error)

/** Every answer is HTTP 200; what went wrong is in `error[]`. */
export function answerRest(
  request: WireRequest,
  context: KrakenContext,
  authenticator: Authenticator,
): Promise<Answer> {
  return context.faults.around(
    `${request.method} ${request.path}`,
    () => run(request, context, authenticator),
    () => errorReply(RATE_LIMIT),
  )
}

function run(request: WireRequest, context: KrakenContext, authenticator: Authenticator): Reply {
  const match = /^\/0\/(public|private)\/([A-Za-z]+)$/.exec(request.path)
  if (!match) return errorReply(UNKNOWN_METHOD)
  const name = match[2]!
  const parameters: Parameters = Object.fromEntries([
    ...new URLSearchParams(request.query),
    ...new URLSearchParams(request.body),
  ])
  if (match[1] === 'public') {
    if (!Object.hasOwn(publicEndpoints, name)) return errorReply(UNKNOWN_METHOD)
    return outcomeReply(publicEndpoints[name]!(parameters, context))
  }
  if (!Object.hasOwn(PRIVATE, name) || request.method !== 'POST') return errorReply(UNKNOWN_METHOD)
  const account = authenticator.check(request, parameters)
  if (!account.ok) return errorReply(account.error)
  const endpoint = PRIVATE[name]!
  if (!context.limits.allowCall(account.value.identity.account, endpoint.cost)) return errorReply(RATE_LIMIT)
  return outcomeReply(endpoint.handle(parameters, context, account.value))
}
