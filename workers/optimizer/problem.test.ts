import { describe, expect, test } from 'vitest'
import { OptimizerEngine } from './optimizer-engine.ts'
import { type RebalanceProblem, validateProblem } from './problem.ts'
import { makePair } from './test-support/test-problems.ts'

const message = (given: Partial<RebalanceProblem>): string => {
  const result = validateProblem({ ...makePair(0.5, 0.4, 0.6), ...given })
  return result.ok ? 'valid' : result.error.message
}

describe('input that can not be meant is refused with field and value', () => {
  test.each<[string, Partial<RebalanceProblem>, string]>([
    ['NaN', { aim: Float64Array.of(Number.NaN, 0.5) }, 'aim[0] is NaN'],
    ['infinite', { upper: Float64Array.of(1, Number.POSITIVE_INFINITY) }, 'upper[1] is Infinity'],
    ['wrong length', { costBuy: new Float64Array(3) }, 'costBuy has 3 entries, 2 are needed'],
    ['no assets', { current: new Float64Array(0) }, 'current has 0 assets, at least 1 is needed'],
    ['risk scale', { riskScale: -1 }, 'riskScale is -1, it must be finite and at least 0'],
    ['impact', { impact: Float64Array.of(0, -0.1) }, 'impact[1] is -0.1, it must be at least 0'],
    [
      'a round trip that pays',
      { costBuy: Float64Array.of(0.001, 0), costSell: Float64Array.of(-0.002, 0) },
      "costBuy[0] + costSell[0] is -0.001, a round trip can't cost less than 0",
    ],
    ['turnover', { turnoverCap: -0.1 }, 'turnoverCap is -0.1, it must be finite and at least 0'],
    ['frozen', { frozen: new Uint8Array(1) }, 'frozen has 1 entries, current has 2'],
    ['group member', { groupCaps: [{ members: [0, 2], cap: 1 }] }, 'groupCaps[0] has member 2, assets are 0 to 1'],
    ['member twice', { groupCaps: [{ members: [1, 1], cap: 1 }] }, 'groupCaps[0] names member 1 twice'],
    ['group cap', { groupCaps: [{ members: [1], cap: Number.NaN }] }, 'groupCaps[0].cap is NaN'],
    ['view', { view: Float64Array.of(0, Number.NaN) }, 'view[1] is NaN'],
    [
      'a cost beyond what can be certified',
      { costSell: Float64Array.of(3e6, 0) },
      'costSell[0] is 3000000, the largest that can be certified is 2000000',
    ],
    [
      'so much risk',
      { riskScale: 1e8 },
      'riskScale × the largest variance is 100000000 × 0.36, the largest that can be certified is 2000000',
    ],
    [
      'a view beside a reserve',
      { view: Float64Array.of(1e4, 0), reserve: { asset: 1, weight: 0 } },
      'view[0] is 10000, the largest that can be certified with a reserve is 1000',
    ],
    [
      'a tax',
      { taxes: [{ asset: 0, size: Float64Array.of(1, 1), slope: Float64Array.of(0, 1e7) }] },
      'slope 1 of the tax on asset 0 is 10000000, the largest that can be certified is 2000000',
    ],
    [
      'not symmetric',
      { covariance: { kind: 'dense', matrix: Float64Array.of(1, 0.5, 0.4, 1) } },
      'matrix[1,0] is 0.4 and matrix[0,1] is 0.5: not symmetric',
    ],
    [
      'not semidefinite',
      { covariance: { kind: 'dense', matrix: Float64Array.of(1, 2, 2, 1) } },
      'matrix is not positive semidefinite (pivot 1)',
    ],
    [
      'negative variance',
      {
        covariance: {
          kind: 'factors',
          factorCount: 1,
          loadings: new Float64Array(2),
          specific: Float64Array.of(0.1, -0.1),
        },
      },
      'specific[1] is -0.1, a variance must be at least 0',
    ],
  ])('%s', (_, given, expected) => {
    expect(message(given)).toBe(expected)
  })

  test('a singular covariance is fine', () => {
    expect(message({ covariance: { kind: 'dense', matrix: Float64Array.of(1, 1, 1, 1) } })).toBe('valid')
    expect(message({ covariance: { kind: 'dense', matrix: new Float64Array(4) } })).toBe('valid')
  })

  test('one bad problem does not spoil the batch', () => {
    const good = makePair(0.5, 0.4, 0.6)
    const bad = { ...good, id: 'bad', aim: Float64Array.of(Number.NaN, 0) }
    const [first, second] = new OptimizerEngine().solve([bad, good])
    expect(first).toMatchObject({ id: 'bad', status: 'failed', code: 'invalid-input', reason: 'aim[0] is NaN' })
    expect(second!.status).toBe('solved')
  })
})
