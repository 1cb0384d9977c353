import { describe, expect, test } from 'vitest'
import { createRandom } from '../../../core/random.ts'
import { solveProblem } from '../engine.ts'
import type { RebalanceProblem } from '../problem.ts'
import { discreteBook, type RuleKind } from '../test-support/discrete-books.ts'
import { enumerateGrid, enumerateSubsets, type Optimum } from '../test-support/discrete-enumeration.ts'
import { randomFullProblem } from '../test-support/random-terms.ts'
import { costOf, makePair, makeProblem, objectiveOf, violationOf } from '../test-support/test-problems.ts'
import { solveDiscrete } from './discrete.ts'
import { type DiscreteRules, type DiscreteSolved, isDiscrete, ruleBreach, ticketsOf } from './discrete-rules.ts'
import { searchTree } from './discrete-tree.ts'
import { searchRuled } from './ruled-branch.ts'

/** Rules for lines 0 to n−2; the last line is cash. */
function rulesFor(n: number, given: { ticket?: number; minimumTrade?: number; step?: number }): DiscreteRules {
  const column = (value = 0): Float64Array => Float64Array.from({ length: n }, (_, i) => (i === n - 1 ? 0 : value))
  return {
    ticket: column(given.ticket),
    minimumTrade: column(given.minimumTrade),
    step: column(given.step),
    cash: n - 1,
  }
}

function solved(problem: RebalanceProblem, rules: DiscreteRules | null): DiscreteSolved {
  const answer = solveDiscrete(problem, rules)
  if (answer.status !== 'solved') throw new Error(answer.reason)
  if (!isDiscrete(answer)) throw new Error('no rule was looked at')
  return answer
}

describe('one risky asset and cash, in closed form', () => {
  // γH·σ² of a pair
  const q = (5 / 12) * 0.64
  const c = 0.002
  const pair = (drift: number): RebalanceProblem =>
    makePair(0.5 + drift, 0.5, 0.8, { costBuy: Float64Array.of(c, 0), costSell: Float64Array.of(c, 0) })
  /** What trading to the edge of the no-trade region saves. */
  const saving = (drift: number): number => (q / 2) * (drift - c / q) ** 2

  test('a trade is made when it saves more than its ticket, and then as large as without one', () => {
    const drift = 0.05
    const dear = solved(pair(drift), rulesFor(2, { ticket: saving(drift) * 1.001 }))
    expect([...dear.x]).toEqual([...pair(drift).current])
    expect(dear.discrete.dropped).toEqual([0, 1])
    expect(dear.discrete.tickets).toBe(0)
    const cheap = solved(pair(drift), rulesFor(2, { ticket: saving(drift) * 0.999 }))
    expect(cheap.x[0]).toBeCloseTo(0.5 + c / q, 12)
    expect(cheap.discrete.tickets).toBe(saving(drift) * 0.999)
    expect(cheap.objective).toBeCloseTo(objectiveOf(pair(drift), cheap.x) + cheap.discrete.tickets, 15)
  })

  test('a trade below the minimum grows to it where that still saves, and is dropped where it does not', () => {
    // the best trade is d; one of 2d costs as much as none
    const drift = 0.03
    const best = drift - c / q
    const grown = solved(pair(drift), rulesFor(2, { minimumTrade: 1.9 * best }))
    expect(grown.x[0]).toBeCloseTo(0.5 + drift - 1.9 * best, 12)
    expect(grown.discrete.dropped).toEqual([])
    expect(solved(pair(drift), rulesFor(2, { minimumTrade: 2.1 * best })).x[0]).toBe(0.5 + drift)
  })

  test('whole steps: the better neighbour of the best trade, cash at the rest', () => {
    const drift = 0.03
    const best = drift - c / q
    const { x } = solved(pair(drift), rulesFor(2, { step: best / 2.4 }))
    expect(x[0]).toBe(0.5 + drift - 2 * (best / 2.4))
    expect(x[0]! + x[1]!).toBeCloseTo(1, 15)
    expect(solved(pair(drift), rulesFor(2, { step: best / 2.6 })).x[0]).toBe(0.5 + drift - 3 * (best / 2.6))
  })

  test('a buy is not rounded up into the reserve', () => {
    // 3 steps would be best, the cash that may be spent pays for 2 with their cost and ticket
    const problem = makePair(0.4, 0.5, 0.8, {
      costBuy: Float64Array.of(0.001, 0),
      reserve: { asset: 1, weight: 0.6 - 2 * 0.025 * 1.001 - 1e-4 },
    })
    const rules = rulesFor(2, { step: 0.025, ticket: 1e-4 })
    const { x } = solved(problem, rules)
    expect(x[0]).toBeCloseTo(0.45, 14)
    const dearer = { ...problem, reserve: { asset: 1, weight: problem.reserve!.weight + 1e-9 } }
    expect(solved(dearer, rules).x[0]).toBeCloseTo(0.425, 14)
  })

  test('a breach is cured by rounding away from no trade', () => {
    const problem = makePair(0.4, 0.42, 0.8, { lower: Float64Array.of(0.41, 0), costBuy: Float64Array.of(0.9, 0) })
    expect(solved(problem, rulesFor(2, { step: 0.004 })).x[0]).toBe(0.4 + 3 * 0.004)
  })
})

