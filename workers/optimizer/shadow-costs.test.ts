import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { createRandom } from '../../core/random.ts'
import { solveProblem } from './engine.ts'
import { horizonFollowing, type OneLine, type ShadowShape, shadowCosts, shapeProblem } from './shadow-costs.ts'
import { dynamicOptimum, gridOf, type OneAsset, policyCost } from './test-support/dynamic-optimum.ts'
import { makePair, makeProblem } from './test-support/test-problems.ts'

const DAY = 1 / 365
const WATCHED: ShadowShape = { horizonYears: 1 / 12, impactMemoryYears: DAY, monitoredEveryYears: 0 }
const DAILY: ShadowShape = { ...WATCHED, monitoredEveryYears: DAY }
const dynamicWidth = ({ cost, target, riskAversion }: Pick<OneLine, 'cost' | 'target' | 'riskAversion'>): number =>
  (((3 / 2) * target ** 2 * (1 - target) ** 2 * cost) / riskAversion) ** (1 / 3)

describe('shadow costs', () => {
  test("without impact the one-period half-width is the dynamic problem's, whatever the horizon", () => {
    const line = fc.record({
      cost: fc.double({ min: 1e-5, max: 0.02, noNaN: true }),
      impact: fc.constant(0),
      volatility: fc.double({ min: 0.1, max: 1.5, noNaN: true }),
      target: fc.double({ min: 0.01, max: 0.9, noNaN: true }),
      riskAversion: fc.double({ min: 1, max: 20, noNaN: true }),
    })
    fc.assert(
      fc.property(line, fc.double({ min: 0.01, max: 2, noNaN: true }), (drawn, horizonYears) => {
        const { cost } = shadowCosts(drawn, { ...WATCHED, horizonYears })
        const width = cost / (drawn.riskAversion * horizonYears * drawn.volatility ** 2)
        expect(width / dynamicWidth(drawn)).toBeCloseTo(1, 12)
      }),
    )
  })

  test('the solver stays inside that width and stops at its edge', () => {
    const [target, sigma, cost] = [0.4, 0.6, 0.002]
    const half = dynamicWidth({ cost, target, riskAversion: 5 })
    const answerAt = (w: number) => {
      const problem = makePair(w, target, sigma, {
        costBuy: Float64Array.of(cost, 0),
        costSell: Float64Array.of(cost, 0),
      })
      const solution = solveProblem(shapeProblem(problem, WATCHED))
      if (solution.status !== 'solved') throw new Error(solution.reason)
      return solution.x[0]!
    }
    expect(answerAt(target + 0.999 * half)).toBe(target + 0.999 * half)
    expect(answerAt(target + 3 * half)).toBeCloseTo(target + half, 10)
    expect(answerAt(target - 3 * half)).toBeCloseTo(target - half, 10)
  })

  test('impact makes the band narrower and the rest slower, and goes over into none without a jump', () => {
    const line = { cost: 0.001, volatility: 0.6, target: 0.5, riskAversion: 5 }
    const none = shadowCosts({ ...line, impact: 0 }, WATCHED)
    const faint = shadowCosts({ ...line, impact: 1e-9 }, WATCHED)
    expect(faint.cost / none.cost).toBeCloseTo(1, 4)
    let previous = none
    for (const impact of [0.001, 0.01, 0.05, 0.2]) {
      const shaped = shadowCosts({ ...line, impact }, WATCHED)
      expect(shaped.cost).toBeLessThan(previous.cost)
      expect(shaped.impact).toBeGreaterThan(previous.impact)
      previous = shaped
    }
  })

  test('rebates, cash and what hardly moves keep their costs', () => {
    const problem = makeProblem([0.3, 0.3, 0.4], [0.4, 0.3, 0.3], [0.36, 0, 0, 0, 0.0001, 0, 0, 0, 0], {
      costBuy: Float64Array.of(-0.0002, 0.001, 0),
      costSell: Float64Array.of(0.001, 0.001, 0),
    })
    const shaped = shapeProblem(problem, WATCHED)
    expect(shaped.costBuy).toEqual(problem.costBuy)
    expect(shaped.costSell[0]).toBeGreaterThan(0.001)
    expect(shaped.costSell.slice(1)).toEqual(problem.costSell.slice(1))
    expect(solveProblem(shaped).status).toBe('solved')
  })

  test('a reserve still pays for the trades at what they really cost', () => {
    const problem = makePair(0.6, 0.9, 0.6, {
      riskScale: 50,
      costBuy: Float64Array.of(0.002, 0),
      reserve: { asset: 1, weight: 0.1 },
    })
    const solution = solveProblem(shapeProblem(problem, WATCHED))
    if (solution.status !== 'solved') throw new Error(solution.reason)
    expect(solution.x[1]! - 0.002 * (solution.x[0]! - 0.6)).toBeGreaterThanOrEqual(0.1 - 1e-12)
    expect(solution.x[0]).toBeGreaterThan(0.7)
  })

  test('the horizon follows slow variance, so that as much variance lies in it, and not without end', () => {
    expect(horizonFollowing(0.36, 0.36, 1 / 12)).toBeCloseTo(1 / 12, 15)
    expect(horizonFollowing(0.72, 0.36, 1 / 12) * 0.72).toBeCloseTo(0.36 / 12, 15)
    expect(horizonFollowing(1e-6, 0.36, 1 / 12)).toBeCloseTo(4 / 12, 15)
    expect(horizonFollowing(0, 0.36, 1 / 12)).toBe(1 / 12)
  })
})

