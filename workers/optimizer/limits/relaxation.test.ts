import loadHighs from 'highs'
import { describe, expect, test } from 'vitest'
import { createRandom } from '../../../core/random.ts'
import { solveProblem } from '../engine.ts'
import type { RebalanceProblem } from '../problem.ts'
import { randomProblem } from '../test-support/random-problems.ts'
import { makeProblem } from '../test-support/test-problems.ts'
import { type BoundLimits, type BoundMove, type RelaxationAnswer, relaxBounds, relaxInStages } from './relaxation.ts'

const diagonal = (n: number): number[] => Array.from({ length: n * n }, (_, at) => (at % (n + 1) === 0 ? 0.1 : 0))
/** Every bound is a band: it may move as far as weights go. */
const anyBound = ({ lower, upper }: RebalanceProblem): BoundLimits => ({
  lower: lower.map((low) => Math.min(low, 0)),
  upper: upper.map((high) => Math.max(high, 1)),
})
type Relaxed = Extract<RelaxationAnswer, { kind: 'relaxed' }>
function relaxed(problem: RebalanceProblem, limits = anyBound(problem)): Relaxed {
  const answer = relaxBounds(problem, limits)
  if (answer.kind !== 'relaxed') throw new Error(`incurable: ${answer.why.reason}`)
  return answer
}
const rounded = (moves: readonly BoundMove[]): string[] =>
  moves.map(({ line, bound, by }) => `${bound} ${line} by ${Number(by.toFixed(9))}`)

describe('by hand', () => {
  const w = [0.5, 0.3, 0.2]
  const base = makeProblem(w, w, diagonal(3))

  test('lower bounds above 1: down by what is too much, where least has to be traded', () => {
    const problem = { ...base, lower: Float64Array.of(0.5, 0.33, 0.2) }
    const answer = relaxed(problem)
    expect(answer.total).toBeCloseTo(0.03, 12)
    // line 1 stays where it is: the others would have to be sold for it
    expect(rounded(answer.moves)).toEqual(['lower 1 by 0.03'])
    expect(answer.lower[1]).toBeCloseTo(0.3, 12)
  })

  test('upper bounds below 1', () =>
    expect(relaxed({ ...base, upper: Float64Array.of(0.4, 0.3, 0.2) })).toMatchObject({
      moves: [{ line: 0, bound: 'upper' }],
      total: expect.closeTo(0.1, 12),
    }))

  test('bounds that cross: the gap between them, once', () => {
    const answer = relaxed({ ...base, lower: Float64Array.of(0, 0.4, 0), upper: Float64Array.of(1, 0.35, 1) })
    expect(rounded(answer.moves)).toEqual(['lower 1 by 0.05'])
  })

  test('a group cap against its members, and against the room outside', () => {
    const inside = { ...base, lower: Float64Array.of(0.3, 0.11, 0), groupCaps: [{ members: [0, 1], cap: 0.35 }] }
    expect(relaxed(inside).total).toBeCloseTo(0.06, 12)
    const outside = { ...base, upper: Float64Array.of(1, 1, 0.25), groupCaps: [{ members: [0, 1], cap: 0.7 }] }
    expect(rounded(relaxed(outside).moves)).toEqual(['upper 2 by 0.05'])
  })

  test('one move that cures two clashes is taken once', () => {
    // both groups are too full by 0.04 and share line 1
    const problem = {
      ...base,
      lower: Float64Array.of(0.2, 0.2, 0.2),
      groupCaps: [
        { members: [0, 1], cap: 0.36 },
        { members: [1, 2], cap: 0.36 },
      ],
    }
    // with line 1 at 0.16 the caps leave lines 0 and 2 at most 0.2 each: 0.56 in all, and the rest has no place
    expect(relaxBounds(problem, anyBound(problem))).toMatchObject({
      kind: 'incurable',
      why: { code: 'group-caps-clash' },
    })
    const withCash = {
      ...makeProblem([0.2, 0.2, 0.2, 0.4], [0.2, 0.2, 0.2, 0.4], diagonal(4)),
      lower: Float64Array.of(0.2, 0.2, 0.2, 0),
      groupCaps: problem.groupCaps,
    }
    expect(rounded(relaxed(withCash).moves)).toEqual(['lower 1 by 0.04'])
  })

  test('a turnover cap: bands give way by what can no longer be traded', () => {
    const answer = relaxed({ ...base, upper: Float64Array.of(0.38, 1, 1), turnoverCap: 0.1 })
    expect(rounded(answer.moves)).toEqual(['upper 0 by 0.02'])
  })

  test('a frozen line takes its band with it', () => {
    const answer = relaxed({ ...base, upper: Float64Array.of(0.4, 1, 1), frozen: Uint8Array.of(1, 0, 0) })
    expect([rounded(answer.moves), answer.upper[0]]).toEqual([['upper 0 by 0.1'], 0.5])
  })

  test('a bound that may not move leaves it to the others, up to where they may', () => {
    const problem = { ...base, lower: Float64Array.of(0.5, 0.33, 0.2) }
    const limits = (lower: readonly number[]): BoundLimits => ({
      lower: Float64Array.from(lower),
      upper: problem.upper,
    })
    expect(rounded(relaxed(problem, limits([0, 0.33, 0.2])).moves)).toEqual(['lower 0 by 0.03'])
    expect(rounded(relaxed(problem, limits([0.49, 0.33, 0.18])).moves)).toEqual(['lower 0 by 0.01', 'lower 2 by 0.02'])
    expect(relaxBounds(problem, limits([0.49, 0.33, 0.19]))).toMatchObject({
      kind: 'incurable',
      why: { code: 'lower-bounds-above-one', shortfall: expect.closeTo(0.01, 12) },
    })
  })

  test('limits inside a bound mean that it does not move', () => {
    const problem = { ...base, lower: Float64Array.of(0.5, 0.33, 0.2) }
    const limits = { lower: Float64Array.of(0.6, 0, 0.9), upper: new Float64Array(3) }
    expect(rounded(relaxed(problem, limits).moves)).toEqual(['lower 1 by 0.03'])
  })

  test('a feasible problem needs no move', () => {
    const answer = relaxed({ ...base, lower: Float64Array.of(0.4, 0.35, 0.2) })
    expect([answer.moves, answer.total, [...answer.lower]]).toEqual([[], 0, [0.4, 0.35, 0.2]])
  })
})

