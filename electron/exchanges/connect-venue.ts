import type { ExchangeError, VenueEndpoint } from '../../core/contracts/exchange.ts'
import { ok, type Result } from '../../core/result.ts'
import { BinanceConnection } from './binance.ts'
import { binanceRefusals } from './binance-refusals.ts'
import { KrakenConnection } from './kraken.ts'
import { krakenRefusals } from './kraken-refusals.ts'
import type { LiveVenueConnection } from './live-connection.ts'
import { checkLoopbackUrl } from './loopback-only.ts'
import { type ExchangeDependencies, exchangeWorld } from './settings.ts'
import { VenueSession } from './venue-session.ts'

/**
 * The one way to a venue. Errors: not-loopback, before anything is dialled or resolved.
 * ccxt is loaded at the first call, not here.
 */
export function connectVenue(
  endpoint: VenueEndpoint,
  dependencies: ExchangeDependencies = {},
): Result<LiveVenueConnection, ExchangeError> {
  const http = checkLoopbackUrl(endpoint.http, ['http:'])
  if (!http.ok) return http
  const ws = checkLoopbackUrl(endpoint.ws, ['ws:'])
  if (!ws.ok) return ws
  const world = exchangeWorld(dependencies)
  switch (endpoint.venue) {
    case 'binance':
      return ok(new BinanceConnection(endpoint, new VenueSession('binance', world, binanceRefusals)))
    case 'kraken':
      return ok(new KrakenConnection(endpoint, new VenueSession('kraken', world, krakenRefusals)))
  }
}
