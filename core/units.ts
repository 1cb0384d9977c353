/**
 * Units as types. Two worlds that meet only at named conversions:
 * exact amounts (BigInt, `Amount`) for whatever is owned, ordered, filled or booked,
 * and float64 for whatever an engine computes.
 */
declare const unit: unique symbol
type Nominal<T, Name extends string> = T & { readonly [unit]: Name }

/** Hundredths of a per cent of traded value. */
export type Bps = Nominal<number, 'Bps'>
/** Fraction of a client book's value; 0.05 is 5 %. */
export type Weight = Nominal<number, 'Weight'>
/** US dollars as float64, for display and engines; never for a ledger. */
export type Usd = Nominal<number, 'Usd'>
/** UTC milliseconds. */
export type Millis = Nominal<number, 'Millis'>

export const bps = (value: number): Bps => value as Bps
export const weight = (value: number): Weight => value as Weight
export const usd = (value: number): Usd => value as Usd
export const millis = (value: number): Millis => value as Millis

export const fractionToBps = (fraction: number): Bps => bps(fraction * 1e4)
