import { describe, expect, test } from 'vitest'
import { createRandom } from '../../core/random.ts'
import { assess, passes } from './certificate.ts'
import { solveProblem } from './engine.ts'
import { prepareRisk } from './kernel/prepared-risk.ts'
import type { Covariance, RebalanceProblem } from './problem.ts'
import { randomProblem } from './test-support/random-problems.ts'
import { covarianceOf, makePair, makeProblem, violationOf } from './test-support/test-problems.ts'

const random = createRandom(77)
const drawn = Array.from({ length: 300 }, (_, i) => randomProblem(random.fork(`e${i}`), `e${i}`).problem)

describe('a start', () => {
  test('changes the way, not the answer: near, far, or nonsense', () => {
    for (const problem of drawn) {
      const cold = solveProblem(problem)
      if (cold.status !== 'solved') continue
      const n = problem.current.length
      const groups = problem.groupCaps.length
      const starts = [
        cold,
        {
          x: problem.aim,
          multipliers: {
            budget: 1e6,
            groups: new Float64Array(groups).fill(3),
            floors: new Float64Array(0),
            turnover: 7,
            reserve: 0,
          },
        },
        { x: new Float64Array(n).fill(Number.NaN), multipliers: cold.multipliers },
        { x: new Float64Array(n + 1), multipliers: cold.multipliers },
      ]
      for (const start of starts) {
        const warm = solveProblem(problem, { start })
        if (warm.status !== 'solved') throw new Error(`${problem.id}: ${warm.reason}`)
        const allowed = cold.certificate.gap + warm.certificate.gap + 1e-9 * (1 + Math.abs(cold.objective))
        expect(Math.abs(warm.objective - cold.objective)).toBeLessThan(allowed)
        expect(violationOf(problem, warm.x)).toBeLessThan(1e-9)
      }
    }
  })
})

describe('a certificate', () => {
  const problem = makePair(0.6, 0.5, 0.8, {
    costBuy: Float64Array.of(0.001, 0),
    costSell: Float64Array.of(0.001, 0),
    impact: Float64Array.of(0.01, 0),
    groupCaps: [{ members: [0], cap: 0.58 }],
  })
  const solution = solveProblem(problem)
  if (solution.status !== 'solved') throw new Error(solution.reason)
  const { x, multipliers } = solution

  test('passes at the solution and nowhere near it', () => {
    expect(passes(assess(problem, x, multipliers))).toBe(true)
    for (const [move, other] of [
      [1e-5, -1e-5],
      [-1e-4, 1e-4],
      [2e-9, 0],
    ] as const)
      expect(passes(assess(problem, Float64Array.of(x[0]! + move, x[1]! + other), multipliers))).toBe(false)
    for (const budget of [1e-6, -1e-6, Number.NaN])
      expect(passes(assess(problem, x, { ...multipliers, budget: multipliers.budget + budget }))).toBe(false)
    expect(passes(assess(problem, x, { ...multipliers, groups: Float64Array.of(-1e-6) }))).toBe(false)
    expect(passes(assess(problem, Float64Array.of(Number.NaN, x[1]!), multipliers))).toBe(false)
  })

  test('does not forgive a frozen line outside its bounds, nor a frozen line that trades', () => {
    const none = { budget: 0, groups: new Float64Array(1), floors: new Float64Array(0), turnover: 0, reserve: 0 }
    const outside = { ...problem, frozen: Uint8Array.of(1, 1), upper: Float64Array.of(0.55, 1) }
    expect(assess(outside, problem.current, none).certificate.primalResidual).toBeCloseTo(0.05, 12)
    const frozen = { ...problem, groupCaps: [], frozen: Uint8Array.of(1, 1) }
    expect(assess(frozen, Float64Array.of(0.59, 0.41), none).certificate.primalResidual).toBeCloseTo(0.01, 12)
  })
})

