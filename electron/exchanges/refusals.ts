import type { ExchangeError, SubmitOutcome } from '../../core/contracts/exchange.ts'
import type { PauseScope } from './pause-gate.ts'
import { type CallFailure, describeFailure, type VenueRefusal } from './venue-call.ts'

/** What a venue's no means for an order. Every code is on an explicit list; a code on none of them proves nothing. */
export type RefusalVerdict =
  /** Definitely not executed and never will be. */
  | { readonly kind: 'rejected' }
  /** Definitely not executed; the same order may be sent again, under a new client id, after the pause. */
  | {
      readonly kind: 'not-sent'
      readonly retryAfterMs: number
      /** What the venue wants quiet meanwhile. */
      readonly pause: PauseScope | null
      /** Our idea of the venue's time or nonce is off. */
      readonly resync: boolean
    }
  | { readonly kind: 'unknown' }

export interface RefusalLists {
  verdict(refusal: VenueRefusal): RefusalVerdict
  isAuthentication(refusal: VenueRefusal): boolean
}

type FailedSubmit = Exclude<SubmitOutcome, { kind: 'accepted' }>

export function submitOutcomeOf(failure: CallFailure, lists: RefusalLists): FailedSubmit {
  const why = describeFailure(failure)
  switch (failure.kind) {
    case 'paused':
      return { kind: 'not-sent', code: 'paused', why, retryAfterMs: failure.retryAfterMs }
    case 'not-connected':
      return { kind: 'not-sent', code: 'not-connected', why, retryAfterMs: 1000 }
    case 'not-loopback':
      return { kind: 'rejected', code: 'not-loopback', why }
    case 'no-answer':
      return { kind: 'unknown', why }
    case 'refused': {
      const code = failure.refusal.code ?? `HTTP ${failure.refusal.status}`
      const verdict = lists.verdict(failure.refusal)
      if (verdict.kind === 'rejected') return { kind: 'rejected', code, why }
      if (verdict.kind === 'unknown') return { kind: 'unknown', why }
      return { kind: 'not-sent', code, why, retryAfterMs: verdict.retryAfterMs }
    }
  }
}

export function exchangeErrorOf(failure: CallFailure, lists: RefusalLists): ExchangeError {
  const message = describeFailure(failure)
  switch (failure.kind) {
    case 'paused':
      return { code: 'rate-limited', message }
    case 'not-loopback':
      return { code: 'not-loopback', message }
    case 'not-connected':
    case 'no-answer':
      return { code: 'unreachable', message }
    case 'refused': {
      if (lists.isAuthentication(failure.refusal)) return { code: 'authentication', message }
      if (failure.refusal.status >= 500) return { code: 'unreachable', message }
      const verdict = lists.verdict(failure.refusal)
      return { code: verdict.kind === 'not-sent' && verdict.pause ? 'rate-limited' : 'bad-answer', message }
    }
  }
}
