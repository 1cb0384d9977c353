import ccxt from 'ccxt'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { Control, sandboxForTest, until } from './sandbox-support.ts'

const sandbox = await sandboxForTest({ seed: 7 })
const control = new Control(sandbox.addresses.control)
const exchange = connect(sandbox.addresses.binance)

function connect({ http, ws, apiKey, secret }: (typeof sandbox.addresses)['binance']) {
  const created = new ccxt.pro.binance({
    apiKey,
    secret,
    timeout: 3_000,
    options: { fetchMarkets: { types: ['spot'] }, fetchCurrencies: false, fetchMargins: false, maxRetriesOnFailure: 0 },
  })
  const api = created.urls.api as Record<string, unknown>
  for (const [name, url] of Object.entries(api)) {
    if (typeof url === 'string') api[name] = url.replace(/^https:\/\/[^/]+/, http)
  }
  api.ws = { ...(api.ws as object), spot: `${ws}/stream/ws`, 'ws-api': { spot: `${ws}/ws-api/v3` } }
  return created
}

beforeAll(async () => {
  await exchange.loadHttpProxyAgent()
  await exchange.loadMarkets()
})
afterAll(() => exchange.close())

const best = async (side: 'bids' | 'asks', symbol = 'BTC/USDT'): Promise<number> =>
  Number((await exchange.fetchOrderBook(symbol, 5))[side][0]![0])