describe('in stages', () => {
  const w = [0.5, 0.3, 0.2]
  const base = makeProblem(w, w, diagonal(3), { lower: Float64Array.of(0.52, 0.33, 0.2) })
  const limits = (...lower: readonly number[]): BoundLimits => ({ lower: Float64Array.from(lower), upper: base.upper })

  test('the first limits come first, whatever the second would allow', () => {
    const answer = relaxInStages(base, [limits(0.5, 0.31, 0.18), limits(0, 0, 0)])
    expect(answer).toMatchObject({ kind: 'relaxed', total: expect.closeTo(0.05, 12), clash: null })
  })

  test('where they are no cure they move by the least amount, and bounds only as far as they must', () => {
    const answer = relaxInStages(base, [limits(0.51, 0.32, 0.2), limits(0, 0.2, 0.2)])
    // 0.05 too much, of which the first limits give 0.02 and the second the other 0.03, where least is traded
    expect(answer).toMatchObject({ kind: 'relaxed', clash: { code: 'lower-bounds-above-one' } })
    if (answer.kind !== 'relaxed') return
    expect(answer.total).toBeCloseTo(0.05, 12)
    expect(answer.clash?.shortfall).toBeCloseTo(0.03, 12)
    expect(answer.lower.reduce((sum, low) => sum + low, 0)).toBeCloseTo(1, 12)
    expect(answer.lower[2]).toBe(0.2)
  })

  test('incurable is what clashes at the last of them', () =>
    expect(relaxInStages(base, [limits(0.51, 0.32, 0.2), limits(0.5, 0.32, 0.2)])).toMatchObject({
      kind: 'incurable',
      why: { shortfall: expect.closeTo(0.02, 12) },
    }))

  test('a feasible problem moves nothing', () =>
    expect(relaxInStages({ ...base, lower: new Float64Array(3) }, [limits(0, 0, 0)])).toMatchObject({ moves: [] }))
})

