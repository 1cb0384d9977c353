import type { DeskApi, DeskFailure } from '../../../core/contracts/desk-api.ts'
import { withCashFlows } from '../../../core/decisions/cash-flows.ts'
import { CASH, VENUE_NAMES } from '../../../core/instruments.ts'
import type { Actor } from '../../../core/journal.ts'
import type { Proposal } from '../../../core/proposal.ts'
import { ok, type Result } from '../../../core/result.ts'
import { lineAssets } from '../../proposals/book-position.ts'
import type { PlanFailure } from '../../proposals/draft.ts'
import { planBooks } from '../../proposals/plan-books.ts'
import { planningDeps, planRequest, positionFor } from '../cycle.ts'
import { proposedDecision } from '../describe-decision.ts'
import type { Desk } from '../desk.ts'
import { endExpired } from '../expiries.ts'
import type { Publisher } from '../publisher.ts'
import { proposalsView } from '../views/approvals-view.ts'
import { refuse } from './failures.ts'

const FAILURE_OF: Record<PlanFailure['code'], DeskFailure['code']> = {
  'stale-prices': 'stale-prices',
  infeasible: 'infeasible',
  'nothing-to-trade': 'nothing-to-trade',
  'below-minimum': 'nothing-to-trade',
  'no-cash': 'nothing-to-trade',
  restricted: 'nothing-to-trade',
  'optimizer-failed': 'engine-stopped',
}

export function proposalsApi(
  desk: Desk,
  publisher: Publisher,
  options: { readonly advisor: string; readonly undoMs: number },
): Pick<
  DeskApi,
  'proposals' | 'approve' | 'undoApproval' | 'holdProposal' | 'dismissProposal' | 'recomputeProposal' | 'proposeFor'
> {
  const { parts, approvals } = desk
  const actor: Actor = `advisor:${options.advisor}`
  const told = <T>(result: T): T => {
    publisher.publishSummary()
    return result
  }
  const blockedNow = (): string | null => {
    const trading = parts.store.tradingState().all
    if (trading === 'halted') return 'Trading is stopped. Approving is off until it is resumed.'
    if (trading === 'reducing') return 'Trading is reduce only. Approving is off until it is resumed.'
    const down = parts.market.health().filter((venue) => venue.state === 'no-data')
    return down.length === 0
      ? null
      : `${down.map((venue) => VENUE_NAMES[venue.venue]).join(' and ')} sends no data. Approving is off until it does.`
  }
  const open = (proposalId: string): Result<Proposal, DeskFailure> => {
    const proposal = parts.proposals.byId(proposalId)
    return proposal === undefined ? refuse('unknown-proposal', `there is no open proposal ${proposalId}`) : ok(proposal)
  }
  const change = (proposalId: string, state: 'open' | 'held' | 'dismissed', why: string): Result<null, DeskFailure> => {
    const proposal = open(proposalId)
    if (!proposal.ok) return proposal
    if (state !== 'open') approvals.withdraw(proposalId)
    parts.proposals.change([{ proposal: proposal.value, state, why }], actor)
    return ok(null)
  }
  /** One book, planned at once, outside the cycle's own turn. */
  const planOne = (bookId: string, trigger: Proposal['trigger'], leftOut: readonly string[]) =>
    desk.inTurn(async (): Promise<Result<Proposal, DeskFailure>> => {
      const book = parts.world.book(bookId)
      if (book === undefined) return refuse('unknown-client-book', `there is no client book ${bookId}`)
      if (parts.proposals.isExecuting(bookId))
        return refuse('not-open', `orders of client book ${bookId} are working; a proposal would be out of date`)
      endExpired(parts)
      const halted = desk.haltedWhy(book)
      if (halted !== null) return refuse('trading-halted', halted)
      const asked = parts.proposals.requestOf(bookId)
      // money that moved and waits to be planned is planned now, with the new cash first
      const moved =
        asked?.kind === 'cash-flow' ? withCashFlows(asked, trigger.kind === 'cash-flow' ? trigger.flows : []) : trigger
      const request = planRequest(parts.world, book, moved, leftOut)
      const lines = new Set(lineAssets(request.model, request.holdings))
      const unknown = leftOut.find((asset) => asset === CASH || !lines.has(asset))
      if (unknown !== undefined)
        return refuse(
          'unknown-asset',
          unknown === CASH
            ? `${CASH} can't be left out: it is the other leg of every trade`
            : `client book ${bookId} has no line ${unknown} to leave out`,
        )
      const view = parts.market.view()
      const [answer] = await planBooks([request], view, planningDeps(desk.cycleDeps, view))
      if (!answer!.ok) return refuse(FAILURE_OF[answer!.error.code], answer!.error.message)
      const made = answer!.value
      const position = positionFor(parts.world, book, view, parts.settings)
      parts.decisions.record([proposedDecision(made, position, view)], (facts) =>
        parts.proposals.add([made], actor, facts),
      )
      parts.proposals.leaveOut(bookId, leftOut)
      return answer!
    })
  return {
    proposals: () =>
      proposalsView(parts.proposals, approvals, parts.market.view(), {
        now: parts.clock.now(),
        undoMs: options.undoMs,
        approvalBlocked: blockedNow(),
      }),
    // The seconds to undo run already: nobody waits for the next summary to see them.
    approve: (request) => told(approvals.approve(request, parts.market.view(), actor, options.undoMs)),
    undoApproval: (approvalId) => told(approvals.undo(approvalId)),
    holdProposal: (proposalId, held) =>
      change(proposalId, held ? 'held' : 'open', held ? 'held by the advisor' : 'released by the advisor'),
    dismissProposal: (proposalId, why) => change(proposalId, 'dismissed', why),
    recomputeProposal: async (proposalId, leftOut) => {
      const proposal = open(proposalId)
      return proposal.ok ? planOne(proposal.value.bookId, proposal.value.trigger, leftOut) : proposal
    },
    proposeFor: (bookId) => planOne(bookId, { kind: 'manual', by: options.advisor }, []),
  }
}
