import { createRandom } from '../../../core/random.ts'
import { symmetricEigen } from '../../linear-algebra/eigenvalues.ts'
import { estimateRisk } from '../estimate-risk.ts'
import { denseCovariance } from '../factor-model.ts'
import { type CloseHistory, DEFAULT_RISK_SETTINGS, type RiskSettings } from '../risk-model.ts'

const DAY = 86_400_000
/** Families of portfolios whose variance is forecast: what the desk uses, and what punishes a bad inverse. */
export const FAMILIES = ['asset', 'long', 'difference', 'least-variance'] as const
export type Family = (typeof FAMILIES)[number]

export interface ForecastScore {
  /** Standard deviation of daily return over forecast: 1 is right, above 1 the forecast is too low. */
  readonly bias: number
  /** Mean of RV/σ̂² − log(RV/σ̂²) − 1 over months and portfolios: 0 is perfect, lower is better. */
  readonly qlike: number
}

/** Closes of a CSV with a date column, one history per further column. */
export function historiesOfCsv(text: string): readonly CloseHistory[] {
  const [header, ...rows] = text
    .trim()
    .split('\n')
    .map((line) => line.split(','))
  return header!.slice(1).map((asset, at) => {
    const kept = rows.filter((row) => row[at + 1] !== '')
    return {
      asset,
      times: kept.map((row) => Date.parse(row[0]!)),
      closes: kept.map((row) => Number(row[at + 1])),
      stable: asset.startsWith('USD'),
    }
  })
}

/**
 * At the first of each month the model is estimated from the closes so far, and the month's daily returns are set
 * against it, for the assets that trade on every day of the month and are not stablecoins.
 */
export function scoreForecasts(
  histories: readonly CloseHistory[],
  change: Partial<RiskSettings>,
  months: readonly number[],
): Readonly<Record<Family, ForecastScore>> {
  const settings = { ...DEFAULT_RISK_SETTINGS, ...change }
  const sums = new Map<Family, { squares: number; days: number; qlike: number; count: number }>(
    FAMILIES.map((family) => [family, { squares: 0, days: 0, qlike: 0, count: 0 }]),
  )
  for (const asOf of months) {
    const end = new Date(asOf)
    const until = Date.UTC(end.getUTCFullYear(), end.getUTCMonth() + 1, 1)
    const days = Math.round((until - asOf) / DAY)
    const model = estimateRisk({ histories, asOf, settings })
    const n = histories.length
    const covariance = model.factors === null ? model.covariance : denseCovariance(model.factors)
    const returns = histories.map((history) => dailyReturns(history, asOf, days))
    const members = Array.from(histories.keys()).filter(
      (i) => histories[i]!.stable !== true && !model.prior[i]! && returns[i] !== null,
    )
    const portfolios = makePortfolios(members, n, covariance, asOf)
    for (const { family, weights } of portfolios) {
      let variance = 0
      for (const i of members) for (const j of members) variance += weights[i]! * covariance[i * n + j]! * weights[j]!
      let realised = 0
      for (let day = 0; day < days; day++) {
        const value = members.reduce((sum, i) => sum + weights[i]! * returns[i]![day]!, 0)
        realised += value * value
      }
      const ratio = realised / ((variance * days) / 365)
      const sum = sums.get(family)!
      sum.squares += realised / (variance / 365)
      sum.days += days
      sum.qlike += ratio - Math.log(ratio) - 1
      sum.count++
    }
  }
  const scoreOf = (family: Family): ForecastScore => {
    const { squares, days, qlike, count } = sums.get(family)!
    return { bias: Math.sqrt(squares / days), qlike: qlike / count }
  }
  return {
    asset: scoreOf('asset'),
    long: scoreOf('long'),
    difference: scoreOf('difference'),
    'least-variance': scoreOf('least-variance'),
  }
}

/** Log returns of `days` days after `asOf`; null unless every close is there and no day lost more than half. */
function dailyReturns({ times, closes }: CloseHistory, asOf: number, days: number): number[] | null {
  const from = Array.from(times).indexOf(asOf)
  if (from < 0 || times[from + days] !== asOf + days * DAY) return null
  const returns = Array.from({ length: days }, (_, i) => Math.log(closes[from + i + 1]! / closes[from + i]!))
  return returns.every((value) => value > -0.7) ? returns : null
}

function makePortfolios(
  members: readonly number[],
  n: number,
  covariance: Float64Array,
  seed: number,
): { readonly family: Family; readonly weights: Float64Array }[] {
  const random = createRandom(Math.trunc(seed / DAY))
  const made: { readonly family: Family; readonly weights: Float64Array }[] = members.map((i) => {
    const weights = new Float64Array(n)
    weights[i] = 1
    return { family: 'asset', weights }
  })
  for (let draw = 0; draw < 20; draw++) {
    const [a, b] = [randomWeights(), randomWeights()]
    made.push({ family: 'long', weights: a }, { family: 'difference', weights: a.map((x, i) => x - b[i]!) })
  }
  made.push({ family: 'least-variance', weights: leastVariance(members, n, covariance) })
  return made

  function randomWeights(): Float64Array {
    const weights = new Float64Array(n)
    for (const i of members) weights[i] = -Math.log(1 - random.next())
    const total = weights.reduce((sum, x) => sum + x, 0)
    return weights.map((x) => x / total)
  }
}

/** Σ⁻¹1 of the members, scaled to sum 1: leans on the smallest eigenvalues. */
function leastVariance(members: readonly number[], n: number, covariance: Float64Array): Float64Array {
  const m = members.length
  const block = Float64Array.from(members.flatMap((i) => members.map((j) => covariance[i * n + j]!)))
  const { values, vectors } = symmetricEigen(block, m)
  const weights = new Float64Array(n)
  for (let k = 0; k < m; k++) {
    let total = 0
    for (let i = 0; i < m; i++) total += vectors[i * m + k]!
    for (const [i, member] of members.entries()) weights[member]! += (vectors[i * m + k]! * total) / values[k]!
  }
  const sum = weights.reduce((all, x) => all + x, 0)
  return weights.map((x) => x / sum)
}

export const monthsFrom = (year: number, untilYear: number): number[] =>
  Array.from({ length: 12 * (untilYear - year) }, (_, i) => Date.UTC(year, i, 1))
