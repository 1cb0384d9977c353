import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { assetsToBranch, takeBranch } from './discrete/harvest-branch.ts'
import { solveProblem } from './engine.ts'
import { type RebalanceProblem, validateProblem } from './problem.ts'
import { type SaleTax, taxCurves, taxOf } from './sale-tax.ts'
import type { Solved } from './solution.ts'
import { makePair, objectiveOf, taxOn } from './test-support/test-problems.ts'

const lots = (asset: number, size: readonly number[], slope: readonly number[]): SaleTax => ({
  asset,
  size: Float64Array.from(size),
  slope: Float64Array.from(slope),
})
function solved(problem: RebalanceProblem): Solved {
  const solution = solveProblem(problem)
  if (solution.status !== 'solved') throw new Error(`${solution.status}: ${solution.reason}`)
  return solution
}
const share = (min: number, max: number): fc.Arbitrary<number> => fc.double({ min, max, noNaN: true })

describe('tax of a sale', () => {
  test('lot by lot; the last slope goes on; empty lots and equal slopes are no step', () => {
    const [curve] = taxCurves([lots(0, [0.1, 0, 0.2, 0.1], [-0.05, 0, 0.1, 0.1])], 1)!
    expect(Array.from(curve!.end)).toEqual([0.1])
    expect(Array.from(curve!.slope)).toEqual([-0.05, 0.1])
    expect(taxOf(curve!, 0.05)).toBeCloseTo(-0.0025, 15)
    expect(taxOf(curve!, 0.1)).toBeCloseTo(-0.005, 15)
    expect(taxOf(curve!, 0.9)).toBeCloseTo(0.075, 15)
    // an empty last lot says what comes after the others
    expect(Array.from(taxCurves([lots(0, [0.1, 0], [0.1, 0.3])], 1)![0]!.slope)).toEqual([0.1, 0.3])
    expect(taxCurves([lots(0, [], []), lots(1, [1], [0])], 2)).toBeNull()
  })

  test('what can’t be meant is refused', () => {
    const message = (tax: SaleTax, ...more: SaleTax[]): string => {
      const checked = validateProblem({ ...makePair(0.5, 0.5, 0.8), taxes: [tax, ...more] })
      return checked.ok ? 'was taken' : checked.error.message
    }
    expect(message(lots(2, [1], [0]))).toBe('taxes[0].asset is 2, assets are 0 to 1')
    expect(message(lots(0, [1], [0]), lots(0, [1], [0]))).toBe('taxes[1] is the second for asset 0')
    expect(message(lots(0, [1], [0, 1]))).toBe('taxes[0] has 1 sizes and 2 slopes')
    expect(message(lots(0, [-1], [0]))).toContain('taxes[0].size[0] is -1')
    expect(message(lots(0, [1], [Number.NaN]))).toContain('taxes[0].slope[0] is NaN')
    expect(message(lots(0, [1, 1], [0.2, 0.1]))).toContain('taxes[0].slope[1] is 0.1, below the 0.2 before it')
  })
})

