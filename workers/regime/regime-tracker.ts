import { type Millis, millis } from '../../core/units.ts'
import { type MultiplierPhase, multiplierAt } from './multiplier-phase.ts'
import { DEFAULT_REGIME_SETTINGS, REGIME_CLASSES, type RegimeClass, type RegimeSettings } from './settings.ts'
import { daysBetween, EwmaVolatility, WindowQuantiles } from './volatility.ts'

const [CALM, NORMAL, STRESSED, CRISIS] = [0, 1, 2, 3] as const

/** Changes a year must still have room for: a storm that begins and ends, and shades beside it (calm, crisis to stressed). */
const ROOM_FOR_STORM = 2
const ROOM_FOR_NUANCE = 4

export interface RegimeReading {
  readonly class: RegimeClass
  /** Factor of the class; what applies at a moment is `multiplierAt`, which phases changes in. */
  readonly multiplier: number
  /** Fast average, per √year; the prior where `prior`. */
  readonly volatility: number
  readonly slowVolatility: number
  /** True while history is too short: class normal and the prior volatility are assumptions. */
  readonly prior: boolean
  /** When the present class began; null before the first price. */
  readonly since: Millis | null
}

/**
 * Volatility class of one price series, one price at a time; it never looks ahead and never revises.
 * Louder classes (fast average above a past quantile; sooner after a shock, later after a storm just ended) begin at
 * once. Quieter ones wait for the dwell time and the hysteresis. Calm and normal are told apart by the slow average: a
 * lull in a storm is not calm. When a year has seen many changes, shades wait; a crisis and the end of a storm never do.
 */
export class RegimeTracker {
  readonly #settings: RegimeSettings
  readonly #fast: EwmaVolatility
  readonly #slow: EwmaVolatility
  readonly #pastFast: WindowQuantiles
  readonly #pastSlow: WindowQuantiles
  #seenTime = Number.NEGATIVE_INFINITY
  #usedTime: number | null = null
  #usedClose = 0
  #daysSeen = 0
  #lastShock = Number.NEGATIVE_INFINITY
  readonly #changes: number[] = []
  #lastQuieter = Number.NEGATIVE_INFINITY
  #level: number = NORMAL
  #since: Millis | null = null
  #phase: MultiplierPhase

  constructor(settings: RegimeSettings = DEFAULT_REGIME_SETTINGS) {
    this.#settings = settings
    this.#fast = new EwmaVolatility(settings.fastHalfLifeDays)
    this.#slow = new EwmaVolatility(settings.slowHalfLifeDays)
    this.#pastFast = new WindowQuantiles(settings.windowDays)
    this.#pastSlow = new WindowQuantiles(settings.windowDays)
    this.#phase = { from: settings.multipliers.normal, to: settings.multipliers.normal, since: millis(0) }
  }

