import { describe, expect, test } from 'vitest'
import { amount, ZERO } from '../../core/amount.ts'
import type { Holding } from '../../core/client-book.ts'
import { CASH, type VenueId } from '../../core/instruments.ts'
import type { ModelPortfolio } from '../../core/model-portfolio.ts'
import { lineAssets, type PriceBoard, positionOf } from './book-position.ts'

const MODEL: ModelPortfolio = {
  id: 'm',
  name: 'M',
  version: 1,
  groupCaps: [],
  lines: [
    { asset: 'BTC', target: 0.6, band: { kind: 'absolute', halfWidth: 0.05 } },
    { asset: CASH, target: 0.1, band: { kind: 'absolute', halfWidth: 0.05 } },
    { asset: 'ETH', target: 0.3, band: { kind: 'relative', ofTarget: 0.1 } },
  ],
}
const held = (parts: Readonly<Record<string, string>>): readonly Holding[] =>
  Object.entries(parts).map(([place, quantity]) => {
    const [venue, asset] = place.split(' ') as [VenueId, string]
    return { subAccount: 'anna', venue, asset, quantity: amount(quantity) }
  })
const PRICES = { BTC: 100, ETH: 10, USDT: 0.9, USD: 1 }
const board = (prices: Readonly<Record<string, number>> = PRICES, stale: readonly string[] = []): PriceBoard =>
  new Map(
    Object.entries(prices).map(([asset, priceUsd]) => [
      asset,
      { priceUsd, fresh: !stale.includes(asset), ageMs: 0, why: stale.includes(asset) ? `${asset} is stale` : null },
    ]),
  )
const BOOK = held({
  'binance BTC': '4',
  'kraken BTC': '2',
  'kraken ETH': '30',
  'binance USDT': '50',
  'kraken USD': '55',
})
const position = (holdings = BOOK, prices = board(), multiplier = 1) =>
  positionOf(MODEL, holdings, prices, multiplier, 0.002)

describe('lines', () => {
  test('those of the model in its order, then what else is held by name, CASH last and once', () => {
    const odd = held({ 'kraken SOL': '1', 'binance ADA': '1', 'kraken ADA': '2', 'binance DOGE': '0' })
    expect(lineAssets(MODEL, [...BOOK, ...odd])).toEqual(['BTC', 'ETH', 'ADA', 'SOL', CASH])
  })

  test('an asset outside the model has target 0 and only dust for a band, whatever the regime', () => {
    const foreign = position(held({ 'binance BTC': '9', 'kraken SOL': '1' }), board({ ...PRICES, SOL: 100 }), 1)
    expect(foreign.lines[2]).toMatchObject({ asset: 'SOL', target: 0, weight: 0.1, band: { low: 0, high: 0.002 } })
  })
})

test('value and weights: every venue, every currency at its own price', () => {
  const { valueUsd, lines, unableWhy } = position()
  expect(unableWhy).toBeNull()
  expect(valueUsd).toBe(600 + 300 + 45 + 55)
  expect(lines.map(({ asset, weight }) => [asset, weight])).toEqual([
    ['BTC', 0.6],
    ['ETH', 0.3],
    [CASH, 0.1],
  ])
  expect(lines[0]).toMatchObject({ quantity: amount('6'), priceUsd: 100, valueUsd: 600 })
  expect(lines[2]!.quantity).toBe(ZERO)
  expect(lines[2]!.priceUsd).toBeNaN()
})

test('bands widen with the regime’s multiplier', () => {
  const { lines } = position(BOOK, board(), 2)
  expect(lines[0]!.band).toEqual({ low: 0.5, high: 0.7 })
  expect(lines[1]!.band.high).toBeCloseTo(0.36, 12)
})

describe('a book that can’t be checked says which price is at fault', () => {
  test.each([
    ['held and stale', BOOK, board(PRICES, ['ETH']), 'ETH is stale'],
    ['a currency held and stale', BOOK, board(PRICES, ['USDT']), 'USDT is stale'],
    ['held and missing', BOOK, board({ BTC: 100, USDT: 1, USD: 1 }), 'no price for ETH'],
    ['wanted by the model, not held', held({ 'kraken BTC': '1' }), board({ BTC: 100, USD: 1 }), 'no price for ETH'],
    ['not a number', BOOK, board({ ...PRICES, BTC: Number.NaN }), 'no price for BTC'],
    ['zero', BOOK, board({ ...PRICES, BTC: 0 }), 'no price for BTC'],
    ['nothing owned', [], board(), 'the value of the client book is not above zero'],
  ] as const)('%s', (_, holdings, prices, why) => expect(position(holdings, prices).unableWhy).toBe(why))

  test('what it neither holds nor wants may be stale', () => {
    const none = held({ 'kraken BTC': '1', 'kraken ETH': '1', 'kraken USD': '1', 'binance USDT': '0' })
    expect(position(none, board({ ...PRICES, DOGE: 1 }, ['DOGE', 'USDT'])).unableWhy).toBeNull()
  })
})