describe('one taxed asset and cash, no impact', () => {
  test('soft thresholding with a step per lot: sold until the lot’s margin is spent, or up to its end', () => {
    fc.assert(
      fc.property(
        share(0.3, 0.95),
        share(0.05, 0.9),
        share(0.2, 1.5),
        share(1e-5, 0.02),
        fc.tuple(share(0, 0.2), share(0, 0.2)),
        fc.tuple(share(-1, 0.5), share(0, 0.05), share(0, 0.2)),
        (w, t, sigma, cost, [first, second], [harvest, rise, more]) => {
          const riskScale = 5 / 12
          const curvature = riskScale * sigma * sigma
          // from a loss just short of a round trip to a gain
          const slope = [2 * cost * harvest, 2 * cost * harvest + rise, 2 * cost * harvest + rise + more]
          const ends = [first, first + second, Infinity]
          const sold = slope.reduce(
            (most, tax, j) => Math.max(most, Math.min(ends[j]!, w, w - t - (cost + tax) / curvature)),
            0,
          )
          const bought = Math.max(0, t - w - cost / curvature)
          // a harvest at or below the target may pay for itself, but then nothing is bought
          const expected = sold > 0 ? w - sold : w + bought
          const costs = Float64Array.of(cost, 0)
          const taxes = [lots(0, [first, second, 1], slope)]
          const { x, split } = solved(makePair(w, t, sigma, { riskScale, costBuy: costs, costSell: costs, taxes }))
          expect(Math.abs(x[0]! - expected)).toBeLessThan(1e-12)
          if (expected === w) expect(x[0]).toBe(w)
          expect(split.tax).toBeCloseTo(
            sold > 0
              ? slope[0]! * Math.min(sold, first) +
                  slope[1]! * Math.min(Math.max(sold - first, 0), second) +
                  slope[2]! * Math.max(sold - first - second, 0)
              : 0,
            12,
          )
        },
      ),
      { numRuns: 400 },
    )
  })

  test('with impact: each lot ends or the quadratic in √sold is solved', () => {
    const [w, t, cost, k] = [0.7, 0.4, 0.002, 0.01]
    const curvature = (5 / 12) * 0.64
    const problem = (slope: number): RebalanceProblem =>
      makePair(w, t, 0.8, {
        costBuy: Float64Array.of(cost, 0),
        costSell: Float64Array.of(cost, 0),
        impact: Float64Array.of(k, 0),
        taxes: [lots(0, [0.05, 0.9], [0.001, slope])],
      })
    // curvature·(w − t − s) = cost + slope + 1.5·k·√s
    const root = (slope: number): number => {
      const b = 1.5 * k
      const push = curvature * (w - t) - cost - slope
      return ((-b + Math.sqrt(b * b + 4 * curvature * push)) / (2 * curvature)) ** 2
    }
    expect(w - solved(problem(0.01)).x[0]!).toBeCloseTo(root(0.01), 13)
    const held = solved(problem(0.5))
    expect(w - held.x[0]!).toBeCloseTo(0.05, 15)
    expect(held.lines[0]).toMatchObject({ status: 'at-tax-step', sideIfCheaper: 'sell' })
    const next = cost + 0.5 + 1.5 * k * Math.sqrt(0.05) - curvature * (w - t - 0.05)
    expect(held.lines[0]!.costFallToTrade).toBeCloseTo(next, 12)
    expect(held.lines[0]!.cost.tax).toBeCloseTo(0.00005, 15)
  })

  test('an untraded line counts the tax of its first lot among what would have to fall', () => {
    const costs = Float64Array.of(0.002, 0)
    const problem = makePair(0.52, 0.5, 0.8, { costBuy: costs, costSell: costs, taxes: [lots(0, [1], [0.01])] })
    const [line] = solved(problem).lines
    const pull = (5 / 12) * 0.64 * 0.02
    expect(line).toMatchObject({ status: 'no-trade-region', trade: 0, sideIfCheaper: 'sell' })
    expect(line!.costFallToTrade).toBeCloseTo(0.012 - pull, 12)
  })
})

describe('a harvest worth more than a round trip', () => {
  const costs = Float64Array.of(0.002, 0)
  const problem = makePair(0.5, 0.55, 0.8, {
    costBuy: costs,
    costSell: costs,
    taxes: [lots(0, [0.1, 0.9], [-0.05, 0.02])],
  })

  test('is refused by name until its bounds take one side', () => {
    expect(assetsToBranch(problem)).toEqual([0])
    const refused = solveProblem(problem)
    expect(refused).toMatchObject({ status: 'failed', code: 'needs-branch' })
    expect(refused.status === 'failed' && refused.reason).toContain('asset 0: its first lot saves 0.05')
    expect(assetsToBranch({ ...problem, frozen: Uint8Array.of(1, 0) })).toEqual([])
    expect(assetsToBranch({ ...problem, taxes: [lots(0, [1], [-0.004])] })).toEqual([])
  })

  test('each side is solved with a certificate, and the better of the two is the best of a fine grid', () => {
    const harvest = solved(takeBranch(problem, 0, 'sell-or-hold'))
    const keep = solved(takeBranch(problem, 0, 'buy-or-hold'))
    expect(harvest.x[0]).toBeCloseTo(0.4, 15)
    expect(keep.x[0]).toBeCloseTo(0.55 - 0.002 / ((5 / 12) * 0.64), 13)
    let [least, best] = [Infinity, Infinity]
    for (let step = 0; step <= 10000; step++) {
      const value = objectiveOf(problem, [step / 10000, 1 - step / 10000])
      if (value < least) [least, best] = [value, step / 10000]
    }
    expect(best).toBeCloseTo(0.4, 10)
    expect(Math.min(harvest.objective, keep.objective)).toBeCloseTo(least, 12)
    expect(harvest.split.tax).toBeCloseTo(taxOn(problem, 0, 0.1), 15)
  })
})
