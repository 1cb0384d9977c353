import { z } from 'zod'
import { err, ok, type Result } from '../../core/result.ts'
import type { Account } from '../engine/accounts.ts'
import type { ClientSocket } from '../wire/client-socket.ts'
import { type Answer, jsonReply, type Reply } from '../wire/http-server.ts'
import type { BinanceContext, Parameters } from './context.ts'
import { type BinanceError, weightExceeded } from './errors.ts'
import { RATE_LIMIT_RULES, WEIGHT_PER_MINUTE } from './rate-limits.ts'
import { endpointAt, weightOf } from './rest.ts'
import { checkSignature, findAccount } from './signature.ts'
import type { UserStreams } from './user-stream.ts'

/** Methods of the WebSocket API that are REST endpoints under another name. */
const METHODS: Readonly<Record<string, string>> = {
  ping: 'GET /api/v3/ping',
  time: 'GET /api/v3/time',
  exchangeInfo: 'GET /api/v3/exchangeInfo',
  depth: 'GET /api/v3/depth',
  klines: 'GET /api/v3/klines',
  'trades.recent': 'GET /api/v3/trades',
  'ticker.24hr': 'GET /api/v3/ticker/24hr',
  'ticker.price': 'GET /api/v3/ticker/price',
  'ticker.book': 'GET /api/v3/ticker/bookTicker',
  avgPrice: 'GET /api/v3/avgPrice',
  'order.place': 'POST /api/v3/order',
  'order.test': 'POST /api/v3/order/test',
  'order.status': 'GET /api/v3/order',
  'order.cancel': 'DELETE /api/v3/order',
  'openOrders.status': 'GET /api/v3/openOrders',
  'openOrders.cancelAll': 'DELETE /api/v3/openOrders',
  allOrders: 'GET /api/v3/allOrders',
  myTrades: 'GET /api/v3/myTrades',
  'account.status': 'GET /api/v3/account',
  'account.commission': 'GET /api/v3/account/commission',
  'account.rateLimits.orders': 'GET /api/v3/rateLimit/order',
}
const NO_SESSION_KEY: BinanceError = {
  status: 400,
  code: -4056,
  msg: 'HMAC_SHA256 API key is not supported for session.logon.',
}
const UNKNOWN_METHOD: BinanceError = { status: 400, code: -1000, msg: 'Unknown method.' }

const call = z.object({
  id: z.union([z.string(), z.number(), z.null()]).optional(),
  method: z.string(),
  params: z.record(z.string(), z.unknown()).optional(),
})
type Call = z.infer<typeof call>

/** The WebSocket API (/ws-api/v3): the REST calls under other names, and the user data streams. */
export function serveApiSocket(socket: ClientSocket, context: BinanceContext, users: UserStreams): void {
  socket.onClose(() => users.unsubscribe(socket, null))
  socket.onText((text) => {
    const parsed = parse(text)
    if (!parsed) return socket.sendJson({ id: null, status: 400, error: { code: -1135, msg: 'Invalid JSON Request' } })
    void context.faults
      .around(
        `WS ${parsed.method}`,
        () => run(parsed, socket, context, users),
        (seconds) => failure(parsed, weightExceeded(WEIGHT_PER_MINUTE), context, seconds),
      )
      .then(
        (answer: Answer) => (answer === 'drop' ? socket.terminate() : socket.send(answer.body)),
        (error: unknown) => socket.failed(error),
      )
  })
}

function run(request: Call, socket: ClientSocket, context: BinanceContext, users: UserStreams): Reply {
  const { method } = request
  const parameters = textParameters(request)
  if (method === 'session.logon') return failure(request, NO_SESSION_KEY, context)
  if (method === 'session.status' || method === 'session.logout') {
    return success(
      request,
      {
        apiKey: null,
        authorizedSince: null,
        connectedSince: null,
        returnRateLimits: true,
        serverTime: context.venue.wireTime(),
        userDataStream: false,
      },
      context,
    )
  }
  if (method === 'userDataStream.subscribe.signature') {
    const account = authenticate(parameters, context)
    if (!account.ok) return failure(request, account.error, context)
    return success(request, { subscriptionId: users.subscribe(socket, account.value.identity.account) }, context)
  }
  if (method === 'userDataStream.unsubscribe') {
    users.unsubscribe(socket, parameters.subscriptionId === undefined ? null : Number(parameters.subscriptionId))
    return success(request, {}, context)
  }
  return runEndpoint(request, parameters, context)
}

function runEndpoint(request: Call, parameters: Parameters, context: BinanceContext): Reply {
  const place = Object.hasOwn(METHODS, request.method) ? METHODS[request.method] : undefined
  const endpoint = place === undefined ? undefined : endpointAt(place)
  if (!endpoint) return failure(request, UNKNOWN_METHOD, context)
  const spent = context.limits.spend(weightOf(endpoint, parameters))
  if (!spent.ok) return failure(request, spent.error.error, context, spent.error.retryAfterSeconds)
  if (endpoint.security === 'public') {
    // A public call has no account; its handler never looks at it.
    const outcome = endpoint.handle(parameters, context, context.venue.exchange.feeCollector)
    return outcome.ok ? success(request, outcome.value, context) : failure(request, outcome.error, context)
  }
  const account = authenticate(parameters, context)
  if (!account.ok) return failure(request, account.error, context)
  if (endpoint.isOrder) {
    const counted = context.limits.countOrder(account.value.identity.account)
    if (!counted.ok) return failure(request, counted.error.error, context, counted.error.retryAfterSeconds)
  }
  const outcome = endpoint.handle(parameters, context, account.value)
  return outcome.ok ? success(request, outcome.value, context) : failure(request, outcome.error, context)
}

/** What is signed are the parameters in alphabetical order. */
function authenticate(parameters: Parameters, context: BinanceContext): Result<Account, BinanceError> {
  const account = findAccount(context.venue.exchange, parameters.apiKey)
  if (!account.ok) return account
  const payload = Object.keys(parameters)
    .filter((name) => name !== 'signature')
    .sort()
    .map((name) => `${name}=${parameters[name]}`)
    .join('&')
  const signed = checkSignature(account.value, payload, parameters, context.venue.wireTime())
  return signed.ok ? ok(account.value) : err(signed.error)
}

function textParameters(request: Call): Parameters {
  const parameters: Record<string, string> = {}
  for (const [name, value] of Object.entries(request.params ?? {})) {
    parameters[name] = typeof value === 'string' ? value : JSON.stringify(value)
  }
  return parameters
}

const usage = ({ limits }: BinanceContext) => [{ ...RATE_LIMIT_RULES[0], count: limits.usedWeight() }]

const success = (request: Call, result: unknown, context: BinanceContext): Reply =>
  jsonReply(200, { id: request.id ?? null, status: 200, result, rateLimits: usage(context) })

function failure(request: Call, error: BinanceError, context: BinanceContext, retryAfterSeconds?: number): Reply {
  const { status, code, msg } = error
  const data =
    retryAfterSeconds === undefined
      ? {}
      : {
          data: {
            serverTime: context.venue.wireTime(),
            retryAfter: context.venue.wireTime() + retryAfterSeconds * 1000,
          },
        }
  return jsonReply(status, {
    id: request.id ?? null,
    status,
    error: { code, msg, ...data },
    rateLimits: usage(context),
  })
}

function parse(text: string): Call | null {
  try {
    const result = call.safeParse(JSON.parse(text))
    return result.success ? result.data : null
  } catch {
    return null
  }
}
