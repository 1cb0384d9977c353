import { ensureDefined } from '../../core/assert.ts'
import { NEVER_LEFT, type SubmitOutcome } from '../../core/contracts/exchange.ts'
import type { VenueId } from '../../core/instruments.ts'
import type { ChildOrder } from '../../core/order.ts'
import { childRecord } from './absorb-order.ts'
import { childChangedFacts } from './child-facts.ts'
import { type ExecutionContext, recordFacts } from './context.ts'
import { firstDenial, SEND_CHECKS } from './pre-trade-checks.ts'
import { adopt } from './settle-child.ts'
import { orderGate } from './trading-gate.ts'

/**
 * Sends the journaled children of a round: venues beside each other, on each venue one after the other in the order of
 * their client ids, so that a run can be repeated. Returns when every answer is in the journal.
 */
export async function dispatchRound(context: ExecutionContext, children: readonly ChildOrder[]): Promise<void> {
  const byVenue = new Map<VenueId, ChildOrder[]>()
  for (const child of children) byVenue.set(child.venue, [...(byVenue.get(child.venue) ?? []), child])
  await Promise.all(
    [...byVenue.values()].map(async (list) => {
      for (const child of list.sort((a, b) => (a.id < b.id ? -1 : 1))) await sendChild(context, child)
    }),
  )
}

async function sendChild(context: ExecutionContext, child: ChildOrder): Promise<void> {
  await waitOutShortPause(context, child.venue)
  const denial = firstDenial(SEND_CHECKS, {
    child,
    trading: orderGate(
      context.store.tradingState(),
      child.venue,
      child.participants.map((participant) => participant.bookId),
    ),
    pausedUntil: context.pauses.pausedUntil(child.venue, context.clock.now()),
    parentState: ensureDefined(context.store.parent(child.parentId), `parent order ${child.parentId}`).state,
    stopping: context.isStopping(),
    now: context.clock.now(),
  })
  const connection = context.accounts(child.venue, child.account)
  if (denial || !connection) {
    const why = denial ? `${denial.reason}: ${denial.why}` : `venue-unavailable: no connection to ${child.venue}`
    recordFacts(context, childChangedFacts(childRecord(context, child.id), { state: 'denied', why }), 'desk')
    return
  }
  // No await between the checks above and this call: a halt in between can't be missed.
  const submitted = connection.submit(child)
  const outcome = await submitted.catch(
    (error: unknown): SubmitOutcome => ({ kind: 'unknown', why: `the connection failed: ${String(error)}` }),
  )
  await takeAnswer(context, child, outcome)
}

/** A pause shorter than an order may wait is waited out; longer ones send the order back to routing. */
async function waitOutShortPause(context: ExecutionContext, venue: VenueId): Promise<void> {
  const now = context.clock.now()
  const until = context.pauses.pausedUntil(venue, now)
  if (until !== null && until - now <= context.settings.shortPauseMs) await context.wait(until - now)
}

async function takeAnswer(context: ExecutionContext, child: ChildOrder, outcome: SubmitOutcome): Promise<void> {
  const actor = `venue:${child.venue}` as const
  const record = childRecord(context, child.id)
  switch (outcome.kind) {
    case 'accepted': {
      context.pauses.answered(child.venue)
      const connection = context.accounts(child.venue, child.account)
      if (connection) await adopt(context, connection, child.id, outcome.order)
      break
    }
    case 'rejected':
      recordFacts(
        context,
        childChangedFacts(record, { state: 'rejected', why: `${outcome.code}: ${outcome.why}` }),
        actor,
      )
      break
    case 'not-sent': {
      context.pauses.pause(child.venue, context.clock.now(), outcome.retryAfterMs)
      const why = `not executed, ${outcome.code}: ${outcome.why}`
      // What never left this process is denied by us and is no attempt.
      const news = NEVER_LEFT.has(outcome.code)
        ? ({ state: 'denied', why } as const)
        : ({ state: 'dead', why } as const)
      recordFacts(context, childChangedFacts(record, news), news.state === 'denied' ? 'desk' : actor)
      break
    }
    case 'unknown':
      recordFacts(context, childChangedFacts(record, { state: 'unknown', why: outcome.why }), 'desk')
      break
  }
}
