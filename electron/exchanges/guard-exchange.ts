import type { VenueEndpoint } from '../../core/contracts/exchange.ts'
import type { CcxtExchange } from './ccxt-classes.ts'
import { assertLoopbackUrl, LoopbackAgent, loopbackConnector } from './loopback-only.ts'

type UrlTree = { [name: string]: string | UrlTree }

const mapUrls = (tree: UrlTree, change: (url: string) => string): UrlTree =>
  Object.fromEntries(
    Object.entries(tree).map(([name, value]) => [
      name,
      typeof value === 'string' ? change(value) : mapUrls(value, change),
    ]),
  )

/** Every URL in a ccxt `urls` tree, for whoever wants to prove where an instance can go. */
export function* urlsOf(tree: unknown): Generator<string> {
  if (typeof tree === 'string') yield tree
  else if (tree !== null && typeof tree === 'object') for (const value of Object.values(tree)) yield* urlsOf(value)
}

const withoutSlash = (origin: string): string => origin.replace(/\/+$/, '')

/** Moves one of the venue's own URLs to the endpoint and keeps its path. */
function moveUrl(url: string, endpoint: VenueEndpoint): string {
  const match = /^(https?|wss?):\/\/[^/]+(.*)$/.exec(url)
  if (!match) return withoutSlash(endpoint.http)
  return withoutSlash(match[1]!.startsWith('ws') ? endpoint.ws : endpoint.http) + match[2]!
}

/**
 * Ties an unmodified ccxt instance to a loopback endpoint: every URL it knows is moved there, everything else under
 * `urls` (test networks, demo hosts, documentation) is forgotten, and what it would fetch or dial is checked again.
 * `special` replaces URLs whose path the venue's class interprets.
 */
export function guardExchange(
  exchange: CcxtExchange,
  endpoint: VenueEndpoint,
  special: (api: UrlTree) => UrlTree = (api) => api,
): void {
  const api = mapUrls(exchange.urls['api'] as UrlTree, (url) => moveUrl(url, endpoint))
  exchange.urls = { api: special(api), test: {} }

  const fetch = exchange.fetch.bind(exchange)
  exchange.fetch = async (url: string, method?: string, headers?: unknown, body?: unknown) => {
    assertLoopbackUrl(url)
    return fetch(url, method, headers, body)
  }
  const client = exchange.client.bind(exchange)
  exchange.client = (url) => {
    assertLoopbackUrl(url ?? '')
    return client(url)
  }
  const getDispatcherOptions = exchange.getDispatcherOptions.bind(exchange)
  exchange.getDispatcherOptions = (isPlainAgent) => ({
    ...getDispatcherOptions(isPlainAgent),
    connect: loopbackConnector,
  })
  exchange.httpAgent = new LoopbackAgent()
}

/** Sockets and kept-alive HTTP connections: ccxt's own close leaves the latter to time out. */
export async function closeExchange(exchange: CcxtExchange): Promise<void> {
  await exchange.close()
  const dispatcher = exchange.fetchDispatcher as { destroy(): Promise<void> } | undefined
  await dispatcher?.destroy()
}
