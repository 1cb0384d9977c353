import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { unwrap } from '../../core/result.ts'
import { startEngine } from '../thread-link/index.ts'
import { depthWithin, effectiveCost, midOf } from './depth.ts'
import { fitImpact } from './impact-fit.ts'
import { type MarketFacts, type MarketQuality, MicrostructureEngine, type OrderBookFrame } from './index.ts'
import { refusalOf } from './order-book-check.ts'
import { TimeWeightedMean } from './time-weighted-mean.ts'

const ladder = (...numbers: number[]): Float64Array => Float64Array.from(numbers)

describe('an order book is refused when it cannot be', () => {
  const bids = ladder(99, 1, 98, 2)
  const asks = ladder(101, 1, 102, 2)
  test('a good one passes', () => expect(refusalOf(bids, asks)).toBeNull())
  test.each([
    ['empty', ladder(), asks],
    ['empty', bids, ladder()],
    ['not-a-number', ladder(99, Number.NaN), asks],
    ['not-a-number', bids, ladder(101, Number.POSITIVE_INFINITY)],
    ['not-a-number', ladder(99, 1, 98), asks],
    ['not-positive', ladder(99, 0), asks],
    ['not-positive', ladder(-99, 1), asks],
    ['unsorted', ladder(98, 1, 99, 1), asks],
    ['unsorted', bids, ladder(101, 1, 101, 1)],
    ['crossed', ladder(102, 1), asks],
    ['crossed', ladder(101, 1), asks],
  ])('%s', (reason, b, a) => expect(refusalOf(b, a)).toBe(reason))
})

describe('depth and cost', () => {
  const asks = ladder(100.1, 2, 100.2, 3, 101, 5)
  test('depth counts levels up to the distance, in quote currency', () => {
    expect(depthWithin(asks, 100, 0.0005)).toBe(0)
    expect(depthWithin(asks, 100, 0.0021)).toBeCloseTo(200.2 + 300.6, 10)
    expect(depthWithin(ladder(99.9, 2, 90, 1), 100, 0.005)).toBeCloseTo(199.8, 10)
  })
  test('effective cost by hand', () => {
    // 400 at the mid is 4 units: 2 at 100.1, 2 at 100.2: 400.6.
    expect(effectiveCost(asks, 'buy', 100, 400).cost).toBeCloseTo(0.6 / 400, 12)
    expect(effectiveCost(ladder(99.8, 1, 99, 9), 'sell', 100, 200).cost).toBeCloseTo(1.2 / 200, 12)
    const short = effectiveCost(asks, 'buy', 100, 2000)
    expect(short.complete).toBe(false)
    expect(short.cost).toBeCloseTo((200.2 + 300.6 + 505 - 1000) / 1000, 12)
  })
})

describe('time-weighted mean', () => {
  test('by hand: a value weighs as long as it held, within the window', () => {
    const mean = new TimeWeightedMean(100)
    mean.push(0, 1)
    expect(mean.mean(0)).toBe(1)
    mean.push(60, 2)
    expect(mean.mean(80)).toBeCloseTo((60 + 2 * 20) / 80, 12)
    mean.push(100, 4)
    expect(mean.mean(150)).toBeCloseTo((10 * 1 + 40 * 2 + 50 * 4) / 100, 12)
    expect(mean.mean(1000)).toBe(4)
  })
  test('a gap carries no weight', () => {
    const mean = new TimeWeightedMean(100)
    mean.push(0, 1)
    mean.push(10, Number.NaN)
    mean.push(50, 3)
    expect(mean.mean(60)).toBeCloseTo((10 + 30) / 20, 12)
    mean.push(60, Number.NaN)
    expect(mean.mean(300)).toBeNaN()
  })
  test('how often the same value is pushed changes nothing', () => {
    const [once, often] = [new TimeWeightedMean(100), new TimeWeightedMean(100)]
    once.push(0, 5)
    for (let at = 0; at < 70; at++) often.push(at, 5)
    once.push(70, 1)
    often.push(70, 1)
    expect(often.mean(90)).toBe(once.mean(90))
  })
})

/** Levels whose walked cost follows `half + Y·σ·√(q/ADV)` exactly at every level's end. */
function squareRootLadder(
  side: 'buy' | 'sell',
  mid: number,
  half: number,
  kappa: number,
  levels: number,
): Float64Array {
  const sign = side === 'buy' ? 1 : -1
  const total = (q: number): number => q * (1 + sign * (half + kappa * Math.sqrt(q)))
  const made: number[] = []
  for (let i = 0; i < levels; i++) {
    const [from, to] = [(i / levels) ** 2 * 1e6, ((i + 1) / levels) ** 2 * 1e6]
    made.push((mid * (total(to) - total(from))) / (to - from), (to - from) / mid)
  }
  return Float64Array.from(made)
}

