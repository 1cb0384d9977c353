import { z } from 'zod'
import { type Amount, parseAmount } from '../../core/amount.ts'

/** Decimal text or a JSON number, as an exact amount. A JSON number is read by its shortest text, which is what was sent. */
export const wireAmount = z.union([z.string(), z.number()]).transform((value, context): Amount => {
  const parsed = parseAmount(String(value))
  if (parsed.ok) return parsed.value
  context.addIssue({ code: 'custom', message: parsed.error.message })
  return z.NEVER
})

/** Ids are text to us; ccxt hands large ones over as text and small ones as numbers. */
export const wireId = z.union([z.string().min(1), z.number().int()]).transform(String)

/** A price or volume for engines. */
export const wireFloat = z.union([z.string(), z.number()]).transform((value, context): number => {
  const parsed = Number(value)
  if (Number.isFinite(parsed) && value !== '') return parsed
  context.addIssue({ code: 'custom', message: `"${value}" is not a finite number` })
  return z.NEVER
})

export const wireLevels = z.array(z.tuple([z.string(), z.string()]).rest(z.unknown()))
