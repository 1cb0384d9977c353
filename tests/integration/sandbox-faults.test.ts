import { afterEach, describe, expect, onTestFinished, test } from 'vitest'
import { WebSocket } from 'ws'
import { binanceTop, callBinance, callKraken } from './sandbox-raw-client.ts'
import { Control, sandboxForTest, until } from './sandbox-support.ts'

const sandbox = await sandboxForTest({ seed: 13 })
const control = new Control(sandbox.addresses.control)
const { binance, kraken } = sandbox.addresses
afterEach(() => control.clearFaults())

const trades = async (clientOrderId: string): Promise<number> =>
  (await control.ledger()).trades.filter((trade) => trade.clientOrderId === clientOrderId).length

const marketSell = (id: string) =>
  callBinance(binance, 'POST', '/api/v3/order', {
    symbol: 'SOLUSDT',
    side: 'SELL',
    type: 'MARKET',
    quantity: '0.1',
    newClientOrderId: id,
  })

describe('requests', () => {
  test('dropped before the engine: nothing happened', async () => {
    await control.fault({ venue: 'binance', match: 'POST /api/v3/order', kind: 'drop-before' })
    await expect(marketSell('before')).rejects.toThrow()
    expect(await trades('before')).toBe(0)
    expect((await marketSell('before')).status).toBe(200)
  })

  test('dropped after the engine: it happened, only the reply is lost', async () => {
    await control.fault({ venue: 'binance', match: '^POST /api/v3/order$', kind: 'drop-after' })
    await expect(marketSell('after')).rejects.toThrow()
    expect(await trades('after')).toBe(1)
    await control.fault({ venue: 'kraken', match: 'AddOrder', kind: 'drop-after' })
    const order = { pair: 'SOLUSD', type: 'sell', ordertype: 'market', volume: '1', cl_ord_id: 'after-kraken' }
    await expect(callKraken(kraken, 'AddOrder', order)).rejects.toThrow()
    expect(await trades('after-kraken')).toBeGreaterThanOrEqual(1)
  })

  test('a late reply comes after the client’s timeout; the order lives', async () => {
    await control.fault({ venue: 'binance', match: 'POST /api/v3/order', kind: 'delay', ms: 400, when: 'after' })
    const fields = { symbol: 'SOLUSDT', side: 'SELL', type: 'MARKET', quantity: '0.1', newClientOrderId: 'late-reply' }
    await expect(callBinance(binance, 'POST', '/api/v3/order', fields, AbortSignal.timeout(100))).rejects.toThrow()
    expect(await trades('late-reply')).toBe(1)
  })

  test('a request that arrives after its recvWindow is refused', async () => {
    await control.fault({ venue: 'binance', match: 'POST /api/v3/order', kind: 'delay', ms: 300, when: 'before' })
    const fields = {
      symbol: 'SOLUSDT',
      side: 'SELL',
      type: 'MARKET',
      quantity: '0.1',
      newClientOrderId: 'late',
      recvWindow: '100',
    }
    expect(await callBinance(binance, 'POST', '/api/v3/order', fields)).toMatchObject({
      status: 400,
      body: { code: -1021 },
    })
    expect(await trades('late')).toBe(0)
  })

  test('rate limits in each venue’s words, as often as asked for', async () => {
    await control.fault({ venue: 'binance', match: '.*', kind: 'rate-limit', count: 2, retryAfterSeconds: 7 })
    for (let i = 0; i < 2; i++) {
      const reply = await marketSell('limited')
      expect(reply).toMatchObject({ status: 429, body: { code: -1003 } })
      expect(reply.headers.get('retry-after')).toBe('7')
    }
    expect((await marketSell('limited')).status).toBe(200)
    await control.fault({ venue: 'kraken', match: 'Balance', kind: 'rate-limit' })
    expect((await callKraken(kraken, 'Balance')).error).toEqual(['EAPI:Rate limit exceeded'])
    expect((await callKraken(kraken, 'Balance')).error).toEqual([])
  })
})

interface Heard {
  readonly messages: Record<string, unknown>[]
  readonly isClosed: () => boolean
}

async function listen(address: string, hello: unknown): Promise<Heard> {
  const socket = new WebSocket(address)
  onTestFinished(() => socket.terminate())
  const messages: Record<string, unknown>[] = []
  let closed = false
  socket.on('message', (data) => messages.push(JSON.parse(String(data)) as Record<string, unknown>))
  socket.on('close', () => {
    closed = true
  })
  await new Promise((resolve) => socket.once('open', resolve))
  socket.send(JSON.stringify(hello))
  return { messages, isClosed: () => closed }
}

const listenDepth = () => listen(`${binance.ws}/ws`, { method: 'SUBSCRIBE', params: ['btcusdt@depth@100ms'], id: 1 })
const listenBook = () =>
  listen(`${kraken.ws}/v2`, { method: 'subscribe', params: { channel: 'book', symbol: ['BTC/USD'] } })
interface Depth {
  U: number
  u: number
  b: [string, string][]
  a: [string, string][]
}
const depthOf = (heard: Heard): Depth[] =>
  heard.messages.filter((message) => message.e === 'depthUpdate') as unknown as Depth[]

