import { toFloat } from '../../core/amount.ts'
import type { ClientBookId } from '../../core/client-book.ts'
import type { Clock } from '../../core/clock.ts'
import type { DeskStore } from '../../core/contracts/store.ts'
import { withCashFlows } from '../../core/decisions/cash-flows.ts'
import type { AssetId } from '../../core/instruments.ts'
import { type Actor, type Fact, fact } from '../../core/journal.ts'
import type { NonTriggerReason, Proposal, ProposalState, RequestTrigger } from '../../core/proposal.ts'
import { type Millis, usd } from '../../core/units.ts'
import { UnfinishedWays } from './unfinished-ways.ts'

/** Why a client book has no proposal now, and until when where the reason ends by itself. */
export interface Wait {
  readonly reason: NonTriggerReason
  readonly why: string
  readonly until: Millis | null
}

/**
 * Proposals, requests and waits of every client book: at most one open or held proposal per book.
 * Changes are facts in the journal first, then here.
 */
export class ProposalBook {
  readonly ways: UnfinishedWays
  readonly #store: DeskStore
  readonly #clock: Clock
  readonly #open = new Map<ClientBookId, Proposal>()
  readonly #waits = new Map<ClientBookId, Wait>()
  readonly #requests = new Map<ClientBookId, RequestTrigger>()
  readonly #executing = new Set<ClientBookId>()
  readonly #rebalancedAt: Map<ClientBookId, Millis>
  readonly #dismissedAt = new Map<ClientBookId, Millis>()
  readonly #leftOut = new Map<ClientBookId, readonly AssetId[]>()
  #changes = 0

  constructor(store: DeskStore, clock: Clock) {
    this.#store = store
    this.#clock = clock
    this.ways = new UnfinishedWays(store)
    for (const proposal of store.proposals(['open', 'held'])) {
      this.#open.set(proposal.bookId, proposal)
      const heldBack = proposal.lines.filter((line) => line.reason === 'held-back').map((line) => line.asset)
      this.leaveOut(proposal.bookId, heldBack)
    }
    for (const proposal of store.proposals(['approved', 'executing'])) this.#executing.add(proposal.bookId)
    // all at once: the first frame asks for every book
    this.#rebalancedAt = new Map(store.lastRebalances())
  }

