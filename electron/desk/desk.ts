import { ZERO } from '../../core/amount.ts'
import { accountOf, type ClientBook, type ClientBookId } from '../../core/client-book.ts'
import type { Clock } from '../../core/clock.ts'
import type { ApprovalOutcome, DeskFailure } from '../../core/contracts/desk-api.ts'
import type { DeskStore } from '../../core/contracts/store.ts'
import { netProposals } from '../../core/decisions/netting.ts'
import { VENUE_NAMES, type VenueId } from '../../core/instruments.ts'
import type { Actor } from '../../core/journal.ts'
import type { Proposal } from '../../core/proposal.ts'
import { fail, ok, type Result } from '../../core/result.ts'
import { type Bps, bps, millis } from '../../core/units.ts'
import { ABLE, DRIFT_STATUSES, type DriftSweep } from '../../workers/drift/index.ts'
import type { Executor } from '../execution/executor.ts'
import type { MarketView, PlanningDeps } from '../proposals/planning-inputs.ts'
import type { PlanningSettings } from '../proposals/settings.ts'
import type { HistoryReader } from '../store/history-reader.ts'
import type { AlertBoard } from './alerts.ts'
import { Approvals } from './approvals.ts'
import { type CycleDeps, planNeeded, reviewOpen, settleDecisions } from './cycle.ts'
import type { DecisionLedger } from './decision-ledger.ts'
import type { DriftWatch } from './drift-watch.ts'
import { endExpired } from './expiries.ts'
import { askFirmTriggers } from './firm-triggers.ts'
import type { HistoryKeeper } from './history-keeper.ts'
import type { Ids } from './ids.ts'
import type { MarketWatch } from './market-watch.ts'
import { noteRegime } from './note-regime.ts'
import type { RecentDurations } from './percentile.ts'
import type { ProposalBook } from './proposal-book.ts'
import type { RuleBook } from './rule-book.ts'
import type { World } from './world.ts'

export interface DeskParts {
  readonly firmName: string
  readonly store: DeskStore
  readonly world: World
  readonly proposals: ProposalBook
  readonly decisions: DecisionLedger
  readonly market: MarketWatch
  readonly drift: DriftWatch
  readonly executor: Executor
  readonly history: HistoryKeeper
  /** What is recorded, for screens: read in a thread beside the desk. */
  readonly records: HistoryReader
  readonly alerts: AlertBoard
  readonly durations: RecentDurations
  readonly clock: Clock
  readonly ids: Ids
  readonly settings: PlanningSettings
  readonly rules: RuleBook
  readonly maximumSlippageBps: Bps
  readonly solve: PlanningDeps['solve']
  readonly relax: PlanningDeps['relax']
}

const STATE_WORDS = { halted: 'stopped', reducing: 'reduce only' } as const
const namesOf = (venues: readonly VenueId[]): string => venues.map((venue) => VENUE_NAMES[venue]).join(', ')

/**
 * Conducts the cycle: market → drift → triggers → proposals → approval → execution → ledger. It decides nothing
 * itself: every decision is an engine's or a pure function's. Live it is called by timers, in lockstep by the demo.
 */
export class Desk {
  readonly parts: DeskParts
  readonly approvals: Approvals
  #sweep: DriftSweep | null = null
  #cycleDeps: CycleDeps
  /** Cycles run one after another, whoever asks. */
  #turn: Promise<unknown> = Promise.resolve()