describe('streams', () => {
  test('killed without a closing handshake', async () => {
    const [depth, book] = [await listenDepth(), await listenBook()]
    await until('events', () => depthOf(depth).length > 1 && book.messages.length > 3)
    await control.fault({ venue: 'binance', match: 'btcusdt@depth', kind: 'stream-kill' })
    await control.fault({ venue: 'kraken', match: 'book BTC/USD', kind: 'stream-kill' })
    await until('the end', () => depth.isClosed() && book.isClosed())
  })

  test('a gap shows in the sequence', async () => {
    const depth = await listenDepth()
    await until('events', () => depthOf(depth).length > 1)
    await control.fault({ venue: 'binance', match: 'btcusdt@depth@100ms', kind: 'book-gap', count: 2 })
    const gaps = () => depthOf(depth).filter((event, i, all) => i > 0 && event.U !== all[i - 1]!.u + 1)
    await until('the gap', () => gaps().length === 1)
  })

  test.each(['nan', 'crossed', 'zero', 'empty'] as const)('a %s book in one frame', async (damage) => {
    const depth = await listenDepth()
    await until('events', () => depthOf(depth).length > 1)
    const { bid, ask } = await binanceTop(binance.http, 'BTCUSDT')
    await control.fault({ venue: 'binance', match: 'btcusdt@depth@100ms', kind: 'bad-book', damage })
    const isBad = ({ b, a }: Depth): boolean => {
      const prices = [...b, ...a].map(([price]) => Number(price))
      if (damage === 'nan') return prices.some(Number.isNaN)
      if (damage === 'zero') return prices.includes(0)
      if (damage === 'crossed')
        return b.some(([price, quantity]) => Number(quantity) > 0 && Number(price) > ask * 1.005)
      return b.length + a.length > 0 && [...b, ...a].every(([, quantity]) => Number(quantity) === 0)
    }
    await until(`the bad frame (best were ${bid} and ${ask})`, () => depthOf(depth).some(isBad))
  })

  test('a bad snapshot over REST, on both venues', async () => {
    await control.fault({ venue: 'binance', match: 'GET /api/v3/depth', kind: 'bad-book', damage: 'empty' })
    const depth = async () =>
      (await (await fetch(`${binance.http}/api/v3/depth?symbol=BTCUSDT`)).json()) as { bids: [string, string][] }
    expect((await depth()).bids.every(([, quantity]) => quantity === '0')).toBe(true)
    expect((await depth()).bids.every(([, quantity]) => Number(quantity) > 0)).toBe(true)
    await control.fault({ venue: 'kraken', match: 'GET /0/public/Depth', kind: 'bad-book', damage: 'nan' })
    const reply = (await (await fetch(`${kraken.http}/0/public/Depth?pair=XBTUSD`)).json()) as {
      result: Record<string, { asks: unknown[][] }>
    }
    expect(reply.result.XXBTZUSD!.asks[0]![0]).toBe('NaN')
  })
})

test('what can’t be a fault is refused by name', async () => {
  await expect(control.fault({ venue: 'binance', match: '(', kind: 'delay' })).rejects.toThrow(/400: match was "\("/)
  await expect(control.post('faults', { venue: 'binance', match: '.', kind: 'earthquake' })).rejects.toThrow(/kind/)
  await expect(control.post('faults', { venue: 'mtgox', match: '.', kind: 'delay' })).rejects.toThrow(/venue/)
})

describe('accounts and transfers', () => {
  const account = {
    venue: 'binance' as const,
    account: 'segregated-1',
    apiKey: 'key-of-segregated-1',
    secret: 'secret-1',
    deposits: { USDT: '1000.5', BTC: '0.25' },
  }

  test('an account is funded once, however often it is opened', async () => {
    expect((await control.openAccount(account)).created).toBe(true)
    expect((await control.openAccount(account)).created).toBe(false)
    const reply = await callBinance(
      { http: binance.http, apiKey: account.apiKey, secret: account.secret },
      'GET',
      '/api/v3/account',
    )
    expect(reply.body.balances).toEqual(
      expect.arrayContaining([{ asset: 'USDT', free: '1000.50000000', locked: '0.00000000' }]),
    )
    const { deposits } = await control.ledger()
    expect(
      deposits.filter((deposit) => deposit.account === 'segregated-1').map(({ asset, amount }) => [asset, amount]),
    ).toEqual([
      ['USDT', '1000.5'],
      ['BTC', '0.25'],
    ])
  })

  test('deposits and withdrawals, within what is there', async () => {
    await control.openAccount(account)
    await control.post('deposit', { venue: 'binance', account: 'segregated-1', asset: 'USDT', amount: '9.5' })
    await control.post('withdraw', { venue: 'binance', account: 'segregated-1', asset: 'BTC', amount: '0.05' })
    await expect(
      control.post('withdraw', { venue: 'binance', account: 'segregated-1', asset: 'BTC', amount: '5' }),
    ).rejects.toThrow(/withdrawal was 5 BTC, free is 0.2/)
    await expect(
      control.post('deposit', { venue: 'binance', account: 'segregated-1', asset: 'GOLD', amount: '5' }),
    ).rejects.toThrow(/no "GOLD"/)
    await expect(
      control.post('deposit', { venue: 'binance', account: 'segregated-1', asset: 'BTC', amount: '-5' }),
    ).rejects.toThrow(/positive decimal/)
    await expect(control.openAccount({ ...account, account: 'x', apiKey: 'key-x', feeAsset: 'USD' })).rejects.toThrow(
      /can't be paid in "USD"/,
    )
    await expect(control.openAccount({ ...account, apiKey: 'another-key' })).rejects.toThrow(/under another key/)
    const history = await callBinance(
      { http: binance.http, apiKey: account.apiKey, secret: account.secret },
      'GET',
      '/sapi/v1/capital/withdraw/history',
    )
    expect(history.body).toMatchObject([{ coin: 'BTC', amount: '0.05' }])
  })
})
