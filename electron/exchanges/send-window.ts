import type { SubmitOutcome } from '../../core/contracts/exchange.ts'
import type { ChildOrder } from '../../core/order.ts'
import type { ExchangeWorld } from './settings.ts'

/**
 * Refuses to send an order that has waited too long since it was made (and journaled): `proofOfAbsenceAt` counts from
 * its creation, so an order that could still leave later would disprove the proof.
 */
export function tooLate(child: Pick<ChildOrder, 'id' | 'createdAt'>, world: ExchangeWorld): SubmitOutcome | null {
  const waited = world.clock.now() - child.createdAt
  const allowed = world.settings.sendWindowMs
  if (waited <= allowed) return null
  const why = `order ${child.id} was made ${waited} ms ago, ${allowed} ms are allowed until it is sent`
  return { kind: 'not-sent', code: 'too-late', why, retryAfterMs: 0 }
}