describe('against full enumeration', () => {
  const gapsOf = (
    kind: RuleKind,
    size: number,
    count: number,
    best: (...book: Book) => Optimum,
    coarse = 1,
  ): number[] =>
    Array.from({ length: count }, (_, i) => {
      const { problem, rules } = discreteBook(createRandom(7).fork(`${kind}/${size}/${i}`), size, kind)
      const coarser = { ...rules, step: rules.step.map((step) => step * coarse) }
      const answer = solveDiscrete(problem, coarser)
      const optimum = best(problem, coarser)
      if (answer.status !== 'solved') {
        expect(answer.status).toBe('infeasible')
        expect(optimum.x).toBeNull()
        return 0
      }
      expect(violationOf(problem, answer.x)).toBeLessThan(1e-12)
      expect(ruleBreach(problem, coarser, answer.x)).toBeLessThan(1e-12)
      if (isDiscrete(answer)) expect(answer.discrete.lowerBound).toBeLessThan(optimum.value + 1e-10)
      return answer.objective - optimum.value
    })
  type Book = [RebalanceProblem, DiscreteRules]

  /** A thousandth of what is asked for on the mean (0.1 bp), and a hundredth for the worst. */
  function expectExact(gaps: readonly number[]): void {
    expect(gaps.reduce((sum, gap) => sum + gap, 0) / gaps.length).toBeLessThan(1e-8)
    expect(Math.max(...gaps)).toBeLessThan(1e-7)
    // better than the optimum would be a fault of either
    expect(Math.min(...gaps)).toBeGreaterThan(-1e-9)
  }

  test.each<[RuleKind, number, number]>([
    ['tickets', 6, 60],
    ['both', 6, 60],
    ['minimum', 6, 60],
    ['tickets', 12, 20],
    ['both', 12, 12],
  ])('%s, %i lines: every subset of lines that trade', (kind, size, count) => {
    expectExact(gapsOf(kind, size, count, enumerateSubsets))
  })

  test.each<[RuleKind, number, number, number]>([
    ['steps', 4, 30, 20],
    ['all', 4, 30, 20],
    ['all', 5, 12, 60],
  ])('%s, %i lines: every combination of coarse steps', (kind, size, count, coarse) => {
    expectExact(
      gapsOf(kind, size, count, (problem, rules) => enumerateGrid(problem, rules, objectiveOf, violationOf), coarse),
    )
  })
})

