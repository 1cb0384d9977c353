import { symmetricEigenvalues } from '../linear-algebra/eigenvalues.ts'
import { estimateCorrelations } from './correlation.ts'
import { factorModel } from './factor-model.ts'
import { type ReturnSeries, readReturns } from './returns.ts'
import { type CloseHistory, DEFAULT_RISK_SETTINGS, type RiskModel, type RiskSettings } from './risk-model.ts'
import { DAYS_PER_YEAR, trust, weightAt } from './weights.ts'

export interface RiskInput {
  readonly histories: readonly CloseHistory[]
  /** Nothing known later is used. */
  readonly asOf: number
  readonly settings?: RiskSettings
}

/**
 * Covariance of log returns, uncentred, from exponentially weighted volatilities and shrunk correlations:
 *
 *     σ_i² = Σ w r²/days ÷ Σ w,   w = days·2^(−age/halfLife),   per year ×365
 *     ρ_ij = Σ w r_i r_j/days ÷ √(Σ w r_i²/days · Σ w r_j²/days)   over the intervals both have
 *     Σ_ij = σ_i σ_j ((1 − shrinkage) ρ_ij + shrinkage·target_ij)  off the diagonal
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
  const stable = histories.map((history) => history.stable === true)
  const { matrix: correlation, shrinkage } = estimateCorrelations(series, stable, asOf, settings)
  const eigenvalues = count > 0 ? symmetricEigenvalues(correlation, count) : [1]
  return {
    assets: histories.map(({ asset }) => asset),
    asOf,
    covariance: correlation.map((rho, at) => rho * volatility[Math.trunc(at / count)]! * volatility[at % count]!),
    volatility,
    dailySigma: volatility.map((sigma) => sigma / Math.sqrt(DAYS_PER_YEAR)),
    prior: series.map(({ values }) => values.length < settings.minimumReturns),
    returnsUsed: series.map(({ values }) => values.length),
    shrinkage,
    conditionNumber: eigenvalues.at(-1)! / eigenvalues[0]!,
    factors: settings.factorCount > 0 && count > 0 ? factorModel(correlation, volatility, settings.factorCount) : null,
    clipped: series.flatMap(({ clipped }) => clipped),
    refusedCloses: series.map(({ refused }) => refused),
  }
}

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
