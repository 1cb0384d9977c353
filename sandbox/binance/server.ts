import { type Failure, ok, type Result } from '../../core/result.ts'
import type { ProtocolOptions, RunningProtocol } from '../protocol.ts'
import { ClientSocket } from '../wire/client-socket.ts'
import { startHttpServer } from '../wire/http-server.ts'
import { serveApiSocket } from './api-socket.ts'
import type { BinanceContext } from './context.ts'
import { serveMarketSocket } from './market-socket.ts'
import { PublicStreams } from './public-streams.ts'
import { RateLimits } from './rate-limits.ts'
import { answerRest } from './rest.ts'
import { StreamHub } from './stream-hub.ts'
import { UserStreams } from './user-stream.ts'

const PING_MS = 20_000

/** Starts Binance spot: REST, market streams and the WebSocket API on one port. */
export async function startBinance(options: ProtocolOptions): Promise<Result<RunningProtocol, Failure<'port-in-use'>>> {
  const { venue, faults } = options
  const context: BinanceContext = { venue, faults, limits: new RateLimits(venue.wireTime, options.enforceRateLimits) }
  const hub = new StreamHub(faults)
  const streams = new PublicStreams(context, hub)
  const users = new UserStreams(venue, faults)
  const sockets = new Set<ClientSocket>()
  venue.listen(streams)
  venue.listen(users)
  const server = await startHttpServer({
    name: 'binance',
    port: options.port,
    answer: (request) => answerRest(request, context),
    connected(webSocket, path, query) {
      const socket = new ClientSocket(webSocket, options.log)
      sockets.add(socket)
      socket.onClose(() => sockets.delete(socket))
      if (path.startsWith('/ws-api/')) serveApiSocket(socket, context, users)
      else serveMarketSocket(socket, path, query, hub, streams)
    },
    log: options.log,
  })
  if (!server.ok) return server
  const pings = setInterval(() => {
    for (const socket of sockets) socket.ping()
  }, PING_MS)
  return ok({
    port: server.value.port,
    publish: (slowToo, always) => streams.publish(slowToo, always),
    sequences: () => Object.fromEntries([...venue.exchange.books].map(([market, book]) => [market, book.updateId])),
    async close() {
      clearInterval(pings)
      await server.value.close()
    },
  })
}
