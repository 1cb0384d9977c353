import { expect, test } from 'vitest'
import { createRandom } from '../../../core/random.ts'
import { solveProblem } from '../engine.ts'
import type { RebalanceProblem } from '../problem.ts'
import { randomFullProblem } from '../test-support/random-terms.ts'
import { costOf, makePair, objectiveOf, violationOf } from '../test-support/test-problems.ts'
import { type DiscreteRules, ruleBreach, ticketsOf } from './discrete-rules.ts'
import { roundToSteps, stepRange } from './whole-steps.ts'

function draw(i: number): [RebalanceProblem, DiscreteRules] {
  const stream = createRandom(12).fork(`${i}`)
  const { problem } = randomFullProblem(stream.fork('problem'), `${i}`, { size: stream.pick([2, 3, 4, 6, 8]) })
  const n = problem.current.length
  const column = (value: number): Float64Array => new Float64Array(n).fill(value, 0, n - 1)
  const rules = {
    ticket: column(stream.pick([0, 1e-4])),
    minimumTrade: column(stream.pick([0, 0.02])),
    step: column(stream.pick([1e-4, 0.003, 0.02])),
    cash: n - 1,
  }
  return [problem, rules]
}

test('the violation it states is that of the definition: 0 exactly where every limit and rule holds', () => {
  const met = { kept: 0, broken: 0 }
  for (let i = 0; i < 400; i++) {
    const [problem, rules] = draw(i)
    const relaxed = solveProblem(problem)
    if (relaxed.status !== 'solved') continue
    const { x, violation } = roundToSteps(problem, rules, relaxed.x, i % 2 === 0)
    const reserve = problem.reserve
    const unpaid =
      reserve === null ? 0 : reserve.weight - (x[reserve.asset]! - costOf(problem, x) - ticketsOf(problem, rules, x))
    // its own lines are inside their bounds unless no step is
    const worst = Math.max(violationOf(problem, x), ruleBreach(problem, rules, x), unpaid)
    const misfit = [...x.keys()].some((line) => {
      const [low, high] = rules.step[line]! > 0 ? stepRange(problem, rules, line) : [0, 0]
      return low > high || (rules.minimumTrade[line]! > 0 && (low > 0 || high < 0))
    })
    if (misfit) continue
    if (violation === 0) {
      met.kept++
      expect(worst, `${i}`).toBeLessThan(1e-9)
    } else {
      met.broken++
      expect(worst, `${i}`).toBeGreaterThan(1e-13)
    }
  }
  expect(met.kept).toBeGreaterThan(100)
  expect(met.broken).toBeGreaterThan(5)
})

test('rounds towards no trade where nothing is gained by going on', () => {
  // the best weight is 2.4 steps away
  const problem = makePair(0.524, 0.5, 0.8)
  const rules = {
    ticket: new Float64Array(2),
    minimumTrade: new Float64Array(2),
    step: Float64Array.of(0.01, 0),
    cash: 1,
  }
  const { x, violation } = roundToSteps(problem, rules, Float64Array.of(0.5, 0.5), true)
  expect([...x]).toEqual([0.524 - 0.02, expect.closeTo(0.496, 15)])
  expect(violation).toBe(0)
})

test('two lines moved together are never worse than one at a time', () => {
  for (let i = 0; i < 150; i++) {
    const [problem, rules] = draw(i)
    const relaxed = solveProblem(problem)
    if (relaxed.status !== 'solved') continue
    const [single, pairs] = [false, true].map((thorough) => roundToSteps(problem, rules, relaxed.x, thorough))
    if (single!.violation > 0) continue
    expect(pairs!.violation).toBe(0)
    const value = (x: Float64Array): number => objectiveOf(problem, x) + ticketsOf(problem, rules, x)
    expect(value(pairs!.x)).toBeLessThan(value(single!.x) + 1e-9)
  }
})
