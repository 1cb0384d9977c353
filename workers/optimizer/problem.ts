import { type Failure, fail, ok, type Result } from '../../core/result.ts'
import { factorCholesky } from '../linear-algebra/cholesky.ts'
import { checkSaleTaxes, type SaleTax } from './sale-tax.ts'

/** Covariance of asset returns per year. Matrices are row-major. */
export type Covariance =
  /** Σ = B Bᵀ + diag(specific); B (`loadings`) is n×factorCount. */
  | {
      readonly kind: 'factors'
      readonly factorCount: number
      readonly loadings: Float64Array
      readonly specific: Float64Array
    }
  /** Σ as n×n, symmetric and positive semidefinite. */
  | { readonly kind: 'dense'; readonly matrix: Float64Array }

export interface GroupLimit {
  /** Indices of distinct assets. */
  readonly members: readonly number[]
  /** Σ of the members' weights is at most this. */
  readonly cap: number
}

export interface GroupFloor {
  /** Indices of distinct assets. */
  readonly members: readonly number[]
  /** Σ of the members' weights is at least this. */
  readonly floor: number
}

/** Cash that must be left once all trades are paid from it. */
export interface CashReserve {
  /** Index of the line that pays. */
  readonly asset: number
  /** Fraction of the book's value before costs. */
  readonly weight: number
}

/**
 * One client book to rebalance. Arrays have one entry per asset, cash included (cash is an asset like any other);
 * weights and costs are fractions of the book's value before costs.
 *
 *     minimise    (riskScale/2)·(x−aim)ᵀ Σ (x−aim) − viewᵀx
 *               + Σ costBuy·max(Δ,0) + costSell·max(−Δ,0) + impact·|Δ|^{3/2} + tax(max(−Δ,0)),   Δ = x − current
 *     subject to  Σx = 1,  lower ≤ x ≤ upper,  floor ≤ Σ_{members} x ≤ cap,  ½ Σ|Δ| ≤ turnoverCap,
 *                 x = current where frozen,  x_cash − C(Δ) ≥ reserve
 *
 * C is the linear cost and the impact of all lines, without tax, which is paid later.
 */
export interface RebalanceProblem {
  readonly id: string
  /** γ·H: risk aversion times horizon in years, for a Σ per year. (With γ·H folded into Σ it is 1.) */
  readonly riskScale: number
  readonly covariance: Covariance
  readonly current: Float64Array
  readonly aim: Float64Array
  readonly lower: Float64Array
  readonly upper: Float64Array
  /** Linear cost as a fraction of traded value. May be negative (a rebate) while costBuy + costSell ≥ 0. */
  readonly costBuy: Float64Array
  readonly costSell: Float64Array
  /** k of k·|Δ|^{3/2}, at least 0. */
  readonly impact: Float64Array
  readonly groupCaps: readonly GroupLimit[]
  readonly groupFloors: readonly GroupFloor[]
  /** One-way turnover ½ Σ|Δ|, cash included; null: no cap. */
  readonly turnoverCap: number | null
  /** 1: no trade in this asset; null: none frozen. */
  readonly frozen: Uint8Array | null
  /** Return above the implied one over the horizon (H·v), fraction; null: none. */
  readonly view: Float64Array | null
  readonly reserve: CashReserve | null
  /** Of the assets whose sale is taxed. */
  readonly taxes: readonly SaleTax[]
}

/**
 * Objective per weight. A certificate is stated to 1e-9, and sums of such numbers are rounded by about that much: beyond
 * them nothing can be certified, so it is said at once and by name. With a reserve what trades are worth multiplies what
 * they cost, which leaves fewer digits. Usual rates are below 10.
 */
const LARGEST_RATE = 2e6
const LARGEST_WORTH_WITH_RESERVE = 1e3

export type ProblemFailure = Failure<'invalid-input'>

const invalid = (message: string): Result<never, ProblemFailure> => fail('invalid-input', message)

/** Shapes, finiteness, signs, convexity. Clashing limits are not invalid: they are infeasible. */
export function validateProblem(problem: RebalanceProblem): Result<RebalanceProblem, ProblemFailure> {
  const n = problem.current.length
  if (n === 0) return invalid('current has 0 assets, at least 1 is needed')
  const columns: readonly (readonly [string, Float64Array])[] = [
    ['current', problem.current],
    ['aim', problem.aim],
    ['lower', problem.lower],
    ['upper', problem.upper],
    ['costBuy', problem.costBuy],
    ['costSell', problem.costSell],
    ['impact', problem.impact],
    ...(problem.view === null ? [] : [['view', problem.view] as const]),
  ]
  for (const [name, values] of columns) {
    const bad = checkArray(name, values, n)
    if (bad !== null) return invalid(bad)
  }
  if (!(problem.riskScale >= 0 && Number.isFinite(problem.riskScale)))
    return invalid(`riskScale is ${problem.riskScale}, it must be finite and at least 0`)
  for (let i = 0; i < n; i++) {
    if (problem.impact[i]! < 0) return invalid(`impact[${i}] is ${problem.impact[i]}, it must be at least 0`)
    const roundTrip = problem.costBuy[i]! + problem.costSell[i]!
    if (roundTrip < 0)
      return invalid(`costBuy[${i}] + costSell[${i}] is ${roundTrip}, a round trip can't cost less than 0`)
  }
  if (problem.frozen !== null && problem.frozen.length !== n)
    return invalid(`frozen has ${problem.frozen.length} entries, current has ${n}`)
  if (problem.turnoverCap !== null && !(problem.turnoverCap >= 0 && Number.isFinite(problem.turnoverCap)))
    return invalid(`turnoverCap is ${problem.turnoverCap}, it must be finite and at least 0`)
  const bad =
    checkGroups(
      'groupCaps',
      'cap',
      problem.groupCaps.map(({ members, cap: limit }) => ({ members, limit })),
      n,
    ) ??
    checkGroups(
      'groupFloors',
      'floor',
      problem.groupFloors.map(({ members, floor: limit }) => ({ members, limit })),
      n,
    ) ??
    checkReserve(problem.reserve, n) ??
    checkSaleTaxes(problem.taxes, n) ??
    checkCovariance(problem.covariance, n) ??
    checkRates(problem)
  return bad === null ? ok(problem) : invalid(bad)
}

