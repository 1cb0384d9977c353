import type { Command } from 'commander'
import { classifySeries, readCloseSeries } from '../../workers/regime/index.ts'
import { badInput, done, printJson, readInput, type Settle } from './outcome.ts'

export function addRegime(program: Command, settle: Settle): void {
  program
    .command('regime <file>')
    .description(
      'volatility class per date of a CSV with a date and closes, computed forward only; one JSON line per date',
    )
    .option('--column <name>', 'the column of closes (default: the first)')
    .option('--json', 'JSON on stdout (the only form there is)')
    .action(async (file: string, options: { readonly column?: string }) => {
      const text = await readInput(file)
      if (!text.ok) return settle(badInput(text.error.message))
      const series = readCloseSeries(text.value, options.column)
      if (!series.ok) return settle(badInput(series.error.message))
      for (const day of classifySeries(series.value.dates, series.value.closes)) printJson(day)
      settle(done)
    })
}
