import { expect, test } from 'vitest'
import { createRandom } from '../../core/random.ts'
import { Column, createLineKernel, type KernelShape, layoutOf } from './line-kernel.ts'

const random = createRandom(5)

/** Random lines in a kernel's memory, the last pair half empty, and a plain account of what stands there. */
function fill(shape: KernelShape, lines: number) {
  const memory = new WebAssembly.Memory({ initial: 2 })
  const doubles = new Float64Array(memory.buffer)
  const layout = layoutOf(shape)
  const plain = Array.from({ length: lines }, (_, i) => {
    const low = -random.between(-0.01, 0.1)
    const line = {
      low,
      high: low + random.between(0, 0.2),
      distance: 0.1 * random.normal(),
      costBuy: random.between(0, 0.01),
      costSell: random.between(0, 0.01),
      impact: shape.impact && i % 3 !== 0 ? random.between(0, 0.05) : 0,
      curvature: random.between(0.01, 0.5),
      rows: Array.from({ length: shape.rows - 1 }, () => random.integer(3) - 1),
      loadings: Array.from({ length: shape.factors }, () => random.normal()),
    }
    const at = layout.records + (i >> 1) * layout.stride + (i & 1)
    const columns = [
      line.low,
      line.high,
      line.distance,
      line.costBuy,
      line.costSell,
      line.impact,
      shape.impact ? line.curvature : 1 / line.curvature,
      0,
      0,
      ...line.rows,
      ...line.loadings,
    ]
    for (const [c, value] of columns.entries()) doubles[at + 2 * c] = value
    return line
  })
  if (lines % 2 === 1) doubles[layout.records + (lines >> 1) * layout.stride + 1 + 2 * Column.curvature] = 1
  const end = 8 * (layout.records + ((lines + 1) >> 1) * layout.stride)
  return { kernel: createLineKernel(shape, memory), doubles, layout, plain, end }
}

const SHAPES: KernelShape[] = [false, true].flatMap((impact) =>
  [false, true].flatMap((turnover) => [
    { factors: 4, rows: 2, impact, turnover },
    { factors: 0, rows: 1, impact, turnover },
    { factors: 3, rows: 4, impact, turnover },
  ]),
)

test.each(SHAPES)(
  'lines respond as the formula says: $factors factors, $rows rows, impact $impact, turnover $turnover',
  (shape) => {
    for (const lines of [1, 2, 7]) {
      const { kernel, doubles, layout, plain, end } = fill(shape, lines)
      const gamma = 2
      doubles[layout.gamma] = gamma
      kernel.begin(end)
      const exposures = Array.from({ length: shape.factors }, (_, f) =>
        plain.reduce((sum, line) => sum + line.loadings[f]! * line.distance, 0),
      )
      for (const [f, exposure] of exposures.entries()) {
        expect(doubles[layout.shift + f]).toBeCloseTo(exposure, 12)
        expect(doubles[layout.theta + f]).toBeCloseTo(gamma * exposure, 12)
      }
      const m = layout.unknowns
      const theta = Array.from({ length: m }, (_, j) =>
        j === m - 1 && shape.turnover ? 0.004 : 0.02 * random.normal(),
      )
      for (let j = 0; j < m; j++) {
        doubles[layout.origin + j] = theta[j]! - 0.5 * 0.3
        doubles[layout.step + j] = 0.3
        doubles[layout.keep + j] = 1
        doubles[layout.scale + j] = j < shape.factors ? 1 / gamma : 0
        if (j >= shape.factors) doubles[layout.shift + j] = 0.01
      }
      doubles[layout.length] = 0.5
      kernel.probe(end)
      const tau = shape.turnover ? theta[m - 1]! : 0
      const sums = new Float64Array(m)
      const matrix = new Float64Array(m * m)
      for (const [i, line] of plain.entries()) {
        const unknowns = [...line.loadings, 1, ...line.rows]
        const price = unknowns.reduce((sum, v, j) => sum + v * theta[j]!, line.distance * line.curvature)
        const push = Math.min(price + line.costBuy + tau, 0) + Math.max(price - line.costSell - tau, 0)
        const size = Math.abs(push)
        // K = 1.5·k: curvature·s² + K·s = push
        const root = Math.sqrt(line.impact ** 2 + 4 * line.curvature * size)
        const s = push === 0 ? 0 : (2 * size) / (line.impact + root)
        const wanted = -Math.sign(push) * s * s
        const trade = Math.min(line.high, Math.max(line.low, wanted))
        const at = layout.records + (i >> 1) * layout.stride + (i & 1)
        expect(doubles[at + 2 * Column.trade]).toBeCloseTo(trade, 12)
        const free = push !== 0 && wanted > line.low && wanted < line.high
        const compliance = free ? (2 * s) / root : 0
        expect(doubles[at + 2 * Column.compliance]).toBeCloseTo(compliance, 9)
        if (shape.turnover) unknowns.push(Math.sign(trade))
        for (let j = 0; j < m; j++) {
          sums[j]! += unknowns[j]! * trade
          for (let q = 0; q <= j; q++) matrix[j * m + q]! += compliance * unknowns[j]! * unknowns[q]!
        }
      }
      let slope = 0
      for (let j = 0; j < m; j++) {
        expect(doubles[layout.sums + j]).toBeCloseTo(sums[j]!, 12)
        const shift = j < shape.factors ? exposures[j]! : 0.01
        slope += 0.3 * (sums[j]! + shift - (j < shape.factors ? theta[j]! / gamma : 0))
      }
      expect(doubles[layout.slope]).toBeCloseTo(slope, 12)
      kernel.curve(end)
      for (let j = 0; j < m; j++)
        for (let q = 0; q <= j; q++) expect(doubles[layout.matrix + j * m + q]).toBeCloseTo(matrix[j * m + q]!, 9)
    }
  },
)

test('the step solves its system, pivots below their floor raised to it', () => {
  const { kernel, doubles, layout } = fill({ factors: 5, rows: 3, impact: false, turnover: false }, 2)
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
