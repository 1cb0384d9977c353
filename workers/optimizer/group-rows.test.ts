import { describe, expect, test } from 'vitest'
import { solveProblem } from './engine.ts'
import { toMultipliers, toRowPrices } from './group-rows.ts'
import type { RebalanceProblem } from './problem.ts'
import type { Infeasible, Solved } from './solution.ts'
import { makePair, makeProblem } from './test-support/test-problems.ts'

function solved(problem: RebalanceProblem): Solved {
  const solution = solveProblem(problem)
  if (solution.status !== 'solved') throw new Error(`${solution.status}: ${solution.reason}`)
  return solution
}
function infeasible(problem: RebalanceProblem): Infeasible {
  const solution = solveProblem(problem)
  if (solution.status !== 'infeasible') throw new Error(`expected infeasible, was ${solution.status}`)
  return solution
}

describe('a group floor', () => {
  test('holds one asset above its aim at the price of the risk it forces', () => {
    const floor = { members: [0], floor: 0.65 }
    const { x, multipliers } = solved(makePair(0.5, 0.5, 0.8, { groupFloors: [floor] }))
    expect(x[0]).toBeCloseTo(0.65, 15)
    expect(multipliers.floors[0]).toBeCloseTo((5 / 12) * 0.64 * 0.15, 12)
    // cash is free: what the budget is worth is nothing
    expect(multipliers.budget).toBeCloseTo(0, 12)
  })

  test('is shared by its members where their margins are equal', () => {
    // equal variances: both move by half of what is missing
    const problem = makeProblem([0.2, 0.2, 0.6], [0.2, 0.2, 0.6], [0.4, 0, 0, 0, 0.4, 0, 0, 0, 0], {
      groupFloors: [{ members: [0, 1], floor: 0.5 }],
    })
    const { x, multipliers } = solved(problem)
    expect(x[0]).toBeCloseTo(0.25, 13)
    expect(x[1]).toBeCloseTo(0.25, 13)
    expect(multipliers.floors[0]).toBeCloseTo((5 / 12) * 0.4 * 0.05, 12)
  })

  test('that is met already changes nothing, a cap and a floor on the same group hold both', () => {
    const free = makePair(0.5, 0.5, 0.8)
    expect(solved({ ...free, groupFloors: [{ members: [0], floor: 0.4 }] }).x).toEqual(free.current)
    const both = { ...free, groupCaps: [{ members: [0], cap: 0.6 }], groupFloors: [{ members: [0], floor: 0.6 }] }
    expect(solved(both).x[0]).toBeCloseTo(0.6, 15)
  })

  test('out of reach is named with what it can reach', () => {
    const high = infeasible(
      makePair(0.5, 0.5, 0.8, { upper: Float64Array.of(0.6, 1), groupFloors: [{ members: [0], floor: 0.7 }] }),
    )
    expect(high).toMatchObject({
      code: 'group-floor',
      reason: 'group floor 0 can reach at most 0.6 (the upper bounds of its members), floor is 0.7',
      groups: [],
      floors: [0],
      lines: [0],
    })
    expect(high.shortfall).toBeCloseTo(0.1, 12)
    const low = infeasible(
      makePair(0.5, 0.5, 0.8, { lower: Float64Array.of(0, 0.4), groupFloors: [{ members: [0], floor: 0.7 }] }),
    )
    expect(low.reason).toBe(
      'group floor 0 can reach at most 0.6 (1 minus 0.4, the lower bounds of the other lines), floor is 0.7',
    )
  })

  test('against a cap is named with both', () => {
    const { code, reason, groups, floors, shortfall } = infeasible(
      makeProblem([0.3, 0.3, 0.4], [0.3, 0.3, 0.4], [...new Float64Array(9)], {
        groupCaps: [{ members: [0, 1], cap: 0.5 }],
        groupFloors: [
          { members: [0], floor: 0.3 },
          { members: [1], floor: 0.3 },
        ],
      }),
    )
    expect([code, groups, floors]).toEqual(['group-caps-clash', [0], [0, 1]])
    expect(reason).toContain('group caps 0 (cap 0.5) and group floors 0 (floor 0.3), 1 (floor 0.3)')
    expect(shortfall).toBeCloseTo(0.1, 10)
  })

  test('forces turnover that a cap may forbid', () => {
    const { reason } = infeasible(
      makePair(0.5, 0.5, 0.8, { groupFloors: [{ members: [0], floor: 0.7 }], turnoverCap: 0.1 }),
    )
    expect(reason).toBe('turnover needed 0.2 (group floor 0), cap 0.1')
  })
})

test('prices of rows and multipliers of floors say the same', () => {
  const problem = makePair(0.5, 0.5, 0.8, {
    groupCaps: [{ members: [0], cap: 1 }],
    groupFloors: [
      { members: [0], floor: 0.1 },
      { members: [1], floor: 0 },
    ],
  })
  const rows = { budget: 0.5, groups: Float64Array.of(0.25, 1, 2), turnover: 0.125 }
  const multipliers = toMultipliers(problem, rows)
  expect(multipliers).toEqual({
    budget: 3.5,
    groups: Float64Array.of(0.25),
    floors: Float64Array.of(1, 2),
    turnover: 0.125,
    reserve: 0,
  })
  expect(toRowPrices(multipliers)).toEqual(rows)
})
