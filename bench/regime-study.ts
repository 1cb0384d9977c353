import { DEFAULT_REGIME_SETTINGS, REGIME_CLASSES } from '../workers/regime/index.ts'
import {
  atTrackingError,
  type BandOutcome,
  type MultiplierTable,
  marketDays,
  marketIndex,
  randomBooks,
  runBands,
} from './regime/band-simulation.ts'
import { type ClassMethod, hiddenMarkov, mixture, thresholds } from './regime/class-methods.ts'
import { CRASHES, detectionDelay, QUIET_MONTHS, quietShare, scoreClasses } from './regime/class-scores.ts'
import { readStudySeries, SPLIT, type StudySeries } from './regime/study-data.ts'
import { type Alarm, followHours } from './regime/within-day.ts'

type Row = Readonly<Record<string, string | number | null>>

const METHODS: Readonly<Record<string, ClassMethod>> = {
  thresholds: thresholds(),
  'thresholds, no shock rule': thresholds({ shockDays: 0 }),
  'thresholds, changes unlimited': thresholds({ mostChangesPerYear: 999 }),
  'thresholds, dwell 28 days': thresholds({ minimumDwellDays: 28 }),
  'thresholds, hysteresis 0.25': thresholds({ hysteresis: 0.25 }),
  'thresholds, ranges': thresholds({}, true),
  'hmm returns, 2 states': hiddenMarkov({ of: 'returns', states: 2, certainty: 0.7 }),
  'hmm returns, 3 states': hiddenMarkov({ of: 'returns', states: 3, certainty: 0.7 }),
  'hmm returns, 4 states': hiddenMarkov({ of: 'returns', states: 4, certainty: 0.7 }),
  'hmm log volatility, 2 states': hiddenMarkov({ of: 'log-volatilities', states: 2, certainty: 0.7 }),
  'hmm log volatility, 3 states': hiddenMarkov({ of: 'log-volatilities', states: 3, certainty: 0.7 }),
  'hmm log volatility, 4 states': hiddenMarkov({ of: 'log-volatilities', states: 4, certainty: 0.7 }),
  'mixture, 3 states': mixture({ of: 'log-volatilities', states: 3, certainty: 0.7 }),
}

const TABLES: Readonly<Record<string, MultiplierTable>> = {
  leave: { calm: 1, normal: 1, stressed: 1, crisis: 1 },
  'widen (0.85, 1, 1.15, 1.3)': { calm: 0.85, normal: 1, stressed: 1.15, crisis: 1.3 },
  'widen twice (0.7, 1, 1.3, 1.6)': { calm: 0.7, normal: 1, stressed: 1.3, crisis: 1.6 },
  'tighten (1.15, 1, 0.87, 0.77)': { calm: 1.15, normal: 1, stressed: 1 / 1.15, crisis: 1 / 1.3 },
  'tighten twice (1.3, 1, 0.77, 0.63)': { calm: 1.3, normal: 1, stressed: 1 / 1.3, crisis: 1 / 1.6 },
}
/** Half-width of the band whose tracking error the others are brought to. */
const HALF_WIDTH = 0.02
/** Groups of books: how far what is said depends on the books, not on the market, of which there is one. */
const GROUPS = 8
const BOOKS = 20
const PERIODS = [
  ['before', '2018-06-01', SPLIT],
  ['after', SPLIT, '2100'],
] as const

/** How storms are found: see `docs/regime-study.md`. Needs the folder of daily prices in TRIMTAB_DATA. */
export async function benchRegimeStudy(args: readonly string[]): Promise<void> {
  const folder = process.env['TRIMTAB_DATA'] ?? ''
  if (folder === '') {
    console.error('regime-study needs daily prices: set TRIMTAB_DATA to their folder')
    process.exitCode = 2
    return
  }
  const all = readStudySeries(folder)
  const tables = {
    classes: classRows(all),
    crashes: crashRows(all.slice(0, 2)),
    multipliers: multiplierRows(all),
    'within the day': withinDayRows(folder),
    alarms: alarmRows(folder),
  }
  if (args.includes('--json'))
    for (const [table, rows] of Object.entries(tables))
      for (const row of rows) console.log(JSON.stringify({ table, ...row }))
  else for (const [table, rows] of Object.entries(tables)) console.log(`${table}\n\n${markdown(rows)}\n`)
}

const round = (value: number, digits = 2): number => Number(value.toFixed(digits))

function classRows(all: readonly StudySeries[]): Row[] {
  return Object.entries(METHODS).flatMap(([name, method]) => {
    const levels = all.map(method)
    return (
      [
        ['before', '2014', SPLIT],
        ['after', SPLIT, '2100'],
      ] as const
    ).map(([period, from, until]) => {
      const score = scoreClasses(all, levels, from, until)
      return {
        name,
        period,
        skill: round(score.skill),
        recall: round(score.recall),
        falseLoud: round(score.falseLoud),
        falseAlarms: round(score.falseAlarms),
        loudShare: round(score.loudShare),
        outlasted: round(score.outlasted),
        changesPerYear: round(score.changesPerYear, 1),
        mostChanges: score.mostChanges,
      }
    })
  })
}