describe('the impact coefficient', () => {
  const scale = { sigmaDaily: 0.04, advQuote: 5e8 }
  const kappa = (y: number): number => (y * scale.sigmaDaily) / Math.sqrt(scale.advQuote)
  test.each<['buy' | 'sell', number]>([
    ['buy', 0.8],
    ['sell', 0.8],
    ['buy', 0.2],
    ['sell', 1.7],
  ])('is found again in a square-root order book: %s, Y = %f', (side, y) => {
    const book = squareRootLadder(side, 250, 0.0002, kappa(y), 3000)
    const fit = fitImpact(book, side, 250, scale, 0.05)!
    // The first level is already a little impact away from the half-spread.
    expect(fit.impactY).toBeCloseTo(y, 2)
    expect(fit.error).toBeLessThan(1e-6)
  })
  test('a flat order book has none, and without volume or volatility there is no fit', () => {
    const flat = ladder(100, 1e6)
    const fit = fitImpact(flat, 'buy', 99.99, scale, 0.01)!
    expect(fit.impactY).toBe(0)
    expect(fit.error).toBeLessThan(1e-15)
    expect(fitImpact(flat, 'buy', 99.99, { ...scale, advQuote: 0 }, 0.01)).toBeNull()
    expect(fitImpact(flat, 'buy', 99.99, { sigmaDaily: Number.NaN, advQuote: 1 }, 0.01)).toBeNull()
  })
  test('the fit is the least-squares one: nothing near it is better', () => {
    const book = ladder(100.1, 5, 100.15, 50, 100.4, 20, 100.45, 200)
    const mid = 100
    const fit = fitImpact(book, 'buy', mid, scale, 0.005)!
    const squares = (y: number): number => {
      let sum = 0
      for (let point = 0; point < 16; point++) {
        const notional = mid * 275 * 1000 ** (point / 15 - 1)
        const model = y * scale.sigmaDaily * Math.sqrt(notional / scale.advQuote)
        sum += (effectiveCost(book, 'buy', mid, notional).cost - 0.001 - model) ** 2
      }
      return sum
    }
    expect(squares(fit.impactY)).toBeLessThan(squares(fit.impactY * 1.001))
    expect(squares(fit.impactY)).toBeLessThan(squares(fit.impactY * 0.999))
    expect(fit.error).toBeCloseTo(Math.sqrt(squares(fit.impactY) / 16), 12)
    expect(fit).toMatchObject({ points: 16, to: mid * 275, from: mid * 275 * 1e-3 })
  })
  test('says how much of the curve it explains, by hand', () => {
    // Costs beyond the touch: 0 for the first unit, then 1 % for each further one.
    const book = ladder(100, 1, 101, 999)
    const fit = fitImpact(book, 'buy', 100, scale, 0.02)!
    const ys = Array.from({ length: 16 }, (_, i) => 1000 ** (i / 15)).map((q) => (Math.max(0, q - 1) * 0.01) / q)
    const mean = ys.reduce((a, b) => a + b) / 16
    const total = ys.reduce((sum, y) => sum + (y - mean) ** 2, 0)
    expect(fit.rSquared).toBeCloseTo(1 - (16 * fit.error ** 2) / total, 10)
    expect(fit.rSquared).toBeLessThan(0.7)
    expect(fitImpact(ladder(100, 5), 'buy', 99.99, scale, 0.01)!.rSquared).toBe(1)
    const exact = fitImpact(squareRootLadder('buy', 250, 0.0002, kappa(0.8), 3000), 'buy', 250, scale, 0.05)!
    expect(exact.rSquared).toBeGreaterThan(0.9999)
  })
})

const facts = (venue: 'binance' | 'kraken', change: Partial<MarketFacts> = {}): MarketFacts => ({
  market: `${venue}:BTC/USD`,
  venue,
  asset: 'BTC',
  maker: 0.0002,
  taker: 0.001,
  quoteUsd: 1,
  advUsd: 1e9,
  sigmaDaily: 0.03,
  ...change,
})
const frame = (at: number, bids = ladder(99.9, 10, 99.8, 20), asks = ladder(100.1, 10, 100.3, 5)): OrderBookFrame => ({
  market: 'binance:BTC/USD',
  bids,
  asks,
  at,
})

