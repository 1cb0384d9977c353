import { z } from 'zod'
import { type Amount, formatAmount, parseAmount } from '../../../core/amount.ts'
import { type MarketKey, VENUES } from '../../../core/instruments.ts'
import type { Actor } from '../../../core/journal.ts'
import type { Bps, Millis, Usd } from '../../../core/units.ts'

// Schemas that read stored text (decode) and write it (encode). A type with a brand is its plain form on disk.

const canonicalAmount = (text: string): boolean => {
  const parsed = parseAmount(text)
  return parsed.ok && formatAmount(parsed.value) === text
}

/** Exact amount ⇄ canonical decimal text; "1.50" or "1e-7" are refused, so that one amount has one text. */
export const amountField = z.codec(
  z.string().refine(canonicalAmount, { error: (issue) => `"${String(issue.input)}" is not a canonical decimal` }),
  z.custom<Amount>((value) => typeof value === 'bigint'),
  {
    decode: (text) => {
      const parsed = parseAmount(text)
      if (!parsed.ok) throw new Error(parsed.error.message)
      return parsed.value
    },
    encode: (value) => formatAmount(value),
  },
)

const branded = <T extends number>(): z.ZodType<T, T> => z.number() as unknown as z.ZodType<T, T>
export const millisField = branded<Millis>()
export const bpsField = branded<Bps>()
export const usdField = branded<Usd>()

/** A position in half-widths is infinite where the band has no width; JSON has no word for that. */
export const positionField = z.codec(
  z.union([z.number(), z.enum(['Infinity', '-Infinity'])]),
  z.custom<number>(isReal),
  {
    decode: (stored) => Number(stored),
    encode: (value) =>
      value === Number.POSITIVE_INFINITY ? 'Infinity' : value === Number.NEGATIVE_INFINITY ? '-Infinity' : value,
  },
)
function isReal(value: unknown): boolean {
  return typeof value === 'number' && !Number.isNaN(value)
}

export const venueField = z.enum(VENUES)
export const marketKeyField = z.string().regex(/^(binance|kraken):[^/]+\/[^/]+$/) as unknown as z.ZodType<
  MarketKey,
  MarketKey
>
export const actorField = z.string().regex(/^(advisor:.+|desk|venue:(binance|kraken)|import)$/) as unknown as z.ZodType<
  Actor,
  Actor
>
