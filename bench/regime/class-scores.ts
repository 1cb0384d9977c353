import { returnsOf, type StudySeries } from './study-data.ts'

/** A day is stormy, with hindsight, when the ten days after it are this much more volatile than the year's median. */
const STORM = 1.4
const AHEAD = 10
const WINDOW = 20

export interface ClassScore {
  /** Share of stormy days that are loud minus share of the others that are: 0 is chance, 1 perfect. */
  readonly skill: number
  readonly recall: number
  /** Loud share of the days that are not stormy. */
  readonly falseLoud: number
  /** Share of the loud spells that began before ten days no more volatile than the year's median. */
  readonly falseAlarms: number
  readonly loudShare: number
  /** Share of the loud days whose twenty days before and ten days after are no more volatile than the year's median. */
  readonly outlasted: number
  readonly changesPerYear: number
  /** Most changes of one asset within 365 days. */
  readonly mostChanges: number
}

/** Per day, null where it is not scored. `past`: neither the days before nor those after are over the median. */
interface Hindsight {
  readonly storm: (boolean | null)[]
  readonly over: (boolean | null)[]
  readonly past: (boolean | null)[]
}
const hindsights = new WeakMap<StudySeries, Hindsight>()

/** Pooled over assets, on the days from `from` until before `until`; the first 200 days of an asset are not scored. */
export function scoreClasses(
  all: readonly StudySeries[],
  levels: readonly (readonly number[])[],
  from: string,
  until: string,
): ClassScore {
  let [hit, missed, wrong, right, alarms, falseAlarms] = [0, 0, 0, 0, 0, 0]
  let [changes, days, loud, outlasted, most] = [0, 0, 0, 0, 0]
  for (const [at, series] of all.entries()) {
    const { storm, over, past } = hindsightOf(series)
    const own = levels[at]!
    const recent: number[] = []
    for (const [i, date] of series.dates.entries()) {
      if (i === 0 || date < from || date >= until) continue
      if (own[i] !== own[i - 1]) {
        recent.push(i)
        while (i - recent[0]! >= 365) recent.shift()
        most = Math.max(most, recent.length)
      }
      if (storm[i] === null) continue
      const isLoud = own[i]! >= 2
      days++
      if (own[i] !== own[i - 1]) changes++
      if (isLoud) loud++
      if (isLoud && past[i]!) outlasted++
      if (storm[i]! && isLoud) hit++
      else if (storm[i]!) missed++
      else if (isLoud) wrong++
      else right++
      if (isLoud && own[i - 1]! < 2) {
        alarms++
        if (!over[i]!) falseAlarms++
      }
    }
  }
  return {
    skill: hit / (hit + missed) - wrong / (wrong + right),
    recall: hit / (hit + missed),
    falseLoud: wrong / (wrong + right),
    falseAlarms: falseAlarms / alarms,
    loudShare: loud / days,
    outlasted: outlasted / loud,
    changesPerYear: (changes / days) * 365,
    mostChanges: most,
  }
}

function hindsightOf(series: StudySeries) {
  const known = hindsights.get(series)
  if (known !== undefined) return known
  const sums = [0]
  for (const value of returnsOf(series)) sums.push(sums.at(-1)! + value * value)
  const volatility = (after: number, days: number): number =>
    Math.sqrt((sums[after + days + 1]! - sums[after + 1]!) / days)
  const year: number[] = []
  const made: Hindsight = { storm: [], over: [], past: [] }
  for (let i = 0; i < series.closes.length; i++) {
    if (i >= WINDOW) year.push(volatility(i - WINDOW, WINDOW))
    if (year.length > 365) year.shift()
    const isScored = i >= 200 && i + AHEAD < series.closes.length
    const median = isScored ? year.toSorted((a, b) => a - b)[year.length >> 1]! : 0
    made.storm.push(isScored ? volatility(i, AHEAD) > STORM * median : null)
    made.over.push(isScored ? volatility(i, AHEAD) > median : null)
    made.past.push(isScored ? Math.max(volatility(i, AHEAD), volatility(i - WINDOW, WINDOW)) <= median : null)
  }
  hindsights.set(series, made)
  return made
}

export const CRASHES = ['2020-03', '2021-05', '2022-06', '2022-11'] as const
export const QUIET_MONTHS = ['2019-01', '2020-01', '2023-08'] as const

/**
 * Days from a month's first move of more than three standard deviations of the sixty days before it to the first loud
 * day; null where there is no such move, 99 where no loud day follows within two weeks.
 */
export function detectionDelay(series: StudySeries, levels: readonly number[], month: string): number | null {
  const returns = returnsOf(series)
  const first = series.dates.findIndex((date, i) => {
    if (!date.startsWith(month) || i < 61) return false
    const square = returns.slice(i - 60, i).reduce((sum, value) => sum + value * value, 0)
    return Math.abs(returns[i]!) > 3 * Math.sqrt(square / 60)
  })
  if (first < 0) return null
  const delay = levels.slice(first, first + 15).findIndex((level) => level >= 2)
  return delay < 0 ? 99 : delay
}

/** Share of the month's days that are calm or normal; null where the data end before. */
export function quietShare(series: StudySeries, levels: readonly number[], month: string): number | null {
  const days = Array.from(series.dates.keys()).filter((i) => series.dates[i]!.startsWith(month))
  return days.length < 28 ? null : days.filter((i) => levels[i]! < 2).length / days.length
}