describe('the engine', () => {
  test('says what a market is worth, and why it cannot be used', () => {
    const engine = new MicrostructureEngine()
    engine.configure({ windowMs: 1000, staleMs: 100 })
    engine.setMarkets([facts('binance'), facts('kraken')])
    expect(unwrap(engine.observe([frame(0)]))).toEqual([])
    const [binance, kraken] = engine.snapshot(50) as [MarketQuality, MarketQuality]
    expect(binance).toMatchObject({ mid: 100, makerBps: 2, takerBps: 10, ageMs: 50, isStale: false, unusable: null })
    expect(binance.halfSpreadBps).toBeCloseTo(10, 10)
    expect(binance.depth10).toBeCloseTo(999, 8)
    expect(binance.depth50).toBeCloseTo(1001 + 501.5, 8)
    expect(binance.isDefaultImpact).toBe(false)
    expect(kraken).toMatchObject({ ageMs: Infinity, impactY: 0.8, isDefaultImpact: true })
    expect(kraken.unusable).toBe('no order book has come yet')
    expect(engine.snapshot(101)[0]!.unusable).toBe('the order book is 101 ms old, the limit is 100 ms')
    engine.setMarkets([facts('binance', { advUsd: 0 })])
    expect(engine.snapshot(50)[0]!.unusable).toContain('daily volume is 0')
  })

  test('refused order books are counted and named, age does not move, and a good one ends it', () => {
    const engine = new MicrostructureEngine()
    engine.setMarkets([facts('binance')])
    unwrap(engine.observe([frame(1000)]))
    const bad = [frame(1100, ladder(101, 1), ladder(100, 1)), frame(1200, ladder(Number.NaN, 1)), frame(900)]
    expect(unwrap(engine.observe(bad)).map((refused) => refused.reason)).toEqual([
      'crossed',
      'not-a-number',
      'out-of-order',
    ])
    const [quality] = engine.snapshot(1300)
    expect(quality).toMatchObject({ refused: 'not-a-number', ageMs: 300, refusals: { crossed: 1, 'out-of-order': 1 } })
    expect(quality!.unusable).toBe('the order book is refused: not-a-number')
    unwrap(engine.observe([frame(1400)]))
    expect(engine.snapshot(1400)[0]).toMatchObject({ refused: null, unusable: null })
    expect(engine.observe([{ ...frame(1), market: 'kraken:X/Y' }])).toMatchObject({ error: { code: 'unknown-market' } })
  })

  test('spread and Y are averaged over time, not over updates', () => {
    const engine = new MicrostructureEngine()
    engine.configure({ windowMs: 1000 })
    engine.setMarkets([facts('binance')])
    unwrap(engine.observe([frame(0)]))
    const wide = frame(900, ladder(99, 10, 98.9, 5), ladder(101, 10, 101.2, 5))
    unwrap(engine.observe([wide, { ...wide, at: 950 }]))
    expect(engine.snapshot(1000)[0]!.halfSpreadBps).toBeCloseTo(0.9 * 10 + 0.1 * 100, 8)
  })

  test('effective cost of a notional on both sides', () => {
    const engine = new MicrostructureEngine()
    engine.setMarkets([facts('binance')])
    expect(engine.effectiveCost('binance:BTC/USD', 'buy', 100)).toMatchObject({ error: { code: 'no-order-book' } })
    unwrap(engine.observe([frame(0)]))
    expect(unwrap(engine.effectiveCost('binance:BTC/USD', 'buy', 1500)).cost).toBeCloseTo((1 + 1.5) / 1500, 12)
    expect(unwrap(engine.effectiveCost('binance:BTC/USD', 'sell', 2000)).cost).toBeCloseTo((1 + 2) / 2000, 12)
  })
})

