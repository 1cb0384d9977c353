import { afterAll, expect, it } from 'vitest'
import { formatAmountFixed } from '../../core/amount.ts'
import { keyOf, type Market, type OrderBookSnapshot } from '../../core/instruments.ts'
import { unwrap } from '../../core/result.ts'
import { millis } from '../../core/units.ts'
import type { LiveVenueConnection } from '../../electron/exchanges/live-connection.ts'
import { NO_RATE_LIMITS } from '../../electron/exchanges/settings.ts'
import { openMarketData } from '../../electron/market/market-data.ts'
import { priceAssets } from '../../electron/market/mids.ts'
import { LOCKSTEP_MARKET_DATA_SETTINGS } from '../../electron/market/settings.ts'
import {
  BTC,
  childOrder,
  connectForTest,
  marketOf,
  openTestAccount,
  recentPrice,
  settledOrder,
} from './exchange-support.ts'
import { Control, sandboxForTest } from './sandbox-support.ts'

const sandbox = await sandboxForTest({ seed: 3, lockstep: true })
const control = new Control(sandbox.addresses.control)
const dependencies = { settings: { limits: NO_RATE_LIMITS } }
const binance = connectForTest(sandbox.addresses, 'binance', dependencies)
const kraken = connectForTest(sandbox.addresses, 'kraken', dependencies)
const markets = [...unwrap(await binance.markets()), ...unwrap(await kraken.markets())]
const marketData = openMarketData({ connections: [binance, kraken], markets, settings: LOCKSTEP_MARKET_DATA_SETTINGS })
afterAll(() => marketData.close())

/** The twenty best levels as the venue's REST side shows them, as text. */
async function depthOf(market: Market): Promise<{ bids: string[][]; asks: string[][] }> {
  const symbol = market.symbol.replace('/', '')
  const { http } = sandbox.addresses[market.venue]
  const name = symbol.replace('BTC', 'XBT').replace('DOGE', 'XDG')
  const path =
    market.venue === 'binance' ? `api/v3/depth?symbol=${symbol}&limit=20` : `0/public/Depth?pair=${name}&count=20`
  const answer = (await (await fetch(`${http}/${path}`)).json()) as Record<string, unknown>
  const book = (answer['result'] ? Object.values(answer['result'] as object)[0] : answer) as Record<
    'bids' | 'asks',
    string[][]
  >
  return { bids: book.bids, asks: book.asks }
}

async function expectBooksLikeVenues(): Promise<void> {
  for (const market of markets) {
    const { bids, asks } = await depthOf(market)
    const ours = marketData.orderBook(keyOf(market))!
    for (const [mine, theirs] of [
      [ours.bids, bids],
      [ours.asks, asks],
    ] as const) {
      const texts = theirs.map(([price, quantity]) => [price, quantity].map((text) => text!.replace(/\.?0+$/, '')))
      const own = mine
        .slice(0, theirs.length)
        .map(({ price, quantity }) =>
          [price, quantity].map((value) => formatAmountFixed(value, 12).replace(/\.?0+$/, '')),
        )
      expect(own, market.symbol).toEqual(texts)
    }
  }
}

it('passes the barrier of every step with order books equal to the venues, level by level', async () => {
  unwrap(await marketData.awaitLive(10_000))
  const start = performance.now()
  for (let step = 0; step < 12; step++) {
    const { sequences } = await control.advance(300)
    unwrap(await marketData.awaitSequences(sequences, 5_000))
    expect(marketData.orderBook(BTC.binance)!.sequence).toBe(sequences.binance['BTCUSDT'])
    expect(marketData.orderBook(BTC.kraken)!.sequence).toBe(sequences.kraken['BTC/USD'])
    if (step % 4 === 3) await expectBooksLikeVenues()
  }
  expect(performance.now() - start).toBeLessThan(30_000)
  expect(marketData.refusedBooks()).toEqual([])
})

/** Buys exactly the best ask of a market, so that its order book must change at the top. */
async function takeBestAsk(connection: LiveVenueConnection): Promise<OrderBookSnapshot> {
  const key = BTC[connection.venue]
  const account = await openTestAccount(connection, sandbox.addresses)
  const market = await marketOf(connection, key)
  const before = marketData.orderBook(key)!
  const child = childOrder(market, await recentPrice(connection, key), { quantity: before.asks[0]!.quantity })
  expect(await settledOrder(account, child)).toMatchObject({ state: 'filled' })
  return before
}

it.each([binance, kraken])('sees its own trades after a flush: $venue', async (connection) => {
  const before = await takeBestAsk(connection)
  unwrap(await marketData.awaitSequences((await control.flush()).sequences, 5_000))
  expect(marketData.orderBook(BTC[connection.venue])!.asks[0]!.price).toBeGreaterThan(before.asks[0]!.price)
  await expectBooksLikeVenues()
})

it.each([
  [binance, 'WS btcusdt@depth', 'gap'],
  [kraken, 'WS book BTC/USD', 'bad-checksum'],
] as const)(
  'finds a lost frame out with the next one and repairs the book: $0.venue',
  async (connection, match, fault) => {
    const market = BTC[connection.venue]
    await takeBestAsk(connection)
    await control.fault({ venue: connection.venue, match, kind: 'book-gap' })
    const lost = await control.flush()
    expect(await marketData.awaitSequences(lost.sequences, 200)).toMatchObject({
      ok: false,
      error: { code: 'timeout' },
    })
    const next = await control.flush()
    unwrap(await marketData.awaitSequences(next.sequences, 3_000))
    expect(marketData.refusedBooks()).toContainEqual({ market, fault, times: 1 })
    await expectBooksLikeVenues()
  },
)

it('names the markets that lag when a barrier is not reached', async () => {
  const waited = await marketData.awaitSequences(
    { binance: { BTCUSDT: 1e12, UNUSED: 1e12 }, kraken: { 'BTC/USD': 1 } },
    50,
  )
  expect(waited).toMatchObject({ ok: false, error: { code: 'timeout' } })
  if (!waited.ok) {
    expect(waited.error.message).toContain('binance:BTC/USDT (at ')
    expect(waited.error.message).not.toContain('kraken')
  }
})

it('prices every asset in dollars from both venues', async () => {
  const prices = priceAssets({
    markets,
    orderBook: (market) => marketData.orderBook(market),
    now: millis(Date.now()),
    maximumAgeMs: 60_000,
  })
  const { prices: truth } = await control.state()
  for (const [asset, text] of Object.entries(truth)) {
    const price = prices.get(asset)
    expect(price, asset).toMatchObject({ fresh: true, why: null })
    expect(Math.abs(price!.price! / Number(text) - 1), asset).toBeLessThan(0.01)
  }
  expect(prices.get('USDT')!.price).not.toBe(1)
})
