import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { amount, fromFloat, toFloat } from '../../core/amount.ts'
import { ladderCost } from '../../core/decisions/ladder-cost.ts'
import { splitOverVenues, type VenueOffer } from '../../core/decisions/routing.ts'
import type { VenueId } from '../../core/instruments.ts'
import type { CostSplit, Side } from '../../core/order.ts'
import { type CostCurve, routedCost, type VenueCost } from '../../workers/microstructure/index.ts'
import { type PoolTrade, poolCosts } from './flow-pools.ts'

const IMPACT = { binance: 2e-7, kraken: 6e-7 }
const curve = (capacities: Partial<Record<VenueId, number>>): CostCurve => {
  const venues = Object.entries(capacities).map(([name, capacity]) => {
    const venue = name as VenueId
    const [spread, fee] = venue === 'binance' ? [0.0001, 0.001] : [0.0002, 0.0026]
    return { venue, spread, fee, linear: spread + fee, impact: IMPACT[venue], capacity, ladder: null }
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

describe('a pool is told what the router will pay', () => {
  const VENUE_IDS: readonly VenueId[] = ['binance', 'kraken']
  /** Whole units; the asset's price is 100. */
  const levels = fc.array(fc.tuple(fc.integer({ min: 1, max: 30 }), fc.integer({ min: 1, max: 60 })), {
    minLength: 1,
    maxLength: 6,
  })
  const quoted = (first: number, steps: readonly (readonly [number, number])[], side: Side) => {
    let price = first
    return steps.map(([step, quantity]) => {
      price += side === 'buy' ? step : -step
      return { price: price / 100, quantity }
    })
  }

  test('levels of both venues, fees in, any number of books: their shares add up to the fills', () =>
    fc.assert(
      fc.property(
        fc.constantFrom<Side>('buy', 'sell'),
        fc.tuple(levels, levels),
        fc.tuple(fc.integer({ min: 0, max: 30 }), fc.integer({ min: 0, max: 30 })),
        fc.array(fc.integer({ min: 1, max: 25 }), { minLength: 1, maxLength: 6 }),
        (side, ladders, fees, quantities) => {
          // the last level takes whatever is left: no order book ends here
          const books = ladders.map((steps) => quoted(10_000, [...steps, [10, 1_000]], side))
          const offers = books.map(
            (all, v): VenueOffer => ({
              venue: VENUE_IDS[v]!,
              market: `${VENUE_IDS[v]!}:BTC/USD`,
              levels: all.map(({ price, quantity }) => ({ price: fromFloat(price), quantity: fromFloat(quantity) })),
              quoteUsd: amount('1'),
              takerFee: fromFloat(fees[v]! / 1e4),
              filters: {
                tick: amount('0.01'),
                step: amount('1'),
                minimumQuantity: amount('1'),
                maximumQuantity: amount('0'),
                minimumNotional: amount('0'),
              },
              priceCap: amount(side === 'buy' ? '1000' : '1'),
            }),
          )
          const everything = amount('1000000')
          const { legs } = splitOverVenues({
            side,
            offers,
            excluded: [],
            limitTolerance: amount('0'),
            books: quantities.map((quantity, b) => ({
              bookId: `b${b}`,
              quantity: fromFloat(quantity),
              available: { binance: everything, kraken: everything },
            })),
          })
          let [paidFees, paidShortfall] = [0, 0]
          for (const { venue, quantity, expectedNotional } of legs) {
            const [units, notional] = [toFloat(quantity), toFloat(expectedNotional)]
            paidFees += (fees[VENUE_IDS.indexOf(venue)]! / 1e4) * notional
            paidShortfall += side === 'buy' ? notional - 100 * units : 100 * units - notional
          }
          const venues = books.map((all, v): VenueCost => {
            const ladder = ladderCost({
              side,
              ladder: Float64Array.from(all.flatMap(({ price, quantity }) => [price, quantity])),
              priceUsd: 100,
              quoteUsd: 1,
              takerFee: fees[v]! / 1e4,
              impactFactor: 1,
              tailImpact: 0,
            })
            const [spread, fee] = [ladder.spread, ladder.fees[0]!]
            return { venue: VENUE_IDS[v]!, spread, fee, linear: spread + fee, impact: 0, capacity: Infinity, ladder }
          })
          const told = poolCosts(
            quantities.map((quantity) => ({
              asset: 'BTC',
              side,
              notionalUsd: 100 * quantity,
              curve: { ...curve({}), venues },
            })),
            NOBODY,
          )
          const sum = (pick: (cost: CostSplit) => number): number => told.reduce((all, cost) => all + pick(cost), 0)
          expect(sum((cost) => cost.totalUsd)).toBeCloseTo(paidFees + paidShortfall, 7)
          for (const { feeUsd, spreadUsd, impactUsd, totalUsd } of told)
            expect(feeUsd + spreadUsd + impactUsd).toBeCloseTo(totalUsd, 9)
          // everybody at one price
          const perUnit = told.map((cost, b) => cost.totalUsd / quantities[b]!)
          for (const price of perUnit) expect(price).toBeCloseTo(perUnit[0]!, 7)
        },
      ),
      { numRuns: 300 },
    ))

  test('who waits is told to go after the rest, and the rest without them; together they are what the block costs', () => {
    const amounts = fc.array(fc.tuple(fc.integer({ min: 1, max: 900_000 }), fc.boolean()), {
      minLength: 1,
      maxLength: 8,
    })
    fc.assert(
      fc.property(amounts, (all) => {
        const trades = all.map(([notional, waits]) => ({ ...trade(notional, { binance: 9e6 }), waits }))
        const costs = poolCosts(trades, NOBODY)
        const ready = trades.filter(({ waits }) => !waits)
        const among = poolCosts(ready, NOBODY)
        expect(costs.filter((_, i) => !trades[i]!.waits)).toEqual(among)
        const sum = (list: readonly CostSplit[]): number => list.reduce((total, cost) => total + cost.impactUsd, 0)
        const notional = trades.reduce((total, { notionalUsd }) => total + notionalUsd, 0)
        expect(sum(costs)).toBeCloseTo(IMPACT.binance * notional ** 1.5, 6)
        // nobody pays less for waiting
        const dearest = Math.max(0, ...among.map((cost, i) => cost.impactUsd / ready[i]!.notionalUsd))
        trades.forEach(({ waits, notionalUsd }, i) => {
          if (waits) expect(costs[i]!.impactUsd / notionalUsd).toBeGreaterThanOrEqual(dearest - 1e-12)
        })
      }),
      { numRuns: 200 },
    )
  })

  test('behind others’ proposals it is the slab of the walk beyond theirs', () => {
    const ladder = ladderCost({
      side: 'sell',
      ladder: Float64Array.from([99.9, 10, 99.5, 10]),
      priceUsd: 100,
      quoteUsd: 1,
      takerFee: 0.001,
      impactFactor: 1,
      tailImpact: 0,
    })
    const venue: VenueCost = {
      venue: 'binance',
      spread: ladder.spread,
      fee: ladder.fees[0]!,
      linear: ladder.spread + ladder.fees[0]!,
      impact: 0,
      capacity: 2_000,
      ladder,
    }
    const sale: PoolTrade = { asset: 'BTC', side: 'sell', notionalUsd: 600, curve: { ...curve({}), venues: [venue] } }
    const [first, behind] = [0, 800].map((usd) => poolCosts([sale], { proposedUsd: () => usd })[0]!)
    expect(first).toMatchObject({ impactUsd: 0, spreadUsd: expect.closeTo(0.6, 9) })
    // two units of the best level are left, four are sold at 99.5
    expect(behind!.impactUsd).toBeCloseTo(4 * 0.4, 9)
    expect(behind!.feeUsd).toBeCloseTo(0.001 * (2 * 99.9 + 4 * 99.5), 9)
  })
})
