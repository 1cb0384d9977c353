import { z } from 'zod'
import type { RefusalLists, RefusalVerdict } from './refusals.ts'
import { readRetryAfter, VenueRefusal } from './venue-call.ts'

/**
 * Binance states its refusals as `{code, msg}` with HTTP 4xx. Codes by
 * https://developers.binance.com/docs/binance-spot-api-docs/errors; a 5xx says nothing about the order, whatever its
 * code, and neither do −1000, −1001, −1006, −1007, −1008: they are on no list.
 */
const NOT_SENT: ReadonlyMap<string, Omit<Extract<RefusalVerdict, { kind: 'not-sent' }>, 'kind'>> = new Map([
  ['-1003', { retryAfterMs: 10_000, pause: 'requests', resync: false }],
  ['-1015', { retryAfterMs: 10_000, pause: 'orders', resync: false }],
  ['-1021', { retryAfterMs: 100, pause: null, resync: true }],
] as const)

const REJECTED: ReadonlySet<string> = new Set(
  [
    [-1002, -1010, -1013, -1014, -1020, -1022, -1099],
    // The −11xx family: a parameter was missing, malformed, too precise, out of range or unknown.
    [-1100, -1101, -1102, -1103, -1104, -1105, -1106, -1108, -1111, -1112, -1114, -1115, -1116, -1117, -1118, -1119],
    [-1120, -1121, -1128, -1130, -1131, -1145, -1151],
    [-2010, -2011, -2013, -2014, -2015, -2016, -2021, -2022, -2026],
  ]
    .flat()
    .map(String),
)

const AUTHENTICATION: ReadonlySet<string> = new Set(['-1002', '-1022', '-2014', '-2015'])

/** −2010 with this text: the client id is known, so an order of that name exists. Only a lookup can say which. */
const isDuplicate = (refusal: VenueRefusal): boolean => refusal.code === '-2010' && /duplicate/i.test(refusal.message)

export const binanceRefusals: RefusalLists = {
  verdict(refusal) {
    const { status, code, retryAfterMs } = refusal
    if (status === 418) {
      return { kind: 'not-sent', retryAfterMs: retryAfterMs ?? 120_000, pause: 'requests', resync: false }
    }
    if (status === 429) {
      const pause = code === '-1015' ? 'orders' : 'requests'
      return { kind: 'not-sent', retryAfterMs: retryAfterMs ?? 10_000, pause, resync: false }
    }
    if (status === 403)
      return { kind: 'not-sent', retryAfterMs: retryAfterMs ?? 60_000, pause: 'requests', resync: false }
    if (status >= 500 || code === null || isDuplicate(refusal)) return { kind: 'unknown' }
    const notSent = NOT_SENT.get(code)
    if (notSent) return { kind: 'not-sent', ...notSent, retryAfterMs: retryAfterMs ?? notSent.retryAfterMs }
    return REJECTED.has(code) ? { kind: 'rejected' } : { kind: 'unknown' }
  },
  isAuthentication: (refusal) => refusal.status === 401 || (refusal.code !== null && AUTHENTICATION.has(refusal.code)),
}

const refusalBody = z.object({ code: z.number(), msg: z.string() })

/** The venue's no in an answer, or null when the answer is not a refusal. */
export function readBinanceRefusal(
  status: number,
  headers: Readonly<Record<string, unknown>> | undefined,
  body: string,
  parsed: unknown,
): VenueRefusal | null {
  const stated = refusalBody.safeParse(parsed)
  if (status < 400 && !(stated.success && stated.data.code < 0)) return null
  const words = stated.success ? `${stated.data.code} ${stated.data.msg}` : `${status} ${body.slice(0, 200)}`
  const code = stated.success ? String(stated.data.code) : null
  return new VenueRefusal(status, code, `binance: ${words}`, readRetryAfter(headers))
}
