import type { Command } from 'commander'
import { type Failure, fail, ok, type Result } from '../../core/result.ts'
import {
  type CloseSeries,
  classifySeries,
  marketIndex,
  parseSeriesTime,
  readCloseSeries,
} from '../../workers/regime/index.ts'
import { badInput, done, printJson, readInput, type Settle } from './outcome.ts'

export function addRegime(program: Command, settle: Settle): void {
  program
    .command('regime <file>')
    .description(
      'volatility class per date of a CSV with a date and closes, computed forward only; one JSON line per date',
    )
    .option('--column <names>', 'the column of closes (default: the first); of several, "BTC,ETH", their market index')
    .option('--json', 'JSON on stdout (the only form there is)')
    .action(async (file: string, options: { readonly column?: string }) => {
      const text = await readInput(file)
      if (!text.ok) return settle(badInput(text.error.message))
      const series = readColumns(text.value, options.column)
      if (!series.ok) return settle(badInput(series.error.message))
      for (const day of classifySeries(series.value.dates, series.value.closes)) printJson(day)
      settle(done)
    })
}

/** One column as it is; of several the market index, on the dates on which it has a level. */
function readColumns(text: string, names: string | undefined): Result<Pick<CloseSeries, 'dates' | 'closes'>, Failure> {
  const columns = names?.split(',').map((name) => name.trim())
  if (columns === undefined || columns.length === 1) return readCloseSeries(text, columns?.[0])
  const dates = new Map<number, string>()
  const assets: ReadonlyMap<number, number>[][] = []
  for (const column of columns) {
    const series = readCloseSeries(text, column)
    if (!series.ok) return series
    const times = series.value.dates.map((date) => parseSeriesTime(date)!)
    for (const [i, time] of times.entries()) dates.set(time, series.value.dates[i]!)
    assets.push([new Map(times.map((time, i) => [time, series.value.closes[i]!]))])
  }
  const levels = marketIndex(
    assets,
    [...dates.keys()].sort((a, b) => a - b),
  )
  if (levels.length === 0) return fail('empty', `columns ${columns.join(', ')} have no closes`)
  return ok({
    dates: levels.map(({ time }) => dates.get(time)!),
    closes: Float64Array.from(levels, ({ level }) => level),
  })
}
