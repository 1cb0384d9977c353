import type { ChildRecord } from '../../core/contracts/store.ts'
import { type Actor, fact } from '../../core/journal.ts'
import { type Failure, fail, ok, type Result } from '../../core/result.ts'
import { type ExecutionContext, recordFacts } from './context.ts'
import type { TradingScope } from './events.ts'
import { CANCELLED_BY } from './finish-parent.ts'
import { isFinished } from './parent-progress.ts'
import { cancelChild } from './settle-child.ts'

export type CancelError = Failure<'unknown-parent' | 'already-finished'>

/**
 * From the return of the record on nothing is sent for the parent, after a restart neither. Orders that rest are
 * cancelled; the plan finishes the parent once all of its orders are settled.
 */
export async function cancelParent(
  context: ExecutionContext,
  parentId: string,
  actor: Actor,
): Promise<Result<null, CancelError>> {
  const record = context.store.parent(parentId)
  if (!record) return fail('unknown-parent', `there is no parent order ${parentId}`)
  if (isFinished(record)) return fail('already-finished', `parent order ${parentId} is ${record.state} already`)
  recordFacts(context, [fact('parent-changed', { parentId, state: 'settling', why: `${CANCELLED_BY}${actor}` })], actor)
  await cancelResting(context, context.store.childrenOf(parentId), 'the parent order was cancelled')
  return ok(null)
}

/** Cancels what rests in a scope. Cancels always pass, whatever the trading state is. */
export function cancelWorking(context: ExecutionContext, scope: TradingScope, why: string): Promise<void> {
  return cancelResting(context, context.store.unfinishedChildren().filter(isInScope(scope)), why)
}

const isInScope =
  (scope: TradingScope) =>
  ({ child }: ChildRecord): boolean => {
    if (scope.kind === 'all') return true
    if (scope.kind === 'venue') return child.venue === scope.venue
    return child.participants.some((participant) => participant.bookId === scope.bookId)
  }

/** Immediate orders end by themselves; what is unknown is settled by lookup, not by a cancel into the dark. */
async function cancelResting(context: ExecutionContext, records: readonly ChildRecord[], why: string): Promise<void> {
  const resting = records.filter(({ child }) => child.timeInForce === 'GTC')
  await Promise.all(resting.map(({ child }) => cancelChild(context, child.id, why)))
}
