import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { VenueId } from '../../core/instruments.ts'
import { type CostCurve, routedCost } from '../../workers/microstructure/index.ts'
import { type PoolTrade, poolCosts } from './flow-pools.ts'

const IMPACT = { binance: 2e-7, kraken: 6e-7 }
const curve = (capacities: Partial<Record<VenueId, number>>): CostCurve => {
  const venues = Object.entries(capacities).map(([name, capacity]) => {
    const venue = name as VenueId
    const [halfSpread, fee] = venue === 'binance' ? [0.0001, 0.001] : [0.0002, 0.0026]
    return { venue, halfSpread, fee, linear: halfSpread + fee, impact: IMPACT[venue], capacity }
  })
  const fit = { linear: 0.001, impact: 2e-7, rangeUsd: 1e6, rmsBps: 0, worstBps: 0 }
  return {
    asset: 'BTC',
    side: 'sell',
    venues,
    fit,
    linearCost: 0.001,
    advUsd: 1e9,
    isDefaultImpact: false,
    excluded: [],
  }
}
const trade = (notionalUsd: number, capacities: Partial<Record<VenueId, number>>): PoolTrade => ({
  asset: 'BTC',
  side: 'sell',
  notionalUsd,
  curve: curve(capacities),
})
const NOBODY = { proposedUsd: () => 0 }

describe('costs of a pool', () => {
  test('a book on its own pays what the router would', () => {
    const only = trade(400_000, { binance: 900_000, kraken: 900_000 })
    const [cost] = poolCosts([only], NOBODY)
    const routed = routedCost(only.curve, 400_000)
    expect(cost!.totalUsd).toBeCloseTo(routed.total, 6)
    expect(cost!.feeUsd).toBeCloseTo(routed.fee, 6)
    expect(cost!.spreadUsd).toBeCloseTo(routed.spread, 6)
    expect(cost!.impactUsd).toBeCloseTo(routed.impact, 6)
  })

  test('identical clients pay the same, and √N times the impact that each alone would', () => {
    const one = trade(100_000, { binance: 5e6 })
    const alone = poolCosts([one], NOBODY)[0]!
    const together = poolCosts(
      Array.from({ length: 25 }, () => one),
      NOBODY,
    )
    for (const cost of together) {
      expect(cost.impactUsd / alone.impactUsd).toBeCloseTo(5, 9)
      expect(cost.feeUsd).toBeCloseTo(alone.feeUsd, 9)
    }
  })

  test('what the books are told adds up to what the venues charge for the whole of it', () => {
    const book = fc.record({
      notional: fc.double({ min: 1, max: 1e6, noNaN: true }),
      binance: fc.double({ min: 0, max: 1e6, noNaN: true }),
      kraken: fc.double({ min: 1, max: 1e6, noNaN: true }),
    })
    fc.assert(
      fc.property(fc.array(book, { minLength: 1, maxLength: 12 }), (books) => {
        const trades = books.map(({ notional, binance, kraken }) =>
          trade(Math.min(notional, binance + kraken), binance > 0 ? { binance, kraken } : { kraken }),
        )
        const costs = poolCosts(trades, NOBODY)
        const total = costs.reduce((sum, cost) => sum + cost.totalUsd, 0)
        // fees tell how much went to each venue
        const notional = trades.reduce((sum, { notionalUsd }) => sum + notionalUsd, 0)
        const fees = costs.reduce((sum, cost) => sum + cost.feeUsd, 0)
        const onKraken = (fees - 0.001 * notional) / 0.0016
        const onBinance = notional - onKraken
        const paid = IMPACT.binance * Math.max(0, onBinance) ** 1.5 + IMPACT.kraken * Math.max(0, onKraken) ** 1.5
        const spread = 0.0001 * onBinance + 0.0002 * onKraken
        expect(Math.abs(total - fees - spread - paid)).toBeLessThanOrEqual(1e-7 * total)
        const room = books.reduce((sum, { binance }) => sum + binance, 0)
        expect(onBinance).toBeLessThanOrEqual(room * (1 + 1e-9) + 1e-6)
      }),
    )
  })

  test('a book whose inventory is on the dear venue pays that venue, not the average', () => {
    const [cheap, dear] = poolCosts([trade(1e5, { binance: 1e6 }), trade(1e5, { kraken: 1e6 })], NOBODY)
    expect(cheap!.feeUsd).toBeCloseTo(100, 9)
    expect(dear!.feeUsd).toBeCloseTo(260, 9)
  })

  test('assets and sides are pools of their own; proposals of other books make a pool dearer', () => {
    const sell = trade(1e5, { binance: 1e6 })
    const buy: PoolTrade = { ...sell, side: 'buy' }
    const [alone] = poolCosts([sell], NOBODY)
    expect(poolCosts([sell, buy, { ...sell, asset: 'ETH' }], NOBODY)[0]).toEqual(alone)
    const [beside] = poolCosts([sell], { proposedUsd: (asset, side) => (asset === 'BTC' && side === 'sell' ? 3e5 : 0) })
    // (4^{3/2} − 3^{3/2}) of the first slab's impact
    expect(beside!.impactUsd / alone!.impactUsd).toBeCloseTo(8 - 3 ** 1.5, 9)
  })
})
