import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { amount, formatAmount, fromFloat, toFloat, ZERO } from '../../core/amount.ts'
import type { Holding } from '../../core/client-book.ts'
import { CASH, type Market, type VenueId } from '../../core/instruments.ts'
import type { BookPosition } from './book-position.ts'
import { type AssetGrain, fitBuysToCash, grainOf, type ShapedTrade, sellable, shapeTrades } from './shape-trades.ts'

const GRAIN: AssetGrain = { step: amount('0.01'), minimumQuantity: amount('0.02'), minimumNotionalUsd: 5 }
const GRAINS = new Map([
  ['BTC', GRAIN],
  ['ETH', GRAIN],
])
const PRICE: Readonly<Record<string, number>> = { BTC: 1_000, ETH: 100 }
const priceOf = (asset: string): number => PRICE[asset]!
const held = (venue: VenueId, asset: string, quantity: string): Holding => ({
  subAccount: 'anna',
  venue,
  asset,
  quantity: amount(quantity),
})

/** $10,000; BTC and ETH with the weights given, bands of ± 5 % around 40 %. */
function position(btc: number, eth: number, holdings: readonly Holding[] = []): BookPosition {
  const line = (asset: string, weight: number) => ({
    asset,
    target: 0.4,
    rule: { kind: 'absolute', halfWidth: 0.05 } as const,
    band: { low: 0.35, high: 0.45 },
    priceUsd: PRICE[asset] ?? Number.NaN,
    valueUsd: 10_000 * weight,
    weight,
    quantity: ZERO,
  })
  return {
    valueUsd: 10_000,
    unableWhy: null,
    holdings,
    lines: [line('BTC', btc), line('ETH', eth), line(CASH, 1 - btc - eth)],
  }
}
const ALL = [held('binance', 'BTC', '5'), held('kraken', 'ETH', '50')]
const shape = (from: BookPosition, x: readonly number[], minimumUsd = 20) =>
  shapeTrades(from, Float64Array.from(x), GRAINS, priceOf, minimumUsd)
const brief = ({ asset, side, quantity }: ShapedTrade): string => `${side} ${formatAmount(quantity)} ${asset}`

describe('weights to whole steps', () => {
  test('towards zero inside the bands, on both sides', () => {
    // 0.0666 % of $10,000 each: 0.066 BTC, 0.666 ETH
    const { trades } = shape(position(0.4, 0.4, ALL), [0.40666, 0.39334, 0.2])
    expect(trades.map(brief)).toEqual(['buy 0.06 BTC', 'sell 0.66 ETH'])
    expect(trades.map(({ line, notionalUsd }) => [line, notionalUsd])).toEqual([
      [0, 60],
      [1, 66],
    ])
  })

  test('what cures a breach rounds up, a sale never above what is held', () => {
    expect(shape(position(0.5, 0.3, ALL), [0.44999, 0.35001, 0.2]).trades.map(brief)).toEqual([
      'sell 0.51 BTC',
      'buy 5.01 ETH',
    ])
    const all = shape(position(0.5, 0.4, [held('binance', 'BTC', '0.509')]), [0.44999, 0.4, 0.2])
    expect(all.trades.map(brief)).toEqual(['sell 0.5 BTC'])
  })

  test('lines that stay and CASH are no trades', () =>
    expect(shape(position(0.4, 0.4, ALL), [0.4, 0.4, 0.7])).toEqual({ trades: [], belowMinimum: [] }))

  test('below the firm’s minimum it is named, unless it cures', () => {
    expect(shape(position(0.4, 0.4, ALL), [0.403, 0.4, 0.2], 50)).toEqual({ trades: [], belowMinimum: ['BTC'] })
    expect(shape(position(0.453, 0.4, ALL), [0.45, 0.4, 0.2], 50).trades.map(brief)).toEqual(['sell 0.03 BTC'])
  })

  test('what a venue would refuse is named even where it cures', () => {
    // 0.01 BTC is below the minimum of 0.02
    expect(shape(position(0.4505, 0.4, ALL), [0.45, 0.4, 0.2])).toEqual({ trades: [], belowMinimum: ['BTC'] })
    const dear = new Map([['ETH', { ...GRAIN, minimumNotionalUsd: 120 }]])
    const small = shapeTrades(position(0.4, 0.34, ALL), Float64Array.of(0.4, 0.351, 0.2), dear, priceOf, 0)
    expect(small).toEqual({ trades: [], belowMinimum: ['ETH'] })
  })

  test('an asset that no venue lists is no trade', () =>
    expect(shapeTrades(position(0.5, 0.4, ALL), Float64Array.of(0.4, 0.4, 0.2), new Map(), priceOf, 0).trades).toEqual(
      [],
    ))
})