describe('against the dynamic problem', () => {
  test('the best simulated band approaches the cube-root width as the cost falls', () => {
    const [sigma, target, riskAversion] = [0.6, 0.4, 5]
    const missOf = (cost: number): number => bestSimulatedBand(sigma, target, riskAversion, cost) - 1
    expect(Math.abs(missOf(2e-3))).toBeLessThan(0.12)
    expect(Math.abs(missOf(1e-4))).toBeLessThan(0.06)
  })

  const CASES: readonly (readonly [sigma: number, target: number, gamma: number, cost: number, impact: number])[] = [
    [0.6, 0.5, 5, 0.001, 0],
    [0.6, 0.5, 5, 0.001, 0.02],
    [0.6, 0.5, 5, 0.001, 0.05],
    [0.6, 0.5, 5, 0, 0.05],
    [0.6, 0.5, 5, 0.001, 0.002],
    [0.8, 0.2, 5, 0.001, 0.02],
    [0.6, 0.05, 5, 0.002, 0.01],
    [0.9, 0.1, 3, 0.0015, 0.005],
    [0.5, 0.4, 10, 0.0012, 0.0003],
  ]
  test.each(CASES)(
    'σ %f, π %f, γ %f, ε %f, k %f: the mean path is not 2 percent dearer than the optimum',
    (sigma, pi, gamma, cost, impact) => {
      const asset: OneAsset = { volatility: sigma, target: pi, riskAversion: gamma, cost, impact, stepYears: DAY }
      const step = pi * (1 - pi) * sigma * Math.sqrt(DAY)
      const width = dynamicWidth({ cost, target: pi, riskAversion: gamma })
      const speed =
        impact > 0 ? ((gamma * sigma ** 2) / (impact * Math.sqrt(DAY))) ** (2 / 3) : Number.POSITIVE_INFINITY
      const wander = ((pi * (1 - pi) * sigma) ** 2 / speed) ** (3 / 7)
      const grid = gridOf(asset, Math.max(4 * step, 2.5 * width + 6 * step, 4 * wander + width + 4 * step), 241)
      const policyOf =
        (shape: ShadowShape | null) =>
        (y: number): number => {
          // a target of one half and free bounds: the target only enters the shape
          const problem = makePair(0.5 + y, 0.5, sigma, {
            riskScale: gamma / 12,
            costBuy: Float64Array.of(cost, 0),
            costSell: Float64Array.of(cost, 0),
            impact: Float64Array.of(impact, 0),
            lower: Float64Array.of(-10, -10),
            upper: Float64Array.of(10, 10),
          })
          const shaped = shape === null ? problem : withTarget(problem, pi, shape)
          const solution = solveProblem(shaped)
          if (solution.status !== 'solved') throw new Error(solution.reason)
          return solution.x[0]! - 0.5
        }
      const best = dynamicOptimum(asset, grid)
      expect(policyCost(asset, grid, policyOf(DAILY)) / best).toBeLessThan(1.02)
      expect(policyCost(asset, grid, policyOf(DAILY)) / best).toBeGreaterThan(0.97)
      if (cost >= 0.0015 || impact === 0.05) return
      // without the shape a monthly horizon is further away
      expect(policyCost(asset, grid, policyOf(null)) / best).toBeGreaterThan(1.1)
    },
  )
})

/** Costs shaped at one target, the distance measured from another. */
function withTarget(problem: ReturnType<typeof makePair>, target: number, shape: ShadowShape) {
  const { costBuy, costSell, impact } = shapeProblem({ ...problem, aim: Float64Array.of(target, 1 - target) }, shape)
  return { ...problem, costBuy, costSell, impact }
}

/** Half-width of the band with the least mean cost on one simulated log-normal path, over the cube-root width. */
function bestSimulatedBand(sigma: number, target: number, riskAversion: number, cost: number): number {
  const formula = dynamicWidth({ cost, target, riskAversion })
  const factors = Array.from({ length: 13 }, (_, i) => 0.6 * (1.6 / 0.6) ** (i / 12))
  // a step of a twentieth of the half-width
  const step = formula / 20
  const logStep = step / (target * (1 - target))
  const years = (logStep / sigma) ** 2
  const random = createRandom(5)
  const weights = factors.map(() => target)
  const sums = factors.map(() => 0)
  for (let n = 0; n < 600_000; n++) {
    const growth = Math.exp(logStep * random.normal() - logStep ** 2 / 2)
    for (let f = 0; f < factors.length; f++) {
      const moved = (weights[f]! * growth) / (weights[f]! * growth + 1 - weights[f]!)
      // what is looked at in steps overshoots its barrier by 0.5826 of a step: the barrier of the continuous path
      const half = factors[f]! * formula - 0.5826 * step
      const held = Math.min(target + half, Math.max(target - half, moved))
      sums[f]! += cost * Math.abs(moved - held) + 0.5 * riskAversion * sigma ** 2 * (held - target) ** 2 * years
      weights[f] = held
    }
  }
  // minimum of the parabola through all points of log(width)
  return Math.exp(parabolaMinimum(factors.map(Math.log), sums))
}

function parabolaMinimum(xs: readonly number[], ys: readonly number[]): number {
  const lowest = ys.indexOf(Math.min(...ys))
  const from = Math.max(0, Math.min(xs.length - 7, lowest - 3))
  const [x, y] = [xs.slice(from, from + 7), ys.slice(from, from + 7)]
  const middle = x.reduce((a, b) => a + b, 0) / x.length
  let [s2, s4, sy, sxy, sx2y] = [0, 0, 0, 0, 0]
  x.forEach((value, i) => {
    const d = value - middle
    s2 += d ** 2
    s4 += d ** 4
    sy += y[i]!
    sxy += d * y[i]!
    sx2y += d ** 2 * y[i]!
  })
  const slope = sxy / s2
  const bend = (x.length * sx2y - s2 * sy) / (x.length * s4 - s2 ** 2)
  return middle - slope / (2 * bend)
}
