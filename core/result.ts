/**
 * What can be expected to go wrong is a value; throwing means a bug.
 * Codes are closed string unions per operation, so that a switch over them is exhaustive.
 */
export type Result<T, E> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly error: E }

export const ok = <T>(value: T): { readonly ok: true; readonly value: T } => ({ ok: true, value })
export const err = <E>(error: E): { readonly ok: false; readonly error: E } => ({ ok: false, error })

/** The shape of every expected failure: a stable code for programs, a sentence with value and limit for people. */
export interface Failure<C extends string = string> {
  readonly code: C
  readonly message: string
}

export const fail = <C extends string>(code: C, message: string): { readonly ok: false; readonly error: Failure<C> } =>
  err({ code, message })

/** For results that can only fail through a bug: throws with the failure's own words. */
export function unwrap<T>(result: Result<T, Failure>): T {
  if (result.ok) return result.value
  throw new Error(`${result.error.code}: ${result.error.message}`)
}
