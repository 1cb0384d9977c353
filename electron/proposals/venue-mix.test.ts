import { describe, expect, test } from 'vitest'
import { amount } from '../../core/amount.ts'
import type { Holding } from '../../core/client-book.ts'
import { CASH, type VenueId } from '../../core/instruments.ts'
import { routedShares } from '../../workers/microstructure/index.ts'
import { MODEL, ON_TARGET, qualityOf } from '../desk/test-support/desk-bench.ts'
import { type PriceBoard, positionOf } from './book-position.ts'
import { type CostBoard, curveOfSide, type LineCosts, linearCost, lineCosts } from './venue-mix.ts'

const PRICES: PriceBoard = new Map(
  Object.entries({ BTC: 100_000, ETH: 4_000, SOL: 200, USDT: 1, USD: 1 }).map(([asset, priceUsd]) => [
    asset,
    { priceUsd, fresh: true, ageMs: 0, why: null },
  ]),
)
/** Binance takes 10 bps, Kraken 20; half a spread is 1 bp on both. */
const BOARD: CostBoard = {
  markets: (asset) => (asset === 'DOGE' ? [] : [qualityOf('binance', asset), qualityOf('kraken', asset)]),
}
const held = (parts: Readonly<Record<string, string>>): readonly Holding[] =>
  Object.entries(parts).map(([place, quantity]) => {
    const [venue, asset] = place.split(' ') as [VenueId, string]
    return { subAccount: 'anna', venue, asset, quantity: amount(quantity) }
  })
const costs = (parts: Readonly<Record<string, string>>, board = BOARD): LineCosts =>
  lineCosts(positionOf(MODEL, held(parts), PRICES, 1, 0.002), board, PRICES)
const [BTC, ETH, , CASH_LINE] = MODEL.lines.map((_, line) => line) as [number, number, number, number]
const venuesOf = (all: LineCosts, side: 'buy' | 'sell', line: number): readonly VenueId[] =>
  curveOfSide(all, side, line)!.venues.map(({ venue }) => venue)

describe('a sale goes where the asset is', () => {
  test('held on one venue: that one’s cost, though the other is cheaper', () => {
    const all = costs({ 'kraken BTC': '8', 'kraken USD': '200000' })
    expect(venuesOf(all, 'sell', BTC)).toEqual(['kraken'])
    expect(linearCost(curveOfSide(all, 'sell', BTC))).toBeCloseTo(21e-4, 6)
  })

  test('held on both: the cheap one first, as far as the holding reaches', () => {
    const all = costs({ 'binance BTC': '1', 'kraken BTC': '7', 'kraken USD': '200000' })
    const shares = new Map(routedShares(curveOfSide(all, 'sell', BTC)!, 150_000))
    expect(shares.get('binance')).toBeCloseTo(100_000, 0)
    expect(shares.get('kraken')).toBeCloseTo(50_000, 0)
  })

  test('not held at all: the venues are open without limit', () =>
    expect(venuesOf(costs({ 'kraken USD': '1000000' }), 'sell', BTC)).toEqual(['binance', 'kraken']))
})

describe('a buy goes where the money is', () => {
  test('cash on one venue only', () => {
    const all = costs({ 'kraken BTC': '4', 'kraken USD': '600000' })
    expect(venuesOf(all, 'buy', ETH)).toEqual(['kraken'])
  })

  test('the proceeds of sales count where the sale will be', () => {
    // all cash to come is from BTC on Binance
    const all = costs({ 'binance BTC': '10' })
    expect(venuesOf(all, 'buy', ETH)).toEqual(['binance'])
    expect(linearCost(curveOfSide(all, 'buy', ETH))).toBeCloseTo(11e-4, 5)
  })

  test('lines that lack weight share the cash by what they lack', () => {
    const all = costs({ 'binance USDT': '100000', 'kraken BTC': '5', 'kraken USD': '400000' })
    const capacity = (line: number): number =>
      curveOfSide(all, 'buy', line)!.venues.find(({ venue }) => venue === 'binance')!.capacity
    // ETH lacks 25 %, SOL 15 %
    expect(capacity(ETH) / capacity(2)).toBeCloseTo(25 / 15, 6)
    expect(capacity(ETH) + capacity(2)).toBeCloseTo(100_000, 3)
  })
})

test('CASH and what no venue trades have no curve, and cost nothing', () => {
  const all = costs(ON_TARGET, { markets: (asset) => (asset === 'SOL' ? [] : BOARD.markets(asset)) })
  expect([all.sell[CASH_LINE], all.buy[CASH_LINE], all.sell[2], all.buy[2]]).toEqual([null, null, null, null])
  expect(linearCost(null)).toBe(0)
  expect(MODEL.lines[CASH_LINE]!.asset).toBe(CASH)
})

test('a venue that can’t be used is left out, with the other’s cost', () => {
  const all = costs(ON_TARGET, {
    markets: (asset) => [{ ...qualityOf('binance', asset), unusable: 'stale' }, qualityOf('kraken', asset)],
  })
  expect(venuesOf(all, 'sell', BTC)).toEqual(['kraken'])
  expect(curveOfSide(all, 'sell', BTC)!.excluded).toEqual([{ venue: 'binance', why: 'stale' }])
})
