import { afterEach, describe, expect, test } from 'vitest'
import { amount, fromFloat, multiply } from '../../core/amount.ts'
import { ManualClock } from '../../core/clock.ts'
import type { VenueConnection } from '../../core/contracts/exchange.ts'
import type { ChildRecord } from '../../core/contracts/store.ts'
import { costOnLadder } from '../../core/decisions/ladder-cost.ts'
import { naiveCosts } from '../../core/decisions/naive.ts'
import { keyOf, type Market, type MarketKey, type OrderBookSnapshot, VENUES } from '../../core/instruments.ts'
import type { Side } from '../../core/order.ts'
import { ok } from '../../core/result.ts'
import { millis } from '../../core/units.ts'
import { MicrostructureEngine } from '../../workers/microstructure/index.ts'
import { RiskEngine } from '../../workers/risk/index.ts'
import type { LiveMarketData } from '../market/market-data.ts'
import { positionFor } from './cycle.ts'
import { MarketWatch, type MarketWatchParts } from './market-watch.ts'
import { RiskWatch } from './risk-watch.ts'
import { bookOf, DeskBench, MARKETS, ON_TARGET, START, STEADY_RULES } from './test-support/desk-bench.ts'
import { EngineAtHand } from './test-support/engine-at-hand.ts'

const MIDS: Readonly<Record<string, number>> = { BTC: 100_000, ETH: 4_000, SOL: 200, USDT: 1 }
const benches: DeskBench[] = []
afterEach(() => {
  for (const bench of benches.splice(0)) bench.close()
})

/** A book of `levels` a side, each 1 bp apart and worth $100,000, as if just received. */
function orderBook(market: Market, mid: number, at: number, sequence = 1, levels = 5): OrderBookSnapshot {
  const side = (sign: 1 | -1) =>
    Array.from({ length: levels }, (_, i) => {
      const price = mid * (1 + sign * 1e-4 * (i + 1))
      return {
        price: fromFloat(Number(price.toPrecision(9))),
        quantity: fromFloat(Number((1e5 / price).toPrecision(9))),
      }
    })
  return { market: keyOf(market), bids: side(-1), asks: side(1), sequence, receivedAt: millis(at) }
}

const DAY = 86_400_000
/** Forty quiet days: what a cost needs besides the order book. */
const dailyBars = async (): ReturnType<VenueConnection['bars']> =>
  ok(
    Array.from({ length: 40 }, (_, i) => {
      const price = 100 + (i % 3)
      const openTime = millis(START - (41 - i) * DAY)
      return { openTime, open: price, high: price, low: price, close: price, volume: 1e6 }
    }),
  )

async function open(changes: Partial<MarketWatchParts> = {}) {
  const bench = new DeskBench([{ book: bookOf('anna'), holdings: { ...ON_TARGET, 'binance BTC': '4' } }])
  benches.push(bench)
  const wireClock = new ManualClock(START)
  const books = new Map<MarketKey, OrderBookSnapshot>(
    MARKETS.map((market) => [keyOf(market), orderBook(market, MIDS[market.base]!, START)]),
  )
  const microstructure = new EngineAtHand(new MicrostructureEngine())
  const risk = new RiskWatch({
    world: bench.world,
    connections: VENUES.map((venue) => ({ venue, bars: dailyBars }) as unknown as VenueConnection),
    engine: new EngineAtHand(new RiskEngine()).remote,
    rules: STEADY_RULES,
    onMissing: () => {},
    log: () => {},
  })
  await risk.refresh(millis(START))
  const orderBookOf = (key: MarketKey) => books.get(key)
  const data = { orderBook: orderBookOf, top: orderBookOf, health: () => [] }
  const watch = new MarketWatch({
    data: data as unknown as LiveMarketData,
    world: bench.world,
    risk,
    microstructure: microstructure.remote,
    wireClock,
    marketNow: () => millis(START + 777),
    averageOnMarketTime: false,
    maximumAgeMs: 20_000,
    down: [],
    ...changes,
  })
  return { bench, books, wireClock, microstructure, watch }
}