function checkArray(name: string, values: Float64Array, length: number): string | null {
  if (values.length !== length) return `${name} has ${values.length} entries, ${length} are needed`
  for (let i = 0; i < length; i++) if (!Number.isFinite(values[i]!)) return `${name}[${i}] is ${values[i]}`
  return null
}

function checkGroups(
  name: string,
  limitName: string,
  groups: readonly { readonly members: readonly number[]; readonly limit: number }[],
  n: number,
): string | null {
  for (const [g, { members, limit }] of groups.entries()) {
    if (!Number.isFinite(limit)) return `${name}[${g}].${limitName} is ${limit}`
    const seen = new Set<number>()
    for (const member of members) {
      if (!Number.isInteger(member) || member < 0 || member >= n)
        return `${name}[${g}] has member ${member}, assets are 0 to ${n - 1}`
      if (seen.has(member)) return `${name}[${g}] names member ${member} twice`
      seen.add(member)
    }
  }
  return null
}

function checkReserve(reserve: CashReserve | null, n: number): string | null {
  if (reserve === null) return null
  const { asset, weight } = reserve
  if (!Number.isInteger(asset) || asset < 0 || asset >= n) return `reserve.asset is ${asset}, assets are 0 to ${n - 1}`
  return Number.isFinite(weight) ? null : `reserve.weight is ${weight}`
}

function checkCovariance(covariance: Covariance, n: number): string | null {
  if (covariance.kind === 'factors') {
    const { factorCount, loadings, specific } = covariance
    if (!Number.isInteger(factorCount) || factorCount < 0) return `factorCount is ${factorCount}`
    const bad = checkArray('loadings', loadings, n * factorCount) ?? checkArray('specific', specific, n)
    if (bad !== null) return bad
    const negative = specific.findIndex((value) => value < 0)
    return negative < 0 ? null : `specific[${negative}] is ${specific[negative]}, a variance must be at least 0`
  }
  const { matrix } = covariance
  const bad = checkArray('matrix', matrix, n * n)
  if (bad !== null) return bad
  let scale = 0
  for (let i = 0; i < n; i++) scale = Math.max(scale, Math.abs(matrix[i * n + i]!))
  for (let i = 0; i < n; i++)
    for (let j = 0; j < i; j++) {
      const [a, b] = [matrix[i * n + j]!, matrix[j * n + i]!]
      if (Math.abs(a - b) > 1e-12 * scale)
        return `matrix[${i},${j}] is ${a} and matrix[${j},${i}] is ${b}: not symmetric`
    }
  // semidefinite within rounding: a singular matrix passes, a saddle does not
  const lifted = Float64Array.from(matrix)
  for (let i = 0; i < n; i++) lifted[i * n + i]! += 1e-10 * scale
  const pivot = scale > 0 ? factorCholesky(lifted, n) : matrix.findIndex((value) => value !== 0)
  return pivot < 0 ? null : `matrix is not positive semidefinite (pivot ${pivot})`
}

/** What in a problem with sound shapes is too large to be certified; null: nothing. */
function checkRates({ riskScale, covariance, taxes, reserve, ...columns }: RebalanceProblem): string | null {
  const tooLarge = (value: number): boolean => Math.abs(value) > LARGEST_RATE
  for (const name of ['costBuy', 'costSell', 'impact'] as const) {
    const at = columns[name].findIndex(tooLarge)
    if (at >= 0) return `${name}[${at}] is ${columns[name][at]}, the largest that can be certified is ${LARGEST_RATE}`
  }
  for (const { asset, slope } of taxes) {
    const at = slope.findIndex(tooLarge)
    if (at >= 0)
      return `slope ${at} of the tax on asset ${asset} is ${slope[at]}, the largest that can be certified is ${LARGEST_RATE}`
  }
  const most = reserve === null ? LARGEST_RATE : LARGEST_WORTH_WITH_RESERVE
  const limit = `the largest that can be certified${reserve === null ? '' : ' with a reserve'} is ${most}`
  const view = columns.view?.findIndex((value) => Math.abs(value) > most) ?? -1
  if (view >= 0) return `view[${view}] is ${columns.view![view]}, ${limit}`
  const variance = largestVariance(covariance, columns.current.length)
  return riskScale * variance > most ? `riskScale × the largest variance is ${riskScale} × ${variance}, ${limit}` : null
}

function largestVariance(covariance: Covariance, n: number): number {
  let largest = 0
  if (covariance.kind === 'dense') {
    for (let i = 0; i < n; i++) largest = Math.max(largest, covariance.matrix[i * n + i]!)
    return largest
  }
  const { factorCount, loadings, specific } = covariance
  for (let i = 0; i < n; i++) {
    let variance = specific[i]!
    for (let f = 0; f < factorCount; f++) variance += loadings[i * factorCount + f]! ** 2
    largest = Math.max(largest, variance)
  }
  return largest
}
