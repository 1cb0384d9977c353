import { describe, expect, test } from 'vitest'
import { unwrap } from '../../core/result.ts'
import { solveProblemFile } from './problem-file.ts'

const base = {
  id: 7,
  n: 2,
  gamma: 0.4,
  S: [0.36, 0, 0, 0],
  w: [0.6, 0.4],
  t: [0.5, 0.5],
  lo: [0, 0],
  hi: [1, 1],
  cplus: [0.002, 0],
  cminus: [0.002, 0],
  k: [0, 0],
  groups: [],
}
const file = (given: Record<string, unknown>): string => JSON.stringify({ problems: [{ ...base, ...given }] })
const error = (text: string): string => {
  const answer = solveProblemFile(text)
  return answer.ok ? 'was read' : `${answer.error.code}: ${answer.error.message}`
}
const solve = (given: Record<string, unknown>) => unwrap(solveProblemFile(file(given))).solutions[0]!

describe('problem files', () => {
  test('solves and answers with the id as given', () => {
    const solution = solve({})
    expect(solution).toMatchObject({ id: 7, status: 'solved', reason: null })
    expect(solution.x![0]).toBeCloseTo(0.5 + 0.002 / (0.4 * 0.36), 12)
    expect(solve({ id: 'seven' }).id).toBe('seven')
  })

  test('factors and nested rows mean the same as a flat matrix', () => {
    const flat = solve({})
    expect(
      solve({
        S: [
          [0.36, 0],
          [0, 0],
        ],
      }),
    ).toEqual(flat)
    const factors = solve({ S: undefined, B: [0.6, 0], kf: 1, d: [0, 0] })
    expect(factors.x![0]).toBeCloseTo(flat.x![0]!, 12)
  })

  test('turnover_cap is on Σ|x−w|, twice the one-way turnover', () => {
    expect(solve({ cplus: [0, 0], cminus: [0, 0], turnover_cap: 0.1 }).x![0]).toBeCloseTo(0.55, 12)
  })

  test('a view enters as −viewᵀx', () => {
    const { x, objective } = solve({ cplus: [0, 0], cminus: [0, 0], view: [0.0144, 0] })
    expect(x![0]).toBeCloseTo(0.5 + 0.0144 / (0.4 * 0.36), 12)
    expect(objective).toBeCloseTo(0.2 * 0.36 * 0.01 - 0.0144 * 0.6, 12)
  })

  test('floors, a reserve and taxed lots are part of the problem', () => {
    const free = { cplus: [0, 0], cminus: [0, 0] }
    expect(solve({ ...free, floors: [{ members: [0], floor: 0.58 }] }).x![0]).toBeCloseTo(0.58, 12)
    const reserve = solve({ cminus: [0.01, 0], reserve: 0.55 })
    expect(reserve.x![1]! - 0.01 * (reserve.x![1]! - 0.4)).toBeCloseTo(0.55, 12)
    expect(solve({ cminus: [0.01, 0], reserve: { asset: 1, weight: 0.55 } })).toEqual(reserve)
    const tax = [{ asset: 0, size: [0.03, 0.6], slope: [0, 0.5] }]
    expect(solve({ ...free, tax }).x![0]).toBeCloseTo(0.57, 12)
    expect(solve({ floors: null, reserve: null, tax: null })).toEqual(solve({}))
  })

  test('a reserve as a bare number needs one line of cash; what can’t be meant is named', () => {
    expect(error(file({ cplus: [0.002, 0.001], reserve: 0.1 }))).toContain(
      'problem 7: "reserve" is a number, cash is the one line without costs and risk: no line; say {"asset": index',
    )
    const two = { n: 3, S: [0.36, 0, 0, 0, 0, 0, 0, 0, 0], w: [0.6, 0.2, 0.2], t: [0.5, 0.3, 0.2], lo: [0, 0, 0] }
    const columns = { hi: [1, 1, 1], cplus: [0, 0, 0], cminus: [0, 0, 0], k: [0, 0, 0] }
    expect(error(file({ ...two, ...columns, reserve: 0.1 }))).toContain('and risk: lines 1, 2; say')
    expect(error(file({ reserve: { asset: 2, weight: 0 } }))).toContain('reserve.asset is 2, assets are 0 to 1')
    expect(error(file({ floors: [{ members: [5], floor: 0 }] }))).toContain('floors[0] has member 5, assets are 0 to 1')
    expect(error(file({ tax: [{ asset: 0, size: [1, 1], slope: [0.2, 0.1] }] }))).toContain(
      'tax[0].slope[1] is 0.1, below the 0.2 before it',
    )
  })

  test('a reserve out of reach says how much lower it would have to be', () => {
    expect(solve({ lo: [0.5, 0], cminus: [0.01, 0], reserve: 0.55 })).toMatchObject({
      status: 'infeasible',
      reason:
        "reserve of 0.55 in line 1 can't be kept: at most 0.499 is left (0.5 less costs of 0.001); smallest cure of the reserve: down by 0.051",
    })
  })

  test('annotations of a reference file change nothing', () => {
    const notes = { cls: 'x', feasible: true, x_ref: [1], obj_ref: 3, x_unique: true, kkt_residual: 0, check: {} }
    expect(solve({ ...notes, primal_infeasibility: 1, tax: null })).toEqual(solve({}))
  })

  test('ticket, minTrade and step: a number is for every line but cash, which is found or named', () => {
    const drift = 0.1 - 0.002 / (0.4 * 0.36)
    const step = solve({ step: drift / 2.4 })
    expect(step.x![0]).toBeCloseTo(0.6 - 2 * (drift / 2.4), 12)
    expect(step.discrete).toMatchObject({ tickets: 0, dropped: [], harvests: [] })
    expect(solve({ step: [drift / 2.4, 0], cash: 1 }).x).toEqual(step.x)
    expect(solve({ ticket: 1e-5 }).discrete!.tickets).toBe(1e-5)
    expect(solve({ ticket: 1e-5 }).objective).toBeCloseTo(solve({}).objective! + 1e-5, 15)
    expect(solve({ ticket: 0.1 })).toMatchObject({ x: [0.6, 0.4], discrete: { dropped: [0, 1] } })
    expect(solve({ minTrade: 0.12 }).x![0]).toBeCloseTo(0.48, 12)
    expect(solve({}).discrete).toBeNull()
    expect(solve({ lo: [0, 0.45], step: 0.2, hi: [0.5, 0.5] })).toMatchObject({ status: 'infeasible' })
    const riskless = { S: [0, 0, 0, 0], cplus: [0, 0], cminus: [0, 0] }
    expect(error(file({ ...riskless, step: 0.1 }))).toContain('lines 0, 1 are without costs and risk')
    expect(solve({ ...riskless, step: 0.1, cash: 0 }).status).toBe('solved')
    expect(error(file({ minTrade: [0.1, 0.1] }))).toContain('problem 7: minTrade[1] is 0.1, line 1 is cash')
    expect(error(file({ cplus: [0.1, 0.1], step: 0.1 }))).toContain('no line is cash')
  })

  test('what is not known is an error naming field and problem', () => {
    expect(error(file({ turnovercap: 0.1 }))).toContain('unknown-field: problem 7: "turnovercap" is not a field')
  })

  test('bad input is named', () => {
    expect(error('{')).toContain('not-json: ')
    expect(error('{"problem": []}')).toContain('bad-format: the file is not {"problems": [...]}')
    expect(error(file({ w: [0.6] }))).toBe('bad-format: problem 7: "w" has 1 entries, n is 2')
    expect(error(file({ w: [0.6, null] }))).toContain('problem 7: "w.1"')
    expect(error(file({ k: [-1, 0] }))).toBe('bad-format: problem 7: k[0] is -1, it must be at least 0')
    expect(error(file({ S: [1, 2, 2, 1] }))).toContain('S is not positive semidefinite')
    expect(error(file({ S: [1, 0, 0] }))).toBe('bad-format: problem 7: "S" has 3 entries, n² is 4')
    expect(error(file({ S: undefined }))).toContain('a covariance is needed')
    expect(error(file({ id: undefined }))).toContain('problem at position 0')
    expect(error(file({ groups: [{ members: [5], cap: 1 }] }))).toContain('groups[0] has member 5, assets are 0 to 1')
    expect(error(file({ turnover_cap: -2 }))).toContain('turnover_cap/2 is -1')
  })

  test('limits that clash are an answer, not an error', () => {
    expect(solve({ lo: [0.7, 0.4] })).toMatchObject({
      status: 'infeasible',
      reason: 'lower bounds sum to 1.1, limit 1; smallest cure: lower bound of 0 down by 0.1',
      x: null,
      objective: null,
    })
  })

  test('the smallest cure is named with every bound that moves, or that none is one', () => {
    expect(solve({ groups: [{ members: [0, 1], cap: 0.9 }] }).reason).toBe(
      'group cap 0 needs at least 1 (1 minus 0, the upper bounds of the other lines), cap is 0.9; no move of bounds cures it',
    )
    expect(solve({ lo: [0.8, 0.1], groups: [{ members: [0], cap: -0.1 }] }).reason).toBe(
      'group cap 0 needs at least 0.8 (the lower bounds of its members), cap is -0.1; ' +
        'no move of bounds cures it: group cap 0 needs at least 0 (the lower bounds of its members), cap is -0.1',
    )
    const both = solve({ lo: [0.75, 0], hi: [1, 0.2], groups: [{ members: [0], cap: 0.7 }] }).reason
    expect(both).toMatch(/; smallest cure: lower bound of 0 down by 0.05, upper bound of 1 up by 0.1 \(0.15 in all\)$/)
  })
})
