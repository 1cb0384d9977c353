import type { AssetId } from '../../core/instruments.ts'
import type { FactorModel } from './factor-model.ts'
import type { ShrinkageTarget } from './ledoit-wolf.ts'

/** Prices of one asset: closes at rising UTC milliseconds, the moment each close was known. */
export interface CloseHistory {
  readonly asset: AssetId
  readonly times: ArrayLike<number>
  readonly closes: ArrayLike<number>
  /** A stablecoin: its prior is small and uncorrelated. */
  readonly stable?: boolean
}

export interface RiskSettings {
  /** Half-life of the exponential weights of volatilities, in days. Infinity: equal weights. */
  readonly halfLifeDays: number
  /** The same for correlations, which change more slowly than volatilities. */
  readonly correlationHalfLifeDays: number
  /** Returns older than this are not used. */
  readonly windowDays: number
  /** Share of the sample correlations given up for the target: a number in [0, 1], or Ledoit and Wolf's intensity. */
  readonly shrinkage: number | 'analytical'
  readonly shrinkageTarget: ShrinkageTarget
  /** Factors of the statistical factor model that comes with the covariance; 0: none is made. */
  readonly factorCount: number
  /** Fewer returns than this are blended with the prior by their number, and marked. */
  readonly minimumReturns: number
  readonly priorVolatility: number
  readonly priorCorrelation: number
  readonly stablePriorVolatility: number
  /** Volatility of a price that never moved, per √year: keeps the matrix positive definite. */
  readonly leastVolatility: number
  /** Returns beyond the larger of these are pulled in to it: robust deviations (1.4826·MAD), and a log return. */
  readonly clipDeviations: number
  readonly clipReturn: number
  /** Returns over more than this many days are left out. */
  readonly longestReturnDays: number
}

export const DEFAULT_RISK_SETTINGS: RiskSettings = {
  halfLifeDays: 60,
  correlationHalfLifeDays: 60,
  windowDays: 730,
  shrinkage: 'analytical',
  shrinkageTarget: 'constant-correlation',
  factorCount: 0,
  minimumReturns: 30,
  priorVolatility: 0.8,
  priorCorrelation: 0.6,
  stablePriorVolatility: 0.02,
  leastVolatility: 0.001,
  clipDeviations: 10,
  clipReturn: 0.5,
  longestReturnDays: 7,
}

export interface ClippedReturn {
  readonly asset: AssetId
  /** Time of the close that ends the return. */
  readonly time: number
  readonly logReturn: number
  readonly usedAs: number
}

/** Covariance of log returns at one moment. Arrays are in the order of `assets`. */
export interface RiskModel {
  readonly assets: readonly AssetId[]
  readonly asOf: number
  /** n×n row-major, per year, positive definite. */
  readonly covariance: Float64Array
  /** Per √year. */
  readonly volatility: Float64Array
  /** volatility / √365. */
  readonly dailySigma: Float64Array
  /** True where fewer than `minimumReturns` returns stand behind the asset's volatility. */
  readonly prior: readonly boolean[]
  readonly returnsUsed: readonly number[]
  /** What was applied: the setting or the analytical intensity, or more where pairs of unlike histories did not fit. */
  readonly shrinkage: number
  /** Largest over smallest eigenvalue of the correlation matrix: how much a solver may magnify its rounding. */
  readonly conditionNumber: number
  /** The correlations again as few factors and specific variances; null unless factors were asked for. */
  readonly factors: FactorModel | null
  readonly clipped: readonly ClippedReturn[]
  /** Closes that were not numbers above 0, per asset. */
  readonly refusedCloses: readonly number[]
}
