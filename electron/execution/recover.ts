import type { PlanRecord } from '../../core/contracts/store.ts'
import type { ExecutionContext } from './context.ts'
import { isSettled } from './parent-progress.ts'
import { settleChildren } from './settle-child.ts'

/**
 * After a restart: every order that was on its way is looked up until it is known, dead by proof, or patience ends.
 * Fills that were recorded and not given to their client books are given now. Nothing is sent.
 */
export async function recoverOrders(context: ExecutionContext): Promise<void> {
  const { firstLookupWaitMs, longestLookupWaitMs, wavePatienceMs } = context.settings
  const deadline = context.clock.now() + wavePatienceMs
  for (let wait = firstLookupWaitMs; ; wait = Math.min(2 * wait, longestLookupWaitMs)) {
    const unsettled = unsettledOrders(context)
    if (unsettled.length === 0 || context.isStopping()) return
    await settleChildren(context, unsettled)
    if (context.clock.now() >= deadline) break
    await context.wait(wait)
  }
  const left = unsettledOrders(context)
  if (left.length > 0) context.log.warn(`${left.length} orders are still unknown after the start`, { orders: left })
}

function unsettledOrders({ store }: ExecutionContext): readonly string[] {
  const records = [...store.unfinishedChildren(), ...store.childrenToAllocate()]
  return [...new Set(records.filter((record) => !isSettled(record)).map(({ child }) => child.id))]
}

/** A plan is continued while its prices and proposals are recent; an older one is closed with what it has done. */
export const isRecent = (context: ExecutionContext, plan: PlanRecord): boolean =>
  context.clock.now() - plan.releasedAt <= context.settings.resumeWithinMs
