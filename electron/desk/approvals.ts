import type { DeskFailure } from '../../core/contracts/desk-api.ts'
import type { ApprovalOutcome, ApprovalRequest, PendingApproval } from '../../core/contracts/proposals-view.ts'
import type { Actor } from '../../core/journal.ts'
import type { Proposal } from '../../core/proposal.ts'
import { err, ok, type Result } from '../../core/result.ts'
import { millis } from '../../core/units.ts'
import type { MarketView } from '../proposals/planning-inputs.ts'
import { snapshotHash } from '../proposals/snapshot.ts'
import { type CycleDeps, planRequest, positionFor, priceMoveBps } from './cycle.ts'

/** Hands approved proposals to execution; answers the plan's id once the approval is durable. */
export type ReleasePlan = (
  proposals: readonly Proposal[],
  approval: 'advisor' | 'mandate',
  actor: Actor,
  market: MarketView,
) => Result<string, DeskFailure>

const refuse = (code: DeskFailure['code'], message: string): Result<never, DeskFailure> => err({ code, message })

/**
 * One action approves every clean proposal: it waits out a few seconds in which it can be undone, is checked again
 * against prices and positions of that moment, and splits into sent, re-priced (look again) and expired.
 */
export class Approvals {
  readonly #deps: CycleDeps
  readonly #release: ReleasePlan
  readonly #pending = new Map<string, PendingApproval & { readonly actor: Actor }>()
  #last: ApprovalOutcome | null = null
  #changes = 0

  constructor(deps: CycleDeps, release: ReleasePlan) {
    this.#deps = deps
    this.#release = release
  }