function crashRows(all: readonly StudySeries[]): Row[] {
  return Object.entries(METHODS).flatMap(([name, method]) =>
    all.map((series) => {
      const levels = method(series)
      const delays = CRASHES.map((month) => [`delay ${month}`, detectionDelay(series, levels, month)] as const)
      const quiet = QUIET_MONTHS.map((month) => {
        const share = quietShare(series, levels, month)
        return [`quiet ${month}`, share === null ? null : round(share)] as const
      })
      const loud = levels.filter((level) => level >= 2).length / levels.length
      return { name, asset: series.asset, ...Object.fromEntries([...delays, ...quiet]), loudShare: round(loud) }
    }),
  )
}

function multiplierRows(all: readonly StudySeries[]): Row[] {
  const { series } = marketIndex(all)
  const levels = thresholds()(series)
  const groups = Array.from({ length: GROUPS }, (_, group) => randomBooks(BOOKS, all.length, group + 1))
  return PERIODS.flatMap(([period, from, until]) => {
    const days = marketDays(all, series, levels, from, until)
    const loudDays = days.levels.filter((level) => level >= REGIME_CLASSES.indexOf('stressed')).length
    const bases = groups.map((books) => {
      const { trackingError } = runBands(days, books, HALF_WIDTH, TABLES['leave']!)
      return atTrackingError(days, books, trackingError, TABLES['leave']!)
    })
    return Object.entries(TABLES).map(([name, table]) => {
      const outcomes = groups.map((books, i) => atTrackingError(days, books, bases[i]!.trackingError, table))
      const mean = (of: (outcome: BandOutcome, base: BandOutcome) => number): number =>
        outcomes.reduce((sum, outcome, i) => sum + of(outcome, bases[i]!), 0) / GROUPS
      const ratio = mean((outcome, base) => outcome.costPerYear / base.costPerYear)
      const squares = mean((outcome, base) => (outcome.costPerYear / base.costPerYear - ratio) ** 2)
      return {
        name,
        period,
        trackingErrorPercent: round(100 * mean(({ trackingError }) => trackingError)),
        costBpsPerYear: round(1e4 * mean(({ costPerYear }) => costPerYear), 1),
        costToLeave: round(ratio, 3),
        plusMinus: round(Math.sqrt(squares / (GROUPS - 1)), 3),
        tradesPerYear: round(
          mean(({ tradesPerYear }) => tradesPerYear),
          0,
        ),
        loudTradesToLeave: round(
          mean((outcome, base) => outcome.loudTradesPerYear / base.loudTradesPerYear),
          2,
        ),
        loudDays: round(loudDays / days.levels.length),
      }
    })
  })
}

function withinDayRows(folder: string): Row[] {
  return MARGINS.flatMap((margin) => {
    const { alarms, days } = followHours(folder, margin)
    const daysBefore = (Date.parse(SPLIT) - Date.parse('2018-01-01')) / 86_400_000
    return (
      [
        ['before', alarms.filter(({ date }) => date < SPLIT), daysBefore],
        ['after', alarms.filter(({ date }) => date >= SPLIT), days - daysBefore],
      ] as const
    ).map(([period, own, count]) => {
      const closed = own.filter(({ before, close }) => close > before)
      const early = closed.filter(({ hour }) => hour !== null).map(({ hour }) => 24 - hour!)
      return {
        margin,
        period,
        closes: closed.length,
        seenWithin: early.length,
        medianHoursAhead: early.length > 0 ? early.toSorted((a, b) => a - b)[early.length >> 1]! : null,
        takenBack: own.filter(isTakenBack).length,
        takenBackPerYear: round((365 * own.filter(isTakenBack).length) / count, 1),
      }
    })
  })
}

/** Parts of the fast average that an alarm within the day must have to spare. */
const MARGINS = [0, 0.05, 0.1] as const
const isTakenBack = ({ within, close }: Alarm): boolean => within > close

function alarmRows(folder: string): Row[] {
  const { alarms } = followHours(folder, DEFAULT_REGIME_SETTINGS.withinDayMargin)
  return alarms.map(({ date, before, within, close, hour }) => ({
    date,
    before: REGIME_CLASSES[before]!,
    'within the day': REGIME_CLASSES[within]!,
    'at (UTC)': hour === null ? null : `${String(hour).padStart(2, '0')}:00`,
    'at its close': REGIME_CLASSES[close]!,
    'hours ahead': hour === null || within > close ? null : 24 - hour,
  }))
}

function markdown(rows: readonly Row[]): string {
  const columns = Object.keys(rows[0]!)
  const lines = [columns, columns.map(() => '---'), ...rows.map((row) => columns.map((column) => row[column] ?? '–'))]
  return lines.map((cells) => `| ${cells.join(' | ')} |`).join('\n')
}
