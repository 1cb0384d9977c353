import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Side } from '../order.ts'
import { walkLadder } from './float-ladder.ts'
import {
  costOnLadder,
  heldBy,
  type LadderCost,
  ladderCost,
  marginalOnLadder,
  type QuotedLadder,
} from './ladder-cost.ts'

const quoted = (side: Side, levels: readonly number[], change: Partial<QuotedLadder> = {}): QuotedLadder => ({
  side,
  ladder: Float64Array.from(levels),
  priceUsd: 100,
  quoteUsd: 1,
  takerFee: 0.001,
  impactFactor: 1,
  tailImpact: 0,
  ...change,
})
const totalOf = (cost: LadderCost, usd: number): number => {
  const { fee, spread, impact } = costOnLadder(cost, usd)
  return fee + spread + impact
}

describe('by hand', () => {
  // mid 100: two asks of 3 and 5 units
  const asks = [101, 3, 104, 5]
  test('within the best level: fee and half the spread, no impact', () => {
    const cost = ladderCost(quoted('buy', asks))
    const { fee, spread, impact } = costOnLadder(cost, 200)
    expect(fee).toBeCloseTo(0.001 * 202, 12)
    expect(spread).toBeCloseTo(2, 12)
    expect(impact).toBe(0)
    expect(heldBy(cost)).toBe(800)
    expect(marginalOnLadder(cost, 0)).toBeCloseTo(0.01 + 0.00101, 12)
  })

  test('five units: three at 101, two at 104, each part of it what it is for', () => {
    const { fee, spread, impact } = costOnLadder(ladderCost(quoted('buy', asks)), 500)
    expect(fee).toBeCloseTo(0.001 * (3 * 101 + 2 * 104), 12)
    expect(spread).toBeCloseTo(5, 12)
    expect(impact).toBeCloseTo(6, 12)
  })

  test('a sale, in another currency, at a venue that is better than the price: its spread is below zero', () => {
    // 202 and 200 quoted at 0.5 USD are 101 and 100.
    const cost = ladderCost(quoted('sell', [202, 2, 200, 2], { quoteUsd: 0.5 }))
    const { fee, spread, impact } = costOnLadder(cost, 300)
    expect(fee).toBeCloseTo(0.001 * (2 * 101 + 100), 12)
    expect(spread).toBeCloseTo(-3, 12)
    expect(impact).toBeCloseTo(1, 12)
  })

  test('what fills have paid for impact multiplies it, and neither spread nor fee', () => {
    const [plain, dearer] = [quoted('buy', asks), quoted('buy', asks, { impactFactor: 1.5 })].map((one) =>
      costOnLadder(ladderCost(one), 500),
    )
    expect(dearer!.impact).toBeCloseTo(1.5 * plain!.impact, 12)
    expect(dearer).toMatchObject({ fee: plain!.fee, spread: plain!.spread })
  })

  test('beyond the last level the last price goes on, and the curve rises from where the ladder left it', () => {
    const flat = ladderCost(quoted('buy', asks))
    const rising = ladderCost(quoted('buy', asks, { tailImpact: 1e-4 }))
    expect(costOnLadder(flat, 1_000).impact).toBeCloseTo(5 * 3 + 2 * 3, 12)
    const tail = 1e-4 * (1_000 ** 1.5 - 800 ** 1.5 - 1.5 * Math.sqrt(800) * 200)
    expect(costOnLadder(rising, 1_000).impact).toBeCloseTo(5 * 3 + 2 * 3 + tail, 9)
    expect(tail).toBeGreaterThan(0)
    expect(costOnLadder(rising, 1_000)).toMatchObject({ fee: costOnLadder(flat, 1_000).fee, spread: 10 })
  })
})

const part = fc.integer({ min: 0, max: 100_000 }).map((n) => n / 1e5)
const books = fc
  .record({
    side: fc.constantFrom<Side>('buy', 'sell'),
    steps: fc.array(fc.tuple(fc.integer({ min: 1, max: 400 }), fc.integer({ min: 1, max: 1_000 })), {
      minLength: 1,
      maxLength: 12,
    }),
    takerFee: fc.integer({ min: 0, max: 60 }).map((bps) => bps / 1e4),
    quoteUsd: fc.integer({ min: 90, max: 110 }).map((cents) => cents / 100),
    tailImpact: fc.oneof(fc.constant(0), fc.double({ min: 1e-9, max: 1e-4, noNaN: true })),
    impactFactor: fc.integer({ min: 10, max: 300 }).map((percent) => percent / 100),
  })
  .map(({ side, steps, ...rest }) => {
    let price = 10_000
    const ladder = steps.flatMap(([step, size]) => {
      price += side === 'buy' ? step : -step
      return [price / 100, size]
    })
    return quoted(side, ladder, rest)
  })

describe('whatever the order book', () => {
  test('within it told is the walk, to the last cent: fee of it, best price, the rest of it', () =>
    fc.assert(
      fc.property(books, part, (one, share) => {
        const cost = ladderCost({ ...one, impactFactor: 1 })
        const usd = share * heldBy(cost)
        const quantity = usd / one.priceUsd
        const walked = walkLadder(one.ladder, one.side, quantity, 0).notional * one.quoteUsd
        const best = quantity * one.ladder[0]! * one.quoteUsd
        const sign = one.side === 'buy' ? 1 : -1
        const { fee, spread, impact } = costOnLadder(cost, usd)
        const slack = 1e-12 * heldBy(cost)
        expect(Math.abs(fee - one.takerFee * walked)).toBeLessThanOrEqual(slack)
        expect(Math.abs(spread - sign * (best - usd))).toBeLessThanOrEqual(slack)
        expect(Math.abs(impact - sign * (walked - best))).toBeLessThanOrEqual(slack)
      }),
      { numRuns: 500 },
    ))

  test('a further unit never costs less, and the cost is its sum: convex, continuous, beyond the end too', () =>
    fc.assert(
      fc.property(books, part, part, (one, p, r) => {
        const cost = ladderCost(one)
        const reach = 3 * heldBy(cost)
        const [low, high] = [reach * Math.min(p, r), reach * Math.max(p, r)]
        const slack = 1e-11 * reach
        const [first, last] = [marginalOnLadder(cost, low), marginalOnLadder(cost, high)]
        expect(first).toBeLessThanOrEqual(last + 1e-12)
        const rise = totalOf(cost, high) - totalOf(cost, low)
        expect(rise).toBeGreaterThanOrEqual(first * (high - low) - slack)
        expect(rise).toBeLessThanOrEqual(last * (high - low) + slack)
        if (low > 0) expect(totalOf(cost, low) / low).toBeLessThanOrEqual(totalOf(cost, high) / high + 1e-9)
      }),
      { numRuns: 1_000 },
    ))

  test('where the ladder ends neither the cost nor what a unit costs jumps', () =>
    fc.assert(
      fc.property(books, (one) => {
        const cost = ladderCost(one)
        const end = heldBy(cost)
        const step = 1e-7 * end
        const last = marginalOnLadder(cost, end)
        expect(totalOf(cost, end + step) - totalOf(cost, end)).toBeCloseTo(last * step, 4)
        // the curve's own slope over the step, at most
        expect(marginalOnLadder(cost, end + step) - last).toBeLessThanOrEqual(one.tailImpact * Math.sqrt(step) + 1e-12)
      }),
    ))
})
