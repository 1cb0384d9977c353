import { fromFloat } from '../../core/amount.ts'
import type { Clock } from '../../core/clock.ts'
import type { ClientBookView } from '../../core/contracts/client-book-view.ts'
import type { ChangedTopic, DeskApi, DeskEvents } from '../../core/contracts/desk-api.ts'
import {
  type BookStatus,
  type DeskSnapshot,
  type DeskSummary,
  GRID_COLUMNS,
  type GridFrame,
  type NextAction,
} from '../../core/contracts/monitor-view.ts'
import type { Remote } from '../../core/contracts/page-link.ts'
import type { DeskLink } from '../../core/contracts/page-link-client.ts'
import type { ApprovalOutcome, PendingApproval, ProposalsView } from '../../core/contracts/proposals-view.ts'
import type { TradingState } from '../../core/order.ts'
import type { Proposal } from '../../core/proposal.ts'
import { createRandom } from '../../core/random.ts'
import { fail, ok } from '../../core/result.ts'
import { blotterView, type FakeParent, parentDetail, parentsOf } from './fake-blotter.ts'
import { fakeBookView, fakeWeightHistory } from './fake-book-view.ts'
import { createFakeFirm, type FakeBook, type FakeFirm, type FakePosition, movePrices, positionOf } from './fake-firm.ts'
import { importFakeBooks } from './fake-import.ts'
import { openFakeDesk } from './fake-opening.ts'
import { namedIn, proposeFake } from './fake-proposals.ts'
import { FakeRisk } from './fake-risk.ts'
import { fakeRoster } from './fake-roster.ts'
import { fakeRow } from './fake-row.ts'
import { fakeStatus } from './fake-status.ts'
import { costToFix, sumBooks } from './fake-sums.ts'
import { type FakeScenario, fakeAlerts, fakeBlock, fakeRegime, fakeVenues } from './fake-surroundings.ts'

const UNDO_SECONDS = 5
/** Rows are spread over this many frames, as if their assets ticked in turn. */
const ROW_GROUPS = 4

export interface FakeDeskOptions {
  readonly books: number
  readonly seed: number
  readonly clock: Clock
  readonly scenario: FakeScenario
  readonly layout?: string
}

