import { expect, test } from 'vitest'
import { amount } from '../../core/amount.ts'
import type { ChildRecord } from '../../core/contracts/store.ts'
import type { VenueTrade } from '../../core/order.ts'
import { realisedCost } from './realised-cost.ts'

const filled = (
  venue: 'binance' | 'kraken',
  quotePriceUsd: string,
  trades: readonly { quantity: string; price: string; cost: string; fee: string; feeAsset: string }[],
): Pick<ChildRecord, 'child' | 'trades'> =>
  ({
    child: {
      venue,
      market: `${venue}:LINK/${venue === 'binance' ? 'USDT' : 'USD'}`,
      quotePriceUsd: amount(quotePriceUsd),
    },
    trades: trades.map((trade) => ({
      price: amount(trade.price),
      quantity: amount(trade.quantity),
      cost: amount(trade.cost),
      fee: amount(trade.fee),
      feeAsset: trade.feeAsset,
    })) as unknown as VenueTrade[],
  }) as unknown as Pick<ChildRecord, 'child' | 'trades'>

test('a sale over two venues: shortfall to arrival, fees, shares', () => {
  // 60 LINK at 9.99 USDT worth 1.001 USD, 40 at 9.98 USD; arrival 10 USD
  const children = [
    filled('binance', '1.001', [{ quantity: '60', price: '9.99', cost: '599.4', fee: '0.5994', feeAsset: 'USDT' }]),
    filled('kraken', '1', [{ quantity: '40', price: '9.98', cost: '399.2', fee: '1', feeAsset: 'USD' }]),
  ]
  const cost = realisedCost({ side: 'sell', arrivalPriceUsd: 10 }, children)
  expect(cost.shortfallUsd).toBeCloseTo(1000 - (599.4 * 1.001 + 399.2), 9)
  expect(cost.feesUsd).toBeCloseTo(0.5994 * 1.001 + 1, 9)
  expect(cost.totalUsd).toBeCloseTo(cost.shortfallUsd + cost.feesUsd, 12)
  expect(cost.shortfallBps).toBeCloseTo((1e4 * cost.shortfallUsd) / 1000, 9)
  expect(Object.fromEntries(cost.venueShares)).toEqual({ binance: 0.6, kraken: 0.4 })
})

test('a buy with its fee in the base asset: the fee counts at the price of the trade', () => {
  const children = [
    filled('binance', '1', [{ quantity: '10', price: '10.02', cost: '100.2', fee: '0.01', feeAsset: 'LINK' }]),
  ]
  const cost = realisedCost({ side: 'buy', arrivalPriceUsd: 10 }, children)
  expect(cost.shortfallUsd).toBeCloseTo(0.2, 9)
  expect(cost.feesUsd).toBeCloseTo(0.1002, 9)
  expect(cost.averagePriceUsd).toBeCloseTo(10.02, 9)
})

test('better than arrival is minus; nothing filled claims nothing', () => {
  const better = [filled('kraken', '1', [{ quantity: '1', price: '9', cost: '9', fee: '0', feeAsset: 'USD' }])]
  expect(realisedCost({ side: 'buy', arrivalPriceUsd: 10 }, better).shortfallUsd).toBeCloseTo(-1, 12)
  const none = realisedCost({ side: 'buy', arrivalPriceUsd: 10 }, [])
  expect(none).toMatchObject({ averagePriceUsd: Number.NaN, shortfallBps: Number.NaN, totalUsd: 0 })
})
