import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { amount, fromFloat, toFloat } from '../../core/amount.ts'
import { splitOverVenues, type VenueOffer } from '../../core/decisions/routing.ts'
import type { VenueId } from '../../core/instruments.ts'
import { type CostSource, MergedCost, sourceCost } from './infimal-convolution.ts'

const { POSITIVE_INFINITY: ENDLESS } = Number
const level = (linear: number, capacity: number): CostSource => ({ linear, impact: 0, capacity })

describe('two curves by hand', () => {
  // Marginal costs: A 0.001 + 1.5e-6·√q, B 0.002 + 1.5e-6·√q.
  const a = { linear: 0.001, impact: 1e-6, capacity: ENDLESS }
  const b = { linear: 0.002, impact: 1e-6, capacity: ENDLESS }
  test('the dear one joins where the cheap one costs as much: at (0.001 / 1.5e-6)² = 444,444', () => {
    const merged = new MergedCost([a, b])
    expect(Array.from(merged.split(444_444))).toEqual([444_444, 0])
    // λ = 0.0025: A (0.0015/1.5e-6)² = 1,000,000, B (0.0005/1.5e-6)² = 111,111.
    const [atA, atB] = merged.split(1_111_111.111111)
    expect(atA).toBeCloseTo(1e6, 3)
    expect(atB).toBeCloseTo(111_111.1111, 3)
    expect(merged.marginal(1_111_111.111111)).toBeCloseTo(0.0025, 12)
    expect(merged.cost(1_111_111.111111)).toBeCloseTo(1000 + 1000 + 222.222222 + 37.037037, 4)
  })
  test('a full one sends the rest to the other, beyond both the last unit is what counts', () => {
    const merged = new MergedCost([
      { ...a, capacity: 10_000 },
      { ...b, capacity: 40_000 },
    ])
    expect(Array.from(merged.split(30_000))).toEqual([10_000, 20_000])
    expect(merged.capacity).toBe(50_000)
    const last = 0.002 + 1.5e-6 * 200
    expect(merged.marginal(60_000)).toBeCloseTo(last, 12)
    expect(merged.cost(60_000)).toBeCloseTo(10 + 1 + 80 + 8 + 10_000 * last, 8)
    expect(Array.from(merged.split(60_000))).toEqual([10_000, 40_000])
  })
  test('two alike share evenly; none at all can take nothing', () => {
    expect(Array.from(new MergedCost([a, a]).split(8_000)).map(Math.round)).toEqual([4_000, 4_000])
    expect(new MergedCost([{ ...a, capacity: 0 }]).marginal(1)).toBeNaN()
    expect(new MergedCost([]).cost(0)).toBe(0)
  })
  test('the rest of a curve costs what the whole of it does beyond what is taken of it', () => {
    const rest = { ...a, from: 250_000 }
    expect(sourceCost(rest, 750_000)).toBeCloseTo(sourceCost(a, 1e6) - sourceCost(a, 250_000), 9)
    // Its first unit costs 0.001 + 1.5e-6·500 = 0.00175, so B joins at the same λ = 0.002, after 194,444 of it.
    const merged = new MergedCost([rest, b])
    expect(merged.marginal(0)).toBeCloseTo(0.00175, 12)
    expect(Array.from(merged.split(194_444))).toEqual([194_444, 0])
    const [atRest, atB] = merged.split(750_000 + 111_111.111111)
    expect(atRest).toBeCloseTo(750_000, 3)
    expect(atB).toBeCloseTo(111_111.1111, 3)
  })
  test('price levels are taken in order, levels alike one after the other, curves in between', () => {
    const merged = new MergedCost([level(0.002, 100), level(0.001, 50), level(0.002, 30), a])
    // The curve costs 0.001 at its first unit, after the level; 0.002 at 444,444.
    expect(Array.from(merged.split(40))).toEqual([0, 40, 0, 0])
    expect(Array.from(merged.split(50 + 444_444.4444444444 + 110)).map(Math.round)).toEqual([100, 50, 10, 444_444])
    expect(merged.marginal(444_550)).toBe(0.002)
  })
})

const source = fc.record({
  linear: fc.double({ min: -1e-4, max: 5e-3, noNaN: true }),
  impact: fc.oneof(fc.constant(0), fc.double({ min: 1e-9, max: 1e-5, noNaN: true })),
  capacity: fc.oneof(fc.constant(0), fc.double({ min: 1, max: 1e7, noNaN: true })),
  from: fc.oneof(fc.constant(0), fc.double({ min: 1, max: 1e7, noNaN: true })),
})
const sources = fc.array(source, { minLength: 1, maxLength: 5 }).filter((all) => all.some((one) => one.capacity > 0))
const share = fc.integer({ min: 0, max: 1_000_000 }).map((part) => part / 1e6)
/** Relative to the cost's own scale, so that a linear cost near zero does not make it exact. */
const slack = (all: readonly CostSource[], q: number): number =>
  1e-9 *
  q *
  all.reduce(
    (sum, one) => sum + Math.abs(one.linear) + one.impact * Math.sqrt(one.from ?? 0) + one.impact * Math.sqrt(q),
    1e-6,
  )