describe('random and degenerate problems', () => {
  const random = createRandom(77)
  const clashes: { readonly problem: RebalanceProblem; readonly limits: BoundLimits }[] = []
  for (let k = 0; k < 2500; k++) {
    const { problem } = randomProblem(random.fork(`r${k}`), `r${k}`)
    if (solveProblem(problem).status !== 'infeasible') continue
    const anywhere = anyBound(problem)
    // a third of the bounds hard, some with a limit on the way
    const limit = (bound: number, far: number): number => random.pick([bound, far, far, (bound + far) / 2])
    const mixed = {
      lower: problem.lower.map((low, i) => limit(low, anywhere.lower[i]!)),
      upper: problem.upper.map((high, i) => limit(high, anywhere.upper[i]!)),
    }
    clashes.push({ problem, limits: k % 2 === 0 ? anywhere : mixed })
  }
  const cured = clashes.flatMap(({ problem, limits }) => {
    const answer = relaxBounds(problem, limits)
    return answer.kind === 'relaxed' ? [{ problem, limits, answer }] : []
  })

  test('the moved bounds are feasible and within their limits; moved by a hundredth less they are not', () => {
    expect(cured.length).toBeGreaterThan(200)
    for (const { problem, limits, answer } of cured) {
      for (const { line, bound } of answer.moves) {
        if (bound === 'lower') expect(answer.lower[line]).toBeGreaterThanOrEqual(limits.lower[line]!)
        else expect(answer.upper[line]).toBeLessThanOrEqual(limits.upper[line]!)
      }
      expect(solveProblem({ ...problem, lower: answer.lower, upper: answer.upper }).status).toBe('solved')
      if (answer.total < 1e-6) continue
      const short = (bound: Float64Array, moved: Float64Array): Float64Array =>
        bound.map((from, i) => from + 0.99 * (moved[i]! - from))
      const tooLittle = { lower: short(problem.lower, answer.lower), upper: short(problem.upper, answer.upper) }
      expect(solveProblem({ ...problem, ...tooLittle }).status).toBe('infeasible')
    }
  })

  test('the total is the one that a general solver finds, and is incurable where that says so', async () => {
    const highs = await loadHighs()
    const found = { Optimal: 0, Infeasible: 0 }
    for (const { problem, limits } of clashes) {
      if (problem.current.length > 15) continue
      const answer = relaxBounds(problem, limits)
      const reference = highs.solve(writeRelaxation(problem, limits))
      // highs forgives 1e-7 per row, so that it may find a little less
      if (reference.Status === 'Optimal' && answer.kind === 'relaxed') {
        found.Optimal++
        expect(Math.abs(answer.total - reference.ObjectiveValue)).toBeLessThan(1e-6)
      } else if (reference.Status === 'Infeasible' && answer.kind === 'incurable') found.Infeasible++
      else expect(answer.kind === 'incurable' ? answer.why.shortfall : answer.total).toBeLessThan(1e-6)
    }
    expect(found.Optimal).toBeGreaterThan(100)
    expect(found.Infeasible).toBeGreaterThan(20)
  })

  test('of all relaxations with the least total, one that trades least', async () => {
    const highs = await loadHighs()
    let checked = 0
    for (const { problem, limits, answer } of cured) {
      if (problem.current.length > 15 || answer.moves.length === 0) continue
      const widest = { most: answer.total + 1e-9, goal: 'turnover' } as const
      const least = highs.solve(writeRelaxation(problem, limits, widest))
      const { lower, upper } = answer
      // within the moved bounds nothing is left to relax
      const own = highs.solve(writeRelaxation({ ...problem, lower, upper }, answer, { most: 1e-9, goal: 'turnover' }))
      if (least.Status !== 'Optimal' || own.Status !== 'Optimal') continue
      checked++
      expect(own.ObjectiveValue - least.ObjectiveValue).toBeLessThan(1e-6)
    }
    expect(checked).toBeGreaterThan(100)
  })

  test('a line that stays has its own bits: no trade of rounding size is made of it', () => {
    let stays = 0
    for (const { problem, answer } of cured)
      for (const { line, bound } of answer.moves) {
        const away = Math.abs((bound === 'lower' ? answer.lower : answer.upper)[line]! - problem.current[line]!)
        if (away === 0) stays++
        else expect(away).toBeGreaterThan(1e-13)
      }
    expect(stays).toBeGreaterThan(50)
  })

  test('the total does not depend on the order of the lines; the same input moves the same bits', () => {
    for (const { problem, limits, answer } of cured) {
      expect(relaxBounds(problem, limits)).toEqual(answer)
      const turned = reverse(problem)
      const back = { lower: limits.lower.toReversed(), upper: limits.upper.toReversed() }
      expect(relaxed(turned, back).total).toBeCloseTo(answer.total, 9)
    }
  })
})

