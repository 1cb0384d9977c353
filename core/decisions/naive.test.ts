import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { amount } from '../amount.ts'
import type { VenueId } from '../instruments.ts'
import { toFloatLadder, walkLadder } from './float-ladder.ts'
import { costOnLadder, ladderCost, slabCost } from './ladder-cost.ts'
import { naiveCosts } from './naive.ts'
import { type NaiveOrder, type NaiveRequest, naiveOrders } from './naive-orders.ts'

const hold = (venue: VenueId, asset: string, quantity: string) => ({ venue, asset, quantity: amount(quantity) })
const market = (bids: number[], asks: number[], quoteUsd = 1, takerFee = 0, tailImpact = 0) => ({
  sell: Float64Array.from(bids),
  buy: Float64Array.from(asks),
  quoteUsd,
  takerFee,
  tailImpact,
})
const PRICES: Record<string, number> = { BTC: 100, ETH: 10, USD: 1, USDT: 0.5 }
const request = (
  holdings: NaiveRequest['holdings'],
  targets: Record<string, number>,
  markets: Record<string, ReturnType<typeof market>>,
): NaiveRequest => ({
  holdings,
  targets: Object.entries(targets).map(([asset, target]) => ({ asset, target })),
  priceUsd: (asset) => PRICES[asset] ?? Number.NaN,
  ladder: (venue, asset, side) => {
    const found = markets[`${venue}/${asset}`]
    if (found === undefined) return null
    return ladderCost({ ...found, side, ladder: found[side], priceUsd: PRICES[asset]!, impactFactor: 1 })
  },
  venues: ['binance', 'kraken'],
})

/** Of one book alone, a line per asset and side. */
const alone = (asked: NaiveRequest) => {
  const orders = naiveOrders(asked)
  const [cost] = naiveCosts([{ orders, waits: false }], asked.ladder, () => 0)
  const notionalOf = (name: string): number =>
    orders.reduce((sum, { asset, notionalUsd }) => sum + (asset === name ? notionalUsd : 0), 0)
  const lines = [...cost!.byAsset].map(([asset, cost]) => ({ asset, notionalUsd: notionalOf(asset), cost }))
  return { lines, orders, total: cost!.total }
}

describe('the naive baseline by hand', () => {
  test('a sale walks the bids of the venue that holds it', () => {
    // 1000 USD, BTC 0.8 → 0.5: sell 3 BTC. 2 at 99, 1 at 97: 295. Fee 1 % of 295.
    const outcome = alone(
      request(
        [hold('kraken', 'BTC', '8'), hold('kraken', 'USD', '200')],
        { BTC: 0.5, CASH: 0.5 },
        { 'kraken/BTC': market([99, 2, 97, 5], [101, 9], 1, 0.01) },
      ),
    )
    expect(outcome.lines).toHaveLength(1)
    expect(outcome.lines[0]).toMatchObject({ asset: 'BTC', notionalUsd: 300 })
    expect(outcome.total.feeUsd).toBeCloseTo(2.95, 12)
    expect(outcome.total.spreadUsd).toBeCloseTo(3, 12)
    expect(outcome.total.impactUsd).toBeCloseTo(2, 12)
    expect(outcome.total.totalUsd).toBeCloseTo(7.95, 12)
    expect(outcome.orders).toEqual([{ asset: 'BTC', side: 'sell', venue: 'kraken', notionalUsd: 300 }])
  })

  test('a sale is split by holdings, buys go where most cash is after it, in USD and not in units', () => {
    // 4 BTC on Binance, 2 on Kraken; value 600 + 500·0.5 + 150 = 1000. BTC 0.6 → 0.3: sell 3, of which 2 on Binance.
    // Cash then: Binance 250 + 2·198·0.5 = 448, Kraken 150 + 99 = 249. ETH: buy 30 on Binance at 21 USDT.
    const outcome = alone(
      request(
        [
          hold('binance', 'BTC', '4'),
          hold('kraken', 'BTC', '2'),
          hold('binance', 'USDT', '500'),
          hold('kraken', 'USD', '150'),
        ],
        { BTC: 0.3, ETH: 0.3, CASH: 0.4 },
        {
          'binance/BTC': market([198, 9], [202, 9], 0.5),
          'kraken/BTC': market([99, 9], [101, 9]),
          'binance/ETH': market([19, 99], [21, 10, 22, 99], 0.5),
          'kraken/ETH': market([9, 99], [11, 99]),
        },
      ),
    )
    expect(outcome.lines).toMatchObject([
      { asset: 'BTC', notionalUsd: 300, cost: { spreadUsd: 3, impactUsd: 0 } },
      // 30 ETH at mid 300 USD; best 10.5: 315; walked 10·10.5 + 20·11 = 325.
      { asset: 'ETH', notionalUsd: 300, cost: { spreadUsd: 15, impactUsd: 10, totalUsd: 25 } },
    ])
    expect(outcome.total.totalUsd).toBeCloseTo(28, 12)
  })

  test('a venue better than the arrival price costs less than nothing in spread', () => {
    const outcome = alone(
      request([hold('binance', 'BTC', '10')], { BTC: 0.9 }, { 'binance/BTC': market([100.5, 9], [101, 9]) }),
    )
    expect(outcome.total.spreadUsd).toBeCloseTo(-0.5, 12)
  })

  test('a thin order book goes on beyond its last level as the fitted curve does', () => {
    const outcome = alone(
      request([hold('binance', 'BTC', '10')], { BTC: 0.5 }, { 'binance/BTC': market([100, 3], [101, 9], 1, 0, 0.01) }),
    )
    // 300 USD at the best price; 200 more at 0.01 per √USD from there: 0.01·(500^1.5 − 300^1.5 − 1.5·√300·200).
    expect(outcome.total.impactUsd).toBeCloseTo(0.01 * (500 ** 1.5 - 300 ** 1.5 - 300 * Math.sqrt(300)), 9)
    expect(outcome.total.spreadUsd).toBe(0)
  })

  test('an order book that is missing: the other venue, or left out', () => {
    const held = [hold('binance', 'BTC', '5'), hold('kraken', 'ETH', '50')]
    const orders = naiveOrders(request(held, { CASH: 1 }, { 'kraken/BTC': market([99, 9], [101, 9]) }))
    expect(orders).toEqual([{ asset: 'BTC', side: 'sell', venue: 'kraken', notionalUsd: 500 }])
  })

  test('a book on target trades nothing; a book worth nothing is a bug', () => {
    const onTarget = request([hold('binance', 'BTC', '5'), hold('kraken', 'USD', '500')], { BTC: 0.5, CASH: 0.5 }, {})
    expect(alone(onTarget)).toMatchObject({ orders: [], lines: [], total: { totalUsd: 0 } })
    expect(() => naiveOrders(request([], { BTC: 1 }, {}))).toThrow('above zero')
  })
})

