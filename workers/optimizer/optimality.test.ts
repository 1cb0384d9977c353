import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { createRandom } from '../../core/random.ts'
import { solveProblem } from './engine.ts'
import { OptimizerEngine } from './optimizer-engine.ts'
import type { RebalanceProblem } from './problem.ts'
import type { Solved } from './solution.ts'
import { randomProblem } from './test-support/random-problems.ts'
import { randomFullProblem } from './test-support/random-terms.ts'
import { lowerBound, objectiveOf, violationOf } from './test-support/test-problems.ts'

function expectOptimal(problem: RebalanceProblem, solution: Solved): void {
  const objective = objectiveOf(problem, solution.x)
  const scale = 1e-10 + 1e-8 * Math.abs(objective)
  expect(Math.abs(solution.objective - objective)).toBeLessThan(scale)
  expect(violationOf(problem, solution.x)).toBeLessThan(1e-9)
  const { turnover, reserve, groups, floors, budget } = solution.multipliers
  expect(Math.min(0, turnover, reserve, ...groups, ...floors)).toBe(0)
  // the bound's own rounding: prices times weights
  const prices = Math.max(Math.abs(budget), reserve, ...groups, ...floors, 1)
  expect(objective - lowerBound(problem, solution)).toBeLessThan(scale + 1e-14 * prices * problem.current.length)
}

describe('5. every size, every degeneracy', () => {
  const random = createRandom(20)
  const drawn = Array.from({ length: 3000 }, (_, i) => randomProblem(random.fork(`r${i}`), `r${i}`))

  test('3,000 random and degenerate problems: none fails, what is feasible is found so, what is solved is optimal', () => {
    const count = { solved: 0, infeasible: 0, failed: 0 }
    for (const { problem, feasiblePoint } of drawn) {
      const solution = solveProblem(problem)
      count[solution.status]++
      if (solution.status === 'failed') throw new Error(`${problem.id}: ${solution.reason}`)
      if (solution.status === 'infeasible') expect(feasiblePoint).toBeNull()
      else expectOptimal(problem, solution)
    }
    expect(count.solved).toBeGreaterThan(2000)
    expect(count.infeasible).toBeGreaterThan(500)
  }, 120_000)

  test('600 more with floors, a reserve and taxed lots on top', () => {
    const count = { solved: 0, infeasible: 0, priced: 0, taxed: 0, floored: 0 }
    const full = createRandom(21)
    for (let i = 0; i < 600; i++) {
      const { problem, feasiblePoint } = randomFullProblem(full.fork(`f${i}`), `f${i}`)
      const solution = solveProblem(problem)
      if (solution.status === 'failed') throw new Error(`${problem.id}: ${solution.reason}`)
      count[solution.status]++
      if (solution.status === 'infeasible') {
        expect(feasiblePoint).toBeNull()
        continue
      }
      expectOptimal(problem, solution)
      if (solution.multipliers.reserve > 0) count.priced++
      if (solution.split.tax !== 0) count.taxed++
      if (solution.multipliers.floors.some((price) => price > 0)) count.floored++
    }
    expect(count.solved).toBeGreaterThan(320)
    expect(count.infeasible).toBeGreaterThan(120)
    expect(count.priced).toBeGreaterThan(24)
    expect(count.taxed).toBeGreaterThan(80)
    expect(count.floored).toBeGreaterThan(40)
  }, 120_000)

  test('no feasible point is better', () => {
    for (const { problem, feasiblePoint } of drawn.slice(0, 1000)) {
      const solution = solveProblem(problem)
      if (solution.status !== 'solved' || feasiblePoint === null) continue
      const slack = 1e-9 + 1e-8 * Math.abs(solution.objective)
      expect(solution.objective).toBeLessThanOrEqual(objectiveOf(problem, feasiblePoint) + slack)
    }
  })

  test('the same bits again, in any order and company', () => {
    const full = Array.from({ length: 60 }, (_, i) => randomFullProblem(createRandom(22).fork(`b${i}`), `b${i}`))
    const problems = [...drawn.slice(0, 140), ...full].map(({ problem }) => problem)
    const engine = new OptimizerEngine()
    const forwards = engine.solve(problems)
    const backwards = engine.solve(problems.toReversed()).reverse()
    expect(backwards).toEqual(forwards)
    expect(engine.solve([problems[17]!])[0]).toEqual(forwards[17])
  })
})

describe('brute force', () => {
  test('two assets: a fine grid finds nothing better', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 1e7 }), (seed) => {
        const { problem } = randomProblem(createRandom(seed), 'grid', { size: 2 })
        const solution = solveProblem(problem)
        for (let k = 0; k <= 2000; k++) {
          const first = k / 2000
          const x = [first, 1 - first]
          if (violationOf(problem, x) > 0) continue
          if (solution.status !== 'solved') throw new Error(`${first} is feasible, the answer ${solution.status}`)
          expect(solution.objective).toBeLessThanOrEqual(objectiveOf(problem, x) + 1e-9)
        }
      }),
      { numRuns: 150 },
    )
  })

  test('three assets: no grid point of the simplex is better', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 1e7 }), (seed) => {
        const { problem } = randomProblem(createRandom(seed), 'grid', { size: 3 })
        const solution = solveProblem(problem)
        for (let a = 0; a <= 60; a++)
          for (let b = 0; a + b <= 60; b++) {
            const x = [a / 60, b / 60, (60 - a - b) / 60]
            if (violationOf(problem, x) > 0) continue
            if (solution.status !== 'solved')
              throw new Error(`${x.join(', ')} is feasible, the answer ${solution.status}`)
            expect(solution.objective).toBeLessThanOrEqual(objectiveOf(problem, x) + 1e-9)
          }
      }),
      { numRuns: 100 },
    )
  })
})
