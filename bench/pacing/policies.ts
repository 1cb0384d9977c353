import type { ShadowShape } from '../../workers/optimizer/index.ts'

/**
 * How books are rebalanced. `looseness` is what is tuned until tracking errors are equal: times the half-widths of the
 * bands, or, where there are none, risk aversion over its square.
 */
export type Policy = EdgePolicy | BandPolicy | DailyPolicy

/** Bands of half-width `looseness × target^power`; what is outside goes back to the edge at the least cost. */
export interface EdgePolicy {
  readonly kind: 'edge'
  readonly name: string
  readonly power: number
}

/** As the desk does: a book out of its bands goes the optimiser's way, or a part of it every day until it is gone. */
export interface BandPolicy {
  readonly kind: 'bands'
  readonly name: string
  readonly power: number
  readonly riskAversion: number
  readonly rate: number | null
}

/** Every book is planned at every close, whatever its weights: the no-trade region of the optimiser is its band. */
export interface DailyPolicy {
  readonly kind: 'daily'
  readonly name: string
  readonly rate: number | null
  /** Costs shaped as in the dynamic problem, or those of one period. */
  readonly shape: ShadowShape | null
}

export const HORIZON_YEARS = 1 / 12
export const DAILY_SHAPE: ShadowShape = {
  horizonYears: HORIZON_YEARS,
  impactMemoryYears: 1 / 365,
  monitoredEveryYears: 1 / 365,
}

export const RATES = [null, 0.5, 0.4, 0.3] as const
const part = (rate: number | null): string => (rate === null ? 'to its end' : `trade rate ${rate}`)

export const edgePolicies: readonly EdgePolicy[] = [0, 0.5, 1].map((power) => ({
  kind: 'edge',
  name: `edge band, width ∝ target^${power}`,
  power,
}))
export const bandPolicies = (power: number): readonly BandPolicy[] =>
  [0.5, 5].flatMap((riskAversion) =>
    RATES.map((rate) => ({
      kind: 'bands',
      name: `on a breach, γ ${riskAversion}, ${part(rate)}`,
      power,
      riskAversion,
      rate,
    })),
  )
export const dailyPolicies: readonly DailyPolicy[] = [null, DAILY_SHAPE].flatMap((shape) =>
  RATES.map((rate) => ({
    kind: 'daily',
    name: `every day, ${shape === null ? 'one-period costs' : 'shadow costs'}, ${part(rate)}`,
    rate,
    shape,
  })),
)
