import type { Millis } from '../../core/units.ts'

/** One change of the band multiplier: from what applied at `since` to what is to apply. */
export interface MultiplierPhase {
  readonly from: number
  readonly to: number
  readonly since: Millis
}

/** Linear from `from` to `to` over `phaseInHours`, constant before and after. A pure function of time. */
export function multiplierAt(phase: MultiplierPhase, now: Millis, phaseInHours: number): number {
  const span = phaseInHours * 3_600_000
  const share = span > 0 ? Math.min(1, Math.max(0, (now - phase.since) / span)) : 1
  return share === 1 ? phase.to : phase.from + share * (phase.to - phase.from)
}
