import { type BandMultipliers, REGIME_CLASSES } from '../../core/regime.ts'
import { type Millis, millis } from '../../core/units.ts'

/** What the multiplier is mixed from at a moment: a share per class, in their order; they sum to 1. */
export type ClassShares = readonly number[]

/** One change of class: from the mix that applied at `since` to the class that is to apply alone. */
export interface ClassPhase {
  readonly from: ClassShares
  /** Index of the class. */
  readonly to: number
  readonly since: Millis
}

/** One table of multipliers, phasing in from `since` on. */
export interface MultiplierChange {
  readonly multipliers: BandMultipliers
  readonly since: Millis
}

const alone = (level: number): ClassShares => REGIME_CLASSES.map((_, i) => (i === level ? 1 : 0))
const valueOf = (shares: ClassShares, multipliers: BandMultipliers): number =>
  REGIME_CLASSES.reduce((sum, name, i) => sum + shares[i]! * multipliers[name], 0)

/** Of 1: linear over `phaseInHours`, constant before and after. */
function shareAt(since: Millis, now: Millis, phaseInHours: number): number {
  const span = phaseInHours * 3_600_000
  return span > 0 ? Math.min(1, Math.max(0, (now - since) / span)) : 1
}

/** A class that nothing came before. */
export const settledOn = (level: number): ClassPhase => ({ from: alone(level), to: level, since: millis(0) })

/** The change to another class at `time`, from wherever the one before it had come to. */
export function nextPhase(phase: ClassPhase, level: number, time: Millis, phaseInHours: number): ClassPhase {
  const share = shareAt(phase.since, time, phaseInHours)
  const to = alone(phase.to)
  const from = share === 1 ? to : phase.from.map((before, i) => before + share * (to[i]! - before))
  return { from, to: level, since: time }
}

/** Multiplier under one table: `from + share × (to − from)`. A pure function of time. */
export function multiplierAt(
  phase: ClassPhase,
  now: Millis,
  phaseInHours: number,
  multipliers: BandMultipliers,
): number {
  const share = shareAt(phase.since, now, phaseInHours)
  const [from, to] = [valueOf(phase.from, multipliers), valueOf(alone(phase.to), multipliers)]
  return share === 1 ? to : from + share * (to - from)
}

/**
 * Value at `now` while tables follow each other, the oldest first and in force from the beginning: each moves what the
 * ones before it came to, `m + share × (of(table) − m)`, to its own over `phaseInHours`. So a table changed within the
 * phase of another, or of a class, goes on from where the bands stand.
 */
export function phaseTables(
  changes: readonly MultiplierChange[],
  now: Millis,
  phaseInHours: number,
  of: (multipliers: BandMultipliers) => number,
): number {
  const [first, ...rest] = changes
  if (first === undefined) throw new Error('there is always a table of multipliers')
  return rest.reduce((before, { multipliers, since }) => {
    const share = shareAt(since, now, phaseInHours)
    const own = of(multipliers)
    return share === 1 ? own : before + share * (own - before)
  }, of(first.multipliers))
}
