import { createHash } from 'node:crypto'
import { describe, expect, onTestFinished, test } from 'vitest'
import { WebSocket } from 'ws'
import { unwrap } from '../../core/result.ts'
import { startSandbox } from '../../sandbox/server.ts'
import { binanceTop, callBinance, callKraken } from './sandbox-raw-client.ts'
import { Control, ledgerDifferences, sandboxForTest, until } from './sandbox-support.ts'

/** A fixed day of trading on both venues; the hash is over the venues' own trades, without wire times. */
async function tradingDay(seed: number): Promise<{ hash: string; trades: number }> {
  const sandbox = unwrap(await startSandbox({ seed, lockstep: true }))
  const { binance, kraken, control: address } = sandbox.addresses
  const control = new Control(address)
  for (let step = 0; step < 12; step++) {
    await control.advance(step % 3 === 0 ? 1800 : 60)
    const { bid, ask } = await binanceTop(binance.http, 'ETHUSDT')
    const order = { symbol: 'ETHUSDT', quantity: '1.5', timeInForce: 'GTC', type: 'LIMIT' }
    await callBinance(binance, 'POST', '/api/v3/order', {
      ...order,
      side: 'BUY',
      price: (ask * 1.0004).toFixed(2),
      newClientOrderId: `b${step}`,
    })
    await callBinance(binance, 'POST', '/api/v3/order', {
      ...order,
      side: 'SELL',
      price: (bid * 1.003).toFixed(2),
      newClientOrderId: `s${step}`,
    })
    await callKraken(kraken, 'AddOrder', {
      pair: 'SOLUSD',
      type: step % 2 ? 'buy' : 'sell',
      ordertype: 'market',
      volume: '12.5',
      cl_ord_id: `k${step}`,
    })
  }
  await control.advance(6 * 3600)
  const ledger = await control.ledger()
  await sandbox.close()
  expect(ledgerDifferences(ledger)).toEqual([])
  const { trades } = ledger
  const timeless = trades.map(({ wireTime: _wireTime, ...trade }) => trade)
  return { hash: createHash('sha256').update(JSON.stringify(timeless)).digest('hex'), trades: trades.length }
}

test('the same seed and the same requests make the same trades', async () => {
  const first = await tradingDay(3)
  expect(first.trades).toBeGreaterThan(30)
  expect(await tradingDay(3)).toEqual(first)
  expect((await tradingDay(4)).hash).not.toBe(first.hash)
})

describe('the clock stands until it is moved', async () => {
  const sandbox = await sandboxForTest({ seed: 5, lockstep: true })
  const control = new Control(sandbox.addresses.control)
  const { binance, kraken } = sandbox.addresses

  async function listen(address: string, hello: unknown): Promise<Record<string, unknown>[]> {
    const socket = new WebSocket(address)
    onTestFinished(() => socket.close())
    const heard: Record<string, unknown>[] = []
    socket.on('message', (data) => heard.push(JSON.parse(String(data)) as Record<string, unknown>))
    await new Promise((resolve) => socket.once('open', resolve))
    socket.send(JSON.stringify(hello))
    await until('the subscription', () => heard.some((message) => 'result' in message))
    return heard
  }

  test('one depth diff per market and step, up to the sequence that advance answers', async () => {
    const depth = await listen(`${binance.ws}/ws`, {
      method: 'SUBSCRIBE',
      params: ['btcusdt@depth@100ms', 'dogeusdt@depth@100ms'],
      id: 1,
    })
    const books = await listen(`${kraken.ws}/v2`, {
      method: 'subscribe',
      params: { channel: 'book', symbol: ['BTC/USD'], depth: 100 },
    })
    const diffs = (symbol: string) => depth.filter((message) => message.s === symbol) as { U: number; u: number }[]
    const updates = () => books.filter((message) => message.channel === 'book' && message.type === 'update')
    const before = (await control.state()).marketTime
    let last = 0
    for (let step = 1; step <= 5; step++) {
      // 0.001 s changes next to nothing: the diff comes all the same.
      const barrier = await control.advance(step === 3 ? 0.001 : 30)
      await until(
        'the diffs',
        () => diffs('BTCUSDT').length === step && diffs('DOGEUSDT').length === step && updates().length === step,
      )
      expect(diffs('BTCUSDT').at(-1)!.u).toBe(barrier.sequences.binance.BTCUSDT)
      expect(diffs('DOGEUSDT').at(-1)!.u).toBe(barrier.sequences.binance.DOGEUSDT)
      const update = (updates().at(-1)!.data as { timestamp: string }[])[0]!
      expect(Date.parse(update.timestamp)).toBe(barrier.sequences.kraken['BTC/USD'])
      expect(barrier.sequences.kraken['BTC/USD']).toBeGreaterThan(last)
      last = barrier.sequences.kraken['BTC/USD']!
    }
    for (let i = 1; i < 5; i++) expect(diffs('BTCUSDT')[i]!.U).toBe(diffs('BTCUSDT')[i - 1]!.u + 1)
    expect((await control.state()).marketTime).toBe(before + 120_001)
  })

  test('a trade between steps changes the book at once; its diff waits for flush', async () => {
    const depth = await listen(`${binance.ws}/ws`, { method: 'SUBSCRIBE', params: ['ethusdt@depth@100ms'], id: 1 })
    const { ask } = await binanceTop(binance.http, 'ETHUSDT')
    await callBinance(binance, 'POST', '/api/v3/order', {
      symbol: 'ETHUSDT',
      side: 'BUY',
      type: 'MARKET',
      quantity: '60',
    })
    expect((await binanceTop(binance.http, 'ETHUSDT')).ask).toBeGreaterThan(ask)
    await new Promise((resolve) => setTimeout(resolve, 300))
    const diffs = () => depth.filter((message) => message.e === 'depthUpdate') as { u: number; a: [string, string][] }[]
    expect(diffs()).toHaveLength(0)
    const before = (await control.state()).marketTime
    const barrier = await control.flush()
    await until('the diff', () => diffs().length === 1)
    expect(diffs()[0]!.u).toBe(barrier.sequences.binance.ETHUSDT)
    expect(diffs()[0]!.a).toContainEqual([ask.toFixed(8), '0.00000000'])
    expect(barrier.marketTime).toBe(before)
  })
})