/** Lines in the opposite order; covariance has no part in feasibility. */
function reverse(problem: RebalanceProblem): RebalanceProblem {
  const n = problem.current.length
  const { current, aim, lower, upper, frozen } = problem
  return {
    ...makeProblem(Array.from(current).reverse(), Array.from(aim).reverse(), diagonal(n)),
    lower: lower.toReversed(),
    upper: upper.toReversed(),
    frozen: frozen === null ? null : frozen.toReversed(),
    turnoverCap: problem.turnoverCap,
    groupCaps: problem.groupCaps.map(({ members, cap }) => ({ members: members.map((i) => n - 1 - i), cap })),
  }
}

/** The relaxation in CPLEX LP form, by its definition: slack per bound, trade as p − q. */
function writeRelaxation(
  problem: RebalanceProblem,
  limits: BoundLimits,
  { goal, most }: { readonly goal: 'relaxation' | 'turnover'; readonly most: number } = {
    goal: 'relaxation',
    most: Number.POSITIVE_INFINITY,
  },
): string {
  const { current, lower, upper, frozen, turnoverCap } = problem
  const lines = Array.from(current.keys())
  const sum = (names: readonly string[]): string => names.join(' + ')
  const rows = lines.flatMap((i) => [
    `x${i} + a${i} >= ${lower[i]}`,
    `x${i} - b${i} <= ${upper[i]}`,
    `x${i} - p${i} + q${i} = ${current[i]}`,
  ])
  rows.push(`${sum(lines.map((i) => `x${i}`))} = 1`)
  for (const { members, cap } of problem.groupCaps)
    if (members.length > 0) rows.push(`${sum(members.map((i) => `x${i}`))} <= ${cap}`)
  if (turnoverCap !== null) rows.push(`${sum(lines.flatMap((i) => [`p${i}`, `q${i}`]))} <= ${2 * turnoverCap}`)
  for (const i of lines) if (frozen?.[i]) rows.push(`x${i} = ${current[i]}`)
  const bounds = lines.map(
    (i) => `${Math.min(lower[i]!, limits.lower[i]!)} <= x${i} <= ${Math.max(upper[i]!, limits.upper[i]!)}`,
  )
  const relaxation = sum(lines.flatMap((i) => [`a${i}`, `b${i}`]))
  const turnover = sum(lines.flatMap((i) => [`p${i}`, `q${i}`]))
  if (Number.isFinite(most)) rows.push(`${relaxation} <= ${most}`)
  return `Minimize
obj: ${goal === 'relaxation' ? relaxation : turnover}
Subject To
${rows.map((row, r) => `r${r}: ${row}`).join('\n')}
Bounds
${bounds.join('\n')}
End`
}
