import { describe, expect, test } from 'vitest'
import { createRandom, type Random } from '../../core/random.ts'
import { assess, passes } from './certificate.ts'
import type { RebalanceProblem } from './problem.ts'
import type { Multipliers } from './solution.ts'
import { randomFullProblem } from './test-support/random-terms.ts'
import { lineTerm, lowerBound, objectiveOf, violationOf } from './test-support/test-problems.ts'

/**
 * A certificate is worth what it says of wrong answers: any weights within the bounds and any prices are judged here,
 * and compared to figures made from the problem's definition alone.
 */
interface Drawn {
  readonly problem: RebalanceProblem
  readonly x: Float64Array
  readonly multipliers: Multipliers
}

const random = createRandom(52)
const drawn = Array.from({ length: 600 }, (_, i) => draw(random.fork(`c${i}`), `c${i}`))

function draw(own: Random, id: string): Drawn {
  const size = own.pick([2, 3, 5, 12])
  const { problem } = randomFullProblem(own, id, { size })
  const price = (): number => own.pick([0, 0, 1e-3, 0.1]) * own.next()
  const multipliers = {
    budget: own.pick([-0.1, 0, 0.1]) * own.next(),
    groups: Float64Array.from(problem.groupCaps, price),
    floors: Float64Array.from(problem.groupFloors, price),
    turnover: problem.turnoverCap === null ? 0 : price(),
    reserve: problem.reserve === null ? 0 : 10 * price(),
  }
  return { problem, x: Float64Array.from({ length: size }, (_, i) => drawWeight(own, problem, i)), multipliers }
}

function sum(values: Float64Array): number {
  return values.reduce((total, value) => total + value, 0)
}

/** On a bound, untraded, at the end of a lot, or anywhere between the bounds. */
function drawWeight(own: Random, { current, lower, upper, frozen, taxes }: RebalanceProblem, i: number): number {
  const [w, low, high] = [current[i]!, lower[i]!, upper[i]!]
  if (frozen?.[i]) return w
  const sizes = taxes.find(({ asset }) => asset === i)?.size ?? new Float64Array(0)
  const ends = Array.from(sizes, (_, j) => w - sum(sizes.subarray(0, j + 1)))
  const wanted = own.pick([low, high, w, ...ends, ...ends, own.between(low, high)])
  return Math.min(high, Math.max(low, wanted))
}

describe('judging any point at any prices', () => {
  test('the gap is the objective less what the prices prove', () => {
    const priced = { reserve: 0, floors: 0, tax: 0 }
    for (const { problem, x, multipliers } of drawn) {
      const { objective, certificate } = assess(problem, x, multipliers)
      const expected = objectiveOf(problem, x) - lowerBound(problem, { x, multipliers })
      const scale = 1e-9 * (1 + Math.abs(objective) + Math.abs(expected))
      expect(Math.abs(objective - objectiveOf(problem, x))).toBeLessThan(scale)
      // below the bound is only who misses a limit
      const unexplained = expected < 0 && certificate.primalResidual <= 2e-10 ? 0 : Math.abs(expected)
      expect(Math.abs(certificate.gap - unexplained)).toBeLessThan(scale)
      if (multipliers.reserve > 0) priced.reserve++
      if (multipliers.floors.some((price) => price > 0)) priced.floors++
      if (problem.taxes.length > 0) priced.tax++
    }
    expect(Math.min(priced.reserve, priced.floors, priced.tax)).toBeGreaterThan(100)
  })

  test('the primal residual is the largest violation; at most twice it, where a floor and the total are missed', () => {
    for (const { problem, x, multipliers } of drawn) {
      const { primalResidual } = assess(problem, x, multipliers).certificate
      const violation = violationOf(problem, x)
      expect(primalResidual).toBeGreaterThan(violation - 1e-13)
      expect(primalResidual).toBeLessThan(2 * violation + 1e-13)
    }
  })

  test('the dual residual is the steepest way down that the bounds leave open', () => {
    let steep = 0
    for (const { problem, x, multipliers } of drawn) {
      const { dualResidual } = assess(problem, x, multipliers).certificate
      let [least, most] = [0, 0]
      for (const [i, weight] of x.entries()) {
        if (problem.frozen?.[i] || problem.upper[i]! - problem.lower[i]! < 1e-5) continue
        const term = lineTerm(problem, { x, multipliers }, i)
        // over a short way an average, at most the slope at its start and at least that at its end
        for (const side of [1, -1]) {
          const room = side > 0 ? problem.upper[i]! - weight : weight - problem.lower[i]!
          if (room <= 1e-13) continue
          const way = Math.min(1e-8, room)
          most = Math.max(most, (term(weight) - term(weight + side * way)) / way)
          if (room > 1e-5) least = Math.max(least, (term(weight + side * way) - term(weight + 2 * side * way)) / way)
        }
      }
      // the differences' own rounding
      const noise = 1e-6 * (1 + Math.max(...problem.costBuy, ...problem.impact))
      const narrow = problem.upper.some((high, i) => high - problem.lower[i]! < 1e-5 && high > problem.lower[i]!)
      expect(dualResidual).toBeGreaterThan(least - noise)
      if (!narrow) expect(dualResidual).toBeGreaterThan(most - noise)
      if (dualResidual > 1e-3) steep++
    }
    expect(steep).toBeGreaterThan(300)
  })

  test('a price with the wrong sign is a residual of its size', () => {
    let checked = 0
    for (const { problem, x, multipliers } of drawn) {
      const wrong: Multipliers[] = []
      if (problem.reserve !== null) wrong.push({ ...multipliers, reserve: -0.5 })
      if (problem.groupFloors.length > 0) wrong.push({ ...multipliers, floors: multipliers.floors.map(() => -0.5) })
      if (problem.groupCaps.length > 0) wrong.push({ ...multipliers, groups: multipliers.groups.map(() => -0.5) })
      for (const prices of wrong) {
        expect(assess(problem, x, prices).certificate.dualResidual).toBeGreaterThanOrEqual(0.5)
        checked++
      }
    }
    expect(checked).toBeGreaterThan(300)
  })
})

test.each([
  ['a gap', { gap: 1e-10 }, { gap: 1.01e-10 }, 0],
  ['a gap against its objective', { gap: 1.01e-8 }, { gap: 1.02e-8 }, -1],
  ['a primal residual', { primalResidual: 1e-9 }, { primalResidual: 1.01e-9 }, 0],
  ['a dual residual', { dualResidual: 1e-9 }, { dualResidual: 1.01e-9 }, 0],
])('%s is let pass up to its limit, whatever the others are, and no further', (_, within, beyond, objective) => {
  const exact = { gap: 0, primalResidual: 0, dualResidual: 0 }
  expect(passes({ objective, certificate: { ...exact, ...within } })).toBe(true)
  expect(passes({ objective, certificate: { ...exact, ...beyond } })).toBe(false)
})
