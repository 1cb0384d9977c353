import { describe, expect, test } from 'vitest'
import { createRandom } from '../../../core/random.ts'
import { solveProblem } from '../engine.ts'
import type { RebalanceProblem } from '../problem.ts'
import { reserveRoom } from '../reserve-price.ts'
import { randomFullProblem } from '../test-support/random-terms.ts'
import { makeProblem } from '../test-support/test-problems.ts'
import { relaxBounds, relaxInStages } from './relaxation.ts'

const diagonal = (n: number): number[] => Array.from({ length: n * n }, (_, at) => (at % (n + 1) === 0 ? 0.1 : 0))
const w = [0.5, 0.3, 0.2]
const cost = 0.01
const base: RebalanceProblem = makeProblem(w, w, diagonal(3), {
  costBuy: Float64Array.of(cost, cost, 0),
  costSell: Float64Array.of(cost, cost, 0),
  lower: Float64Array.of(0.45, 0.28, 0.1),
  upper: Float64Array.of(0.6, 0.4, 0.3),
})
const anyWeight = { lower: new Float64Array(3), upper: new Float64Array(3).fill(1) }

describe('bounds give way to a reserve', () => {
  test('by what sales within them fall short of, their costs on top', () => {
    // sold to both lower bounds: 0.27 of cash less 0.0007
    const problem = { ...base, reserve: { asset: 2, weight: 0.29 } }
    expect(solveProblem(problem)).toMatchObject({ status: 'infeasible', code: 'reserve' })
    const answer = relaxBounds(problem, anyWeight)
    if (answer.kind !== 'relaxed') throw new Error(answer.why.reason)
    // s·(1 − c) = 0.29 − 0.2 sold in all, 0.07 of it within the bounds
    expect(answer.total).toBeCloseTo(0.09 / (1 - cost) - 0.07, 12)
    const { lower, upper } = answer
    expect(solveProblem({ ...problem, lower, upper }).status).toBe('solved')
  })

  test('no further than where nothing gives way: then the reserve is why', () => {
    const problem = { ...base, reserve: { asset: 2, weight: 0.29 } }
    const hard = { lower: Float64Array.of(0.45, 0.275, 0), upper: Float64Array.of(1, 1, 1) }
    const answer = relaxBounds(problem, hard)
    expect(answer).toMatchObject({ kind: 'incurable', why: { code: 'reserve' } })
    if (answer.kind === 'incurable') expect(answer.why.shortfall).toBeGreaterThan(0.015)
  })

  test('a clash that is none of the reserve’s is told as it is', () => {
    const problem = { ...base, groupCaps: [{ members: [0, 1], cap: 0.5 }], reserve: { asset: 2, weight: 0.1 } }
    const hard = { lower: Float64Array.of(0.45, 0.28, 0), upper: Float64Array.of(1, 1, 1) }
    expect(relaxBounds(problem, hard)).toMatchObject({ kind: 'incurable', why: { code: 'group-cap' } })
  })

  test('in stages: first within the first limits, then beyond by the least', () => {
    const problem = { ...base, reserve: { asset: 2, weight: 0.29 } }
    const near = { lower: Float64Array.of(0.44, 0.28, 0.1), upper: Float64Array.of(0.6, 0.4, 0.3) }
    const answer = relaxInStages(problem, [near, anyWeight])
    if (answer.kind !== 'relaxed') throw new Error(answer.why.reason)
    expect(answer.clash).toMatchObject({ code: 'reserve' })
    expect(answer.lower[0]!).toBeLessThanOrEqual(0.44)
    expect(answer.total).toBeCloseTo(0.09 / (1 - cost) - 0.07, 9)
  })

  test('any random problem: the bounds that come back can be met, reserve and costs included', () => {
    const random = createRandom(77)
    let cured = 0
    for (let i = 0; i < 300; i++) {
      const { problem } = randomFullProblem(random.fork(`problem ${i}`), `${i}`)
      if (problem.reserve === null) continue
      const solution = solveProblem(problem)
      if (solution.status !== 'infeasible') continue
      const n = problem.current.length
      const answer = relaxBounds(problem, { lower: new Float64Array(n).fill(-1), upper: new Float64Array(n).fill(2) })
      if (answer.kind !== 'relaxed') continue
      const { lower, upper } = answer
      const again = solveProblem({ ...problem, lower, upper })
      if (again.status === 'failed') continue
      expect(again.status, `${i}: ${again.status === 'infeasible' ? again.reason : ''}`).toBe('solved')
      if (again.status === 'solved') expect(reserveRoom(problem, again.x)).toBeGreaterThan(-1e-9)
      cured++
    }
    expect(cured).toBeGreaterThan(10)
  })
})