describe('what the engine learns', () => {
  const HOUR = 3_600_000
  const MONDAY = Date.UTC(2024, 0, 1)
  const BTC = 'binance:BTC/USD'

  test('fees: the tier, its discount and the next one; a bad table makes the market unusable', () => {
    const engine = new MicrostructureEngine()
    const feeTiers = [
      { fromVolumeUsd: 0, maker: 0.002, taker: 0.004 },
      { fromVolumeUsd: 1e5, maker: 0.0002, taker: 0.001 },
      { fromVolumeUsd: 1e6, maker: -0.0001, taker: 0.0008 },
    ]
    engine.setMarkets([facts('binance', { feeTiers, feeDiscount: { asset: 'BNB', fraction: 0.25 } })])
    unwrap(engine.observe([frame(0)]))
    const [quality] = engine.snapshot(0)
    expect(quality).toMatchObject({
      unusable: null,
      fees: { tier: 1, source: 'account', next: { fromVolumeUsd: 1e6 } },
    })
    expect(quality!.takerBps).toBeCloseTo(7.5, 10)
    expect(quality!.makerBps).toBeCloseTo(1.5, 10)
    expect(quality!.fees!.next!.takerSaving).toBeCloseTo(0.00015, 12)
    engine.setMarkets([facts('binance', { taker: 10 })])
    expect(engine.snapshot(0)[0]).toMatchObject({ fees: null, unusable: expect.stringContaining('taker 10') })
  })

  test('fills move the Y of their side towards what was paid, and only that', () => {
    const engine = new MicrostructureEngine()
    engine.setMarkets([facts('binance', { advUsd: 1e6 }), facts('kraken', { advUsd: Number.NaN })])
    unwrap(engine.observe([frame(0)]))
    const before = engine.snapshot(0)[0]!
    // Half-spread 10 bps; the order book said 4 bps more, they paid 8.
    const fill = { market: BTC, side: 'buy', arrivalMid: 100, halfSpread: 0.001, walkedPrice: 100.14 } as const
    const paid = 100.18
    expect(engine.observeFill(Array.from({ length: 30 }, () => ({ ...fill, averagePrice: paid })))).toEqual([])
    const after = engine.snapshot(0)[0]!
    // 30 fills at twice what was said weigh nearly as much as it, a little less for their age.
    expect(after.impactBuyY / before.impactBuyY).toBeGreaterThan(1.45)
    expect(after.impactBuyY / before.impactBuyY).toBeLessThan(1.5)
    expect(after.impactSellY).toBe(before.impactSellY)
    expect(after.fit).toMatchObject({ fittedBuyY: before.impactBuyY, sellFills: 0, points: 16 })
    expect(after.fit!.buyFills).toBeGreaterThan(28)
    expect(after.fit!.buyFactor).toBeCloseTo(after.impactBuyY / before.impactBuyY, 12)
    expect(after.fit!.sellFactor).toBe(1)
    const odd = [
      { ...fill, averagePrice: Number.NaN },
      { ...fill, averagePrice: paid, walkedPrice: 100.1 },
      { ...fill, averagePrice: paid, market: 'kraken:X/Y' as const },
    ]
    expect(engine.observeFill(odd)).toEqual(odd)
    expect(engine.snapshot(0)[0]).toEqual(after)
  })

  test('the clock runs on market time, lives through a restart, and answers what waiting saves', () => {
    const engine = new MicrostructureEngine()
    engine.configure({ staleMs: Number.POSITIVE_INFINITY, windowMs: HOUR })
    engine.setMarkets([facts('binance')])
    const wide = frame(0, ladder(99.6, 5, 99.55, 5), ladder(100.4, 5, 100.45, 5))
    for (let hour = 0; hour < 4 * 168; hour++) {
      const book = hour % 168 >= 120 ? wide : frame(0)
      // Wire time goes a thousand times slower.
      unwrap(engine.observe([{ ...book, at: hour * 3_600, marketTime: MONDAY + hour * HOUR }]))
    }
    const now = 4 * 168 * 3_600
    const monday = MONDAY + 4 * 168 * HOUR
    unwrap(engine.observe([{ ...wide, at: now, marketTime: monday }]))
    const hours = unwrap(engine.liquidityClock(BTC))
    expect(hours).toHaveLength(168)
    expect(hours[130]!.spread / hours[34]!.spread).toBeGreaterThan(2)
    expect(hours[130]!.depth).toBeLessThan(hours[34]!.depth)
    const saturday = MONDAY + (3 * 168 + 130) * HOUR
    const answer = unwrap(engine.waiting(BTC, 'buy', 1e4, now, saturday, 10))
    expect(answer).toMatchObject({ waitMs: 48 * HOUR, priceRiskBps: expect.closeTo(300 * Math.SQRT2, 6) })
    expect(answer.savesBps).toBeGreaterThan(0)
    expect(answer.visits).toBeGreaterThan(3)
    expect(engine.waiting(BTC, 'buy', 1e4, now, saturday, 168)).toMatchObject({ error: { code: 'bad-hour' } })
    expect(engine.waiting('kraken:X/Y', 'buy', 1, 0, 0, 0)).toMatchObject({ error: { code: 'unknown-market' } })
    expect(engine.liquidityClock('kraken:X/Y')).toMatchObject({ error: { code: 'unknown-market' } })

    const next = new MicrostructureEngine()
    next.setMarkets([facts('binance')])
    const saved = engine.saveClocks()
    expect(next.restoreClocks([...saved, { market: 'kraken:X/Y', learnt: [] }])).toEqual(['kraken:X/Y'])
    expect(unwrap(next.liquidityClock(BTC))).toEqual(hours)
  })

  test('a refused order book and silence teach the clock nothing', () => {
    const engine = new MicrostructureEngine()
    engine.setMarkets([facts('binance', { advUsd: Number.NaN })])
    unwrap(
      engine.observe([
        frame(MONDAY),
        frame(MONDAY + 10 * 60_000, ladder(101, 1), ladder(100, 1)),
        frame(MONDAY + HOUR),
      ]),
    )
    const total = unwrap(engine.liquidityClock(BTC)).reduce((sum, { visits }) => sum + visits, 0)
    // Five seconds, the age limit, then nothing until the end.
    expect(total).toBeCloseTo(5 / 3600, 12)
    engine.configure({ staleMs: Number.POSITIVE_INFINITY })
    engine.setMarkets([facts('binance')])
    unwrap(
      engine.observe([
        frame(MONDAY),
        frame(MONDAY + 10 * 60_000, ladder(101, 1), ladder(100, 1)),
        frame(MONDAY + HOUR),
      ]),
    )
    expect(unwrap(engine.liquidityClock(BTC))[0]!.visits).toBeCloseTo(1 / 6, 12)
  })
})

