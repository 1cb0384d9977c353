import { ensureNever } from '../../core/assert.ts'
import type { ChildOrder, Participant } from '../../core/order.ts'
import type { ParentProgress } from './parent-progress.ts'

/** The part of a parent's remainder that may go out in this round, and how. */
export interface Slice {
  readonly participants: readonly Participant[]
  readonly timeInForce: ChildOrder['timeInForce']
  readonly postOnly: boolean
}

/** What a parent's schedule releases now. Each further schedule is a case here and a file of its own. */
export function nextSlice({ record, remaining }: ParentProgress): Slice {
  const { schedule } = record.parent
  switch (schedule.kind) {
    case 'immediate':
      return { participants: remaining, timeInForce: 'IOC', postOnly: false }
    default:
      return ensureNever(schedule.kind)
  }
}
