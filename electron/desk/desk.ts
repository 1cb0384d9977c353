import { ZERO } from '../../core/amount.ts'
import { accountOf, type ClientBook, type ClientBookId } from '../../core/client-book.ts'
import type { Clock } from '../../core/clock.ts'
import type { DeskFailure } from '../../core/contracts/desk-api.ts'
import type { ApprovalOutcome } from '../../core/contracts/proposals-view.ts'
import type { DeskStore } from '../../core/contracts/store.ts'
import { netProposals } from '../../core/decisions/netting.ts'
import { VENUE_NAMES, type VenueId } from '../../core/instruments.ts'
import type { Actor } from '../../core/journal.ts'
import type { Proposal } from '../../core/proposal.ts'
import { fail, ok, type Result } from '../../core/result.ts'
import { type Bps, bps, millis } from '../../core/units.ts'
import {
  ABLE,
  type AuditReport,
  DRIFT_STATUSES,
  type DriftFigures,
  type DriftMeasure,
  type DriftSweep,
} from '../../workers/drift/index.ts'
import type { Executor } from '../execution/executor.ts'
import type { MarketView, PlanningDeps } from '../proposals/planning-inputs.ts'
import type { PlanningSettings } from '../proposals/settings.ts'
import type { HistoryReader } from '../store/history-reader.ts'
import type { AlertBoard } from './alerts.ts'
import { Approvals } from './approvals.ts'
import { askContinuations } from './continuations.ts'
import { type CycleDeps, planNeeded, reviewOpen, settleDecisions } from './cycle.ts'
import type { DayFlow } from './day-flow.ts'
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
  readonly solveFirm: PlanningDeps['solveFirm']
  readonly relax: PlanningDeps['relax']
  readonly dayFlow: DayFlow
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
  #sweep: DriftFigures | null = null
  #cycleDeps: CycleDeps
  #auditDifferences = 0
  #trading: ReturnType<DeskStore['tradingState']>
  /** Cycles run one after another, whoever asks. */
  #turn: Promise<unknown> = Promise.resolve()

  constructor(parts: DeskParts) {
    this.parts = parts
    this.#trading = parts.store.tradingState()
    this.#cycleDeps = { ...parts, haltedWhy: (book) => this.haltedWhy(book) }
    this.approvals = new Approvals(this.#cycleDeps, (...input) => this.#release(...input))
    parts.executor.on((event) => {
      if (event.kind === 'plan-closed') this.#planClosed(event.planId)
      else if (event.kind === 'plan-started') this.#planStarted(event.planId)
      else if (event.kind === 'holdings-changed') this.#holdingsChanged(event.bookIds)
      else if (event.kind === 'trading-state-changed') this.#trading = parts.store.tradingState()
      else if (event.kind === 'alarm') parts.alerts.raise('execution-alarm', 'critical', event.why)
    })
  }

  /** Figures of every book as of the last check. */
  get sweep(): DriftFigures | null {
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
    this.takeAudit(sweep.value.audit)
    this.#sweep = sweep.value
    return sweep
  }

  /** Live: figures for the screens, while `drift.watch` tells who is out. `withRisk` takes tracking errors anew. */
  async measure(withRisk: boolean): Promise<Result<DriftMeasure, DeskFailure>> {
    const { drift, market, durations, history, alerts } = this.parts
    const prices = market.prices()
    history.sample(market.marketNow(), prices)
    const before = performance.now()
    const figures = await drift.figures(prices, market.multiplier(), withRisk)
    if (!figures.ok) {
      alerts.raise('drift-engine', 'critical', `client books are not checked: ${figures.error.message}`)
      return fail('engine-stopped', figures.error.message)
    }
    durations.add(performance.now() - before)
    alerts.clear('drift-engine')
    this.#sweep = figures.value
    return figures
  }

  /** A difference between what was said and brute force is a bug of ours: it stands on the screen until the desk ends. */
  takeAudit({ differences, first }: AuditReport): void {
    if (differences === 0) return
    this.#auditDifferences += differences
    const example = first.map(({ bookId, said, exact }) => `${bookId} was said to be ${said} and is ${exact}`)
    this.parts.alerts.raise(
      'drift-audit',
      'critical',
      `the audit of the drift monitor found ${this.#auditDifferences} wrong answers (${example.slice(0, 3).join('; ')}). They are put right, and every book is checked the slow way from now on: tell the makers.`,
    )
  }

  /** Books that are out of their bands now. */
  breached(): readonly ClientBookId[] {
    const { drift, world } = this.parts
    if (drift.isWatching) {
      const rows = drift.standing.breached.map(({ bookId }) => world.rowOf(bookId)).sort((a, b) => a - b)
      return rows.map((row) => world.books[row]!.id)
    }
    const sweep = this.#sweep
    if (sweep === null) return []
    const out = DRIFT_STATUSES.indexOf('out')
    return this.parts.world.books.filter((_, row) => sweep.status[row] === out).map((book) => book.id)
  }
  unable(): readonly ClientBookId[] {
    if (this.parts.drift.isWatching) return [...this.parts.drift.standing.unable.keys()]
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
    askContinuations(view.marketTime, this.parts)
    const candidates = new Set([...this.breached(), ...this.parts.proposals.requests.keys()])
    this.parts.proposals.keepWaits(candidates)
    const made = await planNeeded(candidates, view, this.#cycleDeps)
    settleDecisions(candidates, view, this.#cycleDeps)
    this.approvals.releaseAutomatic(made, view)
    return { made, outcomes }
  }

  /**
   * The urgent part of it: these books have just left their bands. Whoever needs a proposal gets one now; whatever is
   * not about them waits for `plan`.
   */
  async planNews(bookIds: ReadonlySet<ClientBookId>): Promise<readonly Proposal[]> {
    const view = this.parts.market.view()
    const made = await planNeeded(bookIds, view, this.#cycleDeps)
    this.approvals.releaseAutomatic(made, view)
    return made
  }

  /** Sentence where trading is stopped for this book, null otherwise. A stopped venue stops books that need it. */
  haltedWhy(book: ClientBook): string | null {
    const state = this.#trading
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
    if (released.ok) this.parts.dayFlow.add(parents, view.marketTime)
    return released.ok ? ok(planId) : fail('trading-halted', released.error.message)
  }

  /** A fill counts from the moment it is booked, not from the end of its plan. */
  #holdingsChanged(bookIds: Iterable<ClientBookId>): void {
    this.parts.world.refreshHoldings(bookIds)
    this.parts.drift.touch(bookIds)
  }

  #planStarted(planId: string): void {
    const { store, market } = this.parts
    market.planStarted(planId, new Set(store.parentsOf(planId).map(({ parent }) => parent.asset)))
  }

  #planClosed(planId: string): void {
    const { store, world, proposals, history, market } = this.parts
    const bookIds = new Set<ClientBookId>()
    const parents = store.parentsOf(planId)
    for (const { parent } of parents) for (const participant of parent.participants) bookIds.add(participant.bookId)
    market.planClosed(
      planId,
      parents.flatMap(({ parent }) => store.childrenOf(parent.id)),
    )
    this.#holdingsChanged(bookIds)
    proposals.executed(bookIds)
    const at = millis(market.marketNow())
    for (const bookId of bookIds) {
      history.setHoldings(at, bookId, world.holdingsOf(bookId))
      history.rebalanced(at, bookId)
    }
  }
}
