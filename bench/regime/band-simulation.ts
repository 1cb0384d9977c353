import { createRandom } from '../../core/random.ts'
import type { RegimeClass } from '../../workers/regime/index.ts'
import { REGIME_CLASSES } from '../../workers/regime/index.ts'
import { returnsOf, type StudySeries } from './study-data.ts'

/** Half-spread and fee of one side, as a fraction of what is traded. */
const COST = 0.002
const STRESSED = REGIME_CLASSES.indexOf('stressed')
export type MultiplierTable = Readonly<Record<RegimeClass, number>>

export interface BandOutcome {
  /** Of the book's value, per year. */
  readonly costPerYear: number
  /** Standard deviation of book minus target return, per √year, costs left out. */
  readonly trackingError: number
  readonly tradesPerYear: number
  /** Of those, on stressed and crisis days. */
  readonly loudTradesPerYear: number
}

/** Assets of a book, as columns of the days, and their target weights. */
export interface StudyBook {
  readonly columns: readonly number[]
  readonly targets: readonly number[]
}

/** Books of five assets in random weights: one book alone makes tracking error jump with the width of its band. */
export function randomBooks(count: number, assets: number, seed: number): readonly StudyBook[] {
  const random = createRandom(seed)
  return Array.from({ length: count }, () => {
    const left = Array.from({ length: assets }, (_, i) => i)
    const columns = Array.from({ length: 5 }, () => left.splice(random.integer(left.length), 1)[0]!)
    const raw = columns.map(() => 0.5 + random.next())
    const total = raw.reduce((sum, value) => sum + value, 0)
    return { columns, targets: raw.map((value) => value / total) }
  })
}

/** Days on which every one of the assets has a return, from `from` until before `until`, with the class before each. */
export interface MarketDays {
  readonly returns: readonly (readonly number[])[]
  readonly levels: readonly number[]
}

/** Rows of returns, and the index of equal-weighted mean log returns that the market's class is read from. */
export function marketIndex(all: readonly StudySeries[]): { series: StudySeries; rows: ReadonlyMap<string, number[]> } {
  const rows = new Map<string, number[]>()
  for (const series of all)
    for (const [i, value] of returnsOf(series).entries())
      if (i > 0) rows.set(series.dates[i]!, [...(rows.get(series.dates[i]!) ?? []), value])
  const dates = [...rows.keys()].sort()
  let level = 0
  const closes = Float64Array.from(dates, (date) => {
    const day = rows.get(date)!
    level += day.reduce((sum, value) => sum + value, 0) / day.length
    return 1_000 * Math.exp(level)
  })
  const times = dates.map((date) => Date.parse(date))
  return { series: { asset: 'market', dates, times, closes, bars: new Map() }, rows }
}

export function marketDays(
  all: readonly StudySeries[],
  index: StudySeries,
  levels: readonly number[],
  from: string,
  until: string,
): MarketDays {
  const returns = all.map((series) => {
    const values = returnsOf(series)
    return new Map(series.dates.map((date, i) => [date, values[i]!]))
  })
  // a class read from a day's close acts from the next day on: its change has phased in over 24 hours by that close
  const kept = index.dates.flatMap((date, i) =>
    i > 0 && date >= from && date < until && returns.every((of) => of.has(date)) ? [i] : [],
  )
  return {
    returns: kept.map((i) => returns.map((of) => of.get(index.dates[i]!)!)),
    levels: kept.map((i) => levels[i - 1]!),
  }
}

/** All the books: mean cost and trades, root mean square of the tracking errors. */
export function runBands(
  days: MarketDays,
  books: readonly StudyBook[],
  halfWidth: number,
  table: MultiplierTable,
): BandOutcome {
  const outcomes = books.map((book) => runBand(days, book, halfWidth, table))
  const mean = (of: (outcome: BandOutcome) => number): number =>
    outcomes.reduce((sum, outcome) => sum + of(outcome), 0) / outcomes.length
  return {
    costPerYear: mean(({ costPerYear }) => costPerYear),
    trackingError: Math.sqrt(mean(({ trackingError }) => trackingError ** 2)),
    tradesPerYear: mean(({ tradesPerYear }) => tradesPerYear),
    loudTradesPerYear: mean(({ loudTradesPerYear }) => loudTradesPerYear),
  }
}

