import { createHash, createHmac, randomUUID } from 'node:crypto'
import { crc32 } from 'node:zlib'
import { describe, expect, onTestFinished, test } from 'vitest'
import { WebSocket } from 'ws'
import { Control, sandboxForTest, until } from './sandbox-support.ts'

/** A Kraken client of its own, written from Kraken's documentation: it shares nothing with the server but the wire. */
const sandbox = await sandboxForTest({ seed: 10 })
const control = new Control(sandbox.addresses.control)
const { http, ws, apiKey, secret } = sandbox.addresses.kraken

let nonce = Date.now() * 1000
interface Answer<T> {
  error: string[]
  result: T
}

async function call<T>(
  method: string,
  fields: Record<string, string> = {},
  key = apiKey,
  sign = secret,
): Promise<Answer<T>> {
  const path = `/0/private/${method}`
  const body = new URLSearchParams({ nonce: String(++nonce), ...fields })
  const digest = createHash('sha256')
    .update(body.get('nonce') + body.toString())
    .digest()
  const message = Buffer.concat([Buffer.from(path), digest])
  const signature = createHmac('sha512', Buffer.from(sign, 'base64')).update(message).digest('base64')
  const response = await fetch(http + path, {
    method: 'POST',
    headers: { 'API-Key': key, 'API-Sign': signature, 'content-type': 'application/x-www-form-urlencoded' },
    body,
  })
  expect(response.status).toBe(200)
  return (await response.json()) as Answer<T>
}

async function result<T>(method: string, fields: Record<string, string> = {}): Promise<T> {
  const answer = await call<T>(method, fields)
  expect(answer.error).toEqual([])
  return answer.result
}

const bestAsk = async (pair: string): Promise<number> => {
  const { result } = (await (await fetch(`${http}/0/public/Depth?pair=${pair}&count=1`)).json()) as Answer<
    Record<string, { asks: [string, string, number][] }>
  >
  return Number(Object.values(result)[0]!.asks[0]![0])
}

