import { parseArgs } from 'node:util'
import { type Failure, fail, ok, type Result } from '../../core/result.ts'

/** What a host is told on its command line. */
export interface HostFlags {
  /** 0: the system chooses. */
  readonly port: number
  /** null: the platform's own place. */
  readonly dataFolder: string | null
  /** Client books of the sample firm of a new data folder. */
  readonly books: number
  /** Of the sandbox market and of the sample firm. */
  readonly seed: number
  /** CSV of real hourly closes; generated from the seed where null. */
  readonly prices: string | null
  /** Market seconds per second. */
  readonly speed: number
}

const WHOLE_NUMBERS = {
  port: { standard: 0, low: 0, high: 65_535 },
  books: { standard: 200, low: 1, high: 20_000 },
  seed: { standard: 1, low: 0, high: 2 ** 32 - 1 },
  speed: { standard: 60, low: 1, high: 3_600 },
} as const
const TEXTS = ['data', 'prices'] as const

const OPTIONS = Object.fromEntries(
  [...Object.keys(WHOLE_NUMBERS), ...TEXTS].map((name) => [name, { type: 'string' as const }]),
)

/**
 * `--port P --data DIR --books N --seed S --prices FILE --speed X`. Under Electron other arguments are let through
 * (`allowOthers`): Chromium's own switches stand among them. Fails with bad-option.
 */
export function readHostFlags(args: readonly string[], allowOthers: boolean): Result<HostFlags, Failure<'bad-option'>> {
  let values: Readonly<Record<string, unknown>>
  try {
    const strict = !allowOthers
    values = parseArgs({ args: [...args], options: OPTIONS, strict, allowPositionals: allowOthers }).values
  } catch (error) {
    // parseArgs throws for what it does not know; its sentence names the argument.
    return fail('bad-option', error instanceof Error ? error.message : String(error))
  }
  const numbers: Record<string, number> = {}
  for (const [name, { standard, low, high }] of Object.entries(WHOLE_NUMBERS)) {
    const text = values[name] ?? String(standard)
    const value = typeof text === 'string' && text.trim() !== '' ? Number(text) : Number.NaN
    if (!Number.isInteger(value) || value < low || value > high) {
      return fail('bad-option', `--${name} was "${String(text)}", it must be a whole number from ${low} to ${high}`)
    }
    numbers[name] = value
  }
  for (const name of TEXTS) {
    const text = values[name]
    if (text !== undefined && (typeof text !== 'string' || text === '')) {
      return fail('bad-option', `--${name} needs a ${name === 'data' ? 'folder' : 'file'}`)
    }
  }
  return ok({
    ...(numbers as Record<keyof typeof WHOLE_NUMBERS, number>),
    dataFolder: (values.data as string | undefined) ?? null,
    prices: (values.prices as string | undefined) ?? null,
  })
}