describe('naive orders of many books at one moment', () => {
  // bids of 400 USD at 100, 300 at 98, 500 at 95
  const bids = market([100, 4, 98, 3, 95, 5], [101, 9])
  const { ladder } = request([], {}, { 'binance/BTC': bids })
  const sale = (notionalUsd: number): NaiveOrder => ({ asset: 'BTC', side: 'sell', venue: 'binance', notionalUsd })
  const flow = (notionalUsd: number, waits = false) => ({ orders: [sale(notionalUsd)], waits })
  const none = (): number => 0
  const totals = (...asked: Parameters<typeof naiveCosts>): number[] =>
    naiveCosts(...asked).map(({ total }) => total.totalUsd)

  test('meet on one order book and pay its average price, each its part', () => {
    // 600 USD: 400 for nothing, 200 at 2 %: 4 USD, a third of them for a third of the flow
    const costs = totals([flow(200), flow(400)], ladder, none)
    expect(costs[0]).toBeCloseTo(4 / 3, 12)
    expect(costs[1]).toBeCloseTo(8 / 3, 12)
    expect(totals([flow(200)], ladder, none)).toEqual([0])
  })

  test('who waits goes after the others, and the others do not pay for it', () => {
    const costs = totals([flow(300, true), flow(400)], ladder, none)
    expect(costs[0]).toBeCloseTo(6, 12)
    expect(costs[1]).toBeCloseTo(0, 12)
  })

  test('what books beside have to trade goes first', () => {
    // 500 USD are ahead: 200 at 98 left, then 100 at 95
    const [cost] = totals([flow(300)], ladder, (asset, side) => (asset === 'BTC' && side === 'sell' ? 500 : 0))
    expect(cost).toBeCloseTo(4 + 5, 12)
  })

  test('other venues, assets and sides are other order books', () => {
    const buy: NaiveOrder = { asset: 'BTC', side: 'buy', venue: 'binance', notionalUsd: 400 }
    const [both] = naiveCosts([{ orders: [buy, sale(400)], waits: false }, flow(100)], ladder, none)
    // 1 % of spread on the buy; four fifths of 100 USD at 2 %
    expect(both!.byAsset.get('BTC')!.spreadUsd).toBeCloseTo(4, 12)
    expect(both!.byAsset.get('BTC')!.impactUsd).toBeCloseTo(1.6, 12)
  })

  const sizes = fc.array(
    fc.record({ notionalUsd: fc.double({ min: 1, max: 1000, noNaN: true }), waits: fc.boolean() }),
    {
      minLength: 1,
      maxLength: 8,
    },
  )
  test('costs add up to one walk of all of it, and none is below its own alone', () => {
    fc.assert(
      fc.property(sizes, fc.double({ min: 0, max: 500, noNaN: true }), (books, besideUsd) => {
        const costs = totals(
          books.map(({ notionalUsd, waits }) => flow(notionalUsd, waits)),
          ladder,
          () => besideUsd,
        )
        const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0)
        const all = sum(books.map(({ notionalUsd }) => notionalUsd))
        const walk = ladder('binance', 'BTC', 'sell')!
        const whole = slabCost((usd) => costOnLadder(walk, usd), besideUsd, all)
        expect(sum(costs)).toBeCloseTo(whole.fee + whole.spread + whole.impact, 9)
        books.forEach(({ notionalUsd }, i) => {
          const [own] = totals([flow(notionalUsd)], ladder, none)
          expect(costs[i]).toBeGreaterThanOrEqual(own! - 1e-9)
        })
      }),
    )
  })
})

test('a ladder is walked level by level', () => {
  const ladder = toFloatLadder([
    { price: amount('10'), quantity: amount('1.5') },
    { price: amount('11'), quantity: amount('2') },
  ])
  expect(walkLadder(ladder, 'buy', 1, 0.5)).toEqual({ notional: 10, beyond: 0 })
  expect(walkLadder(ladder, 'buy', 2.5, 0.5)).toEqual({ notional: 26, beyond: 0 })
  expect(walkLadder(ladder, 'buy', 4.5, 0.5)).toEqual({ notional: 37 + 16.5, beyond: 1 })
  expect(walkLadder(ladder, 'sell', 4.5, 0.5)).toEqual({ notional: 37 + 5.5, beyond: 1 })
})
