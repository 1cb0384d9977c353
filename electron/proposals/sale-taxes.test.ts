import { describe, expect, test } from 'vitest'
import { amount, fromFloat } from '../../core/amount.ts'
import type { Lot } from '../../core/client-book.ts'
import type { VenueId } from '../../core/instruments.ts'
import type { TaxTerms } from '../../core/tax-terms.ts'
import { millis } from '../../core/units.ts'
import type { CostCurve } from '../../workers/microstructure/index.ts'
import { type RebalanceProblem, solveProblem, taxCurves, taxOf } from '../../workers/optimizer/index.ts'
import type { BookPosition } from './book-position.ts'
import { saleTaxes } from './sale-taxes.ts'

const DAY = 86_400_000
const NOW = millis(Date.UTC(2026, 0, 1))
const terms: TaxTerms = { shortTermRate: 0.4, longTermRate: 0.2, holdingPeriodDays: 365 }
const lot = (venue: VenueId, quantity: string, cost: string | null, daysAgo: number): Lot => ({
  id: 1,
  subAccount: 'anna',
  venue,
  asset: 'BTC',
  quantity: amount(quantity),
  unitCostUsd: cost === null ? null : amount(cost),
  acquiredAt: millis(NOW - daysAgo * DAY),
})
/** A book of $1,000 in BTC at $100 and cash. */
const positionWith = (weight: number, target: number): BookPosition => {
  const line = (asset: string, weight: number, target: number) => ({
    asset,
    target,
    weight,
    valueUsd: 1_000 * weight,
    priceUsd: asset === 'BTC' ? 100 : Number.NaN,
    quantity: fromFloat(10 * weight),
    rule: { kind: 'absolute' as const, halfWidth: 0.1 },
    band: { low: target - 0.1, high: target + 0.1 },
  })
  return {
    valueUsd: 1_000,
    lines: [line('BTC', weight, target), line('CASH', 1 - weight, 1 - target)],
    holdings: [],
    unableWhy: null,
  }
}
const curve = (linear: number, venues: Partial<Record<VenueId, { linear: number; capacity: number }>>): CostCurve => ({
  asset: 'BTC',
  side: 'sell',
  venues: Object.entries(venues).map(([venue, { linear, capacity }]) => ({
    venue: venue as VenueId,
    spread: 0,
    fee: linear,
    linear,
    impact: 0,
    capacity,
    ladder: null,
  })),
  fit: { linear, impact: 0, rangeUsd: 1_000, error: 0 } as unknown as CostCurve['fit'],
  linearCost: linear,
  advUsd: 1e9,
  isDefaultImpact: false,
  excluded: [],
})
const taxesOf = (position: BookPosition, lots: readonly Lot[], sell: CostCurve, given = terms, mayHarvest = true) =>
  saleTaxes(position, [sell, null], { lots, terms: given, now: NOW, mayHarvest })
const free = (capacity: number) => curve(0, { binance: { linear: 0, capacity } })

describe('slopes from lots', () => {
  test('rate × (1 − cost ÷ price) in the order of rising tax, sizes in weight', () => {
    const lots = [lot('binance', '2', '40', 400), lot('binance', '3', '90', 10), lot('binance', '1', '125', 400)]
    const [tax] = taxesOf(positionWith(0.6, 0.5), lots, free(600))
    expect(tax!.asset).toBe(0)
    const [bitcoin] = taxCurves([tax!], 2)!
    for (const [sold, due] of [
      [0.1, -0.005],
      [0.2, -0.005 + 0.004],
      [0.4, -0.005 + 0.012],
      [0.6, -0.005 + 0.012 + 0.024],
    ] as const)
      expect(taxOf(bitcoin!, sold)).toBeCloseTo(due, 14)
  })

  test('after the linear cost of the sale', () => {
    const [tax] = taxesOf(
      positionWith(0.6, 0.5),
      [lot('binance', '6', '50', 400)],
      curve(0.01, { binance: { linear: 0.01, capacity: 600 } }),
    )
    expect(tax!.slope[0]).toBeCloseTo(0.2 * (0.99 - 0.5), 14)
  })

  test('a lot of unknown cost is taken as bought for nothing', () => {
    const [tax] = taxesOf(positionWith(0.6, 0.5), [lot('binance', '6', null, 10)], free(600))
    expect(tax!.slope[0]).toBe(0.4)
  })

  test('a lot is long-term from the day after its holding period', () => {
    const slopeAfter = (days: number) =>
      taxesOf(positionWith(0.6, 0.5), [lot('binance', '6', '50', days)], free(600))[0]!.slope[0]
    expect([slopeAfter(365), slopeAfter(366)]).toEqual([0.2, 0.1])
  })

  test('by a rule no loss is a reason to trade', () => {
    const [tax] = taxesOf(positionWith(0.6, 0.5), [lot('binance', '6', '150', 400)], free(600), terms, false)
    expect([...tax!.slope]).toEqual([0, 0])
  })

  test('no lots, no tax', () => expect(taxesOf(positionWith(0.6, 0.5), [], free(600))).toEqual([]))
})