test('the grain is the coarsest of the venues, with room for the price to move', () => {
  const market = (step: string, minimum: string, notional: string, quote: string) =>
    ({
      quote,
      filters: { step: amount(step), minimumQuantity: amount(minimum), minimumNotional: amount(notional) },
    }) as Market
  const grain = grainOf([market('0.001', '0.001', '5', 'USDT'), market('0.01', '0.0001', '8', 'USD')], (quote) =>
    quote === 'USDT' ? 2 : 1,
  )
  expect(grain).toEqual({ step: amount('0.01'), minimumQuantity: amount('0.001'), minimumNotionalUsd: 10.5 })
  expect(grainOf([], () => 1)).toEqual({ step: ZERO, minimumQuantity: ZERO, minimumNotionalUsd: 0 })
})

test('dust on one venue can’t be added to dust on another', () => {
  const holdings = [held('binance', 'BTC', '0.019'), held('kraken', 'BTC', '0.019'), held('kraken', 'ETH', '9')]
  expect(sellable(holdings, 'BTC', amount('0.01'))).toBe(amount('0.02'))
  expect(sellable(holdings, 'SOL', amount('0.01'))).toBe(ZERO)
})

describe('buys fit into the cash there is', () => {
  const trade = (asset: string, side: 'buy' | 'sell', quantity: string, line = 0): ShapedTrade => ({
    line,
    asset,
    side,
    quantity: amount(quantity),
    notionalUsd: toFloat(amount(quantity)) * priceOf(asset),
  })
  const fit = (trades: readonly ShapedTrade[], roomUsd: number) => fitBuysToCash(trades, roomUsd, GRAINS, priceOf)

  test('enough: nothing changes', () => {
    const trades = [trade('BTC', 'buy', '1'), trade('ETH', 'buy', '2', 1)]
    expect(fit(trades, 1_200)).toBe(trades)
  })

  test('too little: the largest gives steps first, sales never', () => {
    const trades = [trade('ETH', 'buy', '2', 1), trade('BTC', 'buy', '1'), trade('ETH', 'sell', '3', 2)]
    expect(fit(trades, 1_185).map(brief)).toEqual(['buy 2 ETH', 'buy 0.98 BTC', 'sell 3 ETH'])
  })

  test('what is left below a venue’s minimum goes whole', () =>
    expect(fit([trade('BTC', 'buy', '1'), trade('ETH', 'buy', '2', 1)], 215).map(brief)).toEqual(['buy 2 ETH']))

  test('none at all: no buys', () => expect(fit([trade('BTC', 'buy', '1')], -5)).toEqual([]))

  test('never more than there is, never more than was wanted', () =>
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.constantFrom('BTC', 'ETH'), fc.integer({ min: 2, max: 900 })), { maxLength: 6 }),
        fc.double({ min: -100, max: 5_000, noNaN: true }),
        (wanted, roomUsd) => {
          const trades = wanted.map(([asset, steps], line) => {
            const quantity = fromFloat(steps / 100)
            return { line, asset, side: 'buy' as const, quantity, notionalUsd: toFloat(quantity) * priceOf(asset) }
          })
          const fitted = fit(trades, roomUsd)
          const paid = fitted.reduce((sum, { notionalUsd }) => sum + notionalUsd, 0)
          expect(paid).toBeLessThanOrEqual(Math.max(0, roomUsd) + 1e-6)
          for (const kept of fitted) {
            expect(kept.quantity).toBeLessThanOrEqual(trades[kept.line]!.quantity)
            expect(kept.quantity % GRAIN.step).toBe(0n)
            expect(kept.quantity).toBeGreaterThanOrEqual(GRAIN.minimumQuantity)
          }
        },
      ),
    ))
})
