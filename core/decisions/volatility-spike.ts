/** Fast volatility against the slow one: how many times as high it is when a spike begins, and when it is over. */
export interface SpikeRule {
  readonly enters: number
  /** Below `enters`: a spike that hangs at its threshold is one, not many. */
  readonly leaves: number
}

export interface Volatilities {
  /** Per year. */
  readonly fast: number
  readonly slow: number
  /** True while history is too short: nothing is said then. */
  readonly prior: boolean
}

/** Whether volatility is in a spike now, given whether it was. Without figures it stays as it was. */
export function isSpiking(was: boolean, { fast, slow, prior }: Volatilities, rule: SpikeRule): boolean {
  if (prior || !(fast > 0) || !(slow > 0)) return was
  return fast / slow >= (was ? rule.leaves : rule.enters)
}
