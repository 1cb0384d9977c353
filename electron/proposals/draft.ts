import type { AssetId } from '../../core/instruments.ts'
import type { Failure } from '../../core/result.ts'
import type { BookPosition } from './book-position.ts'
import type { LineLimits } from './limits.ts'
import type { PacedSolved, PlanRequest } from './planning-inputs.ts'
import type { AssetGrain, Shape } from './shape-trades.ts'
import type { LineCosts } from './venue-mix.ts'

export type PlanFailure = Failure<
  'stale-prices' | 'infeasible' | 'nothing-to-trade' | 'below-minimum' | 'no-cash' | 'restricted' | 'optimizer-failed'
>

/** Everything computed on the way to one proposal; the explanation reads it, nothing is computed twice. */
export interface Draft {
  readonly request: PlanRequest
  readonly position: BookPosition
  readonly covariance: Float64Array
  readonly costs: LineCosts
  /** k of k·|Δ|^{3/2} per line. */
  readonly impact: Float64Array
  readonly grains: ReadonlyMap<AssetId, AssetGrain>
  readonly limits: LineLimits
  readonly solution: PacedSolved
  readonly shape: Shape
  /** Lines dropped because their trade was too small, over all passes. */
  readonly tooSmall: ReadonlySet<AssetId>
  /** Of those, what they would trade on the whole way, signed weights: a part of it was too small today. */
  readonly postponed: ReadonlyMap<AssetId, number>
  /** Times γ, over all passes, to keep the tracking error of the risk profile. */
  readonly riskFactor: number
}
