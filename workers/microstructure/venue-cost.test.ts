import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { costOnLadder, ladderCost, slabCost } from '../../core/decisions/ladder-cost.ts'
import type { VenueId } from '../../core/instruments.ts'
import { routedCost, routedShares } from './cost-curve.ts'
import { fitCurve, fitImpactAlone } from './curve-fit.ts'
import { costOnVenue, MergedVenues, type VenueCost } from './venue-cost.ts'

interface Levels {
  /** Price and units of each, best first; the asset's price is 100. */
  readonly asks: readonly number[]
  readonly fee?: number
  readonly tailImpact?: number
  readonly capacity?: number
}
const venueOf = (venue: VenueId, { asks, fee = 0.001, tailImpact = 0, capacity = Infinity }: Levels): VenueCost => {
  const ladder = ladderCost({
    side: 'buy',
    ladder: Float64Array.from(asks),
    priceUsd: 100,
    quoteUsd: 1,
    takerFee: fee,
    impactFactor: 1,
    tailImpact,
  })
  const [spread, first] = [ladder.spread, ladder.fees[0]!]
  return { venue, spread, fee: first, linear: spread + first, impact: tailImpact, capacity, ladder }
}

describe('two order books by hand', () => {
  const binance = venueOf('binance', { asks: [100.1, 10, 100.3, 10] })
  const kraken = venueOf('kraken', { asks: [100.2, 10, 100.4, 10] })
  const venues = [binance, kraken]
  test('levels of both are taken in the order of their prices', () => {
    expect(routedShares({ venues }, 1_500)).toEqual([
      ['binance', 1_000],
      ['kraken', 500],
    ])
    // 10 at 100.1, 10 at 100.2, 5 at 100.3
    const { fee, spread, impact, total } = routedCost({ venues }, 2_500)
    expect(fee).toBeCloseTo(0.001 * (1_001 + 1_002 + 501.5), 9)
    expect(spread).toBeCloseTo(15 * 0.1 + 10 * 0.2, 9)
    expect(impact).toBeCloseTo(5 * 0.2, 9)
    expect(total).toBeCloseTo(1 + 2 + 1.5 + 0.001 * 2_504.5, 9)
  })

  test('inventory ends before the ladder does: the other venue’s levels are next', () => {
    const short = [{ ...binance, capacity: 400 }, kraken]
    expect(routedShares({ venues: short }, 1_600)).toEqual([
      ['binance', 400],
      ['kraken', 1_200],
    ])
    expect(routedCost({ venues: short }, 1_600).spread).toBeCloseTo(4 * 0.1 + 12 * 0.2, 9)
    // beyond all inventory the last unit, the dear level's, goes on
    const poor = [
      { ...binance, capacity: 400 },
      { ...kraken, capacity: 1_200 },
    ]
    const last = 0.004 + 0.001 * 1.004
    expect(routedCost({ venues: poor }, 2_000).total - routedCost({ venues: poor }, 1_600).total).toBeCloseTo(
      400 * last,
      9,
    )
  })

  test('a venue without an order book is merged by its curve', () => {
    const curve: VenueCost = {
      venue: 'kraken',
      spread: 0.0015,
      fee: 0.001,
      linear: 0.0025,
      impact: 0,
      capacity: Infinity,
      ladder: null,
    }
    expect(routedShares({ venues: [binance, curve] }, 1_500)).toEqual([
      ['binance', 1_000],
      ['kraken', 500],
    ])
  })

  test('a slab is what more costs after what is done, in each of its parts', () => {
    const { fee, spread, impact } = slabCost((usd) => costOnVenue(binance, usd), 800, 400)
    expect(fee).toBeCloseTo(0.001 * (2 * 100.1 + 2 * 100.3), 9)
    expect(spread).toBeCloseTo(0.4, 9)
    expect(impact).toBeCloseTo(0.4, 9)
  })
})

