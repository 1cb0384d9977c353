import type { AssetId } from '../../core/instruments.ts'

/** Prices of one asset: closes at rising UTC milliseconds, the moment each close was known. */
export interface CloseHistory {
  readonly asset: AssetId
  readonly times: ArrayLike<number>
  readonly closes: ArrayLike<number>
  /** A stablecoin: its prior is small and uncorrelated. */
  readonly stable?: boolean
}

export interface RiskSettings {
  /** Half-life of the exponential weights, in days. */
  readonly halfLifeDays: number
  /** Share of every correlation that is given up: 0 keeps the sample, 1 leaves the diagonal. */
  readonly shrinkage: number
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
  shrinkage: 0.1,
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
  /** What was applied: the setting, or more where pairs with different histories did not fit together. */
  readonly shrinkage: number
  readonly clipped: readonly ClippedReturn[]
  /** Closes that were not numbers above 0, per asset. */
  readonly refusedCloses: readonly number[]
}
