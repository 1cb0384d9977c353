import { toleranceBand } from '../../core/band.ts'
import type { ClientBookId } from '../../core/client-book.ts'
import type { ChangedTopic, DeskEvents } from '../../core/contracts/desk-api.ts'
import type { DeskSummary } from '../../core/contracts/monitor-view.ts'
import { type AssetId, CASH } from '../../core/instruments.ts'
import { ABLE, DRIFT_STATUSES, type DriftFigures, type DriftMeasure } from '../../workers/drift/index.ts'
import type { Desk } from './desk.ts'
import { Grid } from './grid.ts'
import { RowAssets } from './row-assets.ts'
import { watchVenues } from './venue-alerts.ts'
import { executionProgress } from './views/execution-progress.ts'
import { summaryView } from './views/summary-view.ts'

const OUT = DRIFT_STATUSES.indexOf('out')
/** Ages are shown in halves of a second. */
const AGES_MS = 500
/** A frame of them is 1.4 MB; more client books than that take turns. */
const ROWS_PER_FRAME = 10_000

type Listener<K extends keyof DeskEvents> = (value: DeskEvents[K]) => void

/** Turns the desk's state into what screens listen to: changed grid rows, a summary, "ask again" topics. */
export class Publisher {
  readonly #desk: Desk
  readonly grid = new Grid()
  readonly #listeners: { readonly [K in keyof DeskEvents]: Set<Listener<K>> } = {
    frame: new Set(),
    summary: new Set(),
    changed: new Set(),
    reset: new Set(),
  }
  #assets: readonly AssetId[] = []
  #trackingErrorBps = new Float64Array(0)
  #cashFloor = new Float64Array(0)
  #dayOpen = new Float64Array(0)
  /** Bit 1: looked at in this frame for what it is now; bit 0: for what it was. */
  #ownState = new Uint8Array(0)
  #pausedRows: readonly number[] = []
  readonly #rowAssets = new RowAssets()
  #worldChanges = -1
  #multiplier = Number.NaN
  #agesAt = Number.NEGATIVE_INFINITY
  #day = ''
  #progress: ReadonlyMap<ClientBookId, number> = new Map()
  #proposalChanges = -1
  #approvingSeen = ''
  #blotterChanged = false
  audit: DeskSummary['audit'] = { entries: 0, verifiedAt: null, ok: true }

  constructor(desk: Desk) {
    this.#desk = desk
    desk.parts.executor.on(() => {
      this.#blotterChanged = true
    })
    this.reset('start')
  }

  get assets(): readonly AssetId[] {
    return this.#assets
  }

  on<K extends keyof DeskEvents>(name: K, listener: Listener<K>): () => void {
    const listeners: Set<Listener<K>> = this.#listeners[name]
    listeners.add(listener)
    return () => listeners.delete(listener)
  }
  emit<K extends keyof DeskEvents>(name: K, value: DeskEvents[K]): void {
    const listeners: Set<Listener<K>> = this.#listeners[name]
    for (const listener of listeners) listener(value)
  }

  /** Books or assets changed: rows are numbered anew, pages must ask for a snapshot. */
  reset(why: string): void {
    const { world } = this.#desk.parts
    const assets = world.assetsInUse().filter((asset) => world.marketsOf(asset).length > 0)
    this.#assets = [...assets, 'CASH', ...world.assetsInUse().filter((asset) => !assets.includes(asset))]
    this.grid.resize(world.books.length, this.#assets)
    this.#trackingErrorBps = new Float64Array(world.books.length).fill(Number.NaN)
    this.#cashFloor = new Float64Array(world.books.length)
    // every row once
    this.#ownState = new Uint8Array(world.books.length).fill(3)
    this.#worldChanges = -1
    this.#agesAt = Number.NEGATIVE_INFINITY
    this.#dayOpen = new Float64Array(world.books.length).fill(Number.NaN)
    this.#day = ''
    this.emit('reset', { why })
  }

  /** How far the orders of each book are. Where the records can't be read, what was last known stays. */
  async refreshProgress(): Promise<void> {
    const orders = await this.#desk.parts.records.openOrders()
    if (orders.ok) this.#progress = executionProgress(orders.value)
  }

  /** Writes the grid from the last figures and emits what changed. */
  publishFrame(): void {
    const desk = this.#desk
    const { sweep, parts } = desk
    const { world, market, clock } = parts
    if (sweep === null || sweep.status.length !== world.books.length) return
    const now = clock.now()
    this.#rollDay(market.marketNow())
    this.#followWorld(market.multiplier())
    this.#takeDayOpen(sweep)
    if ('trackingError' in sweep) this.#takeTrackingErrors(sweep as DriftMeasure)
    const own = this.#markOwnState(sweep)
    this.grid.updateFigures(
      sweep,
      { trackingErrorBps: this.#trackingErrorBps, cashFloor: this.#cashFloor, dayOpenUsd: this.#dayOpen },
      own,
    )
    this.#publishStates(sweep, own)
    if (now - this.#agesAt >= AGES_MS) {
      this.#agesAt = now
      const prices = market.prices()
      const oldest = this.#rowAssets.oldest((asset) => prices.get(asset)?.ageMs ?? Number.POSITIVE_INFINITY)
      for (let row = 0; row < this.grid.rows; row++) this.grid.updateAge(row, oldest(row))
    }
    if (this.#listeners.frame.size === 0) return
    const frame = this.grid.takeChanged(now, ROWS_PER_FRAME)
    if (frame !== null) this.emit('frame', frame)
  }

  /** Rows whose status is not their place in the bands alone, now or in the frame before: they have to be looked at. */
  #markOwnState(sweep: DriftFigures): Uint8Array {
    const { world, proposals } = this.#desk.parts
    const before = this.#ownState
    const own = before.map((mark) => mark >> 1)
    const mark = (bookId: ClientBookId): void => {
      own[world.rowOf(bookId)] = 3
    }
    for (const { bookId } of proposals.list()) mark(bookId)
    for (const bookId of proposals.executing) mark(bookId)
    for (const bookId of proposals.waiting) mark(bookId)
    for (const row of this.#pausedRows) own[row] = 3
    for (let row = 0; row < own.length; row++) if (sweep.status[row]! >= OUT) own[row] = 3
    this.#ownState = own
    return own
  }

  #publishStates(sweep: DriftFigures, own: Uint8Array): void {
    const desk = this.#desk
    const { world, proposals } = desk.parts
    const releasing = new Set(desk.approvals.pending.flatMap((approval) => approval.proposalIds))
    for (let row = 0; row < own.length; row++) {
      if (own[row] === 0) continue
      const book = world.books[row]!
      const proposal = proposals.of(book.id)
      const halted = desk.haltedWhy(book) !== null
      this.grid.updateState(row, sweep, {
        book,
        proposal,
        // what blocks an approval: Approvals.blockedWhy
        blocked: proposal !== undefined && (halted || sweep.unableColumn[row] !== ABLE),
        releasing: proposal !== undefined && releasing.has(proposal.id),
        executing: proposals.isExecuting(book.id),
        progress: this.#progress.get(book.id) ?? 0,
        wait: proposals.waitOf(book.id),
        halted,
        rebalancedAt: proposals.rebalancedAt(book.id),
      })
    }
  }

  /** What is derived from books, models and holdings, where they changed. */
  #followWorld(multiplier: number): void {
    const { world } = this.#desk.parts
    if (world.changes === this.#worldChanges && multiplier === this.#multiplier) return
    this.#worldChanges = world.changes
    this.#multiplier = multiplier
    this.#rowAssets.update(world)
    const paused: number[] = []
    world.books.forEach((book, row) => {
      if (book.pausedUntil !== null) paused.push(row)
      const { bandFactor, cashReserve } = world.termsOf(book)
      const cash = world.modelOf(book).lines.find((line) => line.asset === CASH)
      const low = cash === undefined ? 0 : toleranceBand(cash.band, cash.target, multiplier * bandFactor).low
      this.#cashFloor[row] = Math.max(low, cashReserve)
    })
    this.#pausedRows = paused
  }

  #takeDayOpen({ valueUsd }: DriftFigures): void {
    for (let row = 0; row < valueUsd.length; row++)
      if (Number.isNaN(this.#dayOpen[row]!)) this.#dayOpen[row] = valueUsd[row]!
  }

  #takeTrackingErrors({ trackingError }: DriftMeasure): void {
    for (let row = 0; row < trackingError.length; row++) this.#trackingErrorBps[row] = 1e4 * trackingError[row]!
  }

  publishSummary(): void {
    const { alerts, market } = this.#desk.parts
    watchVenues(alerts, market.health(), market.down())
    const summary = this.summary()
    this.emit('summary', summary)
    const topics: ChangedTopic[] = []
    const changes = this.#desk.parts.proposals.changes
    const approving = this.#approvingNow(summary)
    if (changes !== this.#proposalChanges) topics.push('proposals', 'client-books')
    else if (approving !== this.#approvingSeen) topics.push('proposals')
    if (this.#blotterChanged) topics.push('blotter')
    this.#proposalChanges = changes
    this.#approvingSeen = approving
    this.#blotterChanged = false
    if (topics.length > 0) this.emit('changed', { topics })
  }

  /** What decides, besides the proposals themselves, which of them can be approved now. */
  #approvingNow({ counts, venues }: DeskSummary): string {
    const { approvals, parts } = this.#desk
    const { all, venues: stopped, clientBooks } = parts.store.tradingState()
    const health = venues.map((venue) => venue.state)
    return [approvals.changes, counts['unable-to-check'], ...health, all, ...stopped, ...clientBooks].join(' ')
  }

  summary(): DeskSummary {
    const { world, proposals, alerts, market, clock, durations, store } = this.#desk.parts
    const trading = store.tradingState()
    const working = store
      .openPlans()
      .flatMap((plan) => store.parentsOf(plan.planId))
      .filter(({ state }) => state === 'planned' || state === 'working' || state === 'settling')
    return summaryView({
      at: clock.now(),
      marketTime: market.marketNow(),
      world,
      grid: this.grid,
      assets: this.#assets,
      proposals,
      alerts,
      venues: market.health(),
      regime: market.regime(),
      trading: { state: trading.all, why: trading.all === 'active' ? null : trading.why },
      engineP95Ms: durations.p95(),
      workingParents: working.length,
      audit: this.audit,
      pendingApprovals: this.#desk.approvals.pending,
    })
  }

  /** Money that came in or went out is no gain and no loss of the day. */
  moveDayOpen(bookId: ClientBookId, byUsd: number): void {
    const row = this.#desk.parts.world.rowOf(bookId)
    if (Number.isFinite(byUsd)) this.#dayOpen[row]! += byUsd
  }

  /** P/L of the day starts at the first prices of each UTC day of market time. */
  #rollDay(marketNow: number): void {
    const day = new Date(marketNow).toISOString().slice(0, 10)
    if (day === this.#day) return
    this.#day = day
    this.#dayOpen.fill(Number.NaN)
  }
}
