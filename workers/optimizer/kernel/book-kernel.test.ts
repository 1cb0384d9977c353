import { expect, test } from 'vitest'
import { createRandom } from '../../../core/random.ts'
import { viewProblem } from '../book-view.ts'
import { Judge } from '../certificate.ts'
import { solveProblem } from '../engine.ts'
import { toRowPrices } from '../group-rows.ts'
import type { RebalanceProblem } from '../problem.ts'
import { randomProblem } from '../test-support/random-problems.ts'
import { createBookKernel } from './book-kernel.ts'
import { type BookColumn, type KernelShape, type LineColumn, layoutOf } from './kernel-layout.ts'
import { KernelMemory, sourcesOf } from './kernel-memory.ts'
import { prepareRisk } from './prepared-risk.ts'

const random = createRandom(5)

/** Random lines in a kernel's memory, an empty place after an odd number of them, and a plain account of them. */
function fill(shape: KernelShape, curved: boolean, count: number) {
  const memory = new WebAssembly.Memory({ initial: 2 })
  const doubles = new Float64Array(memory.buffer)
  const layout = layoutOf(shape)
  const plain = Array.from({ length: count }, (_, i) => {
    const low = -random.between(-0.01, 0.1)
    const line = {
      low,
      high: low + random.between(0, 0.2),
      base: 0.01 * random.normal(),
      costBuy: random.between(0, 0.01),
      costSell: random.between(0, 0.01),
      impact: curved && i % 3 !== 0 ? random.between(0, 0.05) : 0,
      bend: random.between(0.01, 0.5),
      coefficients: Array.from({ length: shape.groups }, () => random.integer(3) - 1),
      loadings: Array.from({ length: shape.factors }, () => random.normal()),
    }
    const ofLine: Partial<Record<LineColumn, number>> = {
      low: line.low,
      high: line.high,
      base: line.base,
      bend: line.bend,
      inverseBend: 1 / line.bend,
    }
    const ofBook: Partial<Record<BookColumn, number>> = {
      costBuy: line.costBuy,
      costSell: line.costSell,
      impact: line.impact,
    }
    for (const [name, value] of Object.entries(ofLine)) doubles[layout.line[name as LineColumn] + i] = value
    for (const [name, value] of Object.entries(ofBook)) doubles[layout.book[name as BookColumn] + i] = value
    for (const [g, value] of line.coefficients.entries()) doubles[layout.coefficients[g]! + i] = value
    for (const [f, value] of line.loadings.entries()) doubles[layout.loadings[f]! + i] = value
    return line
  })
  if (count % 2 === 1) doubles[layout.line.bend + count] = doubles[layout.line.inverseBend + count] = 1
  return { kernel: createBookKernel(shape, memory), doubles, layout, plain, end: 8 * (count + (count % 2)) }
}

const ROOM = { view: false, frozen: false, lines: 16, weights: 16 }
const SHAPES = [false, true].flatMap((curved) =>
  [false, true].flatMap((turnover) => [
    { factors: 4, groups: 1, curved, turnover },
    { factors: 0, groups: 0, curved, turnover },
    { factors: 3, groups: 3, curved, turnover },
  ]),
)

test.each(SHAPES)(
  'lines respond as the formula says: $factors factors, $groups groups, impact $curved, turnover $turnover',
  ({ factors, groups, curved, turnover }) => {
    const shape = { ...ROOM, factors, groups, turnover }
    for (const lines of [1, 2, 7]) {
      const { kernel, doubles, layout, plain, end } = fill(shape, curved, lines)
      const gamma = 2
      doubles[layout.gamma] = gamma
      doubles[layout.inverseGamma] = 1 / gamma
      const m = layout.unknowns
      const theta = Array.from({ length: m }, (_, j) => (j === m - 1 && turnover ? 0.004 : 0.02 * random.normal()))
      for (let j = 0; j < m; j++) {
        doubles[layout.origin + j] = theta[j]! - 0.5 * 0.3
        doubles[layout.step + j] = 0.3
        doubles[layout.keep + j] = 1
        doubles[layout.scale + j] = j < factors ? 1 / gamma : 0
        doubles[layout.shift + j] = 0.01 * j
      }
      doubles[layout.length] = 0.5
      if (curved) kernel.probeCurved(end, 0)
      else kernel.probePlain(end, 0)
      const tau = turnover ? theta[m - 1]! : 0
      const sums = new Float64Array(m)
      const matrix = new Float64Array(m * m)
      for (const [i, line] of plain.entries()) {
        const unknowns = [...line.loadings, 1, ...line.coefficients]
        const price = unknowns.reduce((sum, v, j) => sum + v * theta[j]!, line.base)
        const push = Math.min(price + line.costBuy + tau, 0) + Math.max(price - line.costSell - tau, 0)
        const size = Math.abs(push)
        const rate = 1.5 * line.impact
        const root = Math.sqrt(rate ** 2 + 4 * gamma * line.bend * size)
        const s = push === 0 ? 0 : (2 * size) / (rate + root)
        const wanted = -Math.sign(push) * s * s
        const trade = Math.min(line.high, Math.max(line.low, wanted))
        expect(doubles[layout.line.trade + i]).toBeCloseTo(trade, 12)
        const free = push !== 0 && wanted > line.low && wanted < line.high
        const compliance = free ? (2 * s) / root : 0
        expect(doubles[layout.line.compliance + i]).toBeCloseTo(compliance, 9)
        if (turnover) unknowns.push(Math.sign(trade))
        for (let j = 0; j < m; j++) {
          sums[j]! += unknowns[j]! * trade
          for (let q = 0; q <= j; q++) matrix[j * m + q]! += compliance * unknowns[j]! * unknowns[q]!
        }
      }
      let slope = 0
      for (let j = 0; j < m; j++) {
        expect(doubles[layout.sums + j]).toBeCloseTo(sums[j]!, 12)
        slope += 0.3 * (sums[j]! + 0.01 * j - (j < factors ? theta[j]! / gamma : 0))
      }
      expect(doubles[layout.slope]).toBeCloseTo(slope, 12)
      kernel.curve(end)
      for (let j = 0; j < m; j++)
        for (let q = 0; q <= j; q++) expect(doubles[layout.matrix + j * m + q]).toBeCloseTo(matrix[j * m + q]!, 9)
    }
  },
)

