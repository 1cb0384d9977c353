import { err, ok, type Result } from '../../core/result.ts'
import { Account } from '../engine/accounts.ts'
import { type Answer, jsonReply, type Reply, type WireRequest } from '../wire/http-server.ts'
import type { BinanceContext, Endpoint, Endpoints, Outcome, Parameters } from './context.ts'
import { accountEndpoints } from './endpoints/account.ts'
import { marketDataEndpoints } from './endpoints/market-data.ts'
import { generalEndpoints } from './endpoints/markets.ts'
import { orderEndpoints } from './endpoints/orders.ts'
import { walletEndpoints } from './endpoints/wallet.ts'
import { type BinanceError, UNKNOWN_METHOD, weightExceeded } from './errors.ts'
import { WEIGHT_PER_MINUTE } from './rate-limits.ts'
import { checkSignature, findAccount } from './signature.ts'

const ENDPOINTS: Endpoints = {
  ...generalEndpoints,
  ...marketDataEndpoints,
  ...orderEndpoints,
  ...accountEndpoints,
  ...walletEndpoints,
}
export const endpointAt = (place: string): Endpoint | undefined =>
  Object.hasOwn(ENDPOINTS, place) ? ENDPOINTS[place] : undefined

const NOBODY = new Account({
  account: '#nobody',
  apiKey: '',
  secret: '',
  fees: { makerBps: 0, takerBps: 0, feeAsset: null },
})

/** Limits, key, signature, then the handler: the order in which Binance refuses. */
export function answerRest(request: WireRequest, context: BinanceContext): Promise<Answer> {
  const place = `${request.method} ${request.path}`
  return context.faults.around(
    place,
    () => run(place, request, context),
    (seconds) => errorReply(weightExceeded(WEIGHT_PER_MINUTE), context, null, { 'retry-after': String(seconds) }),
  )
}

function run(place: string, request: WireRequest, context: BinanceContext): Reply {
  const endpoint = endpointAt(place)
  if (!endpoint) return errorReply(UNKNOWN_METHOD, context, null)
  const parameters = parseParameters(request)
  const spent = context.limits.spend(weightOf(endpoint, parameters))
  if (!spent.ok) return limited(spent.error, context)
  const account = authenticate(endpoint, request, parameters, context)
  if (!account.ok) return errorReply(account.error, context, null)
  if (endpoint.isOrder) {
    const counted = context.limits.countOrder(account.value.identity.account)
    if (!counted.ok) return limited(counted.error, context)
  }
  const outcome: Outcome = endpoint.handle(parameters, context, account.value)
  if (!outcome.ok) return errorReply(outcome.error, context, account.value)
  return jsonReply(200, outcome.value, usage(context, account.value))
}

export const weightOf = (endpoint: Endpoint, parameters: Parameters): number =>
  typeof endpoint.weight === 'number' ? endpoint.weight : endpoint.weight(parameters)

function authenticate(
  endpoint: Endpoint,
  request: WireRequest,
  parameters: Parameters,
  context: BinanceContext,
): Result<Account, BinanceError> {
  if (endpoint.security === 'public') return ok(NOBODY)
  const account = findAccount(context.venue.exchange, request.headers['x-mbx-apikey'])
  if (!account.ok || endpoint.security === 'key') return account
  // What is signed is query and body joined as they are, without the signature.
  const payload = withoutSignature(request.query) + withoutSignature(request.body)
  const signed = checkSignature(account.value, payload, parameters, context.venue.wireTime())
  return signed.ok ? account : err(signed.error)
}

const withoutSignature = (text: string): string => text.replace(/(^|&)signature=[^&]*/, '').replace(/^&/, '')

const parseParameters = ({ query, body }: WireRequest): Parameters =>
  Object.fromEntries([...new URLSearchParams(query), ...new URLSearchParams(body)])

const limited = (
  { error, retryAfterSeconds }: { error: BinanceError; retryAfterSeconds: number },
  context: BinanceContext,
): Reply => errorReply(error, context, null, { 'retry-after': String(retryAfterSeconds) })

const errorReply = (
  { status, code, msg }: BinanceError,
  context: BinanceContext,
  account: Account | null,
  headers: Record<string, string> = {},
): Reply => jsonReply(status, { code, msg }, { ...usage(context, account), ...headers })

function usage({ limits }: BinanceContext, account: Account | null): Record<string, string> {
  const weight = String(limits.usedWeight())
  const headers: Record<string, string> = { 'x-mbx-used-weight': weight, 'x-mbx-used-weight-1m': weight }
  if (account && account !== NOBODY) {
    const used = limits.usedOrders(account.identity.account)
    headers['x-mbx-order-count-10s'] = String(used.tenSeconds)
    headers['x-mbx-order-count-1d'] = String(used.day)
  }
  return headers
}
