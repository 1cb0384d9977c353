import { err, ok, type Result } from '../../core/result.ts'
import { NotLoopbackError } from './loopback-only.ts'

/** The venue answered and said no. `code` is the venue's own word for it, null when the body had none. */
export class VenueRefusal extends Error {
  override readonly name = 'VenueRefusal'
  readonly status: number
  readonly code: string | null
  readonly retryAfterMs: number | null

  constructor(status: number, code: string | null, message: string, retryAfterMs: number | null) {
    super(message)
    this.status = status
    this.code = code
    this.retryAfterMs = retryAfterMs
  }
}

/** Our own pause after the venue asked for one: nothing was sent. */
export class VenuePaused extends Error {
  override readonly name = 'VenuePaused'
  readonly retryAfterMs: number

  constructor(retryAfterMs: number, why: string) {
    super(why)
    this.retryAfterMs = retryAfterMs
  }
}

/** Why a call brought no usable answer. Only `refused` carries a statement of the venue. */
export type CallFailure =
  | { readonly kind: 'refused'; readonly refusal: VenueRefusal }
  | { readonly kind: 'paused'; readonly retryAfterMs: number; readonly why: string }
  /** The kernel refused the connection: no byte left this process. */
  | { readonly kind: 'not-connected'; readonly why: string }
  | { readonly kind: 'not-loopback'; readonly why: string }
  /** Timeout, reset, broken answer: the venue may or may not have acted. */
  | { readonly kind: 'no-answer'; readonly why: string }

export function describeFailure(failure: CallFailure): string {
  return failure.kind === 'refused' ? failure.refusal.message : failure.why
}

function failureOf(error: unknown): CallFailure {
  if (error instanceof VenueRefusal) return { kind: 'refused', refusal: error }
  if (error instanceof VenuePaused) return { kind: 'paused', retryAfterMs: error.retryAfterMs, why: error.message }
  const words = error instanceof Error ? `${error.name}: ${error.message}` : String(error)
  // ccxt names the URL, whose query carries the signature.
  const why = words.replace(/\?\S*/g, '')
  if (error instanceof NotLoopbackError) return { kind: 'not-loopback', why }
  if (/\bECONNREFUSED\b/.test(why)) return { kind: 'not-connected', why }
  return { kind: 'no-answer', why }
}

/**
 * Runs one ccxt call to its end or to the deadline. ccxt's own timeout ends with the headers: a body that never
 * comes would hang for minutes, hence a deadline over the whole call.
 */
export async function callVenue(
  run: () => Promise<unknown>,
  deadlineMs: number,
): Promise<Result<unknown, CallFailure>> {
  let timer: NodeJS.Timeout | undefined
  const deadline = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`no complete answer within ${deadlineMs} ms`)), deadlineMs)
  })
  try {
    return ok(await Promise.race([run(), deadline]))
  } catch (error) {
    return err(failureOf(error))
  } finally {
    clearTimeout(timer)
  }
}

/** Retry-After in milliseconds: seconds, or null when absent or unreadable. */
export function readRetryAfter(headers: Readonly<Record<string, unknown>> | undefined): number | null {
  const entry = Object.entries(headers ?? {}).find(([name]) => name.toLowerCase() === 'retry-after')
  const seconds = entry ? Number(entry[1]) : Number.NaN
  return Number.isFinite(seconds) && seconds >= 0 ? seconds * 1000 : null
}
