import { type Failure, fail, ok, type Result } from './result.ts'

/**
 * An exact decimal as an integer count of 1e-12: a quantity of an asset, a price, a cost, a fee.
 * One scale for every asset and venue (the finest any venue reports is 1e-10), so that two amounts
 * can't be added under different scales; a bare bigint can't be passed where an Amount is meant.
 */
declare const amountBrand: unique symbol
export type Amount = bigint & { readonly [amountBrand]: 'Amount' }

export const AMOUNT_DECIMALS = 12
const SCALE = 10n ** 12n
const PATTERN = /^([+-])?(\d+)(?:\.(\d+))?(?:[eE]([+-]?\d+))?$/

export const ZERO = 0n as Amount
export const ONE = SCALE as Amount

export type AmountError = Failure<'not-a-number' | 'too-fine'>

/** Reads decimal text ("0.1", "1e-7"). Errors: not-a-number; too-fine when a digit beyond 1e-12 is not zero. */
export function parseAmount(text: string): Result<Amount, AmountError> {
  const match = PATTERN.exec(text.trim())
  if (!match) return fail('not-a-number', `"${text}" is not a decimal number`)
  const exponent = Number(match[4] ?? '0')
  if (Math.abs(exponent) > 60) return fail('not-a-number', `"${text}" is out of range`)
  let fraction = match[3] ?? ''
  let digits = match[2] + fraction
  let places = fraction.length - exponent
  if (places < 0) {
    digits += '0'.repeat(-places)
    places = 0
  }
  fraction = digits.length > places ? digits.slice(digits.length - places) : digits.padStart(places, '0')
  const whole = digits.length > places ? digits.slice(0, digits.length - places) : '0'
  const kept = places === 0 ? '' : fraction
  if (/[1-9]/.test(kept.slice(AMOUNT_DECIMALS))) {
    return fail('too-fine', `"${text}" has more than ${AMOUNT_DECIMALS} decimals`)
  }
  const value = BigInt(whole) * SCALE + BigInt(kept.slice(0, AMOUNT_DECIMALS).padEnd(AMOUNT_DECIMALS, '0'))
  return ok((match[1] === '-' ? -value : value) as Amount)
}

/** For literals and text that has passed a schema: throws on what parseAmount refuses. */
export function amount(text: string): Amount {
  const result = parseAmount(text)
  if (!result.ok) throw new Error(result.error.message)
  return result.value
}

/** Canonical decimal text: no exponent, no trailing zeros, "0" for zero. The form in SQLite and on the wire. */
export function formatAmount(value: Amount): string {
  const negative = value < 0n
  const magnitude = negative ? -value : value
  const whole = magnitude / SCALE
  const fraction = (magnitude % SCALE).toString().padStart(AMOUNT_DECIMALS, '0').replace(/0+$/, '')
  return `${negative ? '-' : ''}${whole}${fraction ? `.${fraction}` : ''}`
}

/** Fixed decimals, cut towards zero: venue wire formats and screens. */
export function formatAmountFixed(value: Amount, decimals: number): string {
  const negative = value < 0n
  const magnitude = negative ? -value : value
  const fraction = (magnitude % SCALE).toString().padStart(AMOUNT_DECIMALS, '0').slice(0, decimals)
  return `${negative ? '-' : ''}${magnitude / SCALE}${decimals > 0 ? `.${fraction}` : ''}`
}

export const add = (a: Amount, b: Amount): Amount => (a + b) as Amount
export const subtract = (a: Amount, b: Amount): Amount => (a - b) as Amount
export const negate = (a: Amount): Amount => -a as Amount
export const absolute = (a: Amount): Amount => (a < 0n ? -a : a) as Amount
export const minimum = (a: Amount, b: Amount): Amount => (a < b ? a : b)
export const maximum = (a: Amount, b: Amount): Amount => (a > b ? a : b)
export const sum = (values: Iterable<Amount>): Amount => {
  let total = 0n
  for (const value of values) total += value
  return total as Amount
}

/** Quantity × price, cut towards zero at 1e-12 (exact when their decimals add up to 12 or fewer). */
export const multiply = (a: Amount, b: Amount): Amount => ((a * b) / SCALE) as Amount
/** Cost ÷ quantity, cut towards zero at 1e-12. Throws on a zero divisor: a caller's bug. */
export const divide = (a: Amount, b: Amount): Amount => ((a * SCALE) / b) as Amount
/** a × numerator ÷ denominator without intermediate rounding, cut towards zero. */
export const prorate = (a: Amount, numerator: Amount, denominator: Amount): Amount =>
  ((a * numerator) / denominator) as Amount

/** Down (towards −∞) to a multiple of the step. */
export function floorToStep(value: Amount, step: Amount): Amount {
  const rest = value % step
  return (rest === 0n ? value : value - rest - (rest < 0n ? step : 0n)) as Amount
}
export function ceilToStep(value: Amount, step: Amount): Amount {
  const floored = floorToStep(value, step)
  return (floored === value ? value : floored + step) as Amount
}

/** Named conversion from the exact world to an engine's float64. */
export const toFloat = (value: Amount): number => Number(value) / 1e12

/**
 * Named conversion from an engine's float64 to an exact amount, to the nearest 1e-12 a double can state.
 * NaN and infinities are a bug and throw.
 */
export function fromFloat(value: number): Amount {
  if (!Number.isFinite(value)) throw new Error(`cannot make an amount of ${value}`)
  return amount(Math.abs(value) < 1e-12 ? '0' : toDecimalText(value))
}

function toDecimalText(value: number): string {
  const text = value.toFixed(AMOUNT_DECIMALS)
  return text.includes('e') ? BigInt(Math.round(value)).toString() : text
}
