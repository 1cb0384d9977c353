import { describe, expect, test } from 'vitest'
import { createRandom } from '../../../core/random.ts'
import { solveProblem } from '../engine.ts'
import type { RebalanceProblem } from '../problem.ts'
import type { Infeasible } from '../solution.ts'
import { randomProblem } from '../test-support/random-problems.ts'
import { makeProblem } from '../test-support/test-problems.ts'

const flat = (n: number): number[] => Array.from({ length: n * n }, (_, at) => (at % (n + 1) === 0 ? 0.1 : 0))
function infeasible(problem: RebalanceProblem): Infeasible {
  const solution = solveProblem(problem)
  if (solution.status !== 'infeasible') throw new Error(`expected infeasible, was ${solution.status}`)
  return solution
}

describe('infeasible problems are named with the constraints that clash and by how much', () => {
  const w = [0.5, 0.3, 0.2]
  const base = makeProblem(w, w, flat(3))

  test('bounds that cross', () => {
    const { code, reason, lines } = infeasible({
      ...base,
      lower: Float64Array.of(0, 0.4, 0),
      upper: Float64Array.of(1, 0.3, 1),
    })
    expect([code, reason, lines]).toEqual(['bounds-cross', 'line 1: lower bound 0.4 is above its upper bound 0.3', [1]])
  })

  test('a frozen line outside its bounds: nothing is relaxed here', () => {
    const { code, reason } = infeasible({ ...base, upper: Float64Array.of(0.4, 1, 1), frozen: Uint8Array.of(1, 0, 0) })
    expect([code, reason]).toEqual(['frozen-outside-bounds', 'line 0 is frozen at 0.5, outside its bounds 0 to 0.4'])
  })

  test('bounds that cannot sum to 1', () => {
    const low = infeasible({ ...base, lower: Float64Array.of(0.5, 0.33, 0.2) })
    expect([low.code, low.reason]).toEqual(['lower-bounds-above-one', 'lower bounds sum to 1.03, limit 1'])
    expect(low.shortfall).toBeCloseTo(0.03, 12)
    const high = infeasible({ ...base, upper: Float64Array.of(0.4, 0.3, 0.2) })
    expect([high.code, high.reason]).toEqual(['upper-bounds-below-one', 'upper bounds sum to 0.9, needed 1'])
  })

  test('a group cap against the lower bounds of its members, and against the room outside', () => {
    const inside = infeasible({
      ...base,
      lower: Float64Array.of(0.3, 0.11, 0),
      groupCaps: [{ members: [0, 1], cap: 0.35 }],
    })
    expect(inside.reason).toBe('group cap 0 needs at least 0.41 (the lower bounds of its members), cap is 0.35')
    const outside = infeasible({
      ...base,
      upper: Float64Array.of(1, 1, 0.25),
      groupCaps: [{ members: [0, 1], cap: 0.7 }],
    })
    expect(outside.reason).toBe(
      'group cap 0 needs at least 0.75 (1 minus 0.25, the upper bounds of the other lines), cap is 0.7',
    )
    expect(outside.shortfall).toBeCloseTo(0.05, 12)
  })

  test('overlapping caps that clash only together', () => {
    const { code, reason, groups, shortfall } = infeasible({
      ...base,
      groupCaps: [
        { members: [0], cap: 1 },
        { members: [0, 1], cap: 0.5 },
        { members: [1, 2], cap: 0.4 },
        { members: [0, 2], cap: 0.6 },
      ],
    })
    expect(code).toBe('group-caps-clash')
    expect(groups).toEqual([1, 2, 3])
    // Σ of the three caps is 1.5 for weights that are counted twice and must sum to 2
    expect(shortfall).toBeGreaterThan(0.2)
    expect(reason).toContain('1 (cap 0.5), 2 (cap 0.4), 3 (cap 0.6)')
  })

  test('a turnover cap below what bounds and groups force', () => {
    const bands = infeasible({ ...base, upper: Float64Array.of(0.38, 1, 1), turnoverCap: 0.1 })
    expect(bands.reason).toBe('turnover needed 0.12 (line 0 outside bounds), cap 0.1')
    const group = infeasible({ ...base, groupCaps: [{ members: [0, 1], cap: 0.7 }], turnoverCap: 0.05 })
    expect(group.reason).toBe('turnover needed 0.1 (group cap 0), cap 0.05')
    expect(group.shortfall).toBeCloseTo(0.05, 12)
  })
})

describe('the answer is exact at the edge', () => {
  const random = createRandom(31)
  const clashes: { problem: RebalanceProblem; answer: Infeasible }[] = []
  for (let i = 0; i < 4000; i++) {
    const { problem } = randomProblem(random.fork(`e${i}`), `e${i}`)
    const answer = solveProblem(problem)
    if (answer.status === 'infeasible' && answer.shortfall > 1e-6) clashes.push({ problem, answer })
  }
  const widened = (problem: RebalanceProblem, answer: Infeasible, by: number): RebalanceProblem => ({
    ...problem,
    turnoverCap: answer.code === 'turnover-cap' ? problem.turnoverCap! + by : problem.turnoverCap,
    groupCaps: problem.groupCaps.map((group, g) =>
      answer.code === 'group-cap' && answer.groups.includes(g) ? { ...group, cap: group.cap + by } : group,
    ),
  })

  test('relaxing by the shortfall cures that clash, by less does not', () => {
    const checked = { 'group-cap': 0, 'turnover-cap': 0 }
    for (const { problem, answer } of clashes) {
      if (answer.code !== 'group-cap' && answer.code !== 'turnover-cap') continue
      checked[answer.code]++
      const cured = solveProblem(widened(problem, answer, answer.shortfall + 1e-9))
      const sameClash =
        cured.status === 'infeasible' && cured.code === answer.code && String(cured.groups) === String(answer.groups)
      expect(sameClash).toBe(false)
      expect(solveProblem(widened(problem, answer, 0.99 * answer.shortfall)).status).toBe('infeasible')
    }
    expect(checked['group-cap']).toBeGreaterThan(200)
    expect(checked['turnover-cap']).toBeGreaterThan(30)
  })

  test('caps that clash together: raising every one involved by the shortfall is enough', () => {
    const together = clashes.filter(({ answer }) => answer.code === 'group-caps-clash')
    expect(together.length).toBeGreaterThan(5)
    for (const { problem, answer } of together) {
      const groupCaps = problem.groupCaps.map((group, g) =>
        answer.groups.includes(g) ? { ...group, cap: group.cap + answer.shortfall + 1e-9 } : group,
      )
      const cured = solveProblem({ ...problem, groupCaps })
      expect(cured.status === 'infeasible' && cured.code === 'group-caps-clash').toBe(false)
    }
  })

  test('a limit that is just met is met', () => {
    const problem = makeProblem([0.5, 0.3, 0.2], [0.2, 0.5, 0.3], flat(3), {
      lower: Float64Array.of(0.2, 0.4, 0.4),
      turnoverCap: 0.3,
    })
    const solution = solveProblem(problem)
    expect(solution.status === 'solved' && solution.x).toEqual(Float64Array.of(0.2, 0.4, 0.4))
  })
})
