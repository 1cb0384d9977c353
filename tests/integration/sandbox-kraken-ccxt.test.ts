import { randomUUID } from 'node:crypto'
import ccxt from 'ccxt'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { Control, sandboxForTest, until } from './sandbox-support.ts'

const sandbox = await sandboxForTest({ seed: 8 })
const control = new Control(sandbox.addresses.control)
const exchange = connect(sandbox.addresses.kraken)

function connect({ http, ws, apiKey, secret }: (typeof sandbox.addresses)['kraken']) {
  const created = new ccxt.pro.kraken({
    apiKey,
    secret,
    timeout: 3_000,
    enableRateLimit: false,
    maxRetriesOnFailure: 0,
  })
  Object.assign(created.urls.api as object, {
    public: http,
    private: http,
    ws: { public: ws, private: `${ws}/auth`, publicV2: `${ws}/v2`, privateV2: `${ws}/auth/v2` },
  })
  // ccxt's own nonce is the millisecond: two calls in one would be refused.
  let last = 0
  created.nonce = () => {
    last = Math.max(last + 1, Date.now() * 1000)
    return last
  }
  return created
}

beforeAll(async () => {
  await exchange.loadHttpProxyAgent()
  await exchange.loadMarkets()
})
afterAll(() => exchange.close())

const best = async (side: 'bids' | 'asks', symbol = 'BTC/USD'): Promise<number> =>
  Number((await exchange.fetchOrderBook(symbol, 5))[side][0]![0])

