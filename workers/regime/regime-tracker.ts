import type { Millis } from '../../core/units.ts'
import { type ClassEvidence, ClassLadder, type Evidence } from './class-ladder.ts'
import type { DaySoFar } from './day-so-far.ts'
import { HiddenMarkovOpinion } from './hidden-markov-opinion.ts'
import { type ClassPhase, multiplierAt, nextPhase, settledOn } from './multiplier-phase.ts'
import { garmanKlassVariance, isPriceRange, type PriceRange } from './range-estimator.ts'
import { DEFAULT_REGIME_SETTINGS, NORMAL, REGIME_CLASSES, type RegimeClass, type RegimeSettings } from './settings.ts'
import { daysBetween, EwmaVolatility, WindowRanks } from './volatility.ts'

const SHOWN_DAYS = 20

export interface RegimeReading {
  readonly class: RegimeClass
  /** Factor of the class; what applies at a moment is `multiplierAt`, which phases changes in. */
  readonly multiplier: number
  /** Fast average, per √year; the prior where `prior`. */
  readonly volatility: number
  readonly slowVolatility: number
  /** Of the returns of the last 20 days, per √year; null without any. */
  readonly twentyDayVolatility: number | null
  /** Share of the fast averages of the window that were below the present one; null while history is short. */
  readonly percentile: number | null
  /** The same of the slow averages. */
  readonly slowPercentile: number | null
  /** That the hidden Markov model is in its loudest state; null before its first fit. */
  readonly probability: number | null
  /** States of its last fit that the data did not hold up. */
  readonly degenerateStates: number
  /** Days since the last price that was used, at the moment asked for. */
  readonly daysWithoutPrice: number
  /** Of the fast average: as many equally weighted returns tell as much; gaps and a day in progress lower it. */
  readonly effectiveObservations: number
  /** Of a running day: full hours so far, and those without a price; null at a close. */
  readonly today: { readonly hours: number; readonly missing: number } | null
  /** True while history is too short: class normal and the prior volatility are assumptions. */
  readonly prior: boolean
  /** When the present class began; null before the first price. */
  readonly since: Millis | null
  /** Where the limit of changes a year keeps a class that the evidence is against: until when; else null. */
  readonly heldUntil: Millis | null
}

interface ShownReturn {
  readonly to: number
  readonly square: number
  readonly days: number
}

/**
 * Volatility class of one price series, one price at a time; it never looks ahead and never revises. Loud is a fast
 * average high among its own past, calm a slow one low among its own; a sharp fall lowers what is high enough for a few
 * days. `ClassLadder` makes classes of that.
 */
export class RegimeTracker {
  readonly #settings: RegimeSettings
  readonly #fast: EwmaVolatility
  readonly #slow: EwmaVolatility
  readonly #pastFast: WindowRanks
  readonly #pastSlow: WindowRanks
  readonly #opinion: HiddenMarkovOpinion
  readonly #ladder: ClassLadder
  readonly #shown: ShownReturn[] = []
  #seenTime = Number.NEGATIVE_INFINITY
  #usedTime: Millis | null = null
  #usedClose = 0
  #daysSeen = 0
  #lastShock = Number.NEGATIVE_INFINITY
  #percentile: number | null = null
  #slowPercentile: number | null = null
  #phase: ClassPhase = settledOn(NORMAL)

  constructor(settings: RegimeSettings = DEFAULT_REGIME_SETTINGS) {
    this.#settings = settings
    this.#fast = new EwmaVolatility(settings.fastHalfLifeDays)
    this.#slow = new EwmaVolatility(settings.slowHalfLifeDays)
    this.#pastFast = new WindowRanks(settings.windowDays)
    this.#pastSlow = new WindowRanks(settings.windowDays)
    this.#opinion = new HiddenMarkovOpinion(settings)
    this.#ladder = new ClassLadder(settings)
  }

  /**
   * The next price, at a time after the last one; with `bar`, of the whole time since the last price, its range says
   * how volatile that was instead of the return. A price that is not above 0 is a bug of the caller: it throws.
   */
  update(time: Millis, close: number, bar?: Omit<PriceRange, 'close'>): RegimeReading {
    this.take(time, close, bar)
    return this.reading()
  }