test.each<RuleKind>(['both', 'all'])('%s: with a value to beat it is beaten, or proven not to be', (kind) => {
  for (let i = 0; i < 25; i++) {
    const { problem, rules } = discreteBook(createRandom(12).fork(`${kind}/${i}`), 7, kind)
    const relaxed = solveProblem(problem)
    if (relaxed.status !== 'solved') throw new Error(relaxed.reason)
    const best = solved(problem, rules)
    if (best.objective > best.discrete.lowerBound + 3e-9) continue
    const { answer } = searchRuled(problem, rules, relaxed, best.objective + 1e-6)
    expect(answer?.status === 'solved' && answer.objective).toBeLessThan(best.objective + 3e-9)
    const none = searchRuled(problem, rules, relaxed, best.discrete.lowerBound)
    expect(none.answer).toBeNull()
    expect(none.lowerBound).toBeGreaterThan(best.discrete.lowerBound - 3e-9)
    expect(none.lowerBound).toBeLessThan(best.objective + 1e-10)
  }
})

describe('the tree alone', () => {
  test.each<RuleKind>(['tickets', 'both'])('%s: finds the optimum; cut short it states a bound that holds', (kind) => {
    for (let i = 0; i < 40; i++) {
      const book = discreteBook(createRandom(8).fork(`${kind}/${i}`), 7, kind)
      const { problem } = book
      const rules = { ...book.rules, ticket: book.rules.ticket.map((ticket) => 3 * ticket) }
      const { value } = enumerateSubsets(problem, rules)
      for (const effort of [1, 10, 40, 1e6]) {
        const { x, lowerBound } = searchTree(problem, rules, { effort, tolerance: 1e-12 })
        expect(lowerBound).toBeLessThan(value + 1e-10)
        const found = x === null ? Number.POSITIVE_INFINITY : objectiveOf(problem, x) + ticketsOf(problem, rules, x)
        expect(found).toBeGreaterThan(value - 1e-10)
        if (effort === 1e6) expect(found).toBeLessThan(value + 1e-10)
      }
    }
  })

  test('a line that can hardly move spoils no bound: what its ticket is charged can be certified', () => {
    for (let i = 0; i < 20; i++) {
      const { problem, rules } = discreteBook(createRandom(11).fork(`${i}`), 7, 'tickets')
      const [upper, ticket] = [problem.upper.slice(), rules.ticket.slice()]
      upper[0] = Math.max(problem.lower[0]!, problem.current[0]! + 1e-10)
      ticket[0] = 0.01
      const book = { ...problem, upper }
      const ruled = { ...rules, ticket }
      const { value } = enumerateSubsets(book, ruled)
      const { x, lowerBound } = searchTree(book, ruled, { effort: 1e6, tolerance: 1e-12 })
      expect(lowerBound).toBeLessThan(value + 1e-10)
      expect(objectiveOf(book, x!) + ticketsOf(book, ruled, x!)).toBeLessThan(value + 1e-10)
    }
  })

  test('the largest trade that bounds allow is charged one ticket, on either side', () => {
    for (let i = 0; i < 30; i++) {
      const { problem: capped, rules } = discreteBook(createRandom(10).fork(`${i}`), 7, 'tickets')
      const problem = { ...capped, groupCaps: [] }
      const free = solveProblem(problem)
      if (free.status !== 'solved') throw new Error(free.reason)
      // so that what trades goes all the way
      const reach = (line: number): number => problem.current[line]! + 0.4 * (free.x[line]! - problem.current[line]!)
      const lower = problem.lower.map((low, line) => (line === 6 ? low : Math.min(problem.current[line]!, reach(line))))
      const upper = problem.upper.map((high, line) =>
        line === 6 ? high : Math.max(problem.current[line]!, reach(line)),
      )
      const narrow = { ...problem, lower, upper }
      const { value } = enumerateSubsets(narrow, rules)
      const { x, lowerBound } = searchTree(narrow, rules, { effort: 1e6, tolerance: 1e-12 })
      expect(lowerBound).toBeLessThan(value + 1e-10)
      expect(objectiveOf(narrow, x!) + ticketsOf(narrow, rules, x!)).toBeLessThan(value + 1e-10)
    }
  })

  test('a reserve pays the tickets whole', () => {
    for (let i = 0; i < 40; i++) {
      const { problem, rules } = discreteBook(createRandom(9).fork(`${i}`), 6, 'tickets')
      const free = solveProblem(problem)
      if (free.status !== 'solved') throw new Error(free.reason)
      const paid = costOf(problem, free.x) + ticketsOf(problem, rules, free.x)
      // a little less than what the convex solution and its tickets would need
      const tight = {
        ...problem,
        reserve: { asset: 5, weight: free.x[5]! - paid + 0.3 * ticketsOf(problem, rules, free.x) },
      }
      const { x } = searchTree(tight, rules, { effort: 1e6, tolerance: 1e-12 })
      const { value } = enumerateSubsets(tight, rules)
      if (x === null) {
        expect(value).toBe(Number.POSITIVE_INFINITY)
        continue
      }
      expect(x[5]! - costOf(tight, x) - ticketsOf(tight, rules, x)).toBeGreaterThan(tight.reserve.weight - 1e-9)
      expect(objectiveOf(tight, x) + ticketsOf(tight, rules, x)).toBeLessThan(value + 1e-9)
    }
  })

  test('finds what dropping, rounding and local search miss', () => {
    const { problem, rules } = discreteBook(createRandom(1).fork('minimum12/28'), 12, 'minimum')
    expect(solved(problem, rules).objective).toBeCloseTo(9.4386312567e-5, 13)
  })
})

