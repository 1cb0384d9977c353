import { SpotRestAPI as RestApi, Spot, SpotWebsocketAPI as WebsocketApi } from '@binance/spot'
import { MainClient, WebsocketAPIClient, WebsocketClient } from 'binance'
import { describe, expect, onTestFinished, test } from 'vitest'
import { Control, sandboxForTest, until } from './sandbox-support.ts'

/** Two clients that are not ccxt: what one library forgives, another does not. */
const sandbox = await sandboxForTest({ seed: 9 })
const control = new Control(sandbox.addresses.control)
const { http, ws, apiKey, secret } = sandbox.addresses.binance
const SILENT = { trace: () => {}, info: () => {}, error: () => {} }

describe('npm binance', () => {
  const client = new MainClient({ api_key: apiKey, api_secret: secret, baseUrl: http, strictParamValidation: true })

  test('trades over REST', async () => {
    const info = await client.getExchangeInfo({ symbol: 'ETHUSDT' })
    expect(info.symbols.map((symbol) => symbol.symbol)).toEqual(['ETHUSDT'])
    const book = await client.getOrderBook({ symbol: 'ETHUSDT', limit: 10 })
    expect(book.bids).toHaveLength(10)
    expect(await client.getKlines({ symbol: 'ETHUSDT', interval: '1h', limit: 24 })).toHaveLength(24)
    const price = (Number(book.asks[0]![0]) * 1.001).toFixed(2)
    const order = await client.submitNewOrder({
      symbol: 'ETHUSDT',
      side: 'BUY',
      type: 'LIMIT',
      timeInForce: 'IOC',
      quantity: 0.5,
      price: Number(price),
      newClientOrderId: 'x-client-1',
      newOrderRespType: 'FULL',
    })
    expect(order).toMatchObject({ status: 'FILLED', executedQty: '0.50000000', clientOrderId: 'x-client-1' })
    const fills = order.fills.reduce((sum, fill) => sum + Number(fill.qty), 0)
    expect(fills).toBeCloseTo(0.5, 10)
    const trades = await client.getAccountTradeList({ symbol: 'ETHUSDT', orderId: order.orderId })
    expect(trades.map((trade) => trade.id)).toEqual(order.fills.map((fill) => fill.tradeId))
    const account = await client.getAccountInformation()
    const usdt = account.balances.find((balance) => balance.asset === 'USDT')!
    const ledger = await control.ledger()
    const truth = ledger.balances.find((row) => row.venue === 'binance' && row.asset === 'USDT')!
    expect(Number(usdt.free)).toBe(Number(truth.free))
  })

  test('cancels, and is told what is gone', async () => {
    const bid = Number(
      ((await client.getSymbolOrderBookTicker({ symbol: 'ETHUSDT' })) as { bidPrice: string }).bidPrice,
    )
    const order = await client.submitNewOrder({
      symbol: 'ETHUSDT',
      side: 'BUY',
      type: 'LIMIT',
      timeInForce: 'GTC',
      quantity: 0.1,
      price: Number((bid * 0.95).toFixed(2)),
    })
    expect(await client.getOpenOrders({ symbol: 'ETHUSDT' })).toHaveLength(1)
    await client.cancelOrder({ symbol: 'ETHUSDT', orderId: order.orderId })
    await expect(client.cancelOrder({ symbol: 'ETHUSDT', orderId: order.orderId })).rejects.toMatchObject({
      code: -2011,
    })
    expect(await client.getOrder({ symbol: 'ETHUSDT', orderId: order.orderId })).toMatchObject({ status: 'CANCELED' })
  })

  test('refuses a quantity in exponent form and a wrong signature', async () => {
    await expect(
      client.submitNewOrder({ symbol: 'ETHUSDT', side: 'BUY', type: 'MARKET', quantity: 1e-7 }),
    ).rejects.toMatchObject({ code: -1100 })
    const stranger = new MainClient({ api_key: apiKey, api_secret: `${secret}x`, baseUrl: http })
    await expect(stranger.getAccountInformation()).rejects.toMatchObject({ code: -1022 })
    const nobody = new MainClient({ api_key: 'f'.repeat(64), api_secret: secret, baseUrl: http })
    await expect(nobody.getAccountInformation()).rejects.toMatchObject({ code: -2015 })
  })

  test('hears combined streams', async () => {
    const client = new WebsocketClient({ wsUrl: `${ws}/stream` }, SILENT)
    onTestFinished(() => client.closeAll(true))
    const events: { e?: string; s?: string }[] = []
    client.on('message', (message) => events.push(message as { e?: string; s?: string }))
    await client.subscribe(['btcusdt@depth@100ms', 'ethusdt@aggTrade'], 'main')
    // It takes the wrapper off itself; without one it hears nothing here.
    await until('a depth event', () => events.find((event) => event.e === 'depthUpdate' && event.s === 'BTCUSDT'))
    await until('a trade', () => events.find((event) => event.e === 'aggTrade' && event.s === 'ETHUSDT'), 20_000)
  })

  test('trades and listens over the WebSocket API', async () => {
    const reports: unknown[] = []
    const api = new WebsocketAPIClient({ api_key: apiKey, api_secret: secret, wsUrl: `${ws}/ws-api/v3` }, SILENT)
    onTestFinished(() => api.disconnectAll())
    api.getWSClient().on('message', (message) => reports.push(message))
    await api.subscribeUserDataStream('mainWSAPI')
    // This client signs what it is given; its types forget the timestamp.
    const timestamp = { timestamp: Date.now() }
    const placed = await api.submitNewSpotOrder({
      symbol: 'SOLUSDT',
      side: 'SELL',
      type: 'MARKET',
      quantity: 1,
      ...timestamp,
    })
    expect(placed.result).toMatchObject({ status: 'FILLED', executedQty: '1.00000000' })
    await until('the execution report', () => JSON.stringify(reports).includes('executionReport'))
  })
})