test('snapshot and diffs make the very book that REST shows', async () => {
  const sandbox = await sandboxForTest({ seed: 6, lockstep: true })
  const control = new Control(sandbox.addresses.control)
  const { binance } = sandbox.addresses
  const socket = new WebSocket(`${binance.ws}/ws/linkusdt@depth@100ms`)
  onTestFinished(() => socket.close())
  const events: { U: number; u: number; b: [string, string][]; a: [string, string][] }[] = []
  socket.on('message', (data) => events.push(JSON.parse(String(data)) as (typeof events)[number]))
  await new Promise((resolve) => socket.once('open', resolve))
  const fetchDepth = async () =>
    (await (await fetch(`${binance.http}/api/v3/depth?symbol=LINKUSDT&limit=5000`)).json()) as {
      lastUpdateId: number
      bids: [string, string][]
      asks: [string, string][]
    }
  const trade = (side: string) =>
    callBinance(binance, 'POST', '/api/v3/order', { symbol: 'LINKUSDT', side, type: 'MARKET', quantity: '2500' })
  await control.advance(60)
  await trade('BUY')
  // In the middle of a step: the snapshot already has the trade, the next diff tells of it again.
  const snapshot = await fetchDepth()
  await trade('SELL')
  const book = { b: new Map(snapshot.bids), a: new Map(snapshot.asks) }
  for (let step = 0; step < 20; step++) {
    await control.advance(step % 2 ? 45 : 0.3)
    await trade(step % 3 ? 'BUY' : 'SELL')
  }
  await control.flush()
  const truth = await fetchDepth()
  await until('the last diff', () => events.at(-1)?.u === truth.lastUpdateId)
  const fresh = events.filter((event) => event.u > snapshot.lastUpdateId)
  expect(fresh[0]!.U).toBeLessThanOrEqual(snapshot.lastUpdateId + 1)
  for (const event of fresh) {
    for (const side of ['b', 'a'] as const) {
      for (const [price, quantity] of event[side]) {
        if (Number(quantity) === 0) book[side].delete(price)
        else book[side].set(price, quantity)
      }
    }
  }
  const sorted = (levels: Iterable<[string, string]>): [string, string][] =>
    [...levels].sort((x, y) => Number(x[0]) - Number(y[0]))
  expect(sorted(book.b)).toEqual(sorted(truth.bids))
  expect(sorted(book.a)).toEqual(sorted(truth.asks))
})

test('a market that runs by itself can’t be advanced', async () => {
  const sandbox = await sandboxForTest({ seed: 5 })
  await expect(new Control(sandbox.addresses.control).advance(5)).rejects.toThrow(/409.*--lockstep/)
})