  /** `update` without a reading: a history whose days nobody asks about costs a fraction. */
  take(time: Millis, close: number, bar?: Omit<PriceRange, 'close'>): void {
    if (!(close > 0 && Number.isFinite(close))) throw new Error(`a close is above 0, not ${close}`)
    if (this.#usedTime !== null && !(time > this.#seenTime))
      throw new Error(`time ${time} is not after ${this.#seenTime}`)
    this.#seenTime = time
    if (this.#usedTime === null) this.#ladder.start(time)
    else {
      const days = daysBetween(this.#usedTime, time)
      if (days < this.#settings.shortestReturnDays) return
      const logReturn = Math.log(close / this.#usedClose)
      const range = bar === undefined ? null : { ...bar, close }
      const variance = range !== null && isPriceRange(range) ? garmanKlassVariance(range) : logReturn * logReturn
      if (days <= this.#settings.longestReturnDays) this.#observe(time, logReturn, variance, days)
    }
    this.#usedTime = time
    this.#usedClose = close
  }

  /** Index of the class of the last close. */
  get level(): number {
    return this.#ladder.level
  }

  /** Now, or at a moment after the last price: days without one leave the class and widen the probability. */
  reading(now?: Millis): RegimeReading {
    const name = REGIME_CLASSES[this.#ladder.level]!
    const prior = this.#isPrior()
    const daysWithoutPrice =
      this.#usedTime === null ? 0 : Math.max(0, daysBetween(this.#usedTime, now ?? this.#usedTime))
    return {
      class: name,
      multiplier: this.#settings.multipliers[name],
      volatility: prior ? this.#settings.priorVolatility : this.#fast.annualised,
      slowVolatility: prior ? this.#settings.priorVolatility : this.#slow.annualised,
      twentyDayVolatility: this.#twentyDayVolatility(),
      percentile: this.#percentile,
      slowPercentile: this.#slowPercentile,
      probability: this.#opinion.probabilities(daysWithoutPrice)?.at(-1) ?? null,
      degenerateStates: this.#opinion.degenerateStates,
      effectiveObservations: this.#fast.effectiveObservations,
      today: null,
      daysWithoutPrice,
      prior,
      since: this.#ladder.since,
      heldUntil: this.#ladder.heldUntil,
    }
  }

  /**
   * What a running day makes of it so far; nothing is kept. The day is taken to end where it stands, with the rest of it
   * as volatile as the fast average and its own hours say, each as far as it can be trusted:
   * `variance = r² + rest × ((1 − trust) × average + trust × realised)`. At its last hour that is `update`, bit for bit.
   */
  preview(day: DaySoFar, now: Millis): RegimeReading {
    const settled = { ...this.reading(now), today: day.missing(now) }
    if (this.#isPrior() || day.hours === 0) return settled
    const days = wholeDays(day)
    const told = day.effectiveHours(now)
    const trust = told / (told + this.#settings.hoursToTrust)
    const perDay = (1 - trust) * this.#fast.variancePerDay + trust * ((24 * day.realisedVariance) / day.hours)
    const variance = day.logReturn ** 2 + (days - day.hours / 24) * perDay
    const [fast, slow] = [this.#fast.annualisedAfter(variance, days), this.#slow.annualisedAfter(variance, days)]
    return {
      ...settled,
      volatility: fast,
      slowVolatility: slow,
      twentyDayVolatility: this.#twentyDayVolatility({ to: now, square: variance, days }),
      percentile: this.#isRanked() ? this.#pastFast.rank(fast) : null,
      slowPercentile: this.#isRanked() ? this.#pastSlow.rank(slow) : null,
      probability: this.#opinion.probabilitiesAfter(fast, days, Math.min(1, told / (24 * days)))?.at(-1) ?? null,
      effectiveObservations: this.#fast.effectiveObservationsAfter(days, day.hours / (24 * days), told / (24 * days)),
    }
  }

  /**
   * Index of the class with an alarm that the day so far raises, if it does: one that would stand, with a margin, if the
   * rest of the day brought nothing. Never below the present class: only a close lowers it.
   */
  levelWithin(day: DaySoFar, now: Millis): number {
    const level = this.#ladder.level
    if (!this.#isRanked() || day.hours === 0) return level
    const days = wholeDays(day)
    const fast = this.#fast.annualisedAfter(day.logReturn ** 2, days) / (1 + this.#settings.withinDayMargin)
    const lastShock = this.#isShock(day.logReturn, days) ? now : this.#lastShock
    const evidence = this.#evidence(now, lastShock, this.#pastFast.rank(fast), 1, fast / this.#pastFast.median)
    return Math.max(level, this.#ladder.levelAfter(now, evidence))
  }

  /** Time and size of the last price that was used; null before the first. */
  get lastClose(): { readonly time: Millis; readonly close: number } | null {
    return this.#usedTime === null ? null : { time: this.#usedTime, close: this.#usedClose }
  }

  /** Band multiplier at a moment not before the last price: changes of class phase in. */
  multiplierAt(now: Millis): number {
    return multiplierAt(this.#phase, now, this.#settings.phaseInHours, this.#settings.multipliers)
  }

  #isPrior(): boolean {
    return this.#daysSeen < this.#settings.minimumHistoryDays
  }

  #observe(time: Millis, logReturn: number, variance: number, days: number): void {
    if (!this.#isPrior() && this.#isShock(logReturn, days)) this.#lastShock = time
    this.#fast.updateVariance(variance, days)
    this.#slow.updateVariance(variance, days)
    this.#daysSeen += days
    this.#shown.push({ to: time, square: variance, days })
    while (daysBetween(this.#shown[0]!.to, time) >= SHOWN_DAYS) this.#shown.shift()
    if (this.#isPrior()) return
    const [fast, slow] = [this.#fast.annualised, this.#slow.annualised]
    // ranks are among volatilities before this one
    const isRanked = this.#isRanked()
    this.#percentile = isRanked ? this.#pastFast.rank(fast) : null
    this.#slowPercentile = isRanked ? this.#pastSlow.rank(slow) : null
    const overMedian = fast / this.#pastFast.median
    this.#pastFast.add(time, fast)
    this.#pastSlow.add(time, slow)
    this.#opinion.observe(fast, days)
    if (this.#percentile === null || this.#slowPercentile === null) return
    const evidence = this.#evidence(time, this.#lastShock, this.#percentile, this.#slowPercentile, overMedian)
    if (this.#ladder.step(time, evidence))
      this.#phase = nextPhase(this.#phase, this.#ladder.level, time, this.#settings.phaseInHours)
  }

  #isRanked(): boolean {
    return this.#pastFast.count >= this.#settings.minimumHistoryDays
  }

  /** A fall of so many standard deviations of the slow average before it. */
  #isShock(logReturn: number, days: number): boolean {
    return -logReturn / (this.#slow.annualised * Math.sqrt(days / 365)) > this.#settings.shockDeviations
  }

  #evidence(time: Millis, lastShock: number, rank: number, calmRank: number, overMedian: number): ClassEvidence {
    const { stressedShare, crisisShare, calmShare, shockShare, shockDays, hysteresis, stressedOverMedian } =
      this.#settings
    const isShock = daysBetween(lastShock, time) < shockDays && this.#ladder.hasRoomForStorm(time)
    // in a market whose volatility never changes some days rank high too: rank alone is not loud
    const above = (share: number): Evidence => {
      if (rank > share && overMedian > stressedOverMedian) return 1
      return rank < share - hysteresis || overMedian < stressedOverMedian - hysteresis ? -1 : 0
    }
    return {
      calm: calmRank < calmShare ? 1 : calmRank > calmShare + hysteresis ? -1 : 0,
      stressed: isShock && rank > shockShare ? 1 : above(stressedShare),
      crisis: above(crisisShare),
    }
  }

  #twentyDayVolatility(next?: ShownReturn): number | null {
    const shown =
      next === undefined ? this.#shown : this.#shown.filter(({ to }) => daysBetween(to, next.to) < SHOWN_DAYS)
    let [days, squares] = [next?.days ?? 0, next?.square ?? 0]
    for (const { square, days: span } of shown) {
      days += span
      squares += square
    }
    return days > 0 ? Math.sqrt((365 * squares) / days) : null
  }
}

/** What the running day will have been at its close: more than one where closes are missing. */
const wholeDays = (day: DaySoFar): number => Math.max(1, Math.ceil(day.hours / 24))
