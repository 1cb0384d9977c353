import { z } from 'zod'
import { type Failure, fail, ok, type Result } from '../../core/result.ts'
import { DEFAULT_REGIME_SETTINGS, REGIME_CLASSES, type RegimeSettings } from '../../workers/regime/index.ts'

/** Setting of the store that holds the band multipliers. */
export const MULTIPLIERS = 'regime.multipliers'
const [LEAST, MOST] = [0.25, 4]

const factor = z.number().min(LEAST).max(MOST)
const table = z.strictObject({ calm: factor, normal: factor, stressed: factor, crisis: factor })

/** The regime's settings with the practice's own multipliers, if it set any. */
export function readRegimeSettings(setting: string | undefined): Result<RegimeSettings, Failure<'bad-setting'>> {
  if (setting === undefined) return ok(DEFAULT_REGIME_SETTINGS)
  const read = table.safeParse(parseJson(setting))
  if (!read.success) return fail('bad-setting', `${MULTIPLIERS} is ${setting}, ${ALLOWED}`)
  return ok({ ...DEFAULT_REGIME_SETTINGS, multipliers: read.data })
}

/** "0.85,1,1.15,1.3": calm, normal, stressed, crisis; the text of the setting. */
export function parseMultipliers(text: string): Result<string, Failure<'bad-multipliers'>> {
  const values = text.split(',').map((part) => (part.trim() === '' ? Number.NaN : Number(part)))
  const named = Object.fromEntries(REGIME_CLASSES.map((name, i) => [name, values[i]]))
  const read = table.safeParse(named)
  if (values.length !== REGIME_CLASSES.length || !read.success)
    return fail('bad-multipliers', `the multipliers were "${text}", ${ALLOWED}`)
  return ok(JSON.stringify(read.data))
}

const ALLOWED = `allowed are four numbers from ${LEAST} to ${MOST}, of ${REGIME_CLASSES.join(', ')}`

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
