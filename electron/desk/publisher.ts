import type { ClientBookId } from '../../core/client-book.ts'
import type { ChangedTopic, DeskEvents, DeskSummary } from '../../core/contracts/desk-api.ts'
import type { AssetId } from '../../core/instruments.ts'
import { trackingError } from '../proposals/make-proposal.ts'
import type { MarketView } from '../proposals/planning-inputs.ts'
import { positionFor } from './cycle.ts'
import type { Desk } from './desk.ts'
import { Grid } from './grid.ts'
import { watchVenues } from './venue-alerts.ts'
import { executionProgress } from './views/execution-progress.ts'
import { summaryView } from './views/summary-view.ts'

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
  #trackingError = new Float64Array(0)
  #cashNeed = new Float64Array(0)
  #dayOpen = new Float64Array(0)
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
    this.#trackingError = new Float64Array(world.books.length).fill(Number.NaN)
    this.#cashNeed = new Float64Array(world.books.length)
    this.#dayOpen = new Float64Array(world.books.length).fill(Number.NaN)
    this.#day = ''
    this.emit('reset', { why })
  }

  /** How far the orders of each book are. Where the records can't be read, what was last known stays. */
  async refreshProgress(): Promise<void> {
    const orders = await this.#desk.parts.records.openOrders()
    if (orders.ok) this.#progress = executionProgress(orders.value)
  }

  /** Slower figures of every book: tracking error, cash need. Once a second is enough. */
  refreshSlow(view: MarketView): void {
    const { world, settings } = this.#desk.parts
    for (const [row, book] of world.books.entries()) {
      const position = positionFor(world, book, view, settings)
      if (position.unableWhy !== null) {
        this.#trackingError[row] = Number.NaN
        this.#cashNeed[row] = 0
        continue
      }
      const covariance = view.risk.covarianceOf(position.lines.map((line) => line.asset))
      const differences = position.lines.map((line) => line.weight - line.target)
      this.#trackingError[row] = 1e4 * trackingError(covariance, differences)
      const cash = position.lines.at(-1)!
      const floor = Math.max(cash.band.low, world.termsOf(book).cashReserve)
      this.#cashNeed[row] = Math.max(0, floor - cash.weight) * position.valueUsd
    }
  }

  /** Writes the grid from the last sweep and emits what changed. */
  publishFrame(): void {
    const { desk, grid } = { desk: this.#desk, grid: this.grid }
    const sweep = desk.sweep
    const { world, proposals, market, clock } = desk.parts
    if (sweep === null || sweep.status.length !== world.books.length) return
    this.#rollDay(market.marketNow())
    const view = market.view()
    const releasing = new Set(desk.approvals.pending.flatMap((approval) => approval.proposalIds))
    const ages = this.#ages(view)
    for (const [row, book] of world.books.entries()) {
      const proposal = proposals.of(book.id)
      const value = sweep.valueUsd[row]!
      if (Number.isNaN(this.#dayOpen[row]!) && Number.isFinite(value)) this.#dayOpen[row] = value
      const halted = desk.haltedWhy(book) !== null
      grid.update(row, sweep, {
        book,
        proposal,
        blocked: proposal !== undefined && (halted || desk.approvals.blockedWhy(proposal, view) !== null),
        releasing: proposal !== undefined && releasing.has(proposal.id),
        executing: proposals.isExecuting(book.id),
        progress: this.#progress.get(book.id) ?? 0,
        wait: proposals.waitOf(book.id),
        halted,
        rebalancedAt: proposals.rebalancedAt(book.id),
        trackingErrorBps: this.#trackingError[row]!,
        oldest: oldestOf(ages, world.holdingsOf(book.id)),
        cashNeedUsd: this.#cashNeed[row]!,
        dayOpenUsd: this.#dayOpen[row]!,
      })
    }
    const frame = grid.takeChanged(clock.now())
    if (frame !== null) this.emit('frame', frame)
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

  #ages(view: MarketView): ReadonlyMap<AssetId, number> {
    return new Map([...view.prices].map(([asset, price]) => [asset, price.ageMs]))
  }
}

function oldestOf(
  ages: ReadonlyMap<AssetId, number>,
  holdings: readonly { readonly asset: AssetId; readonly quantity: bigint }[],
): { readonly asset: AssetId; readonly ageMs: number } | null {
  let oldest: { readonly asset: AssetId; readonly ageMs: number } | null = null
  for (const held of holdings) {
    if (held.quantity === 0n) continue
    const ageMs = ages.get(held.asset) ?? Number.POSITIVE_INFINITY
    if (oldest === null || ageMs > oldest.ageMs) oldest = { asset: held.asset, ageMs }
  }
  return oldest
}
