import { factorCholesky } from '../linear-algebra/cholesky.ts'
import { averageCorrelation, type ReturnPanel, shrinkCovariance } from './ledoit-wolf.ts'
import type { ReturnSeries } from './returns.ts'
import type { RiskSettings } from './risk-model.ts'
import { trust, weightAt } from './weights.ts'

/** Least pivot of the correlation matrix: below it more shrinkage is applied. */
const LEAST_PIVOT = 1e-6
/** Most a target correlation may be: a matrix of ones has no inverse. */
const MOST_TARGET = 0.95

export interface Correlations {
  /** n×n row-major, unit diagonal, positive definite. */
  readonly matrix: Float64Array
  /** Share of the target in it. */
  readonly shrinkage: number
}

/**
 * Correlations of the pairs, each over the intervals both have, shrunk towards the target. Ledoit and Wolf's intensity
 * needs one panel without holes: it is taken from the assets with enough history and the intervals they share. The
 * constant correlation is that of the assets that are not stablecoins; a stablecoin's target is none.
 */
export function estimateCorrelations(
  series: readonly ReturnSeries[],
  stable: readonly boolean[],
  asOf: number,
  settings: RiskSettings,
): Correlations {
  const n = series.length
  const matrix = new Float64Array(n * n)
  for (let i = 0; i < n; i++) {
    matrix[i * n + i] = 1
    for (let j = 0; j < i; j++) {
      const prior = stable[i]! || stable[j]! ? 0 : settings.priorCorrelation
      const rho = pairCorrelation(series[i]!, series[j]!, asOf, settings, prior)
      matrix[i * n + j] = rho
      matrix[j * n + i] = rho
    }
  }
  const aim = targetOf(matrix, stable, settings)
  const wanted = settings.shrinkage === 'analytical' ? intensityOf(series, stable, asOf, settings) : settings.shrinkage
  return { matrix, shrinkage: shrinkUntilDefinite(matrix, aim, n, wanted) }
}

/** Both series are in time order: one walk over the intervals they share. */
function pairCorrelation(
  a: ReturnSeries,
  b: ReturnSeries,
  asOf: number,
  settings: RiskSettings,
  prior: number,
): number {
  let [products, squaresA, squaresB] = [0, 0, 0]
  let shared = 0
  for (let i = 0, j = 0; i < a.to.length && j < b.to.length; ) {
    if (a.to[i]! < b.to[j]!) i++
    else if (a.to[i]! > b.to[j]!) j++
    else {
      if (a.from[i] === b.from[j]) {
        const [ra, rb, days] = [a.values[i]!, b.values[j]!, a.days[i]!]
        const weight = weightAt(a.to[i]!, days, asOf, settings.correlationHalfLifeDays) / days
        products += weight * ra * rb
        squaresA += weight * ra * ra
        squaresB += weight * rb * rb
        shared++
      }
      i++
      j++
    }
  }
  const sample = squaresA > 0 && squaresB > 0 ? products / Math.sqrt(squaresA * squaresB) : 0
  const share = trust(shared, settings)
  return share * Math.max(-1, Math.min(1, sample)) + (1 - share) * prior
}

function targetOf(matrix: Float64Array, stable: readonly boolean[], settings: RiskSettings): Float64Array {
  const n = stable.length
  const risky = Array.from(stable.keys()).filter((i) => !stable[i]!)
  const block = Float64Array.from(risky.flatMap((i) => risky.map((j) => matrix[i * n + j]!)))
  const constant =
    settings.shrinkageTarget === 'constant-correlation'
      ? Math.min(MOST_TARGET, Math.max(0, averageCorrelation(block, risky.length)))
      : 0
  return matrix.map((_, at) => {
    const [i, j] = [Math.trunc(at / n), at % n]
    if (i === j) return 1
    return stable[i]! || stable[j]! ? 0 : constant
  })
}

/** Ledoit and Wolf's intensity for standardised returns; 0 where fewer than two assets share enough intervals. */
function intensityOf(
  series: readonly ReturnSeries[],
  stable: readonly boolean[],
  asOf: number,
  settings: RiskSettings,
): number {
  const panel = sharedPanel(
    series.filter((_, i) => !stable[i]!),
    asOf,
    settings,
  )
  return panel === null ? 0 : shrinkCovariance(panel, settings.shrinkageTarget).intensity
}

/**
 * Returns of the assets with at least half the longest history over the intervals all of them have, per √day and in
 * units of their own root mean square. Null where that leaves fewer than two assets or too few rows.
 */
function sharedPanel(series: readonly ReturnSeries[], asOf: number, settings: RiskSettings): ReturnPanel | null {
  const longest = Math.max(0, ...series.map(({ to }) => to.length))
  const members = series.filter(
    ({ to, values }) =>
      to.length >= Math.max(settings.minimumReturns, longest / 2) && values.some((value) => value !== 0),
  )
  const n = members.length
  if (n < 2) return null
  const indexes = members.map(({ from, to }) => new Map(to.map((time, i) => [`${from[i]}/${time}`, i])))
  const rows = [...indexes[0]!.keys()].filter((key) => indexes.every((index) => index.has(key)))
  if (rows.length < settings.minimumReturns) return null
  const values = new Float64Array(rows.length * n)
  const weights = new Float64Array(rows.length)
  for (const [t, key] of rows.entries())
    for (const [column, member] of members.entries()) {
      const at = indexes[column]!.get(key)!
      const days = member.days[at]!
      values[t * n + column] = member.values[at]! / Math.sqrt(days)
      weights[t] = weightAt(member.to[at]!, days, asOf, settings.correlationHalfLifeDays)
    }
  const total = weights.reduce((sum, weight) => sum + weight, 0)
  for (let t = 0; t < rows.length; t++) weights[t]! /= total
  for (let column = 0; column < n; column++) {
    let square = 0
    for (let t = 0; t < rows.length; t++) square += weights[t]! * values[t * n + column]! ** 2
    if (square > 0) for (let t = 0; t < rows.length; t++) values[t * n + column]! /= Math.sqrt(square)
  }
  return { rows: rows.length, columns: n, values, weights }
}

/** Mixes the target in, in place, in steps of 0.05 from `wanted` until a Cholesky factor exists: the target has one. */
function shrinkUntilDefinite(matrix: Float64Array, aim: Float64Array, n: number, wanted: number): number {
  const sample = matrix.slice()
  for (let step = 0; ; step++) {
    const shrinkage = Math.min(1, wanted + 0.05 * step)
    for (let at = 0; at < sample.length; at++)
      matrix[at] = at % (n + 1) === 0 ? 1 : (1 - shrinkage) * sample[at]! + shrinkage * aim[at]!
    if (shrinkage === 1 || factorCholesky(matrix.slice(), n, LEAST_PIVOT) < 0) return shrinkage
  }
}
