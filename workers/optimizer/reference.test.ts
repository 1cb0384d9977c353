import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { unwrap } from '../../core/result.ts'
import { solveProblem } from './engine.ts'
import { readProblemFile, solveProblemFile } from './problem-file.ts'
import { objectiveOf, violationOf } from './test-support/test-problems.ts'

interface Reference {
  readonly id: number
  readonly cls: string
  readonly n: number
  readonly w: readonly number[]
  readonly feasible: boolean
  readonly obj_ref: number
  readonly x_ref: readonly number[]
  readonly x_unique: boolean
}

const text = readFileSync(new URL('../../tests/reference/optimizer-reference.json', import.meta.url), 'utf8')
const { problems } = JSON.parse(text) as { problems: Reference[] }
const entries = unwrap(readProblemFile(text))

describe('reference problems', () => {
  test.each(problems.map((reference, at) => ({ at, id: reference.id, cls: reference.cls, n: reference.n })))(
    '$id $cls n=$n',
    ({ at }) => {
      const reference = problems[at]!
      const { problem } = entries[at]!
      const solution = solveProblem(problem)
      if (!reference.feasible) {
        expect(solution.status).toBe('infeasible')
        return
      }
      if (solution.status !== 'solved') throw new Error(solution.reason)
      expect(Math.abs(solution.objective - reference.obj_ref)).toBeLessThan(1e-9)
      expect(Math.abs(objectiveOf(problem, solution.x) - reference.obj_ref)).toBeLessThan(1e-9)
      expect(violationOf(problem, solution.x)).toBeLessThan(1e-12)
      if (reference.x_unique)
        for (const [i, x] of solution.x.entries()) expect(Math.abs(x - reference.x_ref[i]!)).toBeLessThan(1e-6)
    },
  )

  test('the file is answered in the form the terminal prints', () => {
    const { solutions } = unwrap(solveProblemFile(text))
    expect(solutions.map(({ id }) => id)).toEqual(problems.map(({ id }) => id))
    expect(solutions.filter(({ status }) => status === 'solved')).toHaveLength(56)
    expect(solutions.filter(({ status }) => status === 'infeasible')).toHaveLength(10)
    for (const solution of solutions) {
      if (solution.status === 'solved') {
        expect(solution.reason).toBeNull()
        expect(solution.gap!).toBeLessThanOrEqual(1e-10 + 1e-8 * Math.abs(solution.objective!))
        expect(solution.residual!).toBeLessThanOrEqual(1e-9)
      } else {
        expect(solution.x).toBeNull()
        expect(solution.reason).toMatch(/\d/)
      }
    }
  })

  test('a line not traded keeps its bits', () => {
    for (const [at, { problem }] of entries.entries()) {
      if (problems[at]!.cls !== 'already_optimal') continue
      const solution = solveProblem(problem)
      expect(solution.status === 'solved' && solution.x).toEqual(problem.current)
    }
  })
})