describe('the optimiser’s curve is fitted where the trade may be', () => {
  const deep = venueOf('binance', { asks: [100.05, 1_000, 100.2, 1_000, 100.5, 3_000] })
  test('what fits into the best level has no impact', () => {
    const fit = fitCurve([deep], 100_000)
    expect(fit.linear).toBeCloseTo(0.0005 + 0.0010005, 12)
    expect(fit.impact).toBeCloseTo(0, 15)
    expect(fit.worstBps).toBeLessThan(1e-9)
    expect(fitImpactAlone([deep], 100_000)).toBe(0)
  })

  test('what goes deeper has, from the same first unit', () => {
    const fit = fitCurve([deep], 400_000)
    expect(fit.linear).toBeCloseTo(0.0005 + 0.0010005, 12)
    expect(fit.impact).toBeGreaterThan(0)
    const { total } = routedCost({ venues: [deep] }, 400_000)
    expect((1e4 * Math.abs(fit.linear + fit.impact * Math.sqrt(400_000) - total / 400_000)) / 1).toBeLessThanOrEqual(
      fit.worstBps + 1e-9,
    )
    // impact alone is fitted without what spread and fee do: here they are one venue's, so it is nearly the same
    expect(fitImpactAlone([deep], 400_000) / fit.impact).toBeCloseTo(1, 2)
  })

  test('of two venues impact alone leaves out what the dear one’s fee adds', () => {
    const dear = venueOf('kraken', { asks: [100.05, 10_000], fee: 0.004 })
    const split = [{ ...deep, capacity: 50_000 }, dear]
    expect(fitCurve(split, 100_000).impact).toBeGreaterThan(0)
    expect(fitImpactAlone(split, 100_000)).toBe(0)
  })
})

const share = fc.integer({ min: 0, max: 10_000 }).map((n) => n / 1e4)
const side = fc
  .record({
    steps: fc.array(fc.tuple(fc.integer({ min: 1, max: 40 }), fc.integer({ min: 1, max: 90 })), {
      minLength: 1,
      maxLength: 8,
    }),
    fee: fc.integer({ min: 0, max: 40 }).map((bps) => bps / 1e4),
    tailImpact: fc.oneof(fc.constant(0), fc.double({ min: 1e-8, max: 1e-4, noNaN: true })),
    capacity: fc.oneof(fc.constant(Infinity), fc.integer({ min: 1, max: 30_000 })),
  })
  .map(({ steps, ...rest }): Levels => {
    let price = 100
    return { ...rest, asks: steps.flatMap(([step, size]) => [(price += step / 100), size]) }
  })

describe('whatever the order books', () => {
  test('split and parts add up, no other split costs less, and a further unit never does', () =>
    fc.assert(
      fc.property(side, side, share, share, (a, b, part, other) => {
        const venues = [venueOf('binance', a), venueOf('kraken', b)]
        const most = Math.min(60_000, a.capacity! + b.capacity!)
        const usd = Math.max(1, part * most)
        const merged = new MergedVenues(venues, usd)
        const split = merged.split(usd)
        expect(split[0]! + split[1]!).toBeCloseTo(usd, 6)
        expect(split[0]!).toBeLessThanOrEqual(a.capacity! + 1e-6)
        expect(split[1]!).toBeLessThanOrEqual(b.capacity! + 1e-6)
        const { fee, spread, impact, total } = routedCost({ venues }, usd)
        expect(fee + spread + impact).toBeCloseTo(total, 9)
        expect(total).toBeCloseTo(merged.cost(usd), 6)
        const low = Math.max(0, usd - b.capacity!)
        const onFirst = low + other * (Math.min(usd, a.capacity!) - low)
        const elsewhere = [onFirst, usd - onFirst].map((q, v) => {
          const cost = costOnLadder(venues[v]!.ladder!, q)
          return cost.fee + cost.spread + cost.impact
        })
        expect(total).toBeLessThanOrEqual(elsewhere[0]! + elsewhere[1]! + 1e-7)
        const less = usd * Math.max(0.01, other)
        expect(routedCost({ venues }, less).total / less).toBeLessThanOrEqual((total / usd) * (1 + 1e-9) + 1e-12)
      }),
      { numRuns: 500 },
    ))
})
