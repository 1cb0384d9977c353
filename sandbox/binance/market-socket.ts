import { z } from 'zod'
import type { ClientSocket } from '../wire/client-socket.ts'
import type { PublicStreams } from './public-streams.ts'
import type { StreamHub } from './stream-hub.ts'

const command = z.object({
  method: z.string(),
  params: z.array(z.union([z.string(), z.boolean()])).optional(),
  id: z.union([z.number(), z.string(), z.null()]).optional(),
})
const STREAM = /^(!(mini)?[tT]icker@arr|[a-z0-9]{2,20}@[A-Za-z0-9_@]{3,30})$/
const MOST_STREAMS = 1024

/**
 * The market data connection: /ws and /ws/<stream>/<stream> send bare events, /stream and /stream?streams=a/b wrap
 * them. Streams can be added and removed at any time, also twice.
 */
export function serveMarketSocket(
  socket: ClientSocket,
  path: string,
  query: string,
  hub: StreamHub,
  streams: PublicStreams,
): void {
  hub.setCombined(socket, /^\/stream\/?$/.test(path))
  const fromPath = path.replace(/^\/(stream\/)?ws\/?/, '').split('/')
  const fromQuery = (new URLSearchParams(query).get('streams') ?? '').split('/')
  for (const stream of path.startsWith('/stream') && query ? fromQuery : fromPath) {
    if (STREAM.test(stream)) subscribe(stream)
  }
  socket.onClose(() => hub.leave(socket))
  socket.onText((text) => {
    const parsed = parse(text)
    if (!parsed) return socket.sendJson({ error: { code: 2, msg: 'Invalid request: malformed JSON or fields' } })
    const { method, id = null } = parsed
    const names = (parsed.params ?? []).filter((name) => typeof name === 'string')
    switch (method) {
      case 'SUBSCRIBE':
        if (
          names.length === 0 ||
          names.some((name) => !STREAM.test(name)) ||
          socket.subscriptions.size + names.length > MOST_STREAMS
        ) {
          return socket.sendJson({ error: { code: 2, msg: 'Invalid request: bad stream name' }, id })
        }
        socket.sendJson({ result: null, id })
        for (const name of names) subscribe(name)
        return
      case 'UNSUBSCRIBE':
        for (const name of names) hub.unsubscribe(socket, name)
        return socket.sendJson({ result: null, id })
      case 'LIST_SUBSCRIPTIONS':
        return socket.sendJson({ result: [...socket.subscriptions], id })
      case 'SET_PROPERTY':
        hub.setCombined(socket, parsed.params?.[1] === true)
        return socket.sendJson({ result: null, id })
      case 'GET_PROPERTY':
        return socket.sendJson({ result: hub.isCombined(socket), id })
      default:
        return socket.sendJson({ error: { code: 2, msg: `Invalid request: unknown method "${method}"` }, id })
    }
  })

  function subscribe(stream: string): void {
    hub.subscribe(socket, stream)
    const state = streams.greet(stream)
    if (state !== undefined) hub.greet(socket, stream, state)
  }
}

function parse(text: string): z.infer<typeof command> | null {
  try {
    const result = command.safeParse(JSON.parse(text))
    return result.success ? result.data : null
  } catch {
    return null
  }
}