test('the step solves its system, pivots below their floor raised to it', () => {
  const { kernel, doubles, layout } = fill({ ...ROOM, factors: 5, groups: 2, turnover: false }, false, 2)
  const m = layout.unknowns
  const root = Array.from({ length: m * m }, () => random.normal())
  const wanted = Array.from({ length: m }, () => random.normal())
  const matrix = Array.from({ length: m }, (_, i) =>
    Array.from({ length: m }, (__, j) => {
      let sum = i === j ? 0.1 : 0
      for (let q = 0; q < m; q++) sum += root[i * m + q]! * root[j * m + q]!
      return sum
    }),
  )
  for (let i = 0; i < m; i++) {
    for (let j = 0; j < m; j++) doubles[layout.matrix + i * m + j] = matrix[i]![j]!
    doubles[layout.residual + i] = matrix[i]!.reduce((sum, value, j) => sum + value * wanted[j]!, 0)
    doubles[layout.floor + i] = 0
  }
  kernel.step()
  for (let i = 0; i < m; i++) expect(doubles[layout.step + i]).toBeCloseTo(wanted[i]!, 9)
  // a row that nothing curves moves by residual / floor
  for (let j = 0; j < m; j++) doubles[layout.matrix + (m - 1) * m + j] = 0
  doubles[layout.floor + m - 1] = 4
  doubles[layout.residual + m - 1] = 2
  kernel.step()
  expect(doubles[layout.step + m - 1]).toBe(0.5)
})

/** What the kernel says of weights and prices, beside what the judge says. */
function judgeBoth(
  memory: KernelMemory,
  problem: RebalanceProblem,
  x: Float64Array,
  { budget, groups, turnover }: { budget: number; groups: Float64Array; turnover: number },
) {
  const book = viewProblem(problem)
  const risk = prepareRisk(problem.covariance, x.length, 40)!
  const capped = problem.turnoverCap !== null
  const features = { factors: risk.factorCount, groups: groups.length, turnover: capped }
  memory.prepare({ ...features, view: book.view !== null, frozen: book.frozen !== null }, risk, x.length)
  memory.bring(sourcesOf(book, null), 0, 1)
  const { numbers, layout, kernel } = memory
  numbers[layout.gamma] = book.riskScale
  numbers[layout.frozenAt] = layout.frozen
  numbers[layout.turnoverLimit] = 2 * book.turnoverCap
  numbers.set(book.caps, layout.caps)
  numbers.set(x, layout.book.x)
  numbers[layout.book.x + x.length] = 0
  numbers[layout.budget] = budget
  numbers[layout.turnover] = turnover
  numbers.set(groups, layout.groupPrices)
  const judge = problem.impact.some((k) => k > 0) ? kernel.judgeCurved : kernel.judgePlain
  judge(8 * (x.length + (x.length % 2)), 0, layout.members, x.length)
  const reference = new Judge()
  reference.assess(book, x, 0, budget, groups, turnover)
  return {
    kernel: (['objective', 'risk', 'linearCost', 'impactCost', 'primalResidual', 'dualResidual', 'gap'] as const).map(
      (name) => numbers[layout[name]]!,
    ),
    judge: [
      reference.objective,
      reference.split.risk,
      reference.split.linearCost,
      reference.split.impact,
      reference.certificate.primalResidual,
      reference.certificate.dualResidual,
      reference.certificate.gap,
    ],
  }
}

test('the certificate of a kernel is the judge’s, at solutions, near them and far from them', () => {
  const memory = new KernelMemory()
  let compared = 0
  for (let i = 0; i < 400; i++) {
    const { problem } = randomProblem(random.fork(`judged ${i}`), 'judged')
    const solution = solveProblem(problem)
    if (solution.status !== 'solved' || problem.covariance.kind !== 'factors') continue
    if (problem.taxes.length > 0 || problem.reserve !== null) continue
    if (
      problem.covariance.factorCount + problem.groupCaps.length + problem.groupFloors.length > 38 ||
      !(problem.riskScale > 0)
    )
      continue
    compared++
    const { x } = solution
    const prices = toRowPrices(solution.multipliers)
    for (const far of [0, 1e-11, 1e-7, 1e-3, 0.1]) {
      const shaken = (values: Float64Array): Float64Array => values.map((value) => value + far * random.normal())
      const { kernel, judge } = judgeBoth(memory, problem, shaken(x), {
        budget: prices.budget + 0.01 * far * random.normal(),
        groups: shaken(prices.groups),
        turnover: prices.turnover,
      })
      const scale = 1 + Math.max(0, ...judge.map(Math.abs), ...prices.groups)
      for (const [at, value] of judge.entries()) expect(Math.abs(kernel[at]! - value)).toBeLessThan(1e-12 * scale)
    }
  }
  expect(compared).toBeGreaterThan(100)
})