describe('ccxt on the Binance sandbox', () => {
  test('reads markets with their filters', () => {
    expect(exchange.symbols.length).toBe(13)
    const market = exchange.market('BTC/USDT')
    expect(market.precision).toMatchObject({ price: 0.01, amount: 0.00001 })
    expect(market.limits.cost?.min).toBe(5)
    expect(market.active).toBe(true)
  })

  test('reads book, ticker, bars, trades, time, fees and balance', async () => {
    const book = await exchange.fetchOrderBook('ETH/USDT', 500)
    expect(book.bids.length).toBeGreaterThanOrEqual(200)
    expect(book.bids[0]![0]!).toBeLessThan(book.asks[0]![0]!)
    const ticker = await exchange.fetchTicker('ETH/USDT')
    expect(ticker.last! / book.bids[0]![0]!).toBeCloseTo(1, 2)
    expect(Object.keys(await exchange.fetchTickers(['BTC/USDT', 'SOL/USDT']))).toHaveLength(2)
    const bars = await exchange.fetchOHLCV('BTC/USDT', '1h', undefined, 1000)
    expect(bars).toHaveLength(1000)
    const daily = await exchange.fetchOHLCV('BTC/USDT', '1d', undefined, 400)
    expect(daily).toHaveLength(400)
    expect(Math.abs((await exchange.fetchTime())! - Date.now())).toBeLessThan(1_000)
    expect((await exchange.fetchTradingFees())['BTC/USDT']).toMatchObject({ maker: 0.001, taker: 0.001 })
    const balance = await exchange.fetchBalance()
    expect(balance.BTC!.free).toBe(20)
    expect((await exchange.fetchDeposits()).length).toBeGreaterThan(10)
  })

  test('places, finds and cancels limit orders by client id', async () => {
    const price = (await best('bids')) * 0.98
    const order = await exchange.createOrder('BTC/USDT', 'limit', 'buy', 0.01, price, { clientOrderId: 'tt-rest' })
    expect(order).toMatchObject({ status: 'open', filled: 0, clientOrderId: 'tt-rest' })
    await expect(
      exchange.createOrder('BTC/USDT', 'limit', 'buy', 0.01, price, { clientOrderId: 'tt-rest' }),
    ).rejects.toThrow(/-2010.*Duplicate/)
    const found = await exchange.fetchOrder(undefined as unknown as string, 'BTC/USDT', { clientOrderId: 'tt-rest' })
    expect(found.id).toBe(order.id)
    expect((await exchange.fetchOpenOrders('BTC/USDT')).map((open) => open.id)).toContain(order.id)
    const locked = (await exchange.fetchBalance()).USDT!.used!
    expect(locked).toBeCloseTo(0.01 * Number(order.price), 6)
    await exchange.cancelOrder(order.id!, 'BTC/USDT')
    expect((await exchange.fetchBalance()).USDT!.used).toBe(0)
    await expect(exchange.cancelOrder(order.id!, 'BTC/USDT')).rejects.toThrow(/-2011/)
    await expect(exchange.fetchOrder('999999', 'BTC/USDT')).rejects.toThrow(/-2013/)
  })

  test('fills an IOC with a price cap; what is reported is what the ledger holds', async () => {
    const before = await exchange.fetchBalance()
    const price = (await best('asks', 'ETH/USDT')) * 1.002
    const order = await exchange.createOrder('ETH/USDT', 'limit', 'buy', 2.5, price, {
      timeInForce: 'IOC',
      clientOrderId: 'tt-ioc',
    })
    expect(order.status).toBe('closed')
    const trades = await exchange.fetchMyTrades('ETH/USDT', undefined, undefined, { orderId: order.id })
    expect(trades.reduce((sum, trade) => sum + trade.amount!, 0)).toBeCloseTo(2.5, 10)
    const ledger = await control.ledger()
    const own = ledger.trades.filter((trade) => trade.venue === 'binance' && trade.orderId === order.id)
    expect(own.map((trade) => [trade.id, Number(trade.cost), Number(trade.fee), trade.feeAsset])).toEqual(
      trades.map((trade) => [trade.id, trade.cost, trade.fee!.cost, 'ETH']),
    )
    const after = await exchange.fetchBalance()
    const cost = trades.reduce((sum, trade) => sum + trade.cost!, 0)
    expect(before.USDT!.total! - after.USDT!.total!).toBeCloseTo(cost, 6)
    const fees = trades.reduce((sum, trade) => sum + trade.fee!.cost!, 0)
    expect(after.ETH!.total! - before.ETH!.total!).toBeCloseTo(2.5 - fees, 8)
  })

  test('post-only, fill-or-kill, market by amount and by cost', async () => {
    const ask = await best('asks')
    await expect(
      exchange.createOrder('BTC/USDT', 'limit', 'sell', 0.01, ask * 0.99, { postOnly: true }),
    ).rejects.toThrow(/immediately match/)
    const killed = await exchange.createOrder('BTC/USDT', 'limit', 'buy', 12, ask, { timeInForce: 'FOK' })
    expect(killed).toMatchObject({ status: 'expired', filled: 0 })
    const market = await exchange.createOrder('BTC/USDT', 'market', 'sell', 0.02)
    expect(market).toMatchObject({ status: 'closed', filled: 0.02 })
    const spent = await exchange.createMarketBuyOrderWithCost('BTC/USDT', 500)
    expect(spent.cost!).toBeLessThanOrEqual(500)
    expect(spent.cost!).toBeGreaterThan(498)
  })

  test('filters speak with the venue’s codes', async () => {
    const bid = await best('bids')
    await expect(exchange.createOrder('BTC/USDT', 'limit', 'buy', 0.00001, bid * 0.9)).rejects.toThrow(/NOTIONAL/)
    await expect(exchange.createOrder('BTC/USDT', 'limit', 'buy', 0.01, bid * 0.1)).rejects.toThrow(/PERCENT_PRICE/)
    await expect(exchange.createOrder('BTC/USDT', 'limit', 'buy', 5000, bid * 0.98)).rejects.toThrow(
      /NOTIONAL|insufficient/,
    )
    await expect(exchange.createOrder('BTC/USDT', 'limit', 'buy', 90, bid * 0.98)).rejects.toThrow(
      /insufficient balance/,
    )
  })

  test('streams the order book in step with REST', async () => {
    const first = await exchange.watchOrderBook('BTC/USDT')
    const start = first.nonce!
    for (let i = 0; i < 5; i++) {
      const book = await exchange.watchOrderBook('BTC/USDT')
      expect(book.bids[0]![0]!).toBeLessThan(book.asks[0]![0]!)
    }
    const streamed = await exchange.watchOrderBook('BTC/USDT')
    expect(streamed.nonce!).toBeGreaterThan(start)
  })

  test('streams tickers, own orders, balances and trades', async () => {
    expect((await exchange.watchTicker('SOL/USDT')).last).toBeGreaterThan(0)
    expect(Object.keys(await exchange.watchTickers(['BTC/USDT', 'ETH/USDT'])).length).toBeGreaterThan(0)
    const balances = exchange.watchBalance()
    const orders = exchange.watchOrders('SOL/USDT')
    const trades = exchange.watchMyTrades('SOL/USDT')
    await new Promise((resolve) => setTimeout(resolve, 200))
    const placed = await exchange.createOrder('SOL/USDT', 'market', 'sell', 3, undefined, {
      clientOrderId: 'tt-stream',
    })
    await orders
    const streamed = await trades
    expect(streamed[0]!.order).toBe(placed.id)
    await until('the filled order on the stream', () =>
      (exchange.orders as unknown as { id: string; status: string }[]).find(
        (order) => order.id === placed.id && order.status === 'closed',
      ),
    )
    await balances
    const truth = (await exchange.fetchBalance()).SOL!.free
    await until('the balance on the stream', () => {
      const streamed = exchange.balance as Record<string, Record<string, { free: number }>>
      return streamed.spot?.SOL?.free === truth
    })
  })

  test('places and cancels over the WebSocket API', async () => {
    const price = (await best('bids', 'SOL/USDT')) * 0.97
    const order = await exchange.createOrderWs('SOL/USDT', 'limit', 'buy', 1, price, { clientOrderId: 'tt-ws' })
    expect(order.status).toBe('open')
    const cancelled = await exchange.cancelOrderWs(order.id!, 'SOL/USDT')
    expect(cancelled.status).toBe('canceled')
  })
})