describe('every discrete answer keeps every limit', () => {
  const random = createRandom(31)
  const draw = (i: number): [RebalanceProblem, DiscreteRules] => {
    const stream = random.fork(`p${i}`)
    const { problem } = randomFullProblem(stream.fork('problem'), `p${i}`, {
      size: stream.pick([2, 3, 4, 5, 6, 8, 12]),
    })
    const n = problem.current.length
    const column = (values: readonly number[]): Float64Array => {
      const value = stream.pick(values)
      return Float64Array.from({ length: n }, (_, line) => (line === n - 1 ? 0 : value * stream.pick([1, 1, 0, 0.5])))
    }
    const rules = {
      ticket: column([0, 0, 1e-6, 1e-4, 1e-2]),
      minimumTrade: column([0, 0, 1e-4, 0.0133, 0.17]),
      step: column([0, 0, 1e-6, 1e-3, 0.02, 0.1]),
      cash: n - 1,
    }
    return [problem, rules]
  }

  test('250 random and degenerate problems with floors, reserves, taxes and caps', () => {
    let answered = 0
    for (let i = 0; i < 250; i++) {
      const [problem, rules] = draw(i)
      const answer = solveDiscrete(problem, rules)
      expect(answer.status, `${i}`).not.toBe('failed')
      if (answer.status !== 'solved') continue
      answered++
      // what the certificate of a convex solution allows: reserves, groups and caps that can only just be kept
      expect(violationOf(problem, answer.x), `${i}`).toBeLessThan(1e-9)
      expect(ruleBreach(problem, rules, answer.x), `${i}`).toBeLessThan(1e-11)
      const tickets = ticketsOf(problem, rules, answer.x)
      const { reserve } = problem
      if (reserve !== null)
        expect(answer.x[reserve.asset]! - costOf(problem, answer.x) - tickets, `${i}`).toBeGreaterThan(
          reserve.weight - 1e-9,
        )
      const objective = objectiveOf(problem, answer.x) + tickets
      expect(Math.abs(answer.objective - objective), `${i}`).toBeLessThan(1e-10 + 1e-8 * Math.abs(objective))
      expect(answer.certificate.gap).toBeLessThan(1e-10 + 1e-8 * Math.abs(objective))
      if (isDiscrete(answer)) expect(answer.discrete.lowerBound).toBeLessThanOrEqual(answer.objective)
    }
    expect(answered).toBeGreaterThan(90)
  })

  test('without rules the answer is that of the convex problem, to the bit', () => {
    for (let i = 0; i < 50; i++) {
      const [problem] = draw(i)
      expect(solveDiscrete(problem, rulesFor(problem.current.length, {}))).toEqual(solveProblem(problem))
      expect(solveDiscrete(problem, null)).toEqual(solveProblem(problem))
    }
  })

  test('the same input gives the same bits', () => {
    for (let i = 0; i < 50; i++) expect(solveDiscrete(...draw(i))).toEqual(solveDiscrete(...draw(i)))
  })
})