describe('ccxt on the Kraken sandbox', () => {
  test('reads markets with their filters', () => {
    expect(exchange.symbols).toHaveLength(14)
    expect(exchange.symbols).toEqual(expect.arrayContaining(['BTC/USD', 'DOGE/USD', 'USDT/USD', 'XRP/USD']))
    expect(exchange.market('BTC/USD').precision).toMatchObject({ price: 0.1, amount: 1e-8 })
    expect(exchange.market('DOGE/USD').id).toBe('XDGUSD')
  })

  test('reads book, tickers, bars, trades, fee and balance', async () => {
    const book = await exchange.fetchOrderBook('ETH/USD', 500)
    expect(book.bids.length).toBeGreaterThanOrEqual(200)
    expect(book.bids[0]![0]!).toBeLessThan(book.asks[0]![0]!)
    expect(Object.keys(await exchange.fetchTickers(['BTC/USD', 'ETH/USD']))).toHaveLength(2)
    expect((await exchange.fetchOHLCV('BTC/USD', '1d')).length).toBeGreaterThanOrEqual(400)
    const hours = await exchange.fetchOHLCV('BTC/USD', '1h')
    expect(hours).toHaveLength(720)
    const earlier = await exchange.fetchOHLCV('BTC/USD', '1h', hours[0]![0]! - 400 * 3_600_000, 400)
    expect(earlier).toHaveLength(400)
    expect(earlier.at(-1)![0]).toBe(hours[0]![0]! - 3_600_000)
    expect(await exchange.fetchTradingFee('BTC/USD')).toMatchObject({ maker: 0.0016, taker: 0.0026 })
    expect((await exchange.fetchBalance()).DOGE!.free).toBe(2_500_000)
  })

  test('places, finds by client id through the lists, and cancels', async () => {
    const clientOrderId = randomUUID()
    const price = (await best('bids')) * 0.98
    const order = await exchange.createOrder('BTC/USD', 'limit', 'buy', 0.01, price, { clientOrderId })
    expect(order.id).toMatch(/^O[A-Z2-7]{5}-[A-Z2-7]{5}-[A-Z2-7]{6}$/)
    await expect(exchange.createOrder('BTC/USD', 'limit', 'buy', 0.01, price, { clientOrderId })).rejects.toThrow(
      /EOrder:Duplicate/,
    )
    const open = await exchange.fetchOpenOrders('BTC/USD', undefined, undefined, { clientOrderId })
    expect(open.map((found) => [found.id, found.clientOrderId])).toEqual([[order.id, clientOrderId]])
    const held = (await exchange.fetchBalance()).USD!.used!
    expect(held).toBeGreaterThan(0.01 * price)
    expect(held).toBeLessThan(0.01 * price * 1.003)
    await exchange.cancelOrder(order.id!, 'BTC/USD')
    const closed = await exchange.fetchClosedOrders('BTC/USD', undefined, undefined, { clientOrderId })
    expect(closed.map((found) => found.status)).toEqual(['canceled'])
    await expect(exchange.cancelOrder(order.id!, 'BTC/USD')).rejects.toThrow(/EOrder:Unknown order/)
    expect((await exchange.fetchBalance()).USD!.used).toBe(0)
  })

  test('fills an IOC with a price cap; trades, balances and ledgers tell the same', async () => {
    const before = await exchange.fetchBalance()
    const price = (await best('asks', 'ETH/USD')) * 1.003
    const created = await exchange.createOrder('ETH/USD', 'limit', 'buy', 4, price, {
      timeInForce: 'IOC',
      clientOrderId: 'kr-ioc',
    })
    const order = await exchange.fetchOrder(created.id!, 'ETH/USD')
    expect(order).toMatchObject({ status: 'closed', filled: 4 })
    const trades = (await exchange.fetchMyTrades('ETH/USD')).filter((trade) => trade.order === created.id)
    const ledger = (await control.ledger()).trades.filter((trade) => trade.orderId === created.id)
    expect(trades.map((trade) => [trade.id, trade.cost, trade.fee!.cost]).sort()).toEqual(
      ledger.map((trade) => [trade.id, Number(trade.cost), Number(trade.fee)]).sort(),
    )
    const after = await exchange.fetchBalance()
    const spent = trades.reduce((sum, trade) => sum + trade.cost! + trade.fee!.cost!, 0)
    expect(before.USD!.total! - after.USD!.total!).toBeCloseTo(spent, 4)
    // ccxt sorts by the millisecond, in which several entries may fall: the last balance is among them.
    const entries = await exchange.fetchLedger('USD')
    expect(entries.map((entry) => entry.after)).toContain(after.USD!.total!)
  })

  test('refuses in Kraken’s words', async () => {
    const ask = await best('asks')
    const order = (params: object, price = ask * 0.9, amount = 0.01) =>
      exchange.createOrder('BTC/USD', 'limit', 'buy', amount, price, params)
    await expect(
      exchange.createOrder('BTC/USD', 'limit', 'sell', 0.01, ask * 0.99, { postOnly: true }),
    ).rejects.toThrow(/Post only/)
    await expect(order({ deadline: new Date(Date.now() - 1_000).toISOString() })).rejects.toThrow(/Deadline elapsed/)
    await expect(order({}, ask * 0.9, 1_000)).rejects.toThrow(/Insufficient funds/)
    await expect(order({ cl_ord_id: 'longer than eighteen characters' })).rejects.toThrow(/cl_ord_id/)
    await expect(order({}, ask * 0.9, 0.00001)).rejects.toThrow(/volume minimum/)
  })

  test('nonces must rise', async () => {
    const original = exchange.nonce
    exchange.nonce = () => 5
    await expect(exchange.fetchBalance()).rejects.toThrow(/Invalid nonce/)
    exchange.nonce = original
  })

  test('streams book, ticker, own orders, balances and trades', async () => {
    for (let i = 0; i < 5; i++) {
      const book = await exchange.watchOrderBook('BTC/USD', 25)
      expect(book.bids).toHaveLength(25)
      expect(book.bids[0]![0]!).toBeLessThan(book.asks[0]![0]!)
    }
    expect((await exchange.watchTicker('BTC/USD')).bid).toBeGreaterThan(0)
    await exchange.watchBalance()
    const trades = exchange.watchMyTrades('SOL/USD')
    await new Promise((resolve) => setTimeout(resolve, 200))
    const placed = await exchange.createOrder('SOL/USD', 'market', 'sell', 3)
    expect((await trades)[0]!.order).toBe(placed.id)
    const truth = (await exchange.fetchBalance()).SOL!.total
    await until('the balance on the stream', () => {
      const streamed = exchange.balance as Record<string, Record<string, { total: number }>>
      return streamed.spot?.SOL?.total === truth
    })
  })
})
