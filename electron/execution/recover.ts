import type { ChildRecord, PlanRecord } from '../../core/contracts/store.ts'
import type { ExecutionContext } from './context.ts'
import { isSettled } from './parent-progress.ts'
import { settleChildren } from './settle-child.ts'

/**
 * After a restart: every order that was on its way is looked up until it is known, dead by proof, or patience ends. A venue that
 * is not connected is not waited for.
 * Fills that were recorded and not given to their client books are given now. Nothing is sent.
 */
export async function recoverOrders(context: ExecutionContext): Promise<void> {
  const { firstLookupWaitMs, longestLookupWaitMs, wavePatienceMs } = context.settings
  const deadline = context.clock.now() + wavePatienceMs
  for (let wait = firstLookupWaitMs; ; wait = Math.min(2 * wait, longestLookupWaitMs)) {
    const within = unsettledOrders(context).filter(({ child }) => context.accounts(child.venue, child.account))
    if (within.length === 0 || context.clock.now() >= deadline || context.isStopping()) break
    await settleChildren(context, [...new Set(within.map(({ child }) => child.id))])
    await context.wait(wait)
  }
  const left = new Set(unsettledOrders(context).map(({ child }) => child.id))
  if (left.size > 0) context.log.warn(`${left.size} orders are still unknown after the start`, { orders: [...left] })
}

const unsettledOrders = ({ store }: ExecutionContext): readonly ChildRecord[] =>
  [...store.unfinishedChildren(), ...store.childrenToAllocate()].filter((record) => !isSettled(record))

/** A plan is continued while its prices and proposals are recent; an older one is closed with what it has done. */
export const isRecent = (context: ExecutionContext, plan: PlanRecord): boolean =>
  context.journalClock.now() - plan.releasedAt <= context.settings.resumeWithinMs
