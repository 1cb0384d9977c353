import { describe, expect, test } from 'vitest'
import { unwrap } from '../../core/result.ts'
import type { ClashExplanation, SolutionExplanation } from './file-explanation.ts'
import { solveProblemFile } from './problem-file.ts'

/** Two coins and cash; the first is far from its target, the second near. */
const base = {
  id: 'three',
  n: 3,
  gamma: 0.4,
  S: [0.36, 0.1, 0, 0.1, 0.49, 0, 0, 0, 0],
  w: [0.5, 0.3, 0.2],
  t: [0.4, 0.302, 0.298],
  lo: [0, 0, 0],
  hi: [1, 1, 1],
  cplus: [0.002, 0.003, 0],
  cminus: [0.002, 0.003, 0],
  k: [0.01, 0.01, 0],
}
const solve = (given: Record<string, unknown>) =>
  unwrap(solveProblemFile(JSON.stringify({ problems: [{ ...base, ...given }] }), { explain: true })).solutions[0]!
const explained = (given: Record<string, unknown>): SolutionExplanation => {
  const { status, explanation } = solve(given)
  if (status !== 'solved') throw new Error(`${status}`)
  return explanation as SolutionExplanation
}
const clash = (given: Record<string, unknown>): ClashExplanation => {
  const { status, explanation } = solve(given)
  if (status !== 'infeasible') throw new Error(`${status}`)
  return explanation as ClashExplanation
}

describe('why a solution is what it is', () => {
  test('the parts sum to the objective, the costs of the lines to their parts, and the naive trade likewise', () => {
    const { objective } = solve({ tax: [{ asset: 0, size: [0.05, 1], slope: [0, 0.0001] }] })
    const { parts, lines, naive } = explained({ tax: [{ asset: 0, size: [0.05, 1], slope: [0, 0.0001] }] })
    const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0)
    expect(sum(Object.values(parts))).toBeCloseTo(objective!, 15)
    expect(sum(lines.map(({ cost }) => cost.linear))).toBeCloseTo(parts.linearCost, 15)
    expect(sum(lines.map(({ cost }) => cost.impact))).toBeCloseTo(parts.impact, 15)
    expect(sum(lines.map(({ cost }) => cost.tax))).toBeCloseTo(parts.tax, 15)
    for (const part of ['linear', 'impact', 'tax'] as const)
      expect(sum(lines.map((line) => line.naive[part]))).toBeCloseTo(naive[part], 15)
    expect(naive.linear).toBeCloseTo(0.1 * 0.002 + 0.002 * 0.003, 15)
    expect(naive.tax).toBeCloseTo(0.05 * 0.0001, 15)
  })

  test('an untraded line says how far it is from trading, and trades where costs fall by a little more', () => {
    const { lines } = explained({})
    const fall = lines[1]!.costFallToTrade!
    expect(lines[1]).toMatchObject({ status: 'no-trade-region', trade: 0 })
    const side = lines[1]!.sideIfCheaper
    expect(lines[1]!.text).toBe(`not traded: would ${side} if costs fell by ${Number((fall * 1e4).toPrecision(6))} bps`)
    const cheaper = (by: number) => ({ cplus: [0.002, 0.003 - by, 0], cminus: [0.002, 0.003 - by, 0] })
    expect(solve(cheaper(0.999 * fall)).x![1]).toBe(0.3)
    expect(solve(cheaper(1.01 * fall)).x![1]).not.toBe(0.3)
  })

  test('a line at its bound says so, and what more would be worth', () => {
    const { lines } = explained({ lo: [0.47, 0, 0] })
    expect(lines[0]!.text).toMatch(/^sold to its lower bound, though more would be worth \d+\.\d+ bps of its value$/)
    expect(explained({ lo: [0.5, 0, 0] }).lines[0]!.text).toMatch(/^held by its lower bound, though/)
  })

  test("a group cap's price is what one unit more of it would save", () => {
    const capped = (cap: number) => ({ groups: [{ members: [0, 1], cap }] })
    const { prices } = explained(capped(0.7))
    expect(prices.groups[0]).toBeGreaterThan(0)
    const step = 1e-5
    const saved = (solve(capped(0.7 - step)).objective! - solve(capped(0.7 + step)).objective!) / (2 * step)
    expect(prices.groups[0]).toBeCloseTo(saved, 7)
  })

  test('nothing of it unless asked for', () => {
    const text = JSON.stringify({ problems: [base] })
    expect(unwrap(solveProblemFile(text)).solutions[0]).not.toHaveProperty('explanation')
  })
})

describe('why there is no solution', () => {
  test('the bounds that clash, and the moves that cure it: with them it is solved, with a little less it is not', () => {
    const lo = [0.5, 0.4, 0.2]
    const { code, cure } = clash({ lo })
    expect(code).toBe('lower-bounds-above-one')
    if (cure.kind !== 'bounds') throw new Error(cure.kind)
    expect(cure.total).toBeCloseTo(0.1, 12)
    const moved = (part: number) => {
      const low = [...lo]
      for (const { line, by } of cure.moves) low[line]! -= part * by
      return solve({ lo: low }).status
    }
    expect(moved(1)).toBe('solved')
    expect(moved(0.99)).toBe('infeasible')
  })

  test('a reserve: by how much it must come down', () => {
    const given = (reserve: number) => ({ hi: [1, 1, 0.25], reserve: { asset: 2, weight: reserve } })
    const { cure } = clash(given(0.3))
    if (cure.kind !== 'reserve') throw new Error(cure.kind)
    expect(solve(given(0.3 - cure.by - 1e-9)).status).toBe('solved')
    expect(solve(given(0.3 - 0.99 * cure.by)).status).toBe('infeasible')
  })

  test('what no bound decides', () => {
    const { cure } = clash({ groups: [{ members: [0, 1, 2], cap: 0.9 }] })
    expect(cure.kind).toBe('none')
  })
})
