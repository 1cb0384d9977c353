import type { BookStatus, NextAction } from '../../core/contracts/monitor-view.ts'
import type { Proposal } from '../../core/proposal.ts'
import { type FakePosition, worstOf } from './fake-firm.ts'

export interface FakeStanding {
  /** What is known of the book beside its weights. */
  readonly known: NextAction | undefined
  readonly proposal: Proposal | undefined
  readonly paused: boolean
  /** A price it needs is stale. */
  readonly unpriced: boolean
}

/** Where a book stands, and what comes next for it. */
export function fakeStatus(
  position: FakePosition,
  { known, proposal, paused, unpriced }: FakeStanding,
): [BookStatus, NextAction] {
  const size = worstOf(position)
  const own: BookStatus = size > 1 ? 'out-of-band' : size >= 0.8 ? 'near-edge' : 'in-band'
  if (known === 'unable-to-check' || unpriced) return ['unable-to-check', 'unable-to-check']
  if (known === 'executing') return ['executing', 'executing']
  if (proposal?.state === 'held') return ['awaiting-approval', 'held']
  if (proposal?.state === 'approved') return ['awaiting-approval', 'releasing']
  if (proposal)
    return [
      'awaiting-approval',
      proposal.cleanliness === 'blocked'
        ? 'blocked'
        : proposal.cleanliness === 'warning'
          ? 'review-warning'
          : 'approve-proposal',
    ]
  if (paused) return [own, 'paused']
  return [own, known ?? 'none']
}
