import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import * as fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { VenueEndpoint } from '../../core/contracts/exchange.ts'
import { createBinance } from './binance.ts'
import { binanceRefusals } from './binance-refusals.ts'
import type { CcxtExchange } from './ccxt-classes.ts'
import { connectVenue } from './connect-venue.ts'
import { urlsOf } from './guard-exchange.ts'
import { createKraken } from './kraken.ts'
import { krakenRefusals } from './kraken-refusals.ts'
import {
  checkLoopbackUrl,
  connectLoopback,
  isLoopbackAddress,
  LoopbackAgent,
  loopbackConnector,
} from './loopback-only.ts'
import { exchangeWorld } from './settings.ts'
import { VenueSession } from './venue-session.ts'

const octet = fc.integer({ min: 0, max: 255 })
const foreignAddress = fc
  .tuple(octet, octet, octet, octet)
  .filter(([first]) => first !== 127)
  .map((octets) => octets.join('.'))

describe('loopback addresses', () => {
  it('are 127.0.0.0/8 and ::1, nothing else', () => {
    for (const address of ['127.0.0.1', '127.255.0.9', '::1', '::ffff:127.0.0.1']) {
      expect(isLoopbackAddress(address), address).toBe(true)
    }
    for (const address of ['0.0.0.0', '128.0.0.1', '10.0.0.1', '::', '::2', 'fe80::1', '127.evil.com', '']) {
      expect(isLoopbackAddress(address), address).toBe(false)
    }
    fc.assert(fc.property(foreignAddress, (address) => !isLoopbackAddress(address)))
  })

  it('pass as URLs in every spelling', () => {
    for (const url of [
      'http://127.0.0.1:8080',
      'ws://[::1]:1/v2',
      'http://localhost',
      'http://2130706433/',
      'http://127.1/',
    ]) {
      expect(checkLoopbackUrl(url), url).toMatchObject({ ok: true })
    }
  })

  it.each([
    'https://api.binance.com/api/v3/order',
    'http://127.0.0.1@api.binance.com/',
    'http://127.0.0.1.nip.io/',
    'http://localhost.evil.com/',
    'http://0.0.0.0/',
    'file:///etc/passwd',
    'not a url',
    '',
  ])('refuses %s', (url) => {
    expect(checkLoopbackUrl(url)).toMatchObject({ ok: false, error: { code: 'not-loopback' } })
  })

  it('refuses any other IPv4 address as URL', () => {
    fc.assert(fc.property(foreignAddress, (address) => !checkLoopbackUrl(`http://${address}/`).ok))
  })
})

describe('connectVenue', () => {
  const endpoint = (http: string, ws: string): VenueEndpoint => ({ venue: 'binance', http, ws })

  it('refuses an endpoint elsewhere before anything is loaded or dialled', () => {
    for (const foreign of [
      endpoint('https://api.binance.com', 'ws://127.0.0.1:1'),
      endpoint('http://127.0.0.1:1', 'wss://stream.binance.com:9443'),
      endpoint('http://192.0.2.1', 'ws://127.0.0.1:1'),
    ]) {
      expect(connectVenue(foreign)).toMatchObject({ ok: false, error: { code: 'not-loopback' } })
    }
    expect(connectVenue(endpoint('http://127.0.0.1:1', 'ws://localhost:1')).ok).toBe(true)
  })
})

describe('sockets', () => {
  it('to other hosts are refused without a packet', () => {
    expect(() => connectLoopback('192.0.2.1', 80)).toThrow('loopback hosts only')
    expect(() => connectLoopback('example.com', 80)).toThrow('loopback hosts only')
  })

  it('refuse through the agents of HTTP and WebSocket', () => {
    const errors: (Error | null)[] = []
    loopbackConnector({ hostname: '192.0.2.1', port: '80', protocol: 'http:' }, (error) => errors.push(error))
    loopbackConnector({ hostname: '127.0.0.1', port: '443', protocol: 'https:' }, (error) => errors.push(error))
    new LoopbackAgent().createConnection({ host: '192.0.2.1', port: 80 }, (error) => errors.push(error))
    expect(errors.map((error) => error?.name)).toEqual(Array.from({ length: 3 }, () => 'NotLoopbackError'))
  })
})

describe('a ccxt instance', () => {
  const server = createServer((_request, response) => response.end('{"serverTime":1}'))
  let port = 0
  const exchanges: CcxtExchange[] = []

  beforeAll(async () => {
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    port = (server.address() as AddressInfo).port
    const world = exchangeWorld({})
    const endpoint = { http: `http://127.0.0.1:${port}`, ws: `ws://127.0.0.1:${port}/` }
    exchanges.push(
      await createBinance({ venue: 'binance', ...endpoint }, new VenueSession('binance', world, binanceRefusals)),
      await createKraken({ venue: 'kraken', ...endpoint }, new VenueSession('kraken', world, krakenRefusals)),
    )
  })
  afterAll(() => {
    server.closeAllConnections()
    server.close()
  })

  it('knows no URL that is not loopback', () => {
    for (const exchange of exchanges) {
      const urls = [...urlsOf(exchange.urls)]
      expect(urls.length).toBeGreaterThan(5)
      for (const url of urls) expect(checkLoopbackUrl(url), url).toMatchObject({ ok: true })
    }
    expect(exchanges[0]!.urls['api']['ws']['spot']).toBe(`ws://127.0.0.1:${port}/stream/ws`)
    expect(exchanges[1]!.urls['api']['ws']['publicV2']).toBe(`ws://127.0.0.1:${port}/v2`)
  })

  it('refuses a foreign URL that slipped through, for requests and for sockets', async () => {
    for (const exchange of exchanges) {
      await expect(exchange.fetch('http://192.0.2.1/')).rejects.toThrow('is on host 192.0.2.1')
      expect(() => exchange.client('ws://192.0.2.1/')).toThrow('is on host 192.0.2.1')
    }
  })

  it('has a transport that dials loopback only, even past the URL checks', async () => {
    for (const exchange of exchanges) {
      const prototype = Object.getPrototypeOf(exchange) as CcxtExchange
      const unguarded = (url: string): Promise<unknown> => prototype.fetch.call(exchange, url, 'GET', {}, undefined)
      await expect(unguarded('http://192.0.2.1/')).rejects.toThrow('a socket to 192.0.2.1:80 was refused')
      for (const host of ['127.0.0.1', 'localhost']) {
        await expect(unguarded(`http://${host}:${port}/`)).resolves.toEqual({ serverTime: 1 })
      }

      const client = prototype.client.call(exchange, 'ws://192.0.2.1/v2')
      const answer: Promise<unknown> = client.future('anything')
      client.connect()
      await expect(answer).rejects.toThrow('a socket to 192.0.2.1:80 was refused')
    }
  })
})
