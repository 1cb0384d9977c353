import { afterAll, describe, expect, it } from 'vitest'
import type { SandboxVenue } from '../../core/contracts/sandbox-control.ts'
import type { MarketKey, OrderBookSnapshot } from '../../core/instruments.ts'
import { unwrap } from '../../core/result.ts'
import { openMarketData } from '../../electron/market/market-data.ts'
import { BTC, connectForTest } from './exchange-support.ts'
import { Control, sandboxForTest, until } from './sandbox-support.ts'

/** The market moves by itself here: streams speak ten times a second. */
const sandbox = await sandboxForTest({ seed: 11, speed: 60 })
const control = new Control(sandbox.addresses.control)
const connections = {
  binance: connectForTest(sandbox.addresses, 'binance'),
  kraken: connectForTest(sandbox.addresses, 'kraken'),
}
const markets = [...unwrap(await connections.binance.markets()), ...unwrap(await connections.kraken.markets())]
const marketData = openMarketData({
  connections: [connections.binance, connections.kraken],
  markets,
  settings: { probeAfterMs: 1_000 },
})
afterAll(() => marketData.close())

/** Every order book that was ever shown, checked as it was shown. */
const faults: string[] = []
let updates = 0
marketData.onUpdate((market) => {
  updates++
  const book = marketData.orderBook(market)
  if (book && !isSound(book)) faults.push(`${market} at ${book.sequence}`)
})
function isSound({ bids, asks }: OrderBookSnapshot): boolean {
  const [bid, ask] = [bids[0], asks[0]]
  const ordered = (levels: OrderBookSnapshot['bids'], sign: 1 | -1): boolean =>
    levels.every(
      (level, i) => i === 0 || (sign === 1 ? level.price > levels[i - 1]!.price : level.price < levels[i - 1]!.price),
    )
  return (
    bid !== undefined &&
    ask !== undefined &&
    bid.price > 0n &&
    bid.price < ask.price &&
    ordered(bids, -1) &&
    ordered(asks, 1)
  )
}
const healthOf = (venue: SandboxVenue) => marketData.health().find((entry) => entry.venue === venue)!
const refusals = (market: MarketKey, fault: string): number =>
  marketData.refusedBooks().find((entry) => entry.market === market && entry.fault === fault)?.times ?? 0
const frames = { binance: 'WS btcusdt@depth', kraken: 'WS book BTC/USD' } as const

/** Milliseconds until the order book is back and has moved on. */
async function untilFresh(market: MarketKey): Promise<number> {
  const start = performance.now()
  const first = await until(`${market} is back`, () => marketData.orderBook(market))
  await until(`${market} moves on`, () => {
    const book = marketData.orderBook(market)
    return book !== undefined && book.sequence > first.sequence
  })
  return performance.now() - start
}

describe('live order books', () => {
  it('of every market on both venues are there within a second or two and keep moving', async () => {
    expect(await marketData.awaitLive(5_000)).toEqual({ ok: true, value: null })
    const before = updates
    for (const market of Object.values(BTC)) await untilFresh(market)
    await until('updates', () => updates > before + 50)
    for (const venue of ['binance', 'kraken'] as const) {
      expect(healthOf(venue)).toMatchObject({ state: 'connected', refusedBooks: 0, why: null })
      expect(healthOf(venue).dataLatencyMs).toBeLessThan(1_000)
    }
  })

  it.each(['binance', 'kraken'] as const)(
    '%s: are void the moment the stream is killed and fresh again within 3 s',
    async (venue) => {
      const lost = until('the book is void', () => marketData.orderBook(BTC[venue]) === undefined)
      await control.fault({ venue, match: frames[venue], kind: 'stream-kill' })
      await lost
      expect(healthOf(venue)).toMatchObject({ state: 'no-data', why: expect.stringContaining('closed') })
      expect(await untilFresh(BTC[venue])).toBeLessThan(3_000)
      expect(await marketData.awaitLive(3_000)).toMatchObject({ ok: true })
    },
  )

  it('notice a lost frame by the update ids, count it and fetch the book again', async () => {
    const before = refusals(BTC.binance, 'gap')
    await control.fault({ venue: 'binance', match: frames.binance, kind: 'book-gap' })
    await until('a gap', () => refusals(BTC.binance, 'gap') > before)
    expect(await untilFresh(BTC.binance)).toBeLessThan(3_000)
    expect(healthOf('binance').refusedBooks).toBeGreaterThan(0)
  })

  it.each([
    ['binance', 'nan', 'not-a-number'],
    ['binance', 'crossed', 'crossed'],
    ['binance', 'zero', 'not-positive'],
    ['kraken', 'nan', 'not-a-number'],
    ['kraken', 'crossed', 'crossed'],
    ['kraken', 'zero', 'not-positive'],
    ['kraken', 'empty', 'bad-checksum'],
  ] as const)('%s: a frame that is %s is refused as %s and the book fetched again', async (venue, damage, fault) => {
    const before = refusals(BTC[venue], fault)
    await control.fault({ venue, match: frames[venue], kind: 'bad-book', damage })
    await until(fault, () => refusals(BTC[venue], fault) > before)
    expect(await untilFresh(BTC[venue])).toBeLessThan(3_000)
  })

  it.each(['nan', 'crossed', 'empty', 'zero'] as const)(
    'binance: a snapshot that is %s is refused too',
    async (damage) => {
      const before = healthOf('binance').refusedBooks
      await control.fault({ venue: 'binance', match: 'GET /api/v3/depth', kind: 'bad-book', damage })
      await control.fault({ venue: 'binance', match: frames.binance, kind: 'book-gap' })
      // The gap first, then the damaged snapshot.
      await until('two refusals', () => healthOf('binance').refusedBooks >= before + 2)
      expect(await untilFresh(BTC.binance)).toBeLessThan(3_000)
    },
  )

  it('that go mute are found out over REST within 3 s and subscribed anew', async () => {
    const before = marketData.orderBook(BTC.binance)!
    const disconnected = until('a new subscription', () => healthOf('binance').why?.includes('mute'), 3_000)
    await control.fault({ venue: 'binance', match: 'WS btcusdt@depth', kind: 'book-gap', count: 1_000_000 })
    await disconnected
    await control.clearFaults()
    expect(await untilFresh(BTC.binance)).toBeLessThan(3_000)
    expect(marketData.orderBook(BTC.binance)!.sequence).toBeGreaterThan(before.sequence)
  })

  it('were sound whenever they were shown', () => {
    expect(updates).toBeGreaterThan(500)
    expect(faults).toEqual([])
  })
})

describe('a venue that goes away', () => {
  it('leaves no order books behind and says why; the other venue goes on', async () => {
    const own = await sandboxForTest({ seed: 12 })
    const connection = connectForTest(own.addresses, 'kraken')
    const listed = unwrap(await connection.markets())
    const data = openMarketData({ connections: [connection], markets: listed })
    try {
      unwrap(await data.awaitLive(5_000))
      await own.close()
      await until('no data', () => data.health()[0]!.state === 'no-data')
      expect(listed.every((market) => data.orderBook(`kraken:${market.symbol}`) === undefined)).toBe(true)
      expect(data.health()[0]!.why).not.toBeNull()
      expect(await data.awaitLive(100)).toMatchObject({ ok: false, error: { code: 'timeout' } })
    } finally {
      await data.close()
    }
    expect(marketData.orderBook(BTC.kraken)).toBeDefined()
  })
})
