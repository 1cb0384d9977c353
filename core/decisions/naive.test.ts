import { describe, expect, test } from 'vitest'
import { amount } from '../amount.ts'
import type { VenueId } from '../instruments.ts'
import { toFloatLadder, walkLadder } from './float-ladder.ts'
import { ladderCost } from './ladder-cost.ts'
import { type NaiveRequest, naiveCost } from './naive.ts'

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

describe('the naive baseline by hand', () => {
  test('a sale walks the bids of the venue that holds it', () => {
    // 1000 USD, BTC 0.8 → 0.5: sell 3 BTC. 2 at 99, 1 at 97: 295. Fee 1 % of 295.
    const outcome = naiveCost(
      request(
        [hold('kraken', 'BTC', '8'), hold('kraken', 'USD', '200')],
        { BTC: 0.5, CASH: 0.5 },
        { 'kraken/BTC': market([99, 2, 97, 5], [101, 9], 1, 0.01) },
      ),
    )
    expect(outcome.valueUsd).toBe(1000)
    expect(outcome.lines).toHaveLength(1)
    expect(outcome.lines[0]).toMatchObject({ asset: 'BTC', side: 'sell', notionalUsd: 300 })
    expect(outcome.total.feeUsd).toBeCloseTo(2.95, 12)
    expect(outcome.total.spreadUsd).toBeCloseTo(3, 12)
    expect(outcome.total.impactUsd).toBeCloseTo(2, 12)
    expect(outcome.total.totalUsd).toBeCloseTo(7.95, 12)
    expect(outcome.remarks).toEqual([])
  })

  test('a sale is split by holdings, buys go where most cash is after it, in USD and not in units', () => {
    // 4 BTC on Binance, 2 on Kraken; value 600 + 500·0.5 + 150 = 1000. BTC 0.6 → 0.3: sell 3, of which 2 on Binance.
    // Cash then: Binance 250 + 2·198·0.5 = 448, Kraken 150 + 99 = 249. ETH: buy 30 on Binance at 21 USDT.
    const outcome = naiveCost(
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
      { asset: 'BTC', side: 'sell', notionalUsd: 300, cost: { spreadUsd: 3, impactUsd: 0 } },
      // 30 ETH at mid 300 USD; best 10.5: 315; walked 10·10.5 + 20·11 = 325.
      { asset: 'ETH', side: 'buy', notionalUsd: 300, cost: { spreadUsd: 15, impactUsd: 10, totalUsd: 25 } },
    ])
    expect(outcome.total.totalUsd).toBeCloseTo(28, 12)
  })

  test('a venue better than the arrival price costs less than nothing in spread', () => {
    const outcome = naiveCost(
      request([hold('binance', 'BTC', '10')], { BTC: 0.9 }, { 'binance/BTC': market([100.5, 9], [101, 9]) }),
    )
    expect(outcome.total.spreadUsd).toBeCloseTo(-0.5, 12)
  })

  test('a thin order book goes on beyond its last level as the fitted curve does, and says so', () => {
    const outcome = naiveCost(
      request([hold('binance', 'BTC', '10')], { BTC: 0.5 }, { 'binance/BTC': market([100, 3], [101, 9], 1, 0, 0.01) }),
    )
    // 300 USD at the best price; 200 more at 0.01 per √USD from there: 0.01·(500^1.5 − 300^1.5 − 1.5·√300·200).
    expect(outcome.total.impactUsd).toBeCloseTo(0.01 * (500 ** 1.5 - 300 ** 1.5 - 300 * Math.sqrt(300)), 9)
    expect(outcome.total.spreadUsd).toBe(0)
    expect(outcome.remarks).toEqual(['BTC on binance was too thin: 200 of 500 USD beyond the last level'])
  })

  test('an order book that is missing: the other venue, or left out, both said', () => {
    const held = [hold('binance', 'BTC', '5'), hold('kraken', 'ETH', '50')]
    const outcome = naiveCost(request(held, { CASH: 1 }, { 'kraken/BTC': market([99, 9], [101, 9]) }))
    expect(outcome.lines.map((line) => line.asset)).toEqual(['BTC'])
    expect(outcome.remarks).toEqual([
      'no order book for BTC on binance: its naive sell goes to kraken',
      'no order book for ETH: its naive sell is left out',
    ])
  })

  test('a book on target trades nothing; a book worth nothing is a bug', () => {
    const onTarget = request([hold('binance', 'BTC', '5'), hold('kraken', 'USD', '500')], { BTC: 0.5, CASH: 0.5 }, {})
    expect(naiveCost(onTarget)).toMatchObject({ lines: [], total: { totalUsd: 0 }, remarks: [] })
    expect(() => naiveCost(request([], { BTC: 1 }, {}))).toThrow('above zero')
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