describe('where the router sells', () => {
  const lots = [lot('binance', '3', '20', 400), lot('kraken', '3', '90', 400)]

  test('the lots of the cheaper venue go first, although those of the other would cost less tax', () => {
    const mix = curve(0, { binance: { linear: 0.001, capacity: 300 }, kraken: { linear: 0.003, capacity: 300 } })
    const [tax] = taxesOf(positionWith(0.6, 0.5), lots, mix)
    expect(tax!.slope[0]).toBeCloseTo(0.2 * 0.8, 12)
    // behind the way to the target both venues are used up side by side: less tax, and the dearer slope goes on
    expect(Math.min(...tax!.slope)).toBe(tax!.slope[0])
    expect(tax!.size[0]).toBeCloseTo(0.1, 12)
  })

  test('side by side where the way to the target needs both', () => {
    const mix = curve(0, { binance: { linear: 0.001, capacity: 100 }, kraken: { linear: 0.003, capacity: 300 } })
    const [tax] = taxesOf(positionWith(0.6, 0.4), lots, mix)
    expect(tax!.slope[0]).toBeCloseTo(0.5 * 0.2 * 0.8 + 0.5 * 0.2 * 0.1, 12)
    expect(tax!.size[0]).toBeCloseTo(0.2, 12)
  })
})

describe('one asset, two lots: exact answers', () => {
  const sigma = 0.8
  const q = (5 / 12) * sigma ** 2
  const problem = (weight: number, lots: readonly Lot[], cost: number): RebalanceProblem => {
    const position = positionWith(weight, 0.5)
    const none = new Float64Array(2)
    return {
      id: 'pair',
      riskScale: 5 / 12,
      covariance: { kind: 'dense', matrix: Float64Array.of(sigma ** 2, 0, 0, 0) },
      current: Float64Array.of(weight, 1 - weight),
      aim: Float64Array.of(0.5, 0.5),
      lower: none,
      upper: Float64Array.of(1, 1),
      costBuy: Float64Array.of(cost, 0),
      costSell: Float64Array.of(cost, 0),
      impact: none,
      groupCaps: [],
      groupFloors: [],
      turnoverCap: null,
      frozen: null,
      view: null,
      reserve: null,
      taxes: taxesOf(position, lots, curve(0, { binance: { linear: 0, capacity: 1_000 * weight } })),
    }
  }
  const weightAfter = (weight: number, lots: readonly Lot[], cost = 0.002): number => {
    const solution = solveProblem(problem(weight, lots, cost))
    if (solution.status !== 'solved') throw new Error(JSON.stringify(solution))
    return solution.x[0]!
  }

  test('sold to where risk is worth the cost and the tax of the lot: w = t + (c + s)/q', () => {
    // long-term, cost 95 of 100: s = 0.2·0.05 = 0.01
    expect(weightAfter(0.7, [lot('binance', '7', '95', 400)])).toBeCloseTo(0.5 + 0.012 / q, 10)
  })

  test('stops at the end of the cheap lot where the next one is not worth it', () => {
    // the second lot at cost 10 costs 0.18: more than any risk here
    expect(weightAfter(0.7, [lot('binance', '1', '95', 400), lot('binance', '6', '10', 400)])).toBeCloseTo(0.6, 12)
  })

  test('goes on into the second lot where it is', () => {
    const lots = [lot('binance', '0.5', '95', 400), lot('binance', '6.5', '85', 400)]
    expect(weightAfter(0.7, lots)).toBeCloseTo(0.5 + 0.032 / q, 10)
  })

  test('a loss lot pays for its own sale, to the target and past it', () => {
    // s = 0.4·(1 − 1.009) = −0.0036, above −(c⁺ + c⁻): not worth a round trip, worth a sale
    expect(weightAfter(0.7, [lot('binance', '7', '100.9', 10)])).toBeCloseTo(0.5 + (0.002 - 0.0036) / q, 9)
  })
})
