import type { Proposal } from '../proposal.ts'

export interface ProposalsView {
  readonly at: number
  readonly proposals: readonly Proposal[]
  readonly pricesAgeSeconds: number
  /** Sentence when nothing can be approved now, null otherwise. */
  readonly approvalBlocked: string | null
  readonly undoSeconds: number
  readonly pending: readonly PendingApproval[]
  readonly lastOutcome: ApprovalOutcome | null
}

export type ApprovalRequest =
  | { readonly kind: 'all-clean' }
  | { readonly kind: 'selected'; readonly proposalIds: readonly string[] }

export interface PendingApproval {
  readonly approvalId: string
  readonly proposalIds: readonly string[]
  readonly releaseAt: number
}

/** "sent, re-priced (look again), expired". */
export interface ApprovalOutcome {
  readonly approvalId: string
  readonly at: number
  readonly planId: string | null
  readonly sent: readonly string[]
  readonly repriced: readonly string[]
  readonly expired: readonly string[]
}