  get pending(): readonly PendingApproval[] {
    return [...this.#pending.values()].map(({ approvalId, proposalIds, releaseAt }) => ({
      approvalId,
      proposalIds,
      releaseAt,
    }))
  }
  get lastOutcome(): ApprovalOutcome | null {
    return this.#last
  }
  /** Grows with everything that a page shows of approvals: a new one, its end, its outcome. */
  get changes(): number {
    return this.#changes
  }

  approve(
    request: ApprovalRequest,
    market: MarketView,
    actor: Actor,
    undoMs: number,
  ): Result<PendingApproval, DeskFailure> {
    const { proposals, ids, clock } = this.#deps
    const waiting = new Set([...this.#pending.values()].flatMap((approval) => approval.proposalIds))
    const chosen: Proposal[] = []
    if (request.kind === 'all-clean') {
      for (const proposal of proposals.list())
        if (proposal.state === 'open' && !waiting.has(proposal.id) && this.blockedWhy(proposal, market) === null)
          if (proposal.cleanliness === 'clean') chosen.push(proposal)
    } else {
      for (const proposalId of new Set(request.proposalIds)) {
        const proposal = proposals.byId(proposalId)
        if (proposal === undefined) return refuse('unknown-proposal', `there is no open proposal ${proposalId}`)
        if (proposal.state !== 'open') return refuse('not-open', `proposal ${proposalId} is ${proposal.state}`)
        if (waiting.has(proposalId)) return refuse('not-open', `proposal ${proposalId} is being released already`)
        const blocked = this.blockedWhy(proposal, market)
        if (blocked !== null) return refuse(blocked.code, `proposal ${proposalId} is blocked: ${blocked.message}`)
        chosen.push(proposal)
      }
    }
    if (chosen.length === 0) return refuse('nothing-to-approve', 'there is no clean open proposal to approve')
    const approval = {
      approvalId: ids.next('approval'),
      proposalIds: chosen.map((proposal) => proposal.id),
      releaseAt: clock.now() + undoMs,
      actor,
    }
    this.#pending.set(approval.approvalId, approval)
    this.#changes++
    return ok({ approvalId: approval.approvalId, proposalIds: approval.proposalIds, releaseAt: approval.releaseAt })
  }

  undo(approvalId: string): Result<null, DeskFailure> {
    this.#changes++
    return this.#pending.delete(approvalId)
      ? ok(null)
      : refuse('not-open', `approval ${approvalId} is not waiting: it was released or undone`)
  }

  /** A proposal that a person holds or dismisses while it waits out its undo window is taken out of its approval. */
  withdraw(proposalId: string): void {
    for (const approval of this.#pending.values()) {
      if (!approval.proposalIds.includes(proposalId)) continue
      this.#changes++
      const proposalIds = approval.proposalIds.filter((id) => id !== proposalId)
      if (proposalIds.length > 0) this.#pending.set(approval.approvalId, { ...approval, proposalIds })
      else this.#pending.delete(approval.approvalId)
    }
  }

  /** Releases every approval whose undo window is over; called by the cycle. */
  releaseDue(market: MarketView): readonly ApprovalOutcome[] {
    const now = this.#deps.clock.now()
    const due = [...this.#pending.values()].filter((approval) => approval.releaseAt <= now)
    return due.map((approval) => {
      this.#pending.delete(approval.approvalId)
      this.#changes++
      return this.#releaseOne(approval, market)
    })
  }

  #releaseOne(approval: PendingApproval & { readonly actor: Actor }, market: MarketView): ApprovalOutcome {
    const { proposals, settings, clock } = this.#deps
    const sent: Proposal[] = []
    const [repriced, expired]: [string[], string[]] = [[], []]
    for (const proposalId of approval.proposalIds) {
      const proposal = proposals.byId(proposalId)
      // another one took its place meanwhile: that is the one to look at
      if (proposal === undefined && proposals.stateOf(proposalId) === 'superseded') repriced.push(proposalId)
      else if (proposal === undefined || proposal.expiresAt <= clock.now()) expired.push(proposalId)
      else if (this.#mayGo(proposal, market) && priceMoveBps(proposal, market) <= settings.repriceBps)
        sent.push(proposal)
      else repriced.push(proposalId)
    }
    const released = sent.length > 0 ? this.#release(sent, 'advisor', approval.actor, market) : null
    if (released?.ok) proposals.released(sent)
    this.#last = {
      approvalId: approval.approvalId,
      at: millis(clock.now()),
      planId: released?.ok ? released.value : null,
      sent: released?.ok ? sent.map((proposal) => proposal.id) : [],
      repriced: released?.ok === false ? [...repriced, ...sent.map((proposal) => proposal.id)] : repriced,
      expired,
    }
    return this.#last
  }

  /** Premium books inside their mandate go without asking; never with a stale price, a halt, a pause or a warning. */
  releaseAutomatic(made: readonly Proposal[], market: MarketView): void {
    const { world, clock } = this.#deps
    // it was planned in a worker thread: what a person did meanwhile counts
    const ready = made.filter(
      (proposal) =>
        proposal.automatic &&
        this.#mayGo(proposal, market) &&
        (world.book(proposal.bookId)?.pausedUntil ?? 0) <= clock.now(),
    )
    if (ready.length === 0) return
    const released = this.#release(ready, 'mandate', 'desk', market)
    if (released.ok) this.#deps.proposals.released(ready)
  }

  /** Why a proposal can't be approved now; nothing is approved on stale data or in a halt. */
  blockedWhy(proposal: Proposal, market: MarketView): DeskFailure | null {
    const { world, settings } = this.#deps
    const book = world.book(proposal.bookId)
    if (book === undefined) return { code: 'unknown-client-book', message: `client book ${proposal.bookId} is gone` }
    const halted = this.#deps.haltedWhy(book)
    if (halted !== null) return { code: 'trading-halted', message: halted }
    const position = positionFor(world, book, market, settings)
    return position.unableWhy === null ? null : { code: 'stale-prices', message: position.unableWhy }
  }

  #mayGo(proposal: Proposal, market: MarketView): boolean {
    const now = this.#deps.proposals.of(proposal.bookId)
    return (
      now?.id === proposal.id &&
      now.state === 'open' &&
      this.blockedWhy(proposal, market) === null &&
      this.#sameSnapshot(proposal, market)
    )
  }

  #sameSnapshot(proposal: Proposal, market: MarketView): boolean {
    const { world } = this.#deps
    const book = world.book(proposal.bookId)!
    return snapshotHash(planRequest(world, book, proposal.trigger, []), market.multiplier) === proposal.snapshot
  }
}