describe('npm @binance/spot', () => {
  const spot = new Spot({
    configurationRestAPI: { apiKey, apiSecret: secret, basePath: http, retries: 0 },
    configurationWebsocketAPI: { apiKey, apiSecret: secret, wsURL: `${ws}/ws-api/v3` },
    configurationWebsocketStreams: { wsURL: ws },
  })

  test('trades over REST', async () => {
    const book = await (await spot.restAPI.depth({ symbol: 'LINKUSDT', limit: 20 })).data()
    const price = Number(book.asks![0]![0]) * 1.005
    const order = await (
      await spot.restAPI.newOrder({
        symbol: 'LINKUSDT',
        side: RestApi.NewOrderSideEnum.BUY,
        type: RestApi.NewOrderTypeEnum.LIMIT,
        timeInForce: RestApi.NewOrderTimeInForceEnum.IOC,
        quantity: 40,
        price: Number(price.toFixed(2)),
      })
    ).data()
    expect(order).toMatchObject({ status: 'FILLED', executedQty: '40.00000000' })
    const found = await (await spot.restAPI.getOrder({ symbol: 'LINKUSDT', orderId: order.orderId! })).data()
    expect(found.cummulativeQuoteQty).toBe(order.cummulativeQuoteQty)
    const trades = await (await spot.restAPI.myTrades({ symbol: 'LINKUSDT' })).data()
    expect(trades.reduce((sum, trade) => sum + Number(trade.qty), 0)).toBeCloseTo(40, 10)
    const balances = (await (await spot.restAPI.getAccount({ omitZeroBalances: true })).data()).balances!
    expect(balances.length).toBeGreaterThan(10)
  })

  test('hears depth diffs without a gap', async () => {
    const connection = await spot.websocketStreams.connect()
    onTestFinished(() => void connection.disconnect())
    const diffs: { U: number; u: number }[] = []
    connection.diffBookDepth({ symbol: 'BTCUSDT', updateSpeed: '100ms' as never }).on('message', (event) => {
      diffs.push({ U: Number(event.U), u: Number(event.u) })
    })
    await until('six diffs', () => diffs.length >= 6)
    for (let i = 1; i < diffs.length; i++) expect(diffs[i]!.U).toBe(diffs[i - 1]!.u + 1)
  })

  test('trades and listens over the WebSocket API', async () => {
    const connection = await spot.websocketAPI.connect()
    onTestFinished(() => void connection.disconnect())
    const { stream } = await connection.userDataStreamSubscribeSignature()
    const events: string[] = []
    stream.on('message', (event) => void events.push(JSON.stringify(event)))
    const placed = await connection.orderPlace({
      symbol: 'AVAXUSDT',
      side: WebsocketApi.OrderPlaceSideEnum.SELL,
      type: WebsocketApi.OrderPlaceTypeEnum.MARKET,
      quantity: 5,
    })
    expect(placed.data).toMatchObject({ status: 'FILLED', executedQty: '5.00000000' })
    await until('the execution report', () => events.some((event) => event.includes('AVAXUSDT')))
  })
})
