import type { FaultKind } from './fault.ts'

/** The venue refuses for too many requests and says when to come back; the engine never sees the request. */
export const rateLimit: FaultKind = {
  kind: 'rate-limit',
  around: async (call, settings) => call.rateLimited(settings.retryAfterSeconds),
}
