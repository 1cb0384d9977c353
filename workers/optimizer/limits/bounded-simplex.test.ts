import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { createRandom } from '../../../core/random.ts'
import { type LinearProgram, solveLinearProgram } from './bounded-simplex.ts'

const random = (seed: number): LinearProgram => {
  const draw = createRandom(seed)
  const rows = 1 + draw.integer(3)
  const columns = 1 + draw.integer(5)
  const coefficient = (): number => draw.pick([0, 1, 1, -1])
  return {
    rows,
    columns,
    matrix: Float64Array.from({ length: rows * columns }, coefficient),
    rhs: Float64Array.from({ length: rows }, () => draw.pick([-0.5, 0, 0.25, 1])),
    cost: Float64Array.from({ length: columns }, () => draw.pick([-1, 0, 0.5, 1])),
    upper: Float64Array.from({ length: columns }, () => draw.pick([0, 0.25, 0.5, 1])),
  }
}

/** Lower bound of costᵀv over the box and the rows from row prices: weak duality, nothing of the method. */
function dualBound(program: LinearProgram, cost: (j: number) => number, prices: Float64Array): number {
  let bound = 0
  for (let r = 0; r < program.rows; r++) bound += prices[r]! * program.rhs[r]!
  for (let j = 0; j < program.columns; j++) {
    let reduced = cost(j)
    for (let r = 0; r < program.rows; r++) reduced -= prices[r]! * program.matrix[j * program.rows + r]!
    if (reduced < 0) bound += reduced * program.upper[j]!
  }
  return bound
}

describe('bounded simplex', () => {
  test('a small program by hand', () => {
    // minimise −x − 2y subject to x + y = 1.2, 0 ≤ x ≤ 1, 0 ≤ y ≤ 0.5
    const answer = solveLinearProgram({
      rows: 1,
      columns: 2,
      matrix: Float64Array.of(1, 1),
      rhs: Float64Array.of(1.2),
      cost: Float64Array.of(-1, -2),
      upper: Float64Array.of(1, 0.5),
    })
    expect(answer.violation).toBe(0)
    expect(answer.point[0]).toBeCloseTo(0.7, 12)
    expect(answer.point[1]).toBeCloseTo(0.5, 12)
    expect(answer.value).toBeCloseTo(-1.7, 12)
  })

  test('every answer proves itself by weak duality, degenerate programs included', () => {
    let feasible = 0
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 1e8 }), (seed) => {
        const program = random(seed)
        const answer = solveLinearProgram(program)
        const residual = program.rhs.map((b, r) => {
          let left = b
          for (let j = 0; j < program.columns; j++) left -= program.matrix[j * program.rows + r]! * answer.point[j]!
          return left
        })
        for (const [j, v] of answer.point.entries()) {
          expect(v).toBeGreaterThanOrEqual(-1e-12)
          expect(v).toBeLessThanOrEqual(program.upper[j]! + 1e-12)
        }
        const violation = residual.reduce((sum, r) => sum + Math.abs(r), 0)
        expect(violation).toBeCloseTo(answer.violation, 10)
        if (answer.violation > 1e-9) {
          // |prices| ≤ 1 make the bound one on the violation itself
          for (const price of answer.proof) expect(Math.abs(price)).toBeLessThanOrEqual(1 + 1e-12)
          expect(dualBound(program, () => 0, answer.proof)).toBeCloseTo(answer.violation, 10)
          return
        }
        feasible++
        expect(dualBound(program, (j) => program.cost[j]!, answer.prices)).toBeCloseTo(answer.value, 10)
      }),
      { numRuns: 2000 },
    )
    expect(feasible).toBeGreaterThan(300)
  })
})
