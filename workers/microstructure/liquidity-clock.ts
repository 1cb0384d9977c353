/** Cells of the clock: hours of a week in UTC, Monday 00:00 first. */
export const HOURS_OF_WEEK = 168
export const HOUR_MS = 3_600_000
/** The epoch was a Thursday. */
const EPOCH_HOUR = 72

const hoursSinceMonday = (at: number): number => Math.floor(at / HOUR_MS) + EPOCH_HOUR
export const hourOfWeek = (at: number): number => hoursSinceMonday(at) % HOURS_OF_WEEK

export interface ClockSettings {
  /** Longest time that one observation stands for. */
  readonly holdMs: number
  /** An hour of the day counts as much as this many visits to an hour of the week, and "no habit" to one of the day. */
  readonly priorVisits: number
  /** After this many weeks a visit counts half: habits change. */
  readonly halfLifeWeeks: number
}

export const DEFAULT_CLOCK: ClockSettings = { holdMs: HOUR_MS, priorVisits: 3, halfLifeWeeks: 26 }

/** Half-spread and depth of an hour against the usual ones; 1 is usual. */
export interface LiquidityHour {
  readonly spread: number
  readonly depth: number
  /** Hours observed, old ones for less; 0: only the prior speaks. */
  readonly visits: number
}

/** Per cell: hours observed, Σ log half-spread × hours, Σ log depth × hours. */
const FIELDS = 3
const SIZE = FIELDS * HOURS_OF_WEEK
const VERSION = 1

/**
 * Learns what each hour of the week does to spread and depth, from observations that hold until the next one.
 *
 * Logarithms are taken against the level of their own week, the mean of what the clock does not explain: a calm month
 * or a week seen in part is not taken for a habit. Each hour of the week is shrunk towards its hour of the day, and
 * that towards no habit, by what was seen: `(n·own + κ·prior)/(n + κ)`. Deterministic; the cost of an observation does
 * not depend on how long it has learnt.
 */
export class LiquidityClock {
  readonly #settings: ClockSettings
  /** Of the weeks that are over, against their level. */
  readonly #learnt = new Float64Array(SIZE)
  /** Of the week under way, raw. */
  readonly #week = new Float64Array(SIZE)
  #weekNumber = -1
  #at = Number.NaN
  #spread = Number.NaN
  #depth = Number.NaN

  constructor(settings: ClockSettings = DEFAULT_CLOCK) {
    this.#settings = settings
  }

  /** Fractions and quote currency, in market time. A spread or depth not above 0, or time that runs back, is a gap. */
  observe(at: number, halfSpread: number, depth: number): void {
    if (!Number.isNaN(this.#spread)) this.#hold(Math.min(at, this.#at + this.#settings.holdMs))
    const isGood = halfSpread > 0 && depth > 0 && Number.isFinite(halfSpread) && Number.isFinite(depth)
    const usable = isGood && !(at < this.#at)
    this.#at = at
    this.#spread = usable ? Math.log(halfSpread) : Number.NaN
    this.#depth = usable ? Math.log(depth) : Number.NaN
  }

  /** The last observation stood until then. */
  #hold(until: number): void {
    for (let from = this.#at; from < until; ) {
      const hours = hoursSinceMonday(from)
      const to = Math.min(until, (hours + 1 - EPOCH_HOUR) * HOUR_MS)
      this.#add(hours, (to - from) / HOUR_MS)
      from = to
    }
  }

  #add(hours: number, part: number): void {
    const week = Math.floor(hours / HOURS_OF_WEEK)
    if (week !== this.#weekNumber) {
      this.#closeWeek(week)
      this.#weekNumber = week
    }
    const cell = FIELDS * (hours % HOURS_OF_WEEK)
    this.#week[cell]! += part
    this.#week[cell + 1]! += part * this.#spread
    this.#week[cell + 2]! += part * this.#depth
  }

  #closeWeek(next: number): void {
    const week = this.#againstLevel()
    const keep = 0.5 ** (Math.max(1, next - this.#weekNumber) / this.#settings.halfLifeWeeks)
    for (let i = 0; i < SIZE; i++) this.#learnt[i] = this.#learnt[i]! * keep + week[i]!
    this.#week.fill(0)
  }

  /** The week under way less its level: the mean of log − what is learnt of that hour. */
  #againstLevel(): Float64Array {
    const week = this.#week.slice()
    for (const field of [1, 2] as const) {
      const habit = this.#shrunk(this.#learnt, field)
      let [hours, sum] = [0, 0]
      for (let h = 0; h < HOURS_OF_WEEK; h++) {
        hours += week[FIELDS * h]!
        sum += week[FIELDS * h + field]! - week[FIELDS * h]! * habit[h]!
      }
      if (hours === 0) continue
      for (let h = 0; h < HOURS_OF_WEEK; h++) week[FIELDS * h + field]! -= week[FIELDS * h]! * (sum / hours)
    }
    return week
  }

  /** Every hour of the week, the one under way included. The geometric means of both factors are 1. */
  hours(): LiquidityHour[] {
    const cells = this.#againstLevel()
    for (let i = 0; i < SIZE; i++) cells[i]! += this.#learnt[i]!
    const [spread, depth] = [this.#shrunk(cells, 1), this.#shrunk(cells, 2)]
    return Array.from({ length: HOURS_OF_WEEK }, (_, h) => ({
      spread: Math.exp(spread[h]!),
      depth: Math.exp(depth[h]!),
      visits: cells[FIELDS * h]!,
    }))
  }

  #shrunk(cells: Float64Array, field: 1 | 2): Float64Array {
    const { priorVisits } = this.#settings
    const logs = new Float64Array(HOURS_OF_WEEK)
    let mean = 0
    for (let hourOfDay = 0; hourOfDay < 24; hourOfDay++) {
      let [visits, sum] = [0, 0]
      for (let h = hourOfDay; h < HOURS_OF_WEEK; h += 24) {
        visits += cells[FIELDS * h]!
        sum += cells[FIELDS * h + field]!
      }
      const daily = sum / (visits + priorVisits)
      for (let h = hourOfDay; h < HOURS_OF_WEEK; h += 24) {
        logs[h] = (cells[FIELDS * h + field]! + priorVisits * daily) / (cells[FIELDS * h]! + priorVisits)
        mean += logs[h]! / HOURS_OF_WEEK
      }
    }
    return logs.map((log) => log - mean)
  }

  /** What it has learnt, for `restore`. The observation that holds now is left out: after a restart it is a gap. */
  save(): number[] {
    return [VERSION, this.#weekNumber, ...this.#learnt, ...this.#week]
  }

  /** False, and nothing changes, where it is not what `save` made. */
  restore(saved: readonly number[]): boolean {
    const [version, weekNumber, ...cells] = saved
    if (version !== VERSION || weekNumber === undefined || cells.length !== 2 * SIZE) return false
    if (!cells.every((value, i) => Number.isFinite(value) && (i % FIELDS !== 0 || value >= 0))) return false
    this.#learnt.set(cells.slice(0, SIZE))
    this.#week.set(cells.slice(SIZE))
    this.#weekNumber = weekNumber
    this.#spread = Number.NaN
    return true
  }
}