describe('what cannot be', () => {
  test('a band that no whole step reaches is named with its line', () => {
    const problem = makePair(0.4, 0.42, 0.8, { lower: Float64Array.of(0.41, 0), upper: Float64Array.of(0.43, 1) })
    const answer = solveDiscrete(problem, rulesFor(2, { step: 0.05 }))
    expect(answer).toMatchObject({ status: 'infeasible', code: 'no-step-fits', lines: [0] })
    if (answer.status !== 'infeasible') throw new Error('solved')
    expect(answer.shortfall).toBeCloseTo(0.02, 12)
    expect(answer.reason).toBe(
      'line 0 is at 0.4, outside its bounds 0.41 to 0.43, and no trade in whole steps of 0.05 of at least 0.05 ends inside them',
    )
    expect(solveDiscrete(problem, rulesFor(2, { minimumTrade: 0.031 }))).toMatchObject({ code: 'no-step-fits' })
    expect(solveDiscrete(problem, rulesFor(2, { minimumTrade: 0.03 })).status).toBe('solved')
  })

  test('steps that fit each line and not all together are proved not to', () => {
    // cash must fall by 0.05, which steps of 0.02 and 0.04 never add up to
    const problem = makeProblem([0.3, 0.3, 0.4], [0.3, 0.3, 0.4], [0.36, 0, 0, 0, 0.36, 0, 0, 0, 0], {
      upper: Float64Array.of(1, 1, 0.35),
      lower: Float64Array.of(0, 0, 0.345),
    })
    const rules = { ...rulesFor(3, {}), step: Float64Array.of(0.02, 0.04, 0) }
    const answer = solveDiscrete(problem, rules)
    expect(answer).toMatchObject({ status: 'infeasible', code: 'discrete-clash' })
    expect(answer.status === 'infeasible' && answer.reason).toMatch(/^whole steps and minimum trades can't hold/)
  })

  test.each([
    [{ cash: 5 }, 'cash is line 5, lines are 0 to 1'],
    [{ ticket: Float64Array.of(-1, 0) }, 'ticket[0] is -1, it must be finite and at least 0'],
    [{ ticket: Float64Array.of(0, 1) }, 'ticket[1] is 1, line 1 is cash and takes up the rounding: it must be 0'],
    [
      { step: Float64Array.of(0.1, 0), cash: null },
      'step[0] is 0.1, but no line is cash and could take up the rounding',
    ],
    [{ minimumTrade: Float64Array.of(0.1) }, 'minimumTrade has 1 entries, 2 are needed'],
  ])('rules that mean nothing are refused: %o', (given, reason) => {
    const answer = solveDiscrete(makePair(0.5, 0.5, 0.8), { ...rulesFor(2, {}), ...given })
    expect(answer).toMatchObject({ status: 'failed', code: 'invalid-input', reason })
  })
})

test('a dropped line is explained as one that the convex problem would trade', () => {
  const problem = makePair(0.55, 0.5, 0.8)
  const { lines } = solved(problem, rulesFor(2, { ticket: 1 }))
  expect(lines[0]).toMatchObject({ status: 'no-trade-region', trade: 0, costFallToTrade: 0 })
})