  /** The next price, at a time after the last one. A price that is not above 0 is a bug of the caller: it throws. */
  update(time: Millis, close: number): RegimeReading {
    if (!(close > 0 && Number.isFinite(close))) throw new Error(`a close is above 0, not ${close}`)
    if (this.#usedTime !== null && !(time > this.#seenTime))
      throw new Error(`time ${time} is not after ${this.#seenTime}`)
    this.#seenTime = time
    if (this.#usedTime === null) this.#since = time
    else {
      const days = daysBetween(this.#usedTime, time)
      if (days < this.#settings.shortestReturnDays) return this.reading()
      this.#observe(time, Math.log(close / this.#usedClose), days)
    }
    this.#usedTime = time
    this.#usedClose = close
    return this.reading()
  }

  reading(): RegimeReading {
    const name = REGIME_CLASSES[this.#level]!
    const prior = this.#isPrior()
    return {
      class: name,
      multiplier: this.#settings.multipliers[name],
      volatility: prior ? this.#settings.priorVolatility : this.#fast.annualised,
      slowVolatility: prior ? this.#settings.priorVolatility : this.#slow.annualised,
      prior,
      since: this.#since,
    }
  }

  /** Band multiplier at a moment not before the last price: changes of class phase in. */
  multiplierAt(now: Millis): number {
    return multiplierAt(this.#phase, now, this.#settings.phaseInHours)
  }

  #isPrior(): boolean {
    return this.#daysSeen < this.#settings.minimumHistoryDays
  }

  #observe(time: Millis, logReturn: number, days: number): void {
    const settings = this.#settings
    if (days > settings.longestReturnDays) return
    const fall = -logReturn / (this.#fast.annualised * Math.sqrt(days / 365))
    if (!this.#isPrior() && fall > settings.shockDeviations) this.#lastShock = time
    if (!this.#isPrior() && fall > settings.severeDeviations) this.#lastQuieter = Number.NEGATIVE_INFINITY
    this.#fast.update(logReturn, days)
    this.#slow.update(logReturn, days)
    this.#daysSeen += days
    if (this.#isPrior()) return
    // thresholds come from volatilities before this one
    const next = this.#nextLevel(time)
    this.#pastFast.add(time, this.#fast.annualised)
    this.#pastSlow.add(time, this.#slow.annualised)
    if (next === this.#level) return
    const to = settings.multipliers[REGIME_CLASSES[next]!]
    this.#phase = { from: this.multiplierAt(time), to, since: time }
    if (next < this.#level && this.#level > NORMAL) this.#lastQuieter = time
    this.#changes.push(time)
    while (daysBetween(this.#changes[0]!, time) > 365) this.#changes.shift()
    this.#level = next
    this.#since = time
  }

  #nextLevel(time: Millis): number {
    const {
      hysteresis,
      minimumDwellDays,
      shockDays,
      shockDiscount,
      relapseDays,
      relapsePremium,
      crisisOverStressed,
      usualChangesPerYear,
    } = this.#settings
    const fast = this.#fast.annualised
    const slow = this.#slow.annualised
    const level = this.#level
    const discount = daysBetween(this.#lastShock, time) < shockDays ? 1 - shockDiscount : 1
    const relapse = Math.max(0, 1 - daysBetween(this.#lastQuieter, time) / relapseDays)
    const factor = discount * (1 + relapsePremium * relapse)
    const calm = this.#threshold(CALM, this.#pastSlow)
    const stressed = this.#threshold(NORMAL, this.#pastFast)
    const crisis = Math.max(this.#threshold(STRESSED, this.#pastFast), crisisOverStressed * stressed)
    // however recent the last storm, what would have been a crisis is at least stress
    const entries = [0, 0, Math.min(factor * stressed, crisis), factor * crisis]
    if (level < CRISIS && fast > entries[CRISIS]!) return CRISIS
    const room = usualChangesPerYear - this.#changesInYear(time)
    if (level < STRESSED && fast > (room > ROOM_FOR_STORM ? entries[STRESSED]! : crisis)) return STRESSED
    if (daysBetween(this.#since!, time) < minimumDwellDays) return level
    if (level > NORMAL) {
      let kept = level
      while (kept > NORMAL && fast < entries[kept]! * (1 - hysteresis)) kept--
      return kept < level && room <= ROOM_FOR_NUANCE ? NORMAL : kept
    }
    if (room <= ROOM_FOR_NUANCE) return level
    if (level === CALM) return slow > calm * (1 + hysteresis) ? NORMAL : CALM
    return slow < calm * (1 - hysteresis) ? CALM : NORMAL
  }

  #changesInYear(time: Millis): number {
    return this.#changes.filter((change) => daysBetween(change, time) < 365).length
  }

  /** Upper end of a class: the past quantile inside its guards, mixed with a multiple of the median while young. */
  #threshold(level: 0 | 1 | 2, past: WindowQuantiles): number {
    const { quantiles, medianMultiples, least, most, trustHistoryDays } = this.#settings
    const trust = Math.min(1, past.spanDays / trustHistoryDays)
    const median = past.quantile(0.5) ?? this.#settings.priorVolatility
    const own = past.quantile(quantiles[level]) ?? median
    const mixed = trust * own + (1 - trust) * medianMultiples[level] * median
    return Math.min(most[level], Math.max(least[level], mixed))
  }
}
