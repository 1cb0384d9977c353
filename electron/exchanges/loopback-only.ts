import { lookup } from 'node:dns'
import { Agent, type ClientRequestArgs } from 'node:http'
import { connect, isIP, type LookupFunction, type Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import { type Failure, fail, ok, type Result } from '../../core/result.ts'

/**
 * SIMULATION is the only mode: nothing may leave this machine. Three nets, each enough by itself:
 * the endpoint is checked when a venue is connected, every URL before ccxt uses it, every socket before it is dialled.
 */
export type LoopbackError = Failure<'not-loopback'>

/** Thrown inside ccxt, where a Result can't travel; turned into 'not-loopback' by whoever called ccxt. */
export class NotLoopbackError extends Error {
  override readonly name = 'NotLoopbackError'
}

/** 127.0.0.0/8 and ::1. */
export function isLoopbackAddress(address: string): boolean {
  const family = isIP(address)
  if (family === 4) return address.startsWith('127.')
  return family === 6 && (address === '::1' || address.toLowerCase().startsWith('::ffff:127.'))
}

/**
 * Accepts `http:` and `ws:` URLs of a loopback address or of `localhost` (whose addresses are checked when dialled).
 * The URL parser has already normalised disguises such as 2130706433 or user names before the host.
 */
export function checkLoopbackUrl(
  text: string,
  protocols: readonly string[] = ['http:', 'ws:'],
): Result<URL, LoopbackError> {
  const url = URL.parse(text)
  if (!url) return fail('not-loopback', `"${text}" is not a URL`)
  if (!protocols.includes(url.protocol)) {
    return fail('not-loopback', `${text} uses ${url.protocol}; allowed in SIMULATION: ${protocols.join(' ')}`)
  }
  const host = url.hostname.replace(/^\[|\]$/g, '')
  if (host === 'localhost' || isLoopbackAddress(host)) return ok(url)
  return fail('not-loopback', `${text} is on host ${host}; SIMULATION reaches loopback hosts only`)
}

export function assertLoopbackUrl(text: string): void {
  const checked = checkLoopbackUrl(text)
  if (!checked.ok) throw new NotLoopbackError(checked.error.message)
}

/** Resolves a name and refuses it if any of its addresses is not loopback. */
const lookupLoopback: LookupFunction = (hostname, options, callback) => {
  lookup(hostname, { ...options, all: true }, (error, addresses) => {
    if (error) return callback(error, '', 4)
    const foreign = addresses.find((entry) => !isLoopbackAddress(entry.address))
    const first = addresses[0]
    if (foreign || !first) {
      const refusal = new NotLoopbackError(`${hostname} resolves to ${foreign?.address ?? 'nothing'}, not to loopback`)
      return callback(refusal, '', 4)
    }
    if (options.all) return callback(null, addresses)
    callback(null, first.address, first.family)
  })
}

/** Opens a TCP connection, or throws before any packet is sent when the host is not loopback. */
export function connectLoopback(host: string, port: number): Socket {
  const plain = host.replace(/^\[|\]$/g, '')
  if (plain !== 'localhost' && !isLoopbackAddress(plain)) {
    throw new NotLoopbackError(`a socket to ${host}:${port} was refused; SIMULATION reaches loopback hosts only`)
  }
  return connect({ host: plain, port, noDelay: true, lookup: lookupLoopback })
}

/** Agent of WebSocket handshakes: dials loopback or nothing. */
export class LoopbackAgent extends Agent {
  override createConnection(
    options: ClientRequestArgs,
    callback?: (error: Error | null, stream: Duplex) => void,
  ): Duplex | null | undefined {
    try {
      return connectLoopback(String(options.host ?? 'localhost'), Number(options.port ?? 80))
    } catch (error) {
      // Node's agent ignores the stream when there is an error.
      callback?.(error as Error, undefined as unknown as Duplex)
      return undefined
    }
  }
}

interface ConnectOptions {
  readonly hostname: string
  readonly port: string
  readonly protocol: string
}
type ConnectCallback = (error: Error | null, socket: Socket | null) => void

/** Connector of ccxt's HTTP client (undici): dials loopback or nothing. */
export function loopbackConnector(options: ConnectOptions, callback: ConnectCallback): void {
  let socket: Socket
  try {
    if (options.protocol !== 'http:') throw new NotLoopbackError(`${options.protocol} was refused; allowed: http:`)
    socket = connectLoopback(options.hostname, Number(options.port || 80))
  } catch (error) {
    callback(error as Error, null)
    return
  }
  const onError = (error: Error): void => callback(error, null)
  socket.once('error', onError)
  socket.once('connect', () => {
    socket.off('error', onError)
    callback(null, socket)
  })
}