/** A desk made up for the tests and the development page. `tick()` is a tenth of a second of its life. */
export class FakeDesk {
  readonly firm: FakeFirm
  readonly #options: FakeDeskOptions
  readonly #random = createRandom(7)
  readonly #listeners: { [K in keyof DeskEvents]: Set<(value: DeskEvents[K]) => void> } = {
    frame: new Set(),
    summary: new Set(),
    changed: new Set(),
    reset: new Set(),
  }
  readonly #closeListeners = new Set<() => void>()
  readonly #proposals: Map<string, Proposal>
  readonly #status: Map<number, NextAction>
  readonly #pausedUntil: Map<number, number>
  /** As of each row's latest frame. */
  readonly #positions: FakePosition[] = []
  readonly #risk = new FakeRisk({
    now: () => this.#now,
    book: (bookId) => this.#bookOf(bookId)?.book,
    changed: () => this.#changed('client-books'),
  })
  #parents: FakeParent[]
  #pending: PendingApproval[] = []
  #outcome: ApprovalOutcome | null = null
  #trading: TradingState = 'active'
  #tradingWhy: string | null = null
  #sequence = 0
  #proposalNumber = 0
  #layout: string

  constructor(options: FakeDeskOptions) {
    const { scenario } = options
    this.#options = options
    this.#layout = options.layout ?? ''
    this.firm = createFakeFirm({ books: options.books, seed: options.seed, now: options.clock.now() })
    if (scenario === 'halted') {
      this.#trading = 'halted'
      this.#tradingWhy = 'Kraken fills look wrong (Advisor 1)'
    }
    const opening = openFakeDesk(this.firm, scenario, this.#now, (book) => this.#propose(book))
    this.#proposals = opening.proposals
    this.#status = opening.status
    this.#pausedUntil = opening.pausedUntil
    this.#parents = opening.parents
  }

  get #now(): number {
    return this.#options.clock.now()
  }

  #propose(book: FakeBook, options?: Parameters<typeof proposeFake>[4]): Proposal {
    this.#proposalNumber++
    return proposeFake(this.firm, book, `pr-${this.#proposalNumber}`, this.#now - 15_000, options)
  }

  /** A new page: the same link object a real connection gives. */
  connect(): DeskLink {
    return {
      api: this.api,
      on: (name, listener) => {
        const listeners = this.#listeners[name] as Set<typeof listener>
        listeners.add(listener)
        return () => listeners.delete(listener)
      },
      onClose: (listener) => {
        this.#closeListeners.add(listener)
        return () => this.#closeListeners.delete(listener)
      },
    }
  }

  disconnect(): void {
    for (const listeners of Object.values(this.#listeners)) listeners.clear()
    for (const listener of this.#closeListeners) listener()
    this.#closeListeners.clear()
  }

  tick(): void {
    movePrices(this.firm, this.#random)
    this.#sequence++
    this.#release()
    const rows = this.firm.books.filter((book) => book.row % ROW_GROUPS === this.#sequence % ROW_GROUPS)
    this.#emit('frame', this.#frame(rows))
    if (this.#sequence % 5 === 0) {
      this.#work()
      this.#emit('summary', this.#summary())
    }
  }

  #emit<K extends keyof DeskEvents>(name: K, value: DeskEvents[K]): void {
    for (const listener of this.#listeners[name]) listener(value)
  }
  #changed(...topics: ChangedTopic[]): void {
    this.#emit('changed', { topics })
  }

  /** Approvals whose undo window has ended: sent, except that the last book of a large batch is re-priced. */
  #release(): void {
    const due = this.#pending.filter((approval) => approval.releaseAt <= this.#now)
    if (due.length === 0) return
    this.#pending = this.#pending.filter((approval) => !due.includes(approval))
    for (const approval of due) {
      const repriced = approval.proposalIds.length > 10 ? approval.proposalIds.slice(-1) : []
      const sent = approval.proposalIds.filter((id) => !repriced.includes(id))
      const planId = `plan-${String(412 + this.#sequence)}`
      const proposals = sent.map((id) => this.#proposals.get(id)!).filter(Boolean)
      this.#parents = [...parentsOf(this.firm, proposals, planId, 2300 + this.#sequence, this.#now), ...this.#parents]
      for (const proposal of proposals) {
        this.#proposals.delete(proposal.id)
        this.#status.set(this.#bookOf(proposal.bookId)!.row, 'executing')
      }
      for (const id of repriced) {
        const proposal = this.#proposals.get(id)
        if (proposal)
          this.#proposals.set(id, {
            ...proposal,
            state: 'open',
            cleanliness: 'warning',
            remarks: ['Prices moved since you looked: worst line by 0.31 %, computed again'],
          })
      }
      this.#outcome = { approvalId: approval.approvalId, at: this.#now, planId, sent, repriced, expired: [] }
    }
    this.#changed('proposals', 'blotter', 'client-books')
  }

  #work(): void {
    let moved = false
    for (const parent of this.#parents) {
      if (parent.state !== 'working' || this.#options.scenario === 'stale') continue
      moved = true
      parent.fraction = Math.min(1, parent.fraction + 0.012)
      if (parent.fraction < 1) continue
      parent.state = 'filled'
      parent.events.push({ at: this.#now, text: 'Filled and allocated' })
    }
    if (moved) this.#changed('blotter')
  }

  #bookOf(bookId: string): FakeBook | undefined {
    return this.firm.books.find(({ book }) => book.id === bookId)
  }

  #byBook(): ReadonlyMap<string, Proposal> {
    return new Map([...this.#proposals.values()].map((proposal) => [proposal.bookId, proposal]))
  }

  #actionOf(book: FakeBook, position: FakePosition, byBook: ReadonlyMap<string, Proposal>): [BookStatus, NextAction] {
    return fakeStatus(position, {
      known: this.#status.get(book.row),
      proposal: byBook.get(book.book.id),
      paused: this.#pausedUntil.has(book.row),
      unpriced: this.#options.scenario === 'stale' && book.row % 7 === 1,
    })
  }

  #frame(books: readonly FakeBook[]): GridFrame {
    const width = GRID_COLUMNS.length
    const cells = new Float64Array(books.length * width)
    const byBook = this.#byBook()
    books.forEach((book, index) => {
      const position = positionOf(this.firm, book)
      this.#positions[book.row] = position
      const [status, action] = this.#actionOf(book, position, byBook)
      const values = fakeRow(book, position, {
        status,
        action,
        pausedUntil: this.#pausedUntil.get(book.row),
        sequence: this.#sequence,
        now: this.#now,
      })
      GRID_COLUMNS.forEach((name, column) => {
        cells[index * width + column] = values[name]
      })
    })
    return { sequence: this.#sequence, at: this.#now, rows: Uint32Array.from(books, (book) => book.row), cells }
  }

  #summary(): DeskSummary {
    const byBook = this.#byBook()
    return {
      at: this.#now,
      marketTime: null,
      ...sumBooks(this.firm, (book) => {
        const position = this.#positions[book.row] ?? positionOf(this.firm, book)
        return { position, status: this.#actionOf(book, position, byBook)[0] }
      }),
      ...costToFix([...this.#proposals.values()]),
      paused: this.#pausedUntil.size,
      regime: fakeRegime(this.#now),
      alerts: fakeAlerts(this.#options.scenario, this.#now),
      venues: fakeVenues(this.#options.scenario),
      trading: this.#trading,
      tradingWhy: this.#tradingWhy,
      engineP95Ms: 11,
      openProposals: this.#proposals.size,
      workingParents: this.#parents.filter((parent) => parent.state === 'working').length,
      audit: { entries: 4_812, verifiedAt: this.#now - 127_000, ok: true },
      pendingApprovals: this.#pending,
    }
  }

  #bookView(book: FakeBook): ClientBookView {
    const byBook = this.#byBook()
    const [status] = this.#actionOf(book, positionOf(this.firm, book), byBook)
    const proposal = byBook.get(book.book.id) ?? null
    return fakeBookView(this.firm, book, {
      status,
      proposal,
      regime: fakeRegime(this.#now),
      now: this.#now,
      pausedUntil: this.#pausedUntil.get(book.row) ?? null,
      risk: this.#risk.view(book.book),
      restrictions: this.#risk.restrictionsOf(book.book),
      taxTerms: this.#risk.taxTermsOf(book.book),
    })
  }

  readonly api: Remote<DeskApi> = {
    snapshot: async (): Promise<DeskSnapshot> => ({
      mode: 'simulation',
      firm: 'Demo practice, seed 42',
      advisor: 'Advisor 1',
      ...fakeRoster(this.firm),
      frame: this.#frame(this.firm.books),
      summary: this.#summary(),
      layout: this.#layout,
      version: '0.1.0',
    }),
    clientBook: async (bookId) => {
      const book = this.#bookOf(bookId)
      return book ? ok(this.#bookView(book)) : fail('unknown-client-book', `there is no client book "${bookId}"`)
    },
    weightHistory: async (bookId, asset, days) => {
      const book = this.#bookOf(bookId)
      if (!book) return fail('unknown-client-book', `there is no client book "${bookId}"`)
      const history = fakeWeightHistory(this.firm, book, asset, days, this.#now)
      return history ? ok(history) : fail('unknown-asset', `the book holds no "${asset}"`)
    },
    proposals: async (): Promise<ProposalsView> => ({
      at: this.#now,
      proposals: [...this.#proposals.values()],
      pricesAgeSeconds: this.#options.scenario === 'stale' ? 27.4 : 0.6,
      approvalBlocked: fakeBlock(this.#options.scenario, this.#trading, this.#tradingWhy),
      undoSeconds: UNDO_SECONDS,
      pending: this.#pending,
      lastOutcome: this.#outcome,
    }),
    approve: async (request) => {
      if (this.#trading === 'halted') return fail('trading-halted', 'trading is stopped')
      const ids = namedIn(request, [...this.#proposals.values()])
      if (ids.length === 0) return fail('nothing-to-approve', 'no open proposal was named')
      for (const id of ids) this.#proposals.set(id, { ...this.#proposals.get(id)!, state: 'approved' })
      const pending = {
        approvalId: `ap-${this.#sequence}-${ids.length}`,
        proposalIds: ids,
        releaseAt: this.#now + UNDO_SECONDS * 1000,
      }
      this.#pending.push(pending)
      this.#outcome = null
      this.#changed('proposals')
      return ok(pending)
    },
    undoApproval: async (approvalId) => {
      const pending = this.#pending.find((approval) => approval.approvalId === approvalId)
      if (!pending) return fail('not-open', 'this batch has been released')
      for (const id of pending.proposalIds) this.#proposals.set(id, { ...this.#proposals.get(id)!, state: 'open' })
      this.#pending = this.#pending.filter((approval) => approval !== pending)
      this.#changed('proposals')
      return ok(null)
    },
    holdProposal: async (proposalId, held) => {
      const proposal = this.#proposals.get(proposalId)
      if (!proposal) return fail('unknown-proposal', `there is no proposal "${proposalId}"`)
      this.#proposals.set(proposalId, { ...proposal, state: held ? 'held' : 'open' })
      this.#changed('proposals')
      return ok(null)
    },
    dismissProposal: async (proposalId) => {
      if (!this.#proposals.delete(proposalId)) return fail('unknown-proposal', `there is no proposal "${proposalId}"`)
      this.#changed('proposals')
      return ok(null)
    },
    recomputeProposal: async (proposalId, leftOut) => {
      const proposal = this.#proposals.get(proposalId)
      const book = proposal && this.#bookOf(proposal.bookId)
      if (!proposal || !book) return fail('unknown-proposal', `there is no proposal "${proposalId}"`)
      const next = { ...this.#propose(book, { leftOut }), cleanliness: proposal.cleanliness, remarks: proposal.remarks }
      this.#proposals.delete(proposalId)
      this.#proposals.set(next.id, next)
      this.#changed('proposals', 'client-books')
      return ok(next)
    },
    proposeFor: async (bookId) => {
      const book = this.#bookOf(bookId)
      if (!book) return fail('unknown-client-book', `there is no client book "${bookId}"`)
      if (this.#status.get(book.row) === 'executing')
        return fail('not-open', `${book.book.clientName} is executing; it can be planned when its orders are done`)
      const proposal = this.#propose(book, { manual: true })
      for (const [id, each] of this.#proposals) if (each.bookId === bookId) this.#proposals.delete(id)
      this.#proposals.set(proposal.id, proposal)
      this.#changed('proposals', 'client-books')
      return ok(proposal)
    },
    blotter: async () => ok(blotterView(this.#parents, this.#now)),
    parentDetail: async (parentId) => {
      const parent = this.#parents.find(({ id }) => id === parentId)
      return parent ? ok(parentDetail(parent)) : fail('unknown-order', `there is no parent order "${parentId}"`)
    },
    cancelParent: async (parentId) => {
      const parent = this.#parents.find(({ id }) => id === parentId)
      if (!parent) return fail('unknown-order', `there is no parent order "${parentId}"`)
      if (parent.state !== 'working')
        return fail('not-open', `${parentId} is ${parent.state}; only working orders can be cancelled`)
      parent.state = 'cancelled'
      parent.why = 'Cancelled by Advisor 1'
      this.#changed('blotter')
      return ok(null)
    },
    setTrading: async (request) => {
      this.#trading = request.action === 'stop' ? 'halted' : request.action === 'reduce-only' ? 'reducing' : 'active'
      this.#tradingWhy = request.action === 'resume' ? null : request.why
      this.#emit('summary', this.#summary())
      this.#changed('proposals')
      return ok(null)
    },
    pauseClientBook: async (bookId, hours) => {
      const book = this.#bookOf(bookId)
      if (!book) return fail('unknown-client-book', `there is no client book "${bookId}"`)
      if (hours > 72) return fail('invalid-request', `${hours} hours were given, at most 72 are allowed`)
      if (hours === 0) this.#pausedUntil.delete(book.row)
      else this.#pausedUntil.set(book.row, this.#now + hours * 3_600_000)
      this.#changed('client-books')
      return ok(null)
    },
    ...this.#risk.api,
    simulateCashFlow: async (bookId, _venue, _asset, quantity) => {
      const book = this.#bookOf(bookId)
      if (!book) return fail('unknown-client-book', `there is no client book "${bookId}"`)
      const change = fromFloat(Number(quantity))
      book.units[book.units.length - 1]! += Number(change) / 1e12
      return ok(null)
    },
    importClientBooks: async (csv) => importFakeBooks(csv),
    saveLayout: async (layout) => {
      this.#layout = layout
      return null
    },
  }
}