  /** Grows with every change: what a view compares to know that it is old. */
  get changes(): number {
    return this.#changes
  }
  list(): readonly Proposal[] {
    return [...this.#open.values()]
  }
  of(bookId: ClientBookId): Proposal | undefined {
    return this.#open.get(bookId)
  }
  byId(proposalId: string): Proposal | undefined {
    return this.list().find((proposal) => proposal.id === proposalId)
  }
  waitOf(bookId: ClientBookId): Wait | undefined {
    return this.#waits.get(bookId)
  }
  /** Client books that wait for something. */
  get waiting(): Iterable<ClientBookId> {
    return this.#waits.keys()
  }
  isExecuting(bookId: ClientBookId): boolean {
    return this.#executing.has(bookId)
  }
  get executing(): ReadonlySet<ClientBookId> {
    return this.#executing
  }
  requestOf(bookId: ClientBookId): RequestTrigger | undefined {
    return this.#requests.get(bookId)
  }
  get requests(): ReadonlyMap<ClientBookId, RequestTrigger> {
    return this.#requests
  }

  /** Money that moved adds to what moved before and was not planned yet; any other request takes the place of one. */
  request(bookId: ClientBookId, trigger: RequestTrigger): void {
    const before = this.#requests.get(bookId)
    // lines taken out of a way are in again in whatever takes its place
    if (before?.kind === 'continuation' && trigger.kind !== 'continuation') this.leaveOut(bookId, [])
    if (trigger.kind === 'cash-flow') this.#requests.set(bookId, withCashFlows(before, trigger.flows))
    else if (before?.kind !== 'cash-flow') this.#requests.set(bookId, trigger)
  }
  /** What moved before the last stop and was not planned: asked for again, at the prices of now. */
  restoreCashFlows(priceOf: (asset: AssetId) => number | undefined): void {
    for (const { bookId, kind, asset, quantity } of this.#store.unplannedCashFlows()) {
      const amountUsd = usd(toFloat(quantity) * (priceOf(asset) ?? 0))
      this.request(bookId, { kind: 'cash-flow', flows: [{ kind, asset, amountUsd }] })
    }
  }
  wait(bookId: ClientBookId, wait: Wait): void {
    this.#waits.set(bookId, wait)
  }
  settleRequest(bookId: ClientBookId): void {
    this.#requests.delete(bookId)
  }
  clearWait(bookId: ClientBookId): void {
    this.#waits.delete(bookId)
  }
  /** Books that need nothing any more wait for nothing. */
  keepWaits(bookIds: ReadonlySet<ClientBookId>): void {
    for (const bookId of this.#waits.keys()) if (!bookIds.has(bookId)) this.#waits.delete(bookId)
  }

  /** Lines that an advisor took out: they stay out when the book is planned again, until it is traded or asked for anew. */
  leaveOut(bookId: ClientBookId, assets: readonly AssetId[]): void {
    if (assets.length === 0) this.#leftOut.delete(bookId)
    else this.#leftOut.set(bookId, assets)
  }
  leftOutOf(bookId: ClientBookId): readonly AssetId[] {
    return this.#leftOut.get(bookId) ?? []
  }
  /** Of a proposal that is not open any more: what became of it. */
  stateOf(proposalId: string): ProposalState | undefined {
    return this.byId(proposalId)?.state ?? this.#store.proposal(proposalId)?.state
  }

  /** Records new proposals; a book's earlier one is superseded, and what was decided stands, in the same transaction. */
  add(proposals: readonly Proposal[], actor: Actor, decisions: readonly Fact[] = []): void {
    if (proposals.length + decisions.length === 0) return
    const facts = proposals.flatMap((proposal) => {
      const before = this.#open.get(proposal.bookId)
      const made = fact('proposal-made', { proposal })
      return before === undefined
        ? [made]
        : [fact('proposal-changed', { proposalId: before.id, state: 'superseded', why: 'computed again' }), made]
    })
    this.#store.record([...facts, ...decisions], actor)
    for (const proposal of proposals) {
      this.#open.set(proposal.bookId, proposal)
      this.#requests.delete(proposal.bookId)
      this.#waits.delete(proposal.bookId)
    }
    this.#changes++
  }

  /** open ↔ held, or the end of a proposal. */
  change(
    changes: readonly { readonly proposal: Proposal; readonly state: ProposalState; readonly why: string }[],
    actor: Actor,
  ): void {
    if (changes.length === 0) return
    this.#store.record(
      changes.map(({ proposal, state, why }) => fact('proposal-changed', { proposalId: proposal.id, state, why })),
      actor,
    )
    for (const { proposal, state } of changes) {
      if (state === 'open' || state === 'held') this.#open.set(proposal.bookId, { ...proposal, state })
      else this.#open.delete(proposal.bookId)
      if (state === 'dismissed') {
        this.#dismissedAt.set(proposal.bookId, this.#clock.now())
        this.leaveOut(proposal.bookId, [])
        this.ways.refresh(proposal.bookId)
      }
    }
    this.#changes++
  }

  /** The plan that carries these proposals was released (the executor recorded it). */
  released(proposals: readonly Proposal[]): void {
    for (const { bookId } of proposals) {
      this.#open.delete(bookId)
      this.#leftOut.delete(bookId)
      this.#executing.add(bookId)
    }
    this.#changes++
  }
  /** Their plan is closed. */
  executed(bookIds: Iterable<ClientBookId>): void {
    for (const bookId of bookIds) {
      this.#executing.delete(bookId)
      this.#rebalancedAt.set(bookId, this.#clock.now())
      this.ways.refresh(bookId)
    }
    this.#changes++
  }

  /** When an advisor last said no; not kept over a restart. */
  dismissedAt(bookId: ClientBookId): Millis | null {
    return this.#dismissedAt.get(bookId) ?? null
  }

  rebalancedAt(bookId: ClientBookId): Millis | null {
    return this.#rebalancedAt.get(bookId) ?? null
  }
}
