import { type Failure, ok, type Result } from '../../core/result.ts'
import type { ProtocolOptions, RunningProtocol } from '../protocol.ts'
import { ClientSocket } from '../wire/client-socket.ts'
import { startHttpServer } from '../wire/http-server.ts'
import { AccountChannels } from './account-channels.ts'
import { Channels } from './channels.ts'
import type { KrakenContext } from './context.ts'
import { DeadMansSwitches } from './dead-mans-switch.ts'
import { LedgerBooks } from './ledger-entries.ts'
import type { KrakenMarket } from './markets.ts'
import { PublicChannels } from './public-channels.ts'
import { RateLimits } from './rate-limits.ts'
import { answerRest } from './rest.ts'
import { Authenticator } from './signature.ts'
import { serveSocket } from './socket.ts'
import { SocketTokens } from './socket-tokens.ts'

const HEARTBEAT_MS = 1_000

export interface KrakenOptions extends ProtocolOptions {
  readonly markets: readonly KrakenMarket[]
}

/** Starts Kraken spot: REST and WebSocket v2 on one port. */
export async function startKraken(options: KrakenOptions): Promise<Result<RunningProtocol, Failure<'port-in-use'>>> {
  const { venue } = options
  const context: KrakenContext = {
    venue,
    markets: options.markets,
    faults: options.faults,
    limits: new RateLimits(venue.wireTime, options.enforceRateLimits),
    tokens: new SocketTokens(),
    switches: new DeadMansSwitches(venue.exchange),
    ledgers: new LedgerBooks(venue.exchange),
  }
  const authenticator = new Authenticator(venue.exchange)
  const channels = new Channels()
  const publicChannels = new PublicChannels(context, channels)
  const accountChannels = new AccountChannels(context, channels)
  venue.listen(publicChannels)
  venue.listen(accountChannels)
  const sockets = new Set<ClientSocket>()
  let connections = 0
  const server = await startHttpServer({
    name: 'kraken',
    port: options.port,
    answer: (request) => answerRest(request, context, authenticator),
    connected(webSocket) {
      const socket = new ClientSocket(webSocket, options.log)
      sockets.add(socket)
      socket.onClose(() => sockets.delete(socket))
      serveSocket(socket, { context, channels, publicChannels, accountChannels }, ++connections)
    },
    log: options.log,
  })
  if (!server.ok) return server
  const heartbeat = setInterval(() => {
    for (const socket of sockets) if (socket.subscriptions.size > 0) socket.send('{"channel":"heartbeat"}')
  }, HEARTBEAT_MS)
  return ok({
    port: server.value.port,
    publish: (slowToo, always) => publicChannels.publish(slowToo, always),
    sequences: () => publicChannels.lastUpdates(),
    async close() {
      clearInterval(heartbeat)
      context.switches.close()
      await server.value.close()
    },
  })
}
