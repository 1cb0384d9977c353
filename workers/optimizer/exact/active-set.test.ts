import { describe, expect, test } from 'vitest'
import type { RebalanceProblem } from '../problem.ts'
import { makePair } from '../test-support/test-problems.ts'
import { finishOnFace, guessFace, touchedFace } from './active-set.ts'
import { type Face, LineState, soldState } from './face.ts'
import { InteriorPoint } from './interior-point.ts'
import { createTradeProblem, type TradeProblem } from './trade-problem.ts'

/** Sold from 0.7 towards 0.4 through three lots that end at 0.05 and 0.12. */
function taxed(slope: readonly [number, number, number], k = 0.01): RebalanceProblem {
  return makePair(0.7, 0.4, 0.8, {
    costBuy: Float64Array.of(0.002, 0),
    costSell: Float64Array.of(0.002, 0),
    impact: Float64Array.of(k, 0),
    taxes: [{ asset: 0, size: Float64Array.of(0.05, 0.07, 0.58), slope: Float64Array.from(slope) }],
  })
}
const trades = {
  none: [0, 0],
  firstEnd: [-0.05, 0.05],
  secondEnd: [-0.12, 0.12],
  within: [-0.03, 0.03],
  far: [-0.3, 0.3],
}
const faceAt = (problem: TradeProblem, trade: readonly number[]): Face =>
  touchedFace(problem, Float64Array.from(trade), new Float64Array(1))

describe('a line that sells taxed lots, finished from anywhere', () => {
  test('is recognised at the end of a lot, within one, and untraded', () => {
    const problem = createTradeProblem(taxed([0, 0.01, 0.5]))
    expect(faceAt(problem, trades.none).states[0]).toBe(LineState.hold)
    expect(faceAt(problem, trades.within).states[0]).toBe(soldState(LineState.selling, 0))
    expect(faceAt(problem, trades.firstEnd).states[0]).toBe(soldState(LineState.step, 0))
    expect(faceAt(problem, trades.secondEnd).states[0]).toBe(soldState(LineState.step, 1))
    expect(faceAt(problem, trades.far).states[0]).toBe(soldState(LineState.selling, 2))
  })

  // risk pulls with 0.0800 at first, 0.0667 at the end of the first lot, 0.0480 at that of the second
  test.each([
    ['stops at the end of the first lot', [0, 0.5, 0.6], soldState(LineState.step, 0), -0.05],
    ['stops at the end of the second', [0, 0.01, 0.5], soldState(LineState.step, 1), -(0.05 + 0.07)],
    ['does not sell at all', [0.5, 0.6, 0.7], LineState.hold, 0],
  ] as const)('%s', (_, slope, state, trade) => {
    const problem = createTradeProblem(taxed(slope))
    for (const start of Object.values(trades)) {
      const face = faceAt(problem, start)
      expect(finishOnFace(face, 8)).toBe(true)
      expect([face.states[0], face.trade[0]]).toEqual([state, trade])
    }
  })

  test('stops within a lot where its margin is spent', () => {
    const problem = createTradeProblem(taxed([0, 0.06, 0.5], 0))
    for (const start of Object.values(trades)) {
      const face = faceAt(problem, start)
      expect(finishOnFace(face, 8)).toBe(true)
      expect(face.states[0]).toBe(soldState(LineState.selling, 1))
      expect(-face.trade[0]!).toBeCloseTo(0.3 - (0.002 + 0.06) / ((5 / 12) * 0.64), 14)
    }
  })

  test('the interior point points at the right lot', () => {
    for (const [slope, state] of [
      [[0, 0.5, 0.6], soldState(LineState.step, 0)],
      [[0, 0.01, 0.5], soldState(LineState.step, 1)],
      [[0, 0.06, 0.5], soldState(LineState.selling, 1)],
      [[0, 0.001, 0.002], soldState(LineState.selling, 2)],
    ] as const) {
      const point = new InteriorPoint(createTradeProblem(taxed(slope)))
      for (let step = 0; step < 30 && point.complementarity > 1e-10; step++) expect(point.advance()).toBe(true)
      expect(point.complementarity).toBeLessThan(1e-10)
      expect(guessFace(point).states[0]).toBe(state)
    }
  })
})
