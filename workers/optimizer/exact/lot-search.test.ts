import { describe, expect, test } from 'vitest'
import { assess, passes } from '../certificate.ts'
import { solveProblem } from '../engine.ts'
import type { RebalanceProblem } from '../problem.ts'
import { makePair } from '../test-support/test-problems.ts'
import { type NearCandidate, solveLotByLot } from './lot-search.ts'

const problem = (slope: readonly number[], upper = 1): RebalanceProblem =>
  makePair(0.7, 0.4, 0.8, {
    costBuy: Float64Array.of(0.002, 0),
    costSell: Float64Array.of(0.002, 0),
    upper: Float64Array.of(upper, 1),
    taxes: [{ asset: 0, size: Float64Array.of(0.05, 0.07, 0.08, 0.5), slope: Float64Array.from(slope) }],
  })

/** The lot problems asked, as [from, to] of the weight, and the answer. */
function search(full: RebalanceProblem): { asked: number[][]; answer: NearCandidate } {
  const asked: number[][] = []
  const answer = solveLotByLot(full, undefined, (within) => {
    expect(within.taxes).toEqual([])
    asked.push([within.lower[0]!, within.upper[0]!])
    const solution = solveProblem(within)
    if (solution.status !== 'solved') return null
    const { x, multipliers } = solution
    return { x, multipliers, assessment: assess(within, x, multipliers), exact: true, steps: 1 }
  })
  if (answer === null) throw new Error('no answer')
  expect(passes(answer.assessment)).toBe(true)
  return { asked, answer }
}
const pull = (5 / 12) * 0.64

describe('lot by lot', () => {
  test('one lot is enough where the line stops within it or at its end', () => {
    const within = search(problem([0.07, 0.08, 0.09, 0.1]))
    expect(within.asked).toHaveLength(1)
    expect(within.answer.x[0]).toBeCloseTo(0.4 + 0.072 / pull, 12)
    const atEnd = search(problem([0, 0.5, 0.6, 0.7]))
    expect(atEnd.asked).toHaveLength(1)
    expect(atEnd.answer.x[0]).toBeCloseTo(0.65, 15)
  })

  test('a line that would go on crosses as many lots as pay at once, and is taxed by the one it ends in', () => {
    const { asked, answer } = search(problem([0, 0.01, 0.02, 0.5]))
    expect(asked.length).toBeLessThanOrEqual(3)
    expect(answer.x[0]).toBeCloseTo(0.5, 12)
    const last = search(problem([0, 0.001, 0.002, 0.003]))
    expect(last.answer.x[0]).toBeCloseTo(0.4 + 0.005 / pull, 12)
    expect(last.answer.assessment.split.tax).toBeCloseTo(
      0.07 * 0.001 + 0.08 * 0.002 + (0.7 - last.answer.x[0]! - 0.2) * 0.003,
      14,
    )
  })

  test('forced sales begin in the lot where the bound lies', () => {
    const { asked, answer } = search(problem([0, 0.1, 0.2, 0.3], 0.6))
    expect(asked[0]![1]).toBeCloseTo(0.6, 15)
    expect(answer.x[0]).toBe(0.6)
  })
})