describe('private calls', () => {
  test('trade, and every view of the trade agrees to the last digit', async () => {
    const before = await result<Record<string, string>>('Balance')
    const price = ((await bestAsk('XBTUSD')) * 1.004).toFixed(1)
    const clientId = randomUUID()
    const added = await result<{ descr: { order: string }; txid: string[] }>('AddOrder', {
      pair: 'XBTUSD',
      type: 'buy',
      ordertype: 'limit',
      volume: '0.37000001',
      price,
      timeinforce: 'IOC',
      cl_ord_id: clientId,
    })
    expect(added.descr.order).toBe(`buy 0.37000001 XBTUSD @ limit ${price}`)
    const txid = added.txid[0]!
    const order = (await result<Record<string, Record<string, unknown>>>('QueryOrders', { txid, trades: 'true' }))[
      txid
    ]!
    expect(order).toMatchObject({ status: 'closed', vol: '0.37000001', vol_exec: '0.37000001', cl_ord_id: clientId })
    const ids = order.trades as string[]
    const trades = await result<Record<string, Record<string, string>>>('QueryTrades', { txid: ids.join(',') })
    const history = await result<{ trades: Record<string, Record<string, string>>; count: number }>('TradesHistory')
    expect(history.count).toBe(ids.length)
    for (const id of ids) expect(history.trades[id]).toEqual(trades[id])
    const sum = (field: string): number =>
      ids.reduce((total, id) => total + Math.round(Number(trades[id]![field]) * 1e5), 0)
    expect(sum('cost')).toBe(Math.round(Number(order.cost) * 1e5))
    expect(sum('fee')).toBe(Math.round(Number(order.fee) * 1e5))
    const after = await result<Record<string, string>>('Balance')
    const units = (text: string, decimals: number): bigint =>
      BigInt(text.replace('.', '')) / 10n ** BigInt(text.split('.')[1]!.length - decimals)
    expect(units(before.ZUSD!, 4) - units(after.ZUSD!, 4)).toBe(BigInt(sum('cost') + sum('fee')) / 10n)
    expect(units(after.XXBT!, 8) - units(before.XXBT!, 8)).toBe(37_000_001n)
    const ledgers = await result<{ ledger: Record<string, Record<string, string>> }>('Ledgers', {
      asset: 'ZUSD',
      type: 'trade',
    })
    expect(Object.values(ledgers.ledger)[0]!.balance).toBe(after.ZUSD)
    for (const entry of Object.values(ledgers.ledger)) expect(ids).toContain(entry.refid)
    const truth = (await control.ledger()).trades.filter((trade) => trade.clientOrderId === clientId)
    expect(truth.map((trade) => trade.id).sort()).toEqual(ids.toSorted())
  })

  test('orders by client id are found in the open and closed lists only', async () => {
    const clientId = 'hand-signed-1'
    const price = ((await bestAsk('ETHUSD')) * 0.9).toFixed(2)
    const fields = {
      pair: 'ETH/USD',
      type: 'buy',
      ordertype: 'limit',
      volume: '0.5',
      price,
      oflags: 'post',
      cl_ord_id: clientId,
    }
    expect((await call('AddOrder', { ...fields, validate: 'true' })).result).toHaveProperty('descr')
    const { txid } = await result<{ txid: string[] }>('AddOrder', fields)
    expect((await call('AddOrder', fields)).error[0]).toMatch(/^EOrder:/)
    const open = await result<{ open: Record<string, unknown> }>('OpenOrders', { cl_ord_id: clientId })
    expect(Object.keys(open.open)).toEqual(txid)
    const held = await result<Record<string, { balance: string; hold_trade: string }>>('BalanceEx')
    expect(Number(held.ZUSD!.hold_trade)).toBeGreaterThan(0)
    expect(await result('CancelOrder', { cl_ord_id: clientId })).toEqual({ count: 1 })
    expect((await call('CancelOrder', { txid: txid[0]! })).error).toEqual(['EOrder:Unknown order'])
    const closed = await result<{ closed: Record<string, { status: string }>; count: number }>('ClosedOrders', {
      cl_ord_id: clientId,
    })
    expect(closed.closed[txid[0]!]).toMatchObject({ status: 'canceled', cl_ord_id: clientId })
  })

  test('history comes in pages of fifty', async () => {
    const price = ((await bestAsk('SOLUSD')) * 1.01).toFixed(2)
    for (let i = 0; i < 60; i++) {
      await result('AddOrder', {
        pair: 'SOLUSD',
        type: i % 2 ? 'sell' : 'buy',
        ordertype: i % 2 ? 'market' : 'limit',
        volume: '0.02',
        ...(i % 2 ? {} : { price, timeinforce: 'IOC' }),
      })
    }
    interface History {
      trades: Record<string, { time: number }>
      count: number
    }
    const first = await result<History>('TradesHistory')
    const second = await result<History>('TradesHistory', { ofs: '50' })
    expect(Object.keys(first.trades)).toHaveLength(50)
    const all = [...Object.keys(first.trades), ...Object.keys(second.trades)]
    expect(new Set(all).size).toBe(Math.min(100, first.count))
    const since = await result<History>('TradesHistory', { start: all[9]! })
    expect(Object.keys(since.trades)).toEqual(all.slice(0, 9))
  })

  test('the dead man’s switch cancels, unless it is put back', async () => {
    const price = ((await bestAsk('ETHUSD')) * 0.9).toFixed(2)
    const { txid } = await result<{ txid: string[] }>('AddOrder', {
      pair: 'ETHUSD',
      type: 'buy',
      ordertype: 'limit',
      volume: '0.5',
      price,
    })
    await result('CancelAllOrdersAfter', { timeout: '1' })
    const status = async (): Promise<string> =>
      (await result<Record<string, { status: string }>>('QueryOrders', { txid: txid[0]! }))[txid[0]!]!.status
    expect(await status()).toBe('open')
    await new Promise((resolve) => setTimeout(resolve, 1_100))
    expect(await status()).toBe('canceled')
  })

  test('keys, signatures and nonces', async () => {
    expect((await call('Balance', {}, 'nobody')).error).toEqual(['EAPI:Invalid key'])
    expect((await call('Balance', {}, apiKey, Buffer.from('wrong').toString('base64'))).error).toEqual([
      'EAPI:Invalid signature',
    ])
    expect((await call('Balance', { nonce: '1' })).error).toEqual(['EAPI:Invalid nonce'])
    expect((await call('NoSuchCall')).error).toEqual(['EGeneral:Unknown method'])
  })

  test('calls beyond the counter are refused', async () => {
    await new Promise((resolve) => setTimeout(resolve, 1_000))
    let refused = 0
    for (let i = 0; i < 30; i++) if ((await call('Ledgers')).error[0] === 'EAPI:Rate limit exceeded') refused++
    expect(refused).toBeGreaterThan(5)
  })
})

/** A book as Kraken's guide has it: numbers stay text, levels beyond the depth are cut, ten a side are checked. */
class CheckedBook {
  readonly bids = new Map<string, string>()
  readonly asks = new Map<string, string>()
  readonly depth: number
  constructor(depth: number) {
    this.depth = depth
  }

