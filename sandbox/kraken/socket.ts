import { z } from 'zod'
import type { ClientSocket } from '../wire/client-socket.ts'
import type { AccountChannels } from './account-channels.ts'
import { BOOK_DEPTHS } from './book-feed.ts'
import { type Channels, isoTime } from './channels.ts'
import type { KrakenContext } from './context.ts'
import { marketOf } from './context.ts'
import type { KrakenMarket } from './markets.ts'
import { bookTopic, type PublicChannels } from './public-channels.ts'

const request = z.object({
  method: z.string(),
  req_id: z.number().optional(),
  params: z
    .object({
      channel: z.string(),
      symbol: z.array(z.string()).optional(),
      depth: z.number().optional(),
      snapshot: z.boolean().optional(),
      snap_orders: z.boolean().optional(),
      snap_trades: z.boolean().optional(),
      token: z.string().optional(),
    })
    .loose()
    .optional(),
})
type Request = z.infer<typeof request>
type Channel = NonNullable<Request['params']>

export interface KrakenSockets {
  readonly context: KrakenContext
  readonly channels: Channels
  readonly publicChannels: PublicChannels
  readonly accountChannels: AccountChannels
}

/** A connection to WebSocket v2 (/v2 and /auth/v2). */
export function serveSocket(socket: ClientSocket, sockets: KrakenSockets, connectionId: number): void {
  const { context, channels } = sockets
  socket.onClose(() => channels.leave(socket))
  socket.sendJson({
    channel: 'status',
    type: 'update',
    data: [{ version: '2.0.0', system: 'online', api_version: 'v2', connection_id: connectionId }],
  })
  socket.onText((text) => {
    const parsed = parse(text)
    const time_in = isoTime(context.venue.wireTime())
    const answer = (method: string, body: Record<string, unknown>): void =>
      socket.sendJson({
        method,
        ...(parsed?.req_id === undefined ? {} : { req_id: parsed.req_id }),
        ...body,
        time_in,
        time_out: isoTime(context.venue.wireTime()),
      })
    if (!parsed) return socket.sendJson({ error: 'Malformed request', success: false, time_in, time_out: time_in })
    const { method, params } = parsed
    if (method === 'ping') return answer('pong', {})
    if ((method !== 'subscribe' && method !== 'unsubscribe') || !params) {
      return answer(method, { success: false, error: 'Unknown method' })
    }
    const refuse = (error: string, more: Record<string, unknown> = {}): void =>
      answer(method, { success: false, error, ...more })
    const accept = (result: Record<string, unknown>): void =>
      answer(method, { success: true, result: { channel: params.channel, ...result } })
    if (['book', 'ticker', 'trade'].includes(params.channel)) {
      servePublic(socket, sockets, method, params, accept, refuse)
    } else if (params.channel === 'executions' || params.channel === 'balances') {
      serveAccount(socket, sockets, method, params, accept, refuse)
    } else {
      refuse(`Unsupported channel "${params.channel}"`)
    }
  })
}

type Accept = (result: Record<string, unknown>) => void
type Refuse = (error: string, more?: Record<string, unknown>) => void

function servePublic(
  socket: ClientSocket,
  sockets: KrakenSockets,
  method: string,
  params: Channel,
  accept: Accept,
  refuse: Refuse,
): void {
  const { channels, publicChannels, context } = sockets
  const depth = params.depth ?? 10
  if (params.channel === 'book' && !BOOK_DEPTHS.some((allowed) => allowed === depth)) {
    return refuse(`Book depth ${depth} is not supported, allowed are ${BOOK_DEPTHS.join(', ')}`)
  }
  for (const symbol of params.symbol ?? []) {
    const market = marketOf(context, symbol)
    if (!market) {
      refuse(`Currency pair not supported ${symbol}`, { symbol })
      continue
    }
    const withSnapshot = params.snapshot ?? true
    const isBook = params.channel === 'book'
    if (method === 'unsubscribe') {
      channels.unsubscribe(socket, isBook ? bookTopic(market, depth) : `${params.channel} ${market.market}`)
      accept({ symbol, ...(isBook ? { depth } : {}) })
      continue
    }
    accept({ symbol, ...(isBook ? { depth } : {}), snapshot: withSnapshot })
    subscribePublic(socket, publicChannels, params.channel, market, depth, withSnapshot)
  }
}

function subscribePublic(
  socket: ClientSocket,
  publicChannels: PublicChannels,
  channel: string,
  market: KrakenMarket,
  depth: number,
  withSnapshot: boolean,
): void {
  if (channel === 'book') publicChannels.subscribeBook(socket, market, depth)
  else if (channel === 'ticker') publicChannels.subscribeTicker(socket, market, withSnapshot)
  else publicChannels.subscribeTrades(socket, market, withSnapshot)
}

function serveAccount(
  socket: ClientSocket,
  sockets: KrakenSockets,
  method: string,
  params: Channel,
  accept: Accept,
  refuse: Refuse,
): void {
  const { channels, accountChannels, context } = sockets
  const account = context.tokens.accountOf(params.token ?? '', context.venue.wireTime())
  if (account === undefined) return refuse('EAuth:Invalid token')
  if (method === 'unsubscribe') {
    channels.unsubscribe(socket, `${params.channel} ${account}`)
    return accept({})
  }
  accept({ snapshot: params.snapshot ?? true })
  if (params.channel === 'executions') {
    accountChannels.subscribeExecutions(socket, account, params.snap_orders ?? true, params.snap_trades ?? false)
  } else {
    accountChannels.subscribeBalances(socket, account, params.snapshot ?? true)
  }
}

function parse(text: string): Request | null {
  try {
    const result = request.safeParse(JSON.parse(text))
    return result.success ? result.data : null
  } catch {
    return null
  }
}
