import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeEach, expect, it } from 'vitest'
import type { SandboxAddresses } from '../../core/contracts/sandbox-control.ts'
import { unwrap } from '../../core/result.ts'
import { millis } from '../../core/units.ts'
import { BTC, childOrder, connectForTest, marketOf } from './exchange-support.ts'

/** A Binance that answers what a test tells it to: for what the sandbox, being right, never says. */
type Handler = (response: ServerResponse, query: URLSearchParams) => void
const json =
  (body: unknown, status = 200): Handler =>
  (response) => {
    response.writeHead(status, { 'content-type': 'application/json' })
    response.end(JSON.stringify(body))
  }
const text =
  (body: string, status = 200): Handler =>
  (response) => {
    response.writeHead(status)
    response.end(body)
  }

const SYMBOL = {
  symbol: 'BTCUSDT',
  status: 'TRADING',
  baseAsset: 'BTC',
  quoteAsset: 'USDT',
  isSpotTradingAllowed: true,
  permissionSets: [['SPOT']],
  filters: [
    { filterType: 'PRICE_FILTER', minPrice: '0.01', maxPrice: '1000000', tickSize: '0.01' },
    { filterType: 'LOT_SIZE', minQty: '0.00001', maxQty: '9000', stepSize: '0.00001' },
    { filterType: 'NOTIONAL', minNotional: '5' },
  ],
}
const ACCOUNT = { canWithdraw: false, balances: [] }
const DEFAULTS: Readonly<Record<string, Handler>> = {
  'GET /api/v3/time': (response) => json({ serverTime: Date.now() })(response, new URLSearchParams()),
  'GET /api/v3/exchangeInfo': json({ symbols: [SYMBOL] }),
  'GET /api/v3/account': json(ACCOUNT),
}
let handlers: Record<string, Handler> = {}
beforeEach(() => {
  handlers = { ...DEFAULTS }
})

const server = createServer((request: IncomingMessage, response) => {
  const url = new URL(request.url ?? '/', 'http://127.0.0.1')
  const handler = handlers[`${request.method} ${url.pathname}`] ?? json({ code: -1000, msg: 'no such thing' }, 404)
  request.resume().on('end', () => handler(response, url.searchParams))
})
server.listen(0, '127.0.0.1')
await once(server, 'listening')
afterAll(() => {
  server.closeAllConnections()
  server.close()
})
const origin = `127.0.0.1:${(server.address() as AddressInfo).port}`
const address = { http: `http://${origin}`, ws: `ws://${origin}`, apiKey: 'key', secret: 'secret' }
const addresses: SandboxAddresses = { binance: address, kraken: address, control: '' }
const connection = connectForTest(addresses, 'binance', { settings: { timeoutMs: 200, lookupSpacingMs: 5 } })
const open = () => connection.openAccount({ account: 'firm', apiKey: 'key', secret: 'secret' })
handlers = { ...DEFAULTS }
const market = await marketOf(connection, BTC.binance)
const account = unwrap(await open())
const child = () => childOrder(market, 60_000)

it('refuses a key that may withdraw', async () => {
  handlers['GET /api/v3/account'] = json({ ...ACCOUNT, canWithdraw: true })
  expect(await open()).toMatchObject({ ok: false, error: { code: 'may-withdraw' } })
})

it.each<[string, Handler]>([
  ['an empty object', json({})],
  ['no JSON', text('oops')],
  ['half a JSON', text('{"orderId": 1, "sym')],
  ['nothing', text('')],
  ['an order without an id', json({ symbol: 'BTCUSDT', status: 'FILLED' })],
  ['503 with −1007', json({ code: -1007, msg: 'Timeout waiting for response from backend server.' }, 503)],
  ['a gateway error page', text('<html>', 504)],
  ['a redirect elsewhere', (response) => response.writeHead(302, { location: 'http://192.0.2.1/' }).end()],
  ['headers without a body', (response) => response.writeHead(200).write('{"symbol":')],
  ['a reset', (response) => response.socket?.resetAndDestroy()],
  ['silence', () => undefined],
])('does not know what became of an order that was answered with %s', async (_what, handler) => {
  handlers['POST /api/v3/order'] = handler
  const outcome = await account.submit(child())
  expect(outcome.kind).toBe('unknown')
  expect(JSON.stringify(outcome)).not.toContain('signature')
})

it('finds an order that two queries deny, through its trade', async () => {
  const order = child()
  const trade = {
    symbol: 'BTCUSDT',
    id: 1,
    orderId: 5,
    price: '60000',
    qty: '0.01',
    quoteQty: '600',
    commission: '0',
    commissionAsset: 'BTC',
    time: Date.now(),
    isBuyer: true,
    isMaker: false,
  }
  const found = {
    symbol: 'BTCUSDT',
    orderId: 5,
    clientOrderId: order.id,
    origQty: '0.01',
    executedQty: '0.01',
    status: 'FILLED',
    side: 'BUY',
  }
  handlers['GET /api/v3/openOrders'] = json([])
  handlers['GET /api/v3/myTrades'] = json([trade])
  handlers['GET /api/v3/order'] = (response, query) =>
    (query.has('orderId') ? json(found) : json({ code: -2013, msg: 'Order does not exist.' }, 400))(response, query)
  expect(await account.lookup(order, null)).toMatchObject({
    kind: 'found',
    order: { venueOrderId: '5', state: 'filled' },
  })

  handlers['GET /api/v3/myTrades'] = json({ code: -1003, msg: 'busy' }, 500)
  expect(await account.lookup(order, null)).toMatchObject({ kind: 'unknown' })
})

it('reads trades beyond the first page by their ids', async () => {
  const rows = Array.from({ length: 2_003 }, (_, i) => ({
    symbol: 'BTCUSDT',
    id: 10_000 + i,
    orderId: 7,
    price: '60000',
    qty: '0.01',
    quoteQty: '600',
    commission: '0.00001',
    commissionAsset: 'BTC',
    time: 1_700_000_000_000 + i,
    isBuyer: true,
    isMaker: false,
  }))
  const requests: string[] = []
  handlers['GET /api/v3/myTrades'] = (response, query) => {
    requests.push(query.has('fromId') ? `from ${query.get('fromId')}` : `since ${query.get('startTime')}`)
    const from = Number(query.get('fromId') ?? 0)
    json(rows.filter((row) => row.id >= from).slice(0, Number(query.get('limit'))))(response, query)
  }
  const trades = unwrap(await account.trades(millis(1_700_000_000_000), [BTC.binance]))
  expect(trades.map((entry) => entry.id)).toEqual(rows.map((row) => String(row.id)))
  expect(requests).toEqual(['since 1700000000000', 'from 11000', 'from 12000'])
})

it('names an answer that does not fit, with what was answered', async () => {
  handlers['GET /api/v3/account'] = json({ balances: 'many' })
  const balances = await account.balances()
  expect(balances).toMatchObject({ ok: false, error: { code: 'bad-answer' } })
  if (!balances.ok) expect(balances.error.message).toContain('{"balances":"many"}')
})
