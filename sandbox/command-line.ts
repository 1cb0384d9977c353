import { parseArgs } from 'node:util'
import { type Failure, fail, ok, type Result } from '../core/result.ts'

export interface SandboxCommand {
  readonly binancePort: number
  readonly krakenPort: number
  readonly controlPort: number
  readonly seed: number
  readonly prices: string | null
  readonly speed: number
  readonly lockstep: boolean
  readonly state: string | null
}

export const USAGE =
  'usage: node sandbox/main.ts [--binance-port P] [--kraken-port P] [--control-port P] [--seed S] [--prices FILE.csv] [--speed X] [--lockstep] [--state FILE] [--json]'

/** Reads the flags. Errors name the flag, the value given and what is allowed. */
export function parseCommandLine(args: readonly string[]): Result<SandboxCommand, Failure<'usage'>> {
  let values: ReturnType<typeof parse>['values']
  try {
    values = parse(args).values
  } catch (error) {
    return fail('usage', error instanceof Error ? error.message : String(error))
  }
  const numbers = {
    'binance-port': number(values['binance-port'] ?? '0', 0, 65_535, true),
    'kraken-port': number(values['kraken-port'] ?? '0', 0, 65_535, true),
    'control-port': number(values['control-port'] ?? '0', 0, 65_535, true),
    seed: number(values.seed ?? '1', 0, 4_294_967_295, true),
    speed: number(values.speed ?? '1', 0.001, 3_600, false),
  }
  for (const [flag, result] of Object.entries(numbers)) {
    if (typeof result === 'string')
      return fail('usage', `--${flag} was "${values[flag as keyof typeof values]}", ${result}`)
  }
  return ok({
    binancePort: Number(numbers['binance-port']),
    krakenPort: Number(numbers['kraken-port']),
    controlPort: Number(numbers['control-port']),
    seed: Number(numbers.seed),
    speed: Number(numbers.speed),
    prices: values.prices ?? null,
    lockstep: values.lockstep ?? false,
    state: values.state ?? null,
  })
}

const parse = (args: readonly string[]) =>
  parseArgs({
    args: [...args],
    allowPositionals: false,
    options: {
      'binance-port': { type: 'string' },
      'kraken-port': { type: 'string' },
      'control-port': { type: 'string' },
      seed: { type: 'string' },
      prices: { type: 'string' },
      speed: { type: 'string' },
      lockstep: { type: 'boolean' },
      state: { type: 'string' },
      json: { type: 'boolean' },
    },
  })

/** The number, or what is allowed instead. */
function number(text: string, low: number, high: number, whole: boolean): number | string {
  const value = /^\d+(\.\d+)?$/.test(text) ? Number(text) : Number.NaN
  if (value >= low && value <= high && (!whole || Number.isInteger(value))) return value
  return `it must be a ${whole ? 'whole ' : ''}number from ${low} to ${high}`
}
