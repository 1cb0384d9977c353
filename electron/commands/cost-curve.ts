import type { Command } from 'commander'
import { type Failure, fail, ok, type Result } from '../../core/result.ts'
import { costReport } from '../../workers/microstructure/index.ts'
import { badInput, done, printJson, readInput, type Settle } from './outcome.ts'

interface Options {
  readonly l2: string
  readonly trades: string
  readonly book?: string
  readonly sigmaDaily?: string
  readonly advUsd?: string
}

export function addCostCurve(program: Command, settle: Settle): void {
  program
    .command('cost-curve')
    .description(
      'spread, depth, effective cost and impact of a market, from CSVs of its order books and trades; prints one JSON object',
    )
    .requiredOption('--l2 <file>', 'order books: time_ms,book,bid1_px,bid1_qty,…,ask1_px,ask1_qty,…')
    .requiredOption('--trades <file>', 'trades: time_ms,book,price,qty,aggressor')
    .option('--book <name>', 'which book of the file (default: the only one)')
    .option('--sigma-daily <fraction>', 'standard deviation of daily returns (default: from the mids)')
    .option('--adv-usd <value>', 'average daily volume in USD (default: the trades, scaled to a day)')
    .option('--json', 'JSON on stdout (the only form there is)')
    .action(async (options: Options) => {
      const [l2, trades] = [await readInput(options.l2), await readInput(options.trades)]
      if (!l2.ok) return settle(badInput(l2.error.message))
      if (!trades.ok) return settle(badInput(trades.error.message))
      const sigmaDaily = parsePositive('--sigma-daily', options.sigmaDaily)
      if (!sigmaDaily.ok) return settle(badInput(sigmaDaily.error.message))
      const advUsd = parsePositive('--adv-usd', options.advUsd)
      if (!advUsd.ok) return settle(badInput(advUsd.error.message))
      const report = costReport({
        l2: l2.value,
        trades: trades.value,
        book: options.book ?? null,
        sigmaDaily: sigmaDaily.value,
        advUsd: advUsd.value,
      })
      if (!report.ok) return settle(badInput(report.error.message))
      printJson(report.value)
      settle(done)
    })
}

function parsePositive(name: string, text: string | undefined): Result<number | null, Failure<'bad-option'>> {
  if (text === undefined) return ok(null)
  const value = Number(text)
  return value > 0 && Number.isFinite(value)
    ? ok(value)
    : fail('bad-option', `${name} was "${text}", it must be a number above 0`)
}
