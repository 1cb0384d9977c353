/** How good a solution provably is, in the problem's own units. */
export interface Certificate {
  /** Largest violation of a constraint, in weight. */
  readonly primalResidual: number
  /** Largest violation of stationarity or of a multiplier's sign, in objective per weight. */
  readonly dualResidual: number
  /** Objective minus a lower bound of every feasible point's objective. */
  readonly gap: number
}

/** Prices of the constraints at the solution; with them anyone can recompute the certificate. */
export interface Multipliers {
  /** Of Σx = 1; free sign. */
  readonly budget: number
  /** One per group cap, ≥ 0. */
  readonly groups: Float64Array
  /** One per group floor, ≥ 0. */
  readonly floors: Float64Array
  /** Of Σ|Δ| ≤ 2·turnoverCap, ≥ 0: what one more unit of Σ|Δ| would be worth. */
  readonly turnover: number
  /** Of the cash reserve, ≥ 0: at this price every unit of cost weighs 1 + reserve and cash earns it. */
  readonly reserve: number
}

export const LINE_STATUSES = [
  'bought',
  'sold',
  'at-lower-bound',
  'at-upper-bound',
  'no-trade-region',
  'at-tax-step',
  'frozen',
] as const
export type LineStatus = (typeof LINE_STATUSES)[number]

/** Why one line trades or does not. Rates are in objective per weight, i.e. as a fraction of traded value. */
export interface LineExplanation {
  readonly status: LineStatus
  /** x − current; exactly 0 for a line that is not traded. */
  readonly trade: number
  /** Derivative of the risk term. */
  readonly marginalRisk: number
  /** What one more unit of weight is worth before its own trading cost: −(risk + view + budget + groups + reserve). */
  readonly marginalBenefit: number
  /** marginalBenefit minus the marginal cost of the side traded; for a line not traded, of the better side. */
  readonly netBenefit: number
  /**
   * Untraded lines: by how much the linear cost (turnover price and tax of the first lot included) would have to fall
   * until it trades; lines sold down to the end of a lot: until more is sold, of which the next lot's tax is a part.
   */
  readonly costFallToTrade: number | null
  /** The side it would trade on then. */
  readonly sideIfCheaper: 'buy' | 'sell' | null
  /** Of this trade. */
  readonly cost: TradeCost
}

/** What a trade costs, as a fraction of the book's value. */
export interface TradeCost {
  /** Half-spread and fee. */
  readonly linear: number
  readonly impact: number
  /** Negative where harvested losses save more than gains cost. */
  readonly tax: number
}

export interface ObjectiveSplit {
  readonly risk: number
  /** −viewᵀx. */
  readonly view: number
  readonly linearCost: number
  readonly impact: number
  readonly tax: number
}

export const INFEASIBLE_CODES = [
  'bounds-cross',
  'frozen-outside-bounds',
  'lower-bounds-above-one',
  'upper-bounds-below-one',
  'group-cap',
  'group-floor',
  'group-caps-clash',
  'turnover-cap',
  'reserve',
  'no-step-fits',
  'discrete-clash',
] as const
export type InfeasibleCode = (typeof INFEASIBLE_CODES)[number]

export interface Infeasibility {
  readonly code: InfeasibleCode
  /** Which constraints clash and by how much. */
  readonly reason: string
  /** Least total violation over the constraints named, in weight. */
  readonly shortfall: number
  /** Lines and groups that take part in the clash. */
  readonly lines: readonly number[]
  readonly groups: readonly number[]
  readonly floors: readonly number[]
}

export interface Solved {
  readonly id: string
  readonly status: 'solved'
  readonly x: Float64Array
  readonly objective: number
  readonly split: ObjectiveSplit
  readonly certificate: Certificate
  readonly multipliers: Multipliers
  readonly iterations: number
  readonly lines: readonly LineExplanation[]
}

export interface Infeasible extends Infeasibility {
  readonly id: string
  readonly status: 'infeasible'
}

export interface Failed {
  readonly id: string
  readonly status: 'failed'
  /** 'needs-branch': a harvest is worth more than a round trip, so that one side must be chosen first. */
  readonly code: 'invalid-input' | 'needs-branch' | 'not-converged'
  readonly reason: string
  readonly iterations: number
}

export type RebalanceSolution = Solved | Infeasible | Failed
