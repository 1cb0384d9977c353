import type { BandMultipliers } from '../../core/regime.ts'
import type { Millis } from '../../core/units.ts'
import { DaySoFar } from './day-so-far.ts'
import { type ClassPhase, multiplierAt, nextPhase, settledOn } from './multiplier-phase.ts'
import { type RegimeReading, RegimeTracker } from './regime-tracker.ts'
import { DEFAULT_REGIME_SETTINGS, NORMAL, REGIME_CLASSES, type RegimeSettings } from './settings.ts'

/**
 * The daily tracker with eyes for the running day: closes make the class, hours between them can raise it. A class raised
 * within a day stands until the close, which confirms it, from the hour on that it was raised, or takes it back; the
 * tracker and its count of changes know only closes, so after a close everything is as if there had been no hours but
 * for when a change began.
 */
export class IntradayRegime {
  readonly #settings: RegimeSettings
  readonly #tracker: RegimeTracker
  #day: DaySoFar | null = null
  #level: number = NORMAL
  #since: Millis | null = null
  #phase: ClassPhase = settledOn(NORMAL)

  constructor(settings: RegimeSettings = DEFAULT_REGIME_SETTINGS) {
    this.#settings = settings
    this.#tracker = new RegimeTracker(settings)
  }

  /** The close of a day, after any hour of it. A price that is not above 0 is a bug of the caller: it throws. */
  closeDay(time: Millis, close: number): void {
    this.#tracker.take(time, close)
    const last = this.#tracker.lastClose!
    this.#day = new DaySoFar(last.time, last.close)
    this.#since ??= time
    this.#take(time, this.#tracker.level)
  }

  /** The price at a full hour after the last close; before the first close it tells nothing. */
  addHour(time: Millis, price: number): void {
    if (!(price > 0 && Number.isFinite(price))) throw new Error(`a price is above 0, not ${price}`)
    if (this.#day === null) return
    this.#day.add(time, price)
    this.#take(time, Math.max(this.#level, this.#tracker.levelWithin(this.#day, time)))
  }

  /** At a moment not before the last price. */
  reading(now: Millis): RegimeReading {
    const reading = this.#day === null ? this.#tracker.reading(now) : this.#tracker.preview(this.#day, now)
    const name = REGIME_CLASSES[this.#level]!
    return { ...reading, class: name, multiplier: this.#settings.multipliers[name], since: this.#since }
  }

  /** Band multiplier of a table at a moment not before the last price: changes of class phase in. */
  multiplierAt(now: Millis, multipliers: BandMultipliers = this.#settings.multipliers): number {
    return multiplierAt(this.#phase, now, this.#settings.phaseInHours, multipliers)
  }

  #take(time: Millis, level: number): void {
    if (level === this.#level) return
    this.#phase = nextPhase(this.#phase, level, time, this.#settings.phaseInHours)
    this.#level = level
    this.#since = time
  }
}
