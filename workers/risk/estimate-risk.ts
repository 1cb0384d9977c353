import { factorCholesky } from '../linear-algebra/cholesky.ts'
import { type ReturnSeries, readReturns } from './returns.ts'
import { type CloseHistory, DEFAULT_RISK_SETTINGS, type RiskModel, type RiskSettings } from './risk-model.ts'

const DAYS_PER_YEAR = 365
const MILLIS_PER_DAY = 86_400_000
/** Least pivot of the correlation matrix: below it more shrinkage is applied. */
const LEAST_PIVOT = 1e-6

export interface RiskInput {
  readonly histories: readonly CloseHistory[]
  /** Nothing known later is used. */
  readonly asOf: number
  readonly settings?: RiskSettings
}

/**
 * Exponentially weighted covariance of log returns, uncentred:
 *
 *     σ_i² = Σ w r²/days ÷ Σ w,   w = days·2^(−age/halfLife),   per year ×365
 *     ρ_ij = Σ w r_i r_j/days ÷ √(Σ w r_i²/days · Σ w r_j²/days)   over the intervals both have
 *     Σ_ij = σ_i σ_j (1 − shrinkage) ρ_ij  off the diagonal
 *
 * Assets and pairs with few returns are blended with the prior in proportion to their number. A volatility never
 * falls below `leastVolatility`. Always positive definite: shrinkage grows where it must.
 */
export function estimateRisk(input: RiskInput): RiskModel {
  const { histories, asOf } = input
  const settings = input.settings ?? DEFAULT_RISK_SETTINGS
  const count = histories.length
  const series = histories.map((history) => readReturns(history, asOf, settings))
  const volatility = Float64Array.from(series, (returns, i) => annualVolatility(returns, histories[i]!, asOf, settings))
  const correlation = new Float64Array(count * count)
  for (let i = 0; i < count; i++) {
    correlation[i * count + i] = 1
    for (let j = 0; j < i; j++) {
      const stable = histories[i]!.stable === true || histories[j]!.stable === true
      const rho = pairCorrelation(series[i]!, series[j]!, asOf, settings, stable ? 0 : settings.priorCorrelation)
      correlation[i * count + j] = rho
      correlation[j * count + i] = rho
    }
  }
  const shrinkage = shrinkUntilDefinite(correlation, count, settings.shrinkage)
  const covariance = correlation.map((rho, at) => rho * volatility[Math.trunc(at / count)]! * volatility[at % count]!)
  return {
    assets: histories.map(({ asset }) => asset),
    asOf,
    covariance,
    volatility,
    dailySigma: volatility.map((sigma) => sigma / Math.sqrt(DAYS_PER_YEAR)),
    prior: series.map(({ values }) => values.length < settings.minimumReturns),
    returnsUsed: series.map(({ values }) => values.length),
    shrinkage,
    clipped: series.flatMap(({ clipped }) => clipped),
    refusedCloses: series.map(({ refused }) => refused),
  }
}

const weightAt = (to: number, days: number, asOf: number, halfLifeDays: number): number =>
  days * 2 ** (-(asOf - to) / MILLIS_PER_DAY / halfLifeDays)

/** Share of the sample in a blend with the prior. */
const trust = (returns: number, settings: RiskSettings): number => Math.min(1, returns / settings.minimumReturns)

function annualVolatility(returns: ReturnSeries, history: CloseHistory, asOf: number, settings: RiskSettings): number {
  let weights = 0
  let squares = 0
  for (const [i, value] of returns.values.entries()) {
    const days = returns.days[i]!
    const weight = weightAt(returns.to[i]!, days, asOf, settings.halfLifeDays)
    weights += weight
    squares += (weight * value * value) / days
  }
  const prior = history.stable === true ? settings.stablePriorVolatility : settings.priorVolatility
  const sample = weights > 0 ? (squares / weights) * DAYS_PER_YEAR : 0
  const share = trust(returns.values.length, settings)
  return Math.max(settings.leastVolatility, Math.sqrt(share * sample + (1 - share) * prior * prior))
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
        const weight = weightAt(a.to[i]!, days, asOf, settings.halfLifeDays) / days
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

/** Multiplies the off-diagonal by 1 − shrinkage, in place, in steps of 0.05 until a Cholesky factor exists. */
function shrinkUntilDefinite(correlation: Float64Array, count: number, wanted: number): number {
  const sample = correlation.slice()
  for (let step = 0; ; step++) {
    const shrinkage = Math.min(1, wanted + 0.05 * step)
    for (let at = 0; at < sample.length; at++)
      correlation[at] = at % (count + 1) === 0 ? 1 : (1 - shrinkage) * sample[at]!
    if (shrinkage === 1 || factorCholesky(correlation.slice(), count, LEAST_PIVOT) < 0) return shrinkage
  }
}