  constructor(parts: DeskParts) {
    this.parts = parts
    this.#cycleDeps = { ...parts, haltedWhy: (book) => this.haltedWhy(book) }
    this.approvals = new Approvals(this.#cycleDeps, (...input) => this.#release(...input))
    parts.executor.on((event) => {
      if (event.kind === 'plan-closed') this.#planClosed(event.planId)
      else if (event.kind === 'alarm') parts.alerts.raise('execution-alarm', 'critical', event.why)
    })
  }

  get sweep(): DriftSweep | null {
    return this.#sweep
  }
  /** Rows were numbered anew: the last check says nothing until the next. */
  forgetSweep(): void {
    this.#sweep = null
  }
  get cycleDeps(): CycleDeps {
    return this.#cycleDeps
  }

  /** Runs after everything asked for before it: mutations one at a time. */
  inTurn<T>(work: () => Promise<T>): Promise<T> {
    const next = this.#turn.then(work, work)
    this.#turn = next.catch(() => undefined)
    return next
  }

  /** One exact check of every client book at the prices of this moment. */
  async checkDrift(): Promise<Result<DriftSweep, DeskFailure>> {
    const { drift, market, durations, history } = this.parts
    const prices = market.prices()
    history.sample(market.marketNow(), prices)
    const before = performance.now()
    const sweep = await drift.sweep(prices, market.multiplier())
    if (!sweep.ok) {
      this.parts.alerts.raise('drift-engine', 'critical', `client books are not checked: ${sweep.error.message}`)
      return fail('engine-stopped', sweep.error.message)
    }
    durations.add(performance.now() - before)
    this.parts.alerts.clear('drift-engine')
    this.#sweep = sweep.value
    return sweep
  }

  /** Books that are out of their bands now. */
  breached(): readonly ClientBookId[] {
    const sweep = this.#sweep
    if (sweep === null) return []
    const out = DRIFT_STATUSES.indexOf('out')
    return this.parts.world.books.filter((_, row) => sweep.status[row] === out).map((book) => book.id)
  }
  unable(): readonly ClientBookId[] {
    const sweep = this.#sweep
    if (sweep === null) return this.parts.world.books.map((book) => book.id)
    return this.parts.world.books.filter((_, row) => sweep.unableColumn[row] !== ABLE).map((book) => book.id)
  }

  /**
   * The planning half of the cycle, on the last drift check: review what is open, plan what is needed, let premium
   * books inside their mandate run, release approvals whose undo window is over.
   */
  async plan(): Promise<{ readonly made: readonly Proposal[]; readonly outcomes: readonly ApprovalOutcome[] }> {
    endExpired(this.parts)
    const view = this.parts.market.view()
    const outcomes = this.approvals.releaseDue(view)
    reviewOpen(
      view,
      this.#cycleDeps,
      new Set(this.approvals.pending.flatMap((approval) => approval.proposalIds)),
      new Set(outcomes.flatMap((outcome) => outcome.repriced)),
    )
    noteRegime(this.parts.market.regimeReading(), this.parts.store)
    askFirmTriggers(() => this.parts.market.volatilities(), this.parts)
    const candidates = new Set([...this.breached(), ...this.parts.proposals.requests.keys()])
    this.parts.proposals.keepWaits(candidates)
    const made = await planNeeded(candidates, view, this.#cycleDeps)
    settleDecisions(candidates, view, this.#cycleDeps)
    this.approvals.releaseAutomatic(made, view)
    return { made, outcomes }
  }

  /** Sentence where trading is stopped for this book, null otherwise. A stopped venue stops books that need it. */
  haltedWhy(book: ClientBook): string | null {
    const state = this.parts.store.tradingState()
    if (state.all !== 'active') return `trading is ${STATE_WORDS[state.all]}`
    const own = state.clientBooks.get(book.id)
    if (own !== undefined && own !== 'active') return `trading of this client book is ${STATE_WORDS[own]}`
    const needs = (venue: VenueId): boolean =>
      this.parts.world.holdingsOf(book.id).some((held) => held.venue === venue && held.quantity !== ZERO)
    const down = this.parts.market.down().filter(needs)
    if (down.length > 0) return `${namesOf(down)} does not answer: what this client book holds there can't be traded`
    const stopped = [...state.venues].filter(([, venue]) => venue !== 'active').map(([venue]) => venue)
    const needed = stopped.filter(needs)
    return needed.length > 0 ? `trading on ${namesOf(needed)} is stopped` : null
  }

  #release(
    proposals: readonly Proposal[],
    approval: 'advisor' | 'mandate',
    actor: Actor,
    view: MarketView,
  ): Result<string, DeskFailure> {
    const { world, ids, clock, maximumSlippageBps, settings, executor, market } = this.parts
    const slippage = view.regime === 'crisis' ? settings.crisisSlippageFactor : 1
    const planId = ids.next('plan')
    market.planReleased(planId)
    const parents = netProposals({
      planId,
      approved: proposals.map((proposal) => ({ proposal, account: accountOf(world.book(proposal.bookId)!) })),
      arrivalPriceUsd: (asset) => view.prices.get(asset)!.priceUsd,
      maximumSlippageBps: bps(slippage * maximumSlippageBps),
      schedule: { kind: 'immediate' },
      createdAt: clock.now(),
      makeId: (plan, account, asset, side) => `${plan}.${account}.${side}.${asset}`,
    })
    const proposalIds = proposals.map((proposal) => proposal.id)
    const released = executor.release({ planId, proposalIds, approval, parents, actor })
    return released.ok ? ok(planId) : fail('trading-halted', released.error.message)
  }

  #planClosed(planId: string): void {
    const { store, world, proposals, drift, history, market } = this.parts
    const bookIds = new Set<ClientBookId>()
    const parents = store.parentsOf(planId)
    for (const { parent } of parents) for (const participant of parent.participants) bookIds.add(participant.bookId)
    market.planClosed(
      planId,
      parents.flatMap(({ parent }) => store.childrenOf(parent.id)),
    )
    world.refreshHoldings(bookIds)
    drift.touch(bookIds)
    proposals.executed(bookIds)
    const at = millis(market.marketNow())
    for (const bookId of bookIds) {
      history.setHoldings(at, bookId, world.holdingsOf(bookId))
      history.rebalanced(at, bookId)
    }
  }
}