describe('whatever the curves', () => {
  test('the split sums to the quantity, within every capacity', () =>
    fc.assert(
      fc.property(sources, share, (all, part) => {
        const merged = new MergedCost(all)
        const q = part * merged.capacity
        const parts = merged.split(q)
        expect(Math.abs(parts.reduce((a, b) => a + b, 0) - q)).toBeLessThanOrEqual(1e-9 * merged.capacity)
        all.forEach((one, v) => {
          expect(parts[v]!).toBeGreaterThanOrEqual(0)
          expect(parts[v]!).toBeLessThanOrEqual(one.capacity)
        })
      }),
      { numRuns: 500 },
    ))

  test('no split costs less: fixed shares, everything on one venue, any at random', () =>
    fc.assert(
      fc.property(sources, share, fc.array(share, { minLength: 5, maxLength: 5 }), (all, part, weights) => {
        const merged = new MergedCost(all)
        const q = part * merged.capacity
        // Fixed shares where they fit; what is over at one venue goes to the next with room.
        const total = all.reduce((sum, _, v) => sum + weights[v]!, 0) || 1
        const parts = all.map((one, v) => Math.min(one.capacity, (q * weights[v]!) / total))
        let left = Math.max(0, q - parts.reduce((a, b) => a + b, 0))
        all.forEach((one, v) => {
          const more = Math.min(left, one.capacity - parts[v]!)
          parts[v]! += more
          left -= more
        })
        const other = all.reduce((sum, one, v) => sum + sourceCost(one, parts[v]!), 0)
        expect(merged.cost(q)).toBeLessThanOrEqual(other + slack(all, q))
      }),
      { numRuns: 2_000 },
    ))

  test('cost is convex, the marginal cost its slope and never falling', () =>
    fc.assert(
      fc.property(sources, share, share, share, (all, p, r, mix) => {
        const merged = new MergedCost(all)
        const reach = 1.2 * merged.capacity
        const [low, high] = [reach * Math.min(p, r), reach * Math.max(p, r)]
        const between = low + mix * (high - low)
        const chord = merged.cost(low) + mix * (merged.cost(high) - merged.cost(low))
        const tolerance = slack(all, reach)
        expect(merged.cost(between)).toBeLessThanOrEqual(chord + tolerance)
        expect(merged.marginal(low)).toBeLessThanOrEqual(merged.marginal(high))
        const rise = merged.cost(high) - merged.cost(low)
        expect(rise).toBeGreaterThanOrEqual(merged.marginal(low) * (high - low) - tolerance)
        expect(rise).toBeLessThanOrEqual(merged.marginal(high) * (high - low) + tolerance)
      }),
      { numRuns: 1_000 },
    ))

  test('with costs above zero more never costs less, in all or on average', () =>
    fc.assert(
      fc.property(sources, share, share, (all, p, r) => {
        const dear = all.map((one) => ({ ...one, linear: Math.abs(one.linear) + 1e-6 }))
        const merged = new MergedCost(dear)
        const [low, high] = [Math.min(p, r), Math.max(p, r)].map((part) => 1 + part * merged.capacity) as [
          number,
          number,
        ]
        expect(merged.cost(low)).toBeLessThanOrEqual(merged.cost(high) * (1 + 1e-9))
        expect(merged.cost(low) / low).toBeLessThanOrEqual((merged.cost(high) / high) * (1 + 1e-9))
      }),
      { numRuns: 500 },
    ))
})

describe('against the router that sends the orders', () => {
  const venues: readonly VenueId[] = ['binance', 'kraken']
  const ladders = fc.array(fc.tuple(fc.integer({ min: 1, max: 30 }), fc.integer({ min: 1, max: 50 })), {
    minLength: 1,
    maxLength: 6,
  })
  test('levels of both venues, fees in, within the inventory of each: the same cost', () =>
    fc.assert(
      fc.property(
        ladders,
        ladders,
        fc.tuple(fc.integer({ min: 0, max: 30 }), fc.integer({ min: 0, max: 30 })),
        fc.tuple(fc.integer({ min: 1, max: 120 }), fc.integer({ min: 1, max: 120 })),
        share,
        (first, second, fees, rooms, part) => {
          const offers = [first, second].map((steps, v): VenueOffer => {
            let price = 1000
            const levels = steps.map(([step, quantity]) => {
              price += step
              return { price: amount(String(price)), quantity: amount(String(quantity)) }
            })
            return {
              venue: venues[v]!,
              market: `${venues[v]!}:BTC/USD`,
              levels,
              quoteUsd: amount('1'),
              takerFee: fromFloat(fees[v]! / 1e4),
              filters: {
                tick: amount('1'),
                step: amount('1'),
                minimumQuantity: amount('1'),
                maximumQuantity: amount('0'),
                minimumNotional: amount('0'),
              },
              priceCap: amount('100000'),
            }
          })
          // Sources in units of the asset: one level each, cut where the venue's inventory ends.
          const all = offers.flatMap((offer, v) => {
            let room = rooms[v]!
            return offer.levels.map(({ price, quantity }) => {
              const capacity = Math.min(room, toFloat(quantity))
              room -= capacity
              return level(toFloat(price) * (1 + fees[v]! / 1e4), capacity)
            })
          })
          const merged = new MergedCost(all)
          const quantity = Math.max(1, Math.round(part * merged.capacity))
          const { legs } = splitOverVenues({
            side: 'buy',
            offers,
            excluded: [],
            limitTolerance: amount('0.001'),
            books: [
              {
                bookId: 'a',
                quantity: amount(String(quantity)),
                available: { binance: amount(String(rooms[0])), kraken: amount(String(rooms[1])) },
              },
            ],
          })
          const paid = legs.reduce((sum, leg) => {
            const fee = fees[venues.indexOf(leg.venue)]! / 1e4
            return sum + toFloat(leg.expectedNotional) * (1 + fee)
          }, 0)
          expect(legs.reduce((sum, leg) => sum + toFloat(leg.quantity), 0)).toBe(quantity)
          expect(merged.cost(quantity)).toBeCloseTo(paid, 6)
        },
      ),
      { numRuns: 300 },
    ))
})