/**
 * At each close an asset outside its target ± half-width × multiplier is traded to the band's edge, the other side
 * against the asset furthest the other way; each side pays the cost.
 */
function runBand(
  days: MarketDays,
  { columns, targets }: StudyBook,
  halfWidth: number,
  table: MultiplierTable,
): BandOutcome {
  const n = columns.length
  const weights = Float64Array.from(targets)
  const drift = new Float64Array(n)
  const gross = new Float64Array(n)
  let [cost, trades, loudTrades, sum, squares] = [0, 0, 0, 0, 0]
  for (const [day, returns] of days.returns.entries()) {
    let [book, target] = [0, 0]
    for (let i = 0; i < n; i++) {
      gross[i] = Math.exp(returns[columns[i]!]!)
      book += weights[i]! * gross[i]!
      target += targets[i]! * gross[i]!
    }
    sum += book - target
    squares += (book - target) ** 2
    for (let i = 0; i < n; i++) weights[i] = (weights[i]! * gross[i]!) / book
    const edge = halfWidth * table[REGIME_CLASSES[days.levels[day]!]!]
    for (let step = 0; step < 4 * n; step++) {
      let [most, least] = [0, 0]
      for (let i = 0; i < n; i++) {
        drift[i] = weights[i]! - targets[i]!
        if (drift[i]! > drift[most]!) most = i
        if (drift[i]! < drift[least]!) least = i
      }
      const excess = Math.max(drift[most]!, -drift[least]!) - edge
      if (excess <= 1e-12) break
      weights[most]! -= excess
      weights[least]! += excess
      cost += 2 * COST * excess
      trades += 2
      if (days.levels[day]! >= STRESSED) loudTrades += 2
    }
  }
  const count = days.returns.length
  return {
    costPerYear: (cost / count) * 365,
    trackingError: Math.sqrt(((squares - (sum * sum) / count) / (count - 1)) * 365),
    tradesPerYear: (trades / count) * 365,
    loudTradesPerYear: (loudTrades / count) * 365,
  }
}

/**
 * What a table of multipliers costs at a tracking error. Both move in small jumps with the width, so a line is put through
 * the logarithms of cost and trades against that of tracking error, over widths a third either way of the one that
 * gives it, and read off at it.
 */
export function atTrackingError(
  days: MarketDays,
  books: readonly StudyBook[],
  wanted: number,
  table: MultiplierTable,
): BandOutcome {
  let [low, high] = [1e-3, 0.2]
  for (let step = 0; step < 12; step++) {
    const middle = Math.sqrt(low * high)
    if (runBands(days, books, middle, table).trackingError > wanted) high = middle
    else low = middle
  }
  const outcomes = Array.from({ length: 13 }, (_, i) => runBands(days, books, low * 1.333 ** ((i - 6) / 6), table))
  const readOff = (of: (outcome: BandOutcome) => number): number => {
    const points = outcomes.map((outcome) => [Math.log(outcome.trackingError / wanted), Math.log(of(outcome))] as const)
    const [meanX, meanY] = [0, 1].map((k) => points.reduce((sum, point) => sum + point[k]!, 0) / points.length)
    const slope =
      points.reduce((sum, [x, y]) => sum + (x - meanX!) * (y - meanY!), 0) /
      points.reduce((sum, [x]) => sum + (x - meanX!) ** 2, 0)
    return Math.exp(meanY! - slope * meanX!)
  }
  return {
    costPerYear: readOff(({ costPerYear }) => costPerYear),
    trackingError: wanted,
    tradesPerYear: readOff(({ tradesPerYear }) => tradesPerYear),
    loudTradesPerYear: readOff(({ loudTradesPerYear }) => loudTradesPerYear),
  }
}
