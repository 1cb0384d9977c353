import { z } from 'zod'
import type { RefusalLists, RefusalVerdict } from './refusals.ts'
import { readRetryAfter, VenueRefusal } from './venue-call.ts'

/**
 * Kraken states its refusals as HTTP 200 with `error: ["ESeverity:Words…"]`; details follow the words, so they are
 * matched as prefixes. By https://docs.kraken.com/api/docs/guides/spot-errors. EService:Unavailable, :Busy, :Timeout
 * and EGeneral:Internal error are on no list: orders have executed behind them.
 */
const NOT_SENT: readonly (readonly [string, Omit<Extract<RefusalVerdict, { kind: 'not-sent' }>, 'kind'>])[] = [
  ['EAPI:Rate limit exceeded', { retryAfterMs: 3_000, pause: 'requests', resync: false }],
  ['EGeneral:Temporary lockout', { retryAfterMs: 60_000, pause: 'requests', resync: false }],
  ['EService:Throttled', { retryAfterMs: 3_000, pause: 'requests', resync: false }],
  ['EOrder:Rate limit exceeded', { retryAfterMs: 3_000, pause: 'orders', resync: false }],
  ['EAPI:Invalid nonce', { retryAfterMs: 10, pause: null, resync: true }],
  ['EService:Deadline elapsed', { retryAfterMs: 10, pause: null, resync: true }],
]

const AUTHENTICATION = ['EAPI:Invalid key', 'EAPI:Invalid signature', 'EGeneral:Permission denied', 'EAuth:']
const REJECTED = [
  ...AUTHENTICATION,
  'EAPI:Feature disabled',
  'EAPI:Bad request',
  'EAccount:Invalid permissions',
  'EGeneral:Invalid arguments',
  'EGeneral:Unknown method',
  'EQuery:Unknown asset',
  'EQuery:Invalid asset',
  'EOrder:Cost minimum not met',
  'EOrder:Insufficient funds',
  'EOrder:Invalid order',
  'EOrder:Invalid price',
  'EOrder:Order minimum not met',
  'EOrder:Orders limit exceeded',
  'EOrder:Positions limit exceeded',
  'EOrder:Post only order',
  'EOrder:Tick size check failed',
  'EOrder:Trading agreement required',
  'EOrder:Unknown order',
  'EService:Market in',
]

/** The client id is known: an order of that name exists, and only a lookup can say which. */
const isDuplicate = (code: string): boolean => /duplicate|already (in use|exists)/i.test(code)
const startsWithAny = (code: string, prefixes: readonly string[]): boolean =>
  prefixes.some((prefix) => code.startsWith(prefix))

export const krakenRefusals: RefusalLists = {
  verdict({ status, code, retryAfterMs }) {
    if (status === 429)
      return { kind: 'not-sent', retryAfterMs: retryAfterMs ?? 3_000, pause: 'requests', resync: false }
    if (status >= 500 || code === null || isDuplicate(code)) return { kind: 'unknown' }
    const notSent = NOT_SENT.find(([prefix]) => code.startsWith(prefix))?.[1]
    if (notSent) return { kind: 'not-sent', ...notSent, retryAfterMs: retryAfterMs ?? notSent.retryAfterMs }
    return startsWithAny(code, REJECTED) ? { kind: 'rejected' } : { kind: 'unknown' }
  },
  isAuthentication: ({ status, code }) => status === 401 || (code !== null && startsWithAny(code, AUTHENTICATION)),
}

const refusalBody = z.object({ error: z.array(z.string()).min(1) })

/** The venue's no in an answer, or null when the answer is not a refusal. */
export function readKrakenRefusal(
  status: number,
  headers: Readonly<Record<string, unknown>> | undefined,
  body: string,
  parsed: unknown,
): VenueRefusal | null {
  const stated = refusalBody.safeParse(parsed)
  if (status < 400 && !stated.success) return null
  const code = stated.success ? stated.data.error[0]! : null
  const words = stated.success ? stated.data.error.join(', ') : `${status} ${body.slice(0, 200)}`
  return new VenueRefusal(status, code, `kraken: ${words}`, readRetryAfter(headers))
}