describe('a turnover cap', () => {
  test('closes to 1e-9 on every feasible book, and is used up where it has a price', () => {
    let priced = 0
    for (let seed = 0; seed < 400; seed++) {
      const own = createRandom(seed)
      const drawnProblem = randomProblem(own, `t${seed}`, { size: own.pick([3, 8, 20]) }).problem
      const problem: RebalanceProblem = { ...drawnProblem, turnoverCap: own.pick([1e-4, 0.01, 0.05]) }
      const solution = solveProblem(problem)
      if (solution.status !== 'solved') {
        expect(solution.status).toBe('infeasible')
        continue
      }
      const traded = solution.x.reduce((sum, x, i) => sum + Math.abs(x - problem.current[i]!), 0) / 2
      expect(traded).toBeLessThan(problem.turnoverCap! + 1e-9)
      if (solution.multipliers.turnover < 1e-3) continue
      priced++
      expect(traded).toBeGreaterThan(problem.turnoverCap! - 1e-6)
    }
    expect(priced).toBeGreaterThan(20)
  })
})

describe('a dense covariance', () => {
  const dense = (n: number, ridge: number): Covariance => {
    const root = Array.from({ length: n * n }, () => random.normal())
    const matrix = new Float64Array(n * n)
    for (let i = 0; i < n - 1; i++)
      for (let j = 0; j < n - 1; j++) {
        for (let q = 0; q < 2; q++) matrix[i * n + j]! += 0.1 * root[i * n + q]! * root[j * n + q]!
        if (i === j) matrix[i * n + j]! += ridge
      }
    return { kind: 'dense', matrix }
  }

  test('splits exactly into factors and a diagonal; cash takes no factor', () => {
    for (const n of [2, 5, 20]) {
      const covariance = dense(n, 0.05)
      const risk = prepareRisk(covariance, n, 40)
      if (risk === null) throw new Error('no split')
      expect(risk.factorCount).toBe(n - 1)
      expect(risk.risklessLines).toContain(n - 1)
      const split = makeProblem([...new Float64Array(n)], [...new Float64Array(n)], [])
      const factors: Covariance = { kind: 'factors', ...risk }
      for (let i = 0; i < n; i++)
        for (let j = 0; j < n; j++) {
          const wanted = covarianceOf({ ...split, covariance }, i, j)
          expect(covarianceOf({ ...split, covariance: factors }, i, j)).toBeCloseTo(wanted, 14)
        }
    }
  })

  test('has no split where it is singular or too large: the interior point takes it', () => {
    expect(prepareRisk(dense(8, 0), 8, 40)).toBeNull()
    expect(prepareRisk(dense(50, 0.1), 50, 40)).toBeNull()
  })
})

test('bands of 1e-15 to 1e-6 under two tight groups at n = 100: solved, though only with room lent to the bounds', () => {
  const { problem } = randomProblem(createRandom(3).fork('t36746'), 't36746', { size: 100 })
  const solution = solveProblem(problem)
  if (solution.status !== 'solved') throw new Error(solution.reason)
  expect(violationOf(problem, solution.x)).toBeLessThan(1e-9)
})

test('trades of 1e-14, against nearly no risk, of which one changes sides on the way: solved', () => {
  const { problem } = randomProblem(createRandom(17).fork('r625605'), 'r625605')
  const solution = solveProblem(problem)
  if (solution.status !== 'solved') throw new Error(solution.reason)
  expect(Math.max(...solution.lines.map(({ trade }) => Math.abs(trade)))).toBeLessThan(1e-12)
  expect(solution.lines[2]!.trade).toBeGreaterThan(1e-15)
})

test('bands of 1e-15 to 1e-6 under five groups and a turnover cap at costs beyond reason: solved, though in many steps', () => {
  const { problem } = randomProblem(createRandom(29).fork('r542482'), 'r542482')
  const solution = solveProblem(problem)
  if (solution.status !== 'solved') throw new Error(solution.reason)
  expect(violationOf(problem, solution.x)).toBeLessThan(1e-9)
  expect(solution.iterations).toBeGreaterThan(100)
})
