import type { Millis } from '../../core/units.ts'
import { CALM, CRISIS, NORMAL, type RegimeSettings, STRESSED } from './settings.ts'
import { daysBetween } from './volatility.ts'

/** Of a leap year, so that no calendar year holds more changes than are allowed. */
const DAYS_IN_YEAR = 366

/** 1: the evidence is for the class or a louder one (calm: for calm), −1: against it, 0: between, where nothing changes. */
export type Evidence = -1 | 0 | 1

export interface ClassEvidence {
  readonly calm: Evidence
  readonly stressed: Evidence
  readonly crisis: Evidence
}

/**
 * From evidence to classes that last. The first alarm never waits. From stressed to crisis, and back to quiet, a change
 * waits for fewer than `mostChangesPerYear` − 1 changes within a year (back also for evidence and the minimum dwell):
 * from a quiet class one more alarm always fits, so there are never more, and a restless year is held at stressed rather
 * than in a crisis.
 * Shades (calm or normal, crisis or stressed) are told apart only while changes are few.
 */
export class ClassLadder {
  readonly #settings: RegimeSettings
  readonly #changes: number[] = []
  #level: number = NORMAL
  #since: Millis | null = null

  constructor(settings: RegimeSettings) {
    this.#settings = settings
  }

  /** Index into the classes. */
  get level(): number {
    return this.#level
  }
  /** When the present class began; null before `start`. */
  get since(): Millis | null {
    return this.#since
  }

  start(time: Millis): void {
    this.#since = time
  }

  /** Whether a whole storm, two changes up and two down, still fits within the year's changes. */
  hasRoomForStorm(time: Millis): boolean {
    return this.#changesInYear(time) <= this.#settings.mostChangesPerYear - 5
  }

  /** True if the class changed. */
  step(time: Millis, evidence: ClassEvidence): boolean {
    const next = this.#next(time, evidence)
    if (next === this.#level) return false
    this.#level = next
    this.#since = time
    this.#changes.push(time)
    return true
  }

  #next(time: Millis, { calm, stressed, crisis }: ClassEvidence): number {
    const { minimumDwellDays, calmDwellDays, mostChangesPerYear } = this.#settings
    const level = this.#level
    const restless = this.#changesInYear(time) >= mostChangesPerYear - 1
    if (crisis > 0 && (level < STRESSED || (level < CRISIS && !restless))) return CRISIS
    if (level < STRESSED && stressed > 0) return STRESSED
    const dwelt = daysBetween(this.#since ?? time, time)
    if (level > NORMAL) {
      if (dwelt < minimumDwellDays || restless) return level
      if (stressed < 0) return NORMAL
      return level === CRISIS && crisis < 0 && this.#isQuietYear(time) ? STRESSED : level
    }
    if (dwelt < calmDwellDays || !this.#isQuietYear(time)) return level
    if (level === CALM) return calm < 0 ? NORMAL : CALM
    return calm > 0 ? CALM : NORMAL
  }

  #isQuietYear(time: Millis): boolean {
    return this.#changesInYear(time) < this.#settings.usualChangesPerYear
  }

  #changesInYear(time: Millis): number {
    while (this.#changes.length > 0 && daysBetween(this.#changes[0]!, time) >= DAYS_IN_YEAR) this.#changes.shift()
    return this.#changes.length
  }
}