const thread = startEngine<MicrostructureEngine>(new URL('..', import.meta.url), 'microstructure')
afterAll(() => thread.stop())
test('the same engine answers from its thread', async () => {
  const here = new MicrostructureEngine()
  here.setMarkets([facts('binance')])
  unwrap(await thread.remote.setMarkets([facts('binance')]))
  expect(await thread.remote.observe([frame(5)])).toEqual(here.observe([frame(5)]))
  expect(await thread.remote.snapshot(9)).toEqual({ ok: true, value: here.snapshot(9) })
  const curve = here.costCurve('BTC', 'buy', null, 1e5, 9)
  expect(unwrap(curve).venues).toHaveLength(1)
  expect(await thread.remote.costCurve('BTC', 'buy', null, 1e5, 9)).toEqual(curve)
})

const data = process.env['TRIMTAB_DATA']
const rows = (file: string): string[][] =>
  readFileSync(join(data!, file), 'utf8')
    .trim()
    .split('\n')
    .map((line) => line.split(','))

describe.skipIf(data === undefined)('real order books (needs TRIMTAB_DATA)', () => {
  test('depth equals what was counted from the full order book, and Y fits are finite', () => {
    const [header, ...top] = rows('l2_top20_1s.csv')
    const [depthHeader, ...depths] = rows('l2_depth_bps_1s.csv')
    const depthColumn = (name: string): number => depthHeader!.indexOf(name)
    expect(header!.length).toBe(82)
    let compared = 0
    const fits: number[] = []
    for (const [k, row] of top.entries()) {
      const numbers = row.slice(2).map(Number)
      const [bids, asks] = [Float64Array.from(numbers.slice(0, 40)), Float64Array.from(numbers.slice(40))]
      const whole = depths[k]!
      if (row[0] !== whole[0] || row[1] !== whole[1]) throw new Error(`row ${k} of the two files differs`)
      expect(refusalOf(bids, asks)).toBeNull()
      const mid = midOf(bids, asks)
      const fit = fitImpact(asks, 'buy', mid, { sigmaDaily: 0.03, advQuote: 1.5e9 }, 0.005)
      fits.push(fit!.impactY)
      for (const [side, name] of [
        [bids, 'bid_usd_1bps'],
        [asks, 'ask_usd_1bps'],
      ] as const) {
        if (Math.abs(side[38]! - mid) <= 0.0001 * mid) continue
        compared++
        expect(Math.abs(depthWithin(side, mid, 0.0001) - Number(whole[depthColumn(name)]))).toBeLessThanOrEqual(1)
      }
    }
    expect(compared).toBeGreaterThan(500)
    expect(fits.every((y) => Number.isFinite(y) && y >= 0)).toBe(true)
    expect(Math.max(...fits)).toBeLessThan(2)
  })
})
