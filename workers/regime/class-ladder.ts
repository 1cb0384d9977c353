import { type Millis, millis } from '../../core/units.ts'
import { CALM, CRISIS, NORMAL, type RegimeSettings, STRESSED } from './settings.ts'
import { daysBetween, MILLIS_PER_DAY } from './volatility.ts'

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
 * From evidence to classes that last. From any class the next louder one begins at once; a quieter one waits for evidence
 * and the minimum dwell. Never more than `mostChangesPerYear` changes within a year, and the way down is kept: an alarm
 * begins only while one change more is left to end it. Only a crisis may take the very last change: it is then held at
 * stressed until the oldest change is a year old.
 * Shades (calm or normal, crisis or stressed) are told apart only while changes are few.
 */
export class ClassLadder {
  readonly #settings: RegimeSettings
  readonly #changes: number[] = []
  #level: number = NORMAL
  #since: Millis | null = null
  #heldUntil: Millis | null = null

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

  /** When the year has room again for a change that the last evidence asked for; null where it had. */
  get heldUntil(): Millis | null {
    return this.#heldUntil
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
    const next = this.levelAfter(time, evidence)
    const lacking = next === this.#level ? this.#changesLacking(time, evidence) : 0
    this.#heldUntil = lacking > 0 ? millis(this.#changes[lacking - 1]! + DAYS_IN_YEAR * MILLIS_PER_DAY) : null
    if (next === this.#level) return false
    this.#level = next
    this.#since = time
    this.#changes.push(time)
    return true
  }

  /** The class that `step` would lead to. */
  levelAfter(time: Millis, evidence: ClassEvidence): number {
    return this.#level > NORMAL ? this.#afterLoud(time, evidence) : this.#afterQuiet(time, evidence)
  }

  #afterQuiet(time: Millis, { calm, stressed, crisis }: ClassEvidence): number {
    const left = this.#settings.mostChangesPerYear - this.#changesInYear(time)
    if (crisis > 0 && left >= 1) return left >= 2 ? CRISIS : STRESSED
    if (stressed > 0 && left >= 2) return STRESSED
    if (this.#dwelt(time) < this.#settings.calmDwellDays || !this.#isQuietYear(time)) return this.#level
    if (this.#level === CALM) return calm < 0 ? NORMAL : CALM
    return calm > 0 ? CALM : NORMAL
  }

  #afterLoud(time: Millis, { stressed, crisis }: ClassEvidence): number {
    const left = this.#settings.mostChangesPerYear - this.#changesInYear(time)
    if (this.#level === STRESSED && crisis > 0 && left >= 3) return CRISIS
    if (this.#dwelt(time) < this.#settings.minimumDwellDays || left < 1) return this.#level
    if (stressed < 0) return NORMAL
    return this.#level === CRISIS && crisis < 0 && this.#isQuietYear(time) ? STRESSED : this.#level
  }

  /** How many of the year's changes must grow old before the evidence is followed; 0 where they are not in its way. */
  #changesLacking(time: Millis, { stressed, crisis }: ClassEvidence): number {
    const left = this.#settings.mostChangesPerYear - this.#changesInYear(time)
    if (this.#level <= NORMAL) return Math.max(0, (crisis > 0 ? 1 : stressed > 0 ? 2 : 0) - left)
    return stressed < 0 && this.#dwelt(time) >= this.#settings.minimumDwellDays ? Math.max(0, 1 - left) : 0
  }

  #dwelt(time: Millis): number {
    return daysBetween(this.#since ?? time, time)
  }

  #isQuietYear(time: Millis): boolean {
    return this.#changesInYear(time) < this.#settings.usualChangesPerYear
  }

  #changesInYear(time: Millis): number {
    while (this.#changes.length > 0 && daysBetween(this.#changes[0]!, time) >= DAYS_IN_YEAR) this.#changes.shift()
    return this.#changes.length
  }
}