  apply(frame: string): { checksum: number; timestamp: number } {
    const side = (name: string): [string, string][] =>
      [
        ...frame
          .split(`"${name}":[`)[1]!
          .split(']')[0]!
          .matchAll(/"price":([\d.]+),"qty":([\d.]+)/g),
      ].map((m) => [m[1]!, m[2]!])
    for (const name of ['bids', 'asks'] as const) {
      for (const [price, quantity] of side(name)) {
        if (Number(quantity) === 0) this[name].delete(price)
        else this[name].set(price, quantity)
      }
      for (const [price] of this.sorted(name).slice(this.depth)) this[name].delete(price)
    }
    return {
      checksum: Number(/"checksum":(\d+)/.exec(frame)![1]),
      timestamp: Date.parse(/"timestamp":"([^"]+)"/.exec(frame)![1]!),
    }
  }

  sorted(name: 'bids' | 'asks'): [string, string][] {
    const sign = name === 'asks' ? 1 : -1
    return [...this[name]].sort((a, b) => sign * (Number(a[0]) - Number(b[0])))
  }

  checksum(): number {
    const digits = (text: string): string => text.replace('.', '').replace(/^0+/, '')
    return crc32(
      [...this.sorted('asks').slice(0, 10), ...this.sorted('bids').slice(0, 10)]
        .map(([p, q]) => digits(p) + digits(q))
        .join(''),
    )
  }
}

describe('WebSocket v2', () => {
  test.each([
    ['BTC/USD', 10],
    ['DOGE/USD', 25],
    ['XRP/USD', 100],
    ['ETH/USD', 1000],
  ])('the book of %s at depth %i keeps its checksum through every update', async (symbol, depth) => {
    const socket = new WebSocket(`${ws}/v2`)
    onTestFinished(() => socket.close())
    const book = new CheckedBook(depth)
    const checks: boolean[] = []
    const times: number[] = []
    socket.on('message', (data) => {
      const text = String(data)
      if (!text.includes('"channel":"book"') || text.includes('"method"')) return
      const { checksum, timestamp } = book.apply(text)
      checks.push(checksum === book.checksum())
      times.push(timestamp)
    })
    await new Promise((resolve) => socket.once('open', resolve))
    socket.send(
      JSON.stringify({ method: 'subscribe', params: { channel: 'book', symbol: [symbol], depth }, req_id: 1 }),
    )
    await until('fifteen updates', () => checks.length > 15, 10_000)
    expect(checks.every(Boolean)).toBe(true)
    for (let i = 1; i < times.length; i++) expect(times[i]!).toBeGreaterThanOrEqual(times[i - 1]!)
    for (let i = 2; i < times.length; i++) expect(times[i]!).toBeGreaterThan(times[i - 1]!)
    expect(book.bids.size).toBeLessThanOrEqual(depth)
  })

  test('answers pings, refuses nonsense, and lets own orders be heard with a token', async () => {
    const { token } = await until(
      'a token',
      async () => {
        const answer = await call<{ token: string }>('GetWebSocketsToken')
        return answer.error.length === 0 && answer.result
      },
      30_000,
    )
    const socket = new WebSocket(`${ws}/v2`)
    onTestFinished(() => socket.close())
    const heard: Record<string, unknown>[] = []
    socket.on('message', (data) => heard.push(JSON.parse(String(data)) as Record<string, unknown>))
    await new Promise((resolve) => socket.once('open', resolve))
    const send = (message: unknown): void =>
      socket.send(typeof message === 'string' ? message : JSON.stringify(message))
    send({ method: 'ping', req_id: 7 })
    send('{not json')
    send({ method: 'subscribe', params: { channel: 'book', symbol: ['BTC/USD'], depth: 11 } })
    send({ method: 'subscribe', params: { channel: 'executions', token: 'wrong' } })
    send({ method: 'subscribe', params: { channel: 'executions', token } })
    send({ method: 'subscribe', params: { channel: 'trade', symbol: ['BTC/USD'] } })
    await until('answers', () => heard.filter((message) => message.success === true).length === 2)
    expect(heard.find((message) => message.method === 'pong')).toMatchObject({ req_id: 7 })
    expect(heard.filter((message) => message.success === false)).toHaveLength(3)
    const clientId = randomUUID()
    await result('AddOrder', { pair: 'XBTUSD', type: 'sell', ordertype: 'market', volume: '0.01', cl_ord_id: clientId })
    const executions = await until('the execution', () => {
      const data = heard
        .filter((m) => m.channel === 'executions' && m.type === 'update')
        .flatMap((m) => m.data as Record<string, unknown>[])
      return data.some((entry) => entry.exec_type === 'filled') && data
    })
    expect(executions.map((entry) => entry.exec_type)).toEqual(expect.arrayContaining(['new', 'trade', 'filled']))
    for (const entry of executions) expect(entry.cl_ord_id).toBe(clientId)
    await until('the public trade', () => heard.some((m) => m.channel === 'trade' && m.type === 'update'))
  })
})