describe('prices', () => {
  test('are the mean of the venues’ mids, the currency’s own price included', async () => {
    const { watch, books } = await open()
    const [usdt, btcBinance] = [MARKETS.at(-1)!, MARKETS[0]!]
    books.set(keyOf(usdt), orderBook(usdt, 0.9, START))
    books.set(keyOf(btcBinance), orderBook(btcBinance, 110_000, START))
    // (110,000 × 0.9 + 100,000) ÷ 2
    expect(watch.prices().get('BTC')!.priceUsd).toBeCloseTo(99_500, 3)
    expect(watch.priceOf('USDT')).toBeCloseTo(0.9, 9)
    expect(watch.priceOf('USD')).toBe(1)
  })

  test('one venue without a valid order book: the other’s price carries', async () => {
    const { watch, books } = await open()
    books.delete('binance:BTC/USDT')
    expect(watch.prices().get('BTC')).toMatchObject({ fresh: true, why: null })
    books.delete('kraken:BTC/USD')
    const gone = watch.prices().get('BTC')!
    expect(gone.fresh).toBe(false)
    expect(gone.why).toMatch(/^BTC has had no fresh price for 0 s \(binance:BTC\/USDT has no order book; kraken/)
    expect(watch.priceOf('BTC')).toBeUndefined()
  })

  test('never known: no price, and the sentence says which order books are missing', async () => {
    const { watch, books } = await open()
    books.clear()
    expect(watch.prices().get('SOL')).toMatchObject({
      fresh: false,
      why: expect.stringMatching(/^no price for SOL \(/),
    })
    expect(watch.prices().get('SOL')!.priceUsd).toBeNaN()
  })

  test('older than allowed is stale', async () => {
    const { watch, wireClock } = await open()
    wireClock.advance(20_000)
    expect(watch.prices().get('ETH')!.fresh).toBe(true)
    wireClock.advance(1)
    expect(watch.prices().get('ETH')).toMatchObject({ fresh: false, priceUsd: 4_000 })
    expect(watch.view().prices.get('ETH')!.fresh).toBe(false)
  })
})

describe('costs', () => {
  test('are measured from the order books: every traded market, none between currencies', async () => {
    const { watch } = await open()
    watch.prices()
    await watch.refreshCosts()
    const { costs } = watch.view()
    expect(costs.markets('BTC').map((quality) => quality.market)).toEqual(['binance:BTC/USDT', 'kraken:BTC/USD'])
    expect(costs.markets('BTC')[0]).toMatchObject({ takerBps: 10, unusable: null })
    expect(costs.markets('BTC')[0]!.halfSpreadBps).toBeCloseTo(1, 3)
    expect(costs.markets('USDT')).toEqual([])
    expect(costs.markets('DOGE')).toEqual([])
  })

  test('an order book that did not change is not told again; one that did is', async () => {
    const { watch, books, microstructure } = await open()
    watch.prices()
    await watch.refreshCosts()
    microstructure.calls.length = 0
    await watch.refreshCosts()
    expect(microstructure.calls).toEqual(['snapshot'])
    books.set(keyOf(MARKETS[0]!), orderBook(MARKETS[0]!, 101_000, START, 2))
    await watch.refreshCosts()
    expect(microstructure.calls).toEqual(['snapshot', 'observe', 'snapshot'])
    expect(watch.view().costs.markets('BTC')[0]!.mid).toBeCloseTo(101_000, 3)
  })

  test('a market whose order book is gone can’t be used, and says so', async () => {
    const { watch, books } = await open()
    watch.prices()
    await watch.refreshCosts()
    books.delete('kraken:ETH/USD')
    await watch.refreshCosts()
    expect(
      watch
        .view()
        .costs.markets('ETH')
        .map((quality) => quality.unusable),
    ).toEqual([null, 'no valid order book'])
  })

  test('in lockstep averages run on the market’s clock', async () => {
    const marketTimes: number[] = []
    for (const averageOnMarketTime of [true, false]) {
      const { watch, microstructure } = await open({ averageOnMarketTime })
      const { engine } = microstructure
      const observe = engine.observe.bind(engine)
      engine.observe = (frames) => {
        marketTimes.push(frames[0]!.at)
        return observe(frames)
      }
      watch.prices()
      await watch.refreshCosts()
    }
    expect(marketTimes).toEqual([START + 777, START])
  })

  test('a dead engine leaves the last figures', async () => {
    const { watch, microstructure } = await open()
    watch.prices()
    await watch.refreshCosts()
    microstructure.broken = true
    await watch.refreshCosts()
    expect(watch.view().costs.markets('BTC')).toHaveLength(2)
  })
})

describe('what impact is told', () => {
  const sell = async (watch: MarketWatch, average: string): Promise<void> => {
    // five units of 1.0001 bps each from the mid: four of them filled
    const [child, trades] = [
      { market: 'binance:BTC/USDT', side: 'sell', attempt: 1 },
      [{ quantity: amount('4'), cost: multiply(amount('4'), amount(average)), maker: false }],
    ]
    watch.planClosed('p', [{ child, trades } as unknown as ChildRecord])
    await watch.refreshCosts()
  }
  const impactOf = (watch: MarketWatch, side: Side): number =>
    costOnLadder(watch.view().costs.ladder('binance:BTC/USDT', side)!, 300_000).impact

  test('is corrected by what fills have paid beside the order books that their plan met at its start', async () => {
    const { watch, books } = await open()
    watch.prices()
    await watch.refreshCosts()
    const [sellBefore, buyBefore] = [impactOf(watch, 'sell'), impactOf(watch, 'buy')]
    watch.planReleased('p')
    // another plan has moved the market meanwhile
    books.set('binance:BTC/USDT', orderBook(MARKETS[0]!, 99_000, START, 2))
    watch.planStarted('p', new Set(['BTC']))
    books.set('binance:BTC/USDT', orderBook(MARKETS[0]!, MIDS['BTC']!, START, 3))
    // the bids of its start, of about a unit each, at 98,990.1, 98,980.2, 98,970.3, 98,960.4: they paid twice the impact
    await sell(watch, '98960.4')
    expect(impactOf(watch, 'sell') / sellBefore).toBeCloseTo((30 + 2) / 31, 2)
    expect(impactOf(watch, 'buy')).toBeCloseTo(buyBefore, 9)
  })

  test('stays where a plan was not seen to start', async () => {
    const { watch } = await open()
    watch.prices()
    await watch.refreshCosts()
    const before = impactOf(watch, 'sell')
    watch.planReleased('p')
    await sell(watch, '99900')
    expect(impactOf(watch, 'sell')).toBeCloseTo(before, 9)
  })
})

test('the naive baseline sells to the exact target on the same order books, reckoned as what is told is', async () => {
  const { watch, bench } = await open()
  watch.prices()
  const view = watch.view()
  const anna = bench.world.book('anna')!
  const orders = view.naiveOrders(anna, positionFor(bench.world, anna, view, bench.settings))
  const [naive] = naiveCosts([{ orders, waits: false }], view.naiveLadders, () => 0)
  const naiveUsd = naive!.byAsset.get('BTC')!.totalUsd
  // 6 BTC of $1,100,000: 0.5 BTC too much, ≈ $50,000 at 10 bps fee and 1 bp half-spread and more
  expect(naiveUsd).toBeGreaterThan(50)
  expect(naiveUsd).toBeLessThan(100)
  const { weight, target, valueUsd } = positionFor(bench.world, anna, view, bench.settings).lines[0]!
  const excessUsd = (valueUsd / weight) * (weight - target)
  // anna holds four of her six BTC at Binance: each venue sells its part
  const told = [costOnLadder(view.costs.ladder('binance:BTC/USDT', 'sell')!, (excessUsd * 4) / 6)]
  told.push(costOnLadder(view.costs.ladder('kraken:BTC/USD', 'sell')!, (excessUsd * 2) / 6))
  const sum = told.reduce((all, { fee, spread, impact }) => all + fee + spread + impact, 0)
  expect(naiveUsd).toBeCloseTo(sum, 6)
  expect(naive!.total.totalUsd).toBeCloseTo(
    [...naive!.byAsset.values()].reduce((sum, { totalUsd }) => sum + totalUsd, 0),
    9,
  )
})

test('a venue that was down at start is shown with its reason', async () => {
  const { watch } = await open({ down: [{ venue: 'kraken', why: 'kraken at http://127.0.0.1:9: refused' }] })
  expect(watch.down()).toEqual(['kraken'])
  expect(watch.health()).toMatchObject([{ venue: 'kraken', state: 'no-data', why: expect.stringContaining('refused') }])
})

test('a view keeps its prices while the market moves on', async () => {
  const { watch, books } = await open()
  const view = watch.view()
  books.clear()
  watch.prices()
  expect(view.prices.get('BTC')).toMatchObject({ fresh: true })
})
