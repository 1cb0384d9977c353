import { z } from 'zod'
import { type Amount, parseAmount } from '../../core/amount.ts'
import { err, ok, type Result } from '../../core/result.ts'
import type { Parameters } from './context.ts'
import { type BinanceError, illegalParameter, missingParameter } from './errors.ts'

const DECIMAL = '^([0-9]{1,20})(\\.[0-9]{1,20})?$'
export const CLIENT_ID = '^[a-zA-Z0-9-_.:/]{1,36}$'
const INTEGER = '^[0-9]{1,20}$'

const legal = (pattern: string): z.ZodString => z.string().regex(new RegExp(pattern), pattern)

/** A plain decimal: no sign, no exponent (1e-7 is refused, as Binance does), at most 12 decimals that are not zero. */
export const decimal = legal(DECIMAL).transform((text, context): Amount => {
  const parsed = parseAmount(text)
  if (parsed.ok) return parsed.value
  context.addIssue({ code: 'custom', message: DECIMAL })
  return z.NEVER
})
export const integer = legal(INTEGER).transform(Number)
export const clientId = legal(CLIENT_ID)
export const flag = z.enum(['true', 'false', 'TRUE', 'FALSE']).transform((text) => text.toLowerCase() === 'true')
/** A page size; larger ones are cut to the venue's maximum, as Binance does. */
export const limitUpTo = (maximum: number, usual: number): z.ZodType<number, string | undefined> =>
  integer
    .transform((value) => Math.min(value, maximum))
    .optional()
    .transform((value) => value ?? usual)

/** Reads parameters; a missing one is −1102, a malformed one −1100 with the legal range. */
export function read<T>(schema: z.ZodType<T>, parameters: Parameters): Result<T, BinanceError> {
  const parsed = schema.safeParse(parameters)
  if (parsed.success) return ok(parsed.data)
  const issue = parsed.error.issues[0]!
  const name = String(issue.path[0] ?? '')
  const given = parameters[name]
  if (given === undefined || given === '') return err(missingParameter(name))
  return err(illegalParameter(name, issue.message))
}
