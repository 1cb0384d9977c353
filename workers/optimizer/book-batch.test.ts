import { describe, expect, test } from 'vitest'
import { createRandom } from '../../core/random.ts'
import { BATCH_STATUSES, type BookBatch, createAnswers, problemOfBatch, solveBatch } from './book-batch.ts'
import { solveProblem } from './engine.ts'
import { OptimizerEngine } from './optimizer-engine.ts'
import { generateBooks, generateUniverse } from './test-support/generated-books.ts'
import { objectiveOf, violationOf } from './test-support/test-problems.ts'

const make = (size: number, count: number, impact: boolean) => {
  const random = createRandom(size)
  return generateBooks(random, generateUniverse(random.fork('universe'), size), count, impact)
}

const CASES = [5, 10, 21, 50, 100].flatMap((size) => [false, true].map((impact) => ({ size, impact })))

describe('a batch', () => {
  test.each(CASES)(
    'of ordinary books ends in the dual method, certified: n=$size impact=$impact',
    ({ size, impact }) => {
      const { batch } = make(size, 60, impact)
      const answers = createAnswers(batch)
      expect(solveBatch(batch, answers)).toBe(0)
      for (let b = 0; b < batch.count; b++) {
        const problem = problemOfBatch(batch, b)
        const x = answers.x.subarray(b * size, (b + 1) * size)
        const objective = objectiveOf(problem, x)
        expect(answers.statuses[b]).toBe(0)
        expect(violationOf(problem, x)).toBeLessThan(1e-10)
        expect(Math.abs(answers.objectives[b]! - objective)).toBeLessThan(1e-12)
        expect(answers.gaps[b]!).toBeLessThan(1e-10 + 1e-8 * Math.abs(objective))
        expect(Math.max(answers.primalResiduals[b]!, answers.dualResiduals[b]!)).toBeLessThan(1e-9)
      }
    },
  )

  test('answers each book as if alone, in any order and parts, to the bit', () => {
    const { batch } = make(20, 40, true)
    const whole = createAnswers(batch)
    solveBatch(batch, whole)
    const parts = createAnswers(batch, true)
    const engine = new OptimizerEngine()
    // another shape in between: working memory must not show
    engine.solveParts(batch, parts, [{ from: 25, to: 40 }])
    const other = make(7, 3, false).batch
    solveBatch(other, createAnswers(other))
    engine.solveParts(batch, parts, [
      { from: 0, to: 1 },
      { from: 1, to: 25 },
    ])
    expect([...parts.x]).toEqual([...whole.x])
    expect([...parts.groupPrices]).toEqual([...whole.groupPrices])
    expect([...parts.gaps]).toEqual([...whole.gaps])
    for (const b of [0, 17, 39]) {
      const alone = solveProblem(problemOfBatch(batch, b))
      expect(alone.status === 'solved' && [...alone.x]).toEqual([...whole.x.subarray(b * 20, b * 20 + 20)])
    }
  })

  test('with frozen lines, views and some turnover caps: each book as if alone, to the bit, cold and near its answer', () => {
    for (const size of [11, 12]) {
      const { batch: plain, movedWeights } = make(size, 60, true)
      const random = createRandom(77 + size)
      const frozen = Uint8Array.from(plain.current, (w, c) =>
        random.next() < 0.1 && w >= plain.lower[c]! && w <= plain.upper[c]! ? 1 : 0,
      )
      const turnoverCaps = Float64Array.from({ length: 60 }, () =>
        random.next() < 0.5 ? random.between(0.05, 0.3) : Number.POSITIVE_INFINITY,
      )
      const batch = { ...plain, frozen, turnoverCaps, view: plain.aim.map(() => 1e-3 * random.normal()) }
      const whole = createAnswers(batch)
      solveBatch(batch, whole)
      for (let b = 0; b < batch.count; b++) {
        const alone = solveProblem(problemOfBatch(batch, b))
        const x = whole.x.slice(b * size, b * size + size)
        expect(BATCH_STATUSES[whole.statuses[b]!]).toBe(alone.status)
        if (alone.status === 'solved') expect([...x]).toEqual([...alone.x])
      }
      expect(whole.statuses.filter((status) => status === 0).length).toBeGreaterThan(40)
      const moved = { ...batch, current: movedWeights }
      const inPlace = createAnswers(batch)
      solveBatch(batch, inPlace)
      solveBatch(moved, inPlace, 0, 60, inPlace)
      const parts = createAnswers(batch)
      for (const [from, to] of [
        [37, 60],
        [0, 37],
      ] as const)
        solveBatch(moved, parts, from, to, whole)
      expect([...inPlace.x]).toEqual([...parts.x])
      expect([...inPlace.budgetPrices]).toEqual([...parts.budgetPrices])
    }
  })

  test('a deposit under a cap on a group that holds the cash ends in the dual method too', () => {
    const size = 12
    const { batch } = make(size, 60, true)
    for (let b = 0; b < batch.count; b++) {
      let aimed = 0
      for (let i = b * size; i < (b + 1) * size; i++) {
        batch.current[i]! *= 0.98
        if (i === (b + 1) * size - 1) batch.members[i] = 1
        aimed += batch.members[i]! * batch.aim[i]!
      }
      batch.caps[b] = 1.01 * aimed
    }
    const answers = createAnswers(batch)
    expect(solveBatch(batch, answers)).toBe(0)
    for (let b = 0; b < batch.count; b++) {
      const x = answers.x.subarray(b * size, (b + 1) * size)
      expect(violationOf(problemOfBatch(batch, b), x)).toBeLessThan(1e-10)
    }
    // the cap is felt
    expect(answers.groupPrices.filter((price) => price > 0).length).toBeGreaterThan(5)
  })

  test('started from the answers before a 1 % move arrives where a cold start does, in fewer steps', () => {
    for (const impact of [false, true]) {
      const { batch, movedWeights } = make(30, 50, impact)
      const before = createAnswers(batch)
      solveBatch(batch, before)
      const moved: BookBatch = { ...batch, current: movedWeights }
      const cold = createAnswers(moved)
      const warm = createAnswers(moved)
      solveBatch(moved, cold)
      expect(solveBatch(moved, warm, 0, moved.count, before)).toBe(0)
      for (const [i, x] of cold.x.entries()) expect(Math.abs(warm.x[i]! - x)).toBeLessThan(1e-9)
    }
  })

  test('a book that the dual method leaves goes the long way; one that has no answer says so', () => {
    const { batch } = make(10, 6, true)
    const turnoverCaps = new Float64Array(6).fill(Number.POSITIVE_INFINITY)
    turnoverCaps[1] = 0.01
    batch.caps[2] = 0
    batch.impact[3 * 10] = -1
    const answers = createAnswers(batch)
    expect(solveBatch({ ...batch, turnoverCaps }, answers)).toBeGreaterThan(0)
    expect([...answers.statuses]).toEqual([0, expect.toBeOneOf([0, 1]), expect.toBeOneOf([0, 1]), 2, 0, 0])
    const problem = problemOfBatch({ ...batch, turnoverCaps }, 1)
    expect(problem.turnoverCap).toBe(0.01)
    const alone = solveProblem(problem)
    expect(alone.status).toBe(answers.statuses[1] === 0 ? 'solved' : 'infeasible')
    expect(solveProblem(problemOfBatch(batch, 3)).status).toBe('failed')
  })
})
