import type { ProposalsView } from '../../../core/contracts/proposals-view.ts'
import type { Proposal } from '../../../core/proposal.ts'
import type { MarketView } from '../../proposals/planning-inputs.ts'
import type { Approvals } from '../approvals.ts'
import type { ProposalBook } from '../proposal-book.ts'

const ORDER = { blocked: 0, warning: 1, clean: 2 } as const

/** Open and held proposals, each with what blocks it now: what is blocked comes first, then warnings, then clean. */
export function proposalsView(
  proposals: ProposalBook,
  approvals: Approvals,
  market: MarketView,
  options: { readonly now: number; readonly undoMs: number; readonly approvalBlocked: string | null },
): ProposalsView {
  let oldestMs = 0
  for (const price of market.prices.values())
    if (Number.isFinite(price.ageMs)) oldestMs = Math.max(oldestMs, price.ageMs)
  const shown = proposals
    .list()
    .map((proposal) => withBlock(proposal, approvals, market))
    .sort(
      (a, b) =>
        ORDER[a.cleanliness] - ORDER[b.cleanliness] ||
        Math.abs(b.worstBefore.position) - Math.abs(a.worstBefore.position) ||
        (a.id < b.id ? -1 : 1),
    )
  return {
    at: options.now,
    proposals: shown,
    pricesAgeSeconds: oldestMs / 1000,
    approvalBlocked: options.approvalBlocked,
    undoSeconds: options.undoMs / 1000,
    pending: approvals.pending,
    lastOutcome: approvals.lastOutcome,
  }
}

/** The state of this moment over what was computed: a proposal is blocked while its prices are stale or trading is stopped. */
export function withBlock(proposal: Proposal, approvals: Approvals, market: MarketView): Proposal {
  const blocked = approvals.blockedWhy(proposal, market)
  return blocked === null
    ? proposal
    : { ...proposal, cleanliness: 'blocked', remarks: [blocked.message, ...proposal.remarks] }
}
