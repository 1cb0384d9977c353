import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Amount, amount, formatAmount, ONE, sum } from '../../../core/amount.ts'
import { type ClientBook, OMNIBUS, type VenueAccountId } from '../../../core/client-book.ts'
import { ManualClock } from '../../../core/clock.ts'
import type { ChildRecord, DeskStore } from '../../../core/contracts/store.ts'
import type { Market, VenueId } from '../../../core/instruments.ts'
import { fact } from '../../../core/journal.ts'
import type { ParentOrder, Side } from '../../../core/order.ts'
import type { Proposal } from '../../../core/proposal.ts'
import { unwrap } from '../../../core/result.ts'
import { bps, millis, usd } from '../../../core/units.ts'
import { openStore } from '../../store/open-store.ts'
import type { ExecutionDependencies, ExecutionLog } from '../context.ts'
import type { ExecutionEvent } from '../events.ts'
import { createExecutor, type Executor } from '../executor.ts'
import type { ExecutionSettings } from '../settings.ts'
import { ScriptedVenue, type ScriptedVenueOptions } from './scripted-venue.ts'

export const START = Date.UTC(2025, 0, 6)

export const MARKETS: Readonly<Record<VenueId, Market>> = {
  binance: {
    venue: 'binance',
    symbol: 'BTC/USDT',
    base: 'BTC',
    quote: 'USDT',
    filters: {
      tick: amount('0.01'),
      step: amount('0.00001'),
      minimumQuantity: amount('0.00001'),
      maximumQuantity: amount('9000'),
      minimumNotional: amount('5'),
    },
    fees: { maker: 0.001, taker: 0.001 },
    status: 'trading',
  },
  kraken: {
    venue: 'kraken',
    symbol: 'BTC/USD',
    base: 'BTC',
    quote: 'USD',
    filters: {
      tick: amount('0.1'),
      step: amount('0.00000001'),
      minimumQuantity: amount('0.00005'),
      maximumQuantity: amount('9000'),
      minimumNotional: amount('0.5'),
    },
    fees: { maker: 0.0025, taker: 0.004 },
    status: 'trading',
  },
}
export const BINANCE = 'binance:BTC/USDT' as const
export const KRAKEN = 'kraken:BTC/USD' as const

export interface Holdings {
  readonly account?: VenueAccountId
  readonly binance?: Readonly<Record<string, string>>
  readonly kraken?: Readonly<Record<string, string>>
}

export interface BenchOptions {
  readonly books?: Readonly<Record<string, Holdings>>
  readonly limits?: Partial<ExecutionSettings>
  readonly venue?: Partial<ScriptedVenueOptions>
}

export const DEFAULT_BOOKS: Readonly<Record<string, Holdings>> = {
  anna: { binance: { BTC: '1', USDT: '50000' }, kraken: { BTC: '1', USD: '50000' } },
  boris: { binance: { BTC: '1', USDT: '50000' }, kraken: { USD: '50000' } },
  clara: { account: 'clara-account', binance: { BTC: '1', USDT: '50000' }, kraken: { USD: '1000' } },
}

/** Real store in a folder of its own, scripted venues, a clock that moves when the router waits. */
export class ExecutionBench {
  readonly clock = new ManualClock(START)
  readonly venues: Readonly<Record<VenueId, ScriptedVenue>>
  readonly folder = mkdtempSync(join(tmpdir(), 'execution-'))
  readonly events: ExecutionEvent[] = []
  readonly logged: string[] = []
  readonly connected: Record<VenueId, boolean> = { binance: true, kraken: true }
  readonly prices = new Map<string, Amount>([['USDT', ONE]])
  readonly markets: Record<VenueId, Market> = { ...MARKETS }
  /** Ages the order books of a venue. */
  readonly bookAgeMs: Record<VenueId, number> = { binance: 0, kraken: 0 }
  store: DeskStore
  executor: Executor
  onRestart: () => void = () => {}
  readonly #options: BenchOptions
  readonly #proposals: string[] = []
  #plans = 0

  constructor(options: BenchOptions = {}) {
    this.#options = options
    const venueOf = (venue: VenueId): ScriptedVenue =>
      new ScriptedVenue({ venue, clock: this.clock, markets: [MARKETS[venue]], ...options.venue })
    this.venues = { binance: venueOf('binance'), kraken: venueOf('kraken') }
    this.quoteBooks()
    this.store = this.#openStore()
    this.#loadFirm(options.books ?? DEFAULT_BOOKS)
    this.executor = this.#createExecutor()
  }

  /** Two levels a side on each venue; Kraken a little worse. */
  quoteBooks(depth = '10'): void {
    this.venues.binance.setBook(
      BINANCE,
      [
        ['59990', depth],
        ['59980', depth],
      ],
      [
        ['60010', depth],
        ['60020', depth],
      ],
    )
    this.venues.kraken.setBook(
      KRAKEN,
      [
        ['59985', depth],
        ['59970', depth],
      ],
      [
        ['60015', depth],
        ['60030', depth],
      ],
    )
  }

  parent(side: Side, participants: Readonly<Record<string, string>>, changes: Partial<ParentOrder> = {}): ParentOrder {
    const list = Object.entries(participants).map(([bookId, quantity]) => ({ bookId, quantity: amount(quantity) }))
    const planId = changes.planId ?? `plan-${this.#plans + 1}`
    return {
      id: `${planId}.${changes.account ?? OMNIBUS}.${side}.BTC`,
      planId,
      asset: 'BTC',
      side,
      account: OMNIBUS,
      quantity: sum(list.map(({ quantity }) => quantity)),
      participants: list,
      schedule: { kind: 'immediate' },
      arrivalPriceUsd: 60_000,
      estimatedCostBps: bps(12),
      maximumSlippageBps: bps(50),
      createdAt: this.clock.now(),
      ...changes,
    }
  }

  /** An approved proposal of a book, to be released with the next plan. Only its name and book matter here. */
  propose(bookId: string): void {
    const proposal = exampleProposal(`proposal-${bookId}`, bookId, this.clock.now())
    this.store.record([fact('proposal-made', { proposal })], 'desk')
    this.#proposals.push(proposal.id)
  }

  release(...parents: ParentOrder[]): string {
    const planId = `plan-${++this.#plans}`
    const proposalIds = this.#proposals.splice(0)
    unwrap(this.executor.release({ planId, proposalIds, approval: 'advisor', parents, actor: 'advisor:test' }))
    return planId
  }

  async run(...parents: ParentOrder[]): Promise<string> {
    const planId = this.release(...parents)
    await this.executor.idle()
    return planId
  }

  /** As after a kill: the same folder and venues, nothing of the old executor's memory. */
  restart(): void {
    this.store.close()
    this.onRestart()
    this.events.length = 0
    this.store = this.#openStore()
    this.executor = this.#createExecutor()
  }

  children(planId: string): readonly ChildRecord[] {
    return this.store.parentsOf(planId).flatMap(({ parent }) => this.store.childrenOf(parent.id))
  }

  holding(bookId: string, venue: VenueId, asset: string): string {
    const found = this.store.holdingsOf(bookId).find((held) => held.venue === venue && held.asset === asset)
    return found ? formatAmount(found.quantity) : '0'
  }

  /** Sentences for everything that contradicts the venues' own ledger; [] is what every test wants. */
  violations(): readonly string[] {
    const found: string[] = this.events.flatMap((event) => (event.kind === 'alarm' ? [`alarm: ${event.why}`] : []))
    for (const venue of Object.values(this.venues)) {
      const ids = venue.orders.map((order) => order.clientOrderId)
      if (new Set(ids).size !== ids.length) found.push(`${venue.venue}: a client id twice`)
      for (const account of this.store.venueAccounts()) {
        const recorded = this.store.tradeKeys(venue.venue, account)
        const traded = venue.trades.filter((trade) => trade.account === account)
        for (const trade of traded)
          if (!recorded.has(`${trade.market} ${trade.id}`)) found.push(`${trade.id} is not in the journal`)
        if (recorded.size !== traded.length) found.push(`${recorded.size} trades in the journal, ${traded.length} real`)
        const totals = this.store.accountTotals(venue.venue, account)
        for (const asset of ['BTC', 'USDT', 'USD', 'BNB']) {
          const [ledger, real] = [totals.get(asset) ?? 0n, venue.balanceOf(account, asset)]
          if (ledger !== real) found.push(`${venue.venue} ${account} ${asset}: ledger ${ledger}, venue ${real}`)
        }
      }
    }
    for (const plan of this.store.plans(100)) {
      for (const { parent } of this.store.parentsOf(plan.planId)) {
        const filled = this.store.childrenOf(parent.id).reduce((total, child) => total + child.filledQuantity, 0n)
        if (filled > parent.quantity) found.push(`${parent.id} is over-filled`)
      }
    }
    return found
  }

  dispose(): void {
    this.store.close()
    rmSync(this.folder, { recursive: true, force: true })
  }

  #openStore(): DeskStore {
    return unwrap(openStore({ folder: this.folder, clock: this.clock, epochSource: () => 'epoch-of-the-test' }))
  }

  #loadFirm(books: Readonly<Record<string, Holdings>>): void {
    this.store.record(
      [
        fact('model-saved', {
          model: {
            id: 'core',
            name: 'Core',
            version: 1,
            lines: [
              { asset: 'BTC', target: 0.6, band: { kind: 'absolute', halfWidth: 0.05 } },
              { asset: 'CASH', target: 0.4, band: { kind: 'absolute', halfWidth: 0.05 } },
            ],
            groupCaps: [],
          },
        }),
        ...Object.entries(books).map(([id, { account }]) =>
          fact('client-book-opened', {
            book: clientBook(id, account ? { kind: 'segregated', account } : { kind: 'omnibus' }),
          }),
        ),
      ],
      'import',
    )
    for (const [id, { account = OMNIBUS, ...holdings }] of Object.entries(books)) {
      const lots = (['binance', 'kraken'] as const).flatMap((venue) =>
        Object.entries(holdings[venue] ?? {}).map(([asset, text]) => {
          this.venues[venue].fund(account, asset, amount(text))
          return { venue, asset, quantity: amount(text), unitCostUsd: null, acquiredAt: millis(START - 1) }
        }),
      )
      this.store.record([fact('holdings-opened', { subAccount: id, account, lots })], 'import')
    }
  }

  #createExecutor(): Executor {
    const dependencies: ExecutionDependencies = {
      store: this.store,
      accounts: (venue, account) => (this.connected[venue] ? this.venues[venue].connect(account) : undefined),
      orderBook: (market) => {
        const venue = market.startsWith('binance') ? 'binance' : 'kraken'
        const book = this.venues[venue].orderBook(market)
        return book && { ...book, receivedAt: millis(book.receivedAt - this.bookAgeMs[venue]) }
      },
      market: (venue, base) => (base === 'BTC' ? this.markets[venue] : undefined),
      assetPriceUsd: (asset) => this.prices.get(asset),
      clock: this.clock,
      wait: async (milliseconds) => {
        this.clock.advance(milliseconds)
        // Lets the rest of the test have its turn.
        await new Promise((resolve) => setImmediate(resolve))
      },
      settleOrderBooks: async () => {},
      log: this.#log(),
      limits: this.#options.limits ?? {},
    }
    const executor = createExecutor(dependencies)
    executor.on((event) => this.events.push(event))
    return executor
  }

  #log(): ExecutionLog {
    const write = (level: string) => (message: string) => void this.logged.push(`${level} ${message}`)
    return { info: write('info'), warn: write('warn'), error: write('error') }
  }
}

const clientBook = (id: string, custody: ClientBook['custody']): ClientBook => ({
  id,
  clientId: `client-${id}`,
  clientName: `Client ${id}`,
  tier: 'standard',
  modelId: 'core',
  custody,
  cashReserve: 0.01,
  riskAversion: 5,
  mandate: null,
  restrictions: [],
  pausedUntil: null,
  mayCross: false,
})

const NO_COST = { feeUsd: usd(0), spreadUsd: usd(0), impactUsd: usd(0), totalUsd: usd(0) }
const exampleProposal = (id: string, bookId: string, at: number): Proposal => ({
  id,
  bookId,
  state: 'approved',
  trigger: { kind: 'manual', by: 'advisor:test' },
  cleanliness: 'clean',
  remarks: [],
  snapshot: 'snapshot',
  valueUsd: usd(100_000),
  lines: [],
  buyUsd: usd(0),
  sellUsd: usd(0),
  turnover: 0,
  cost: NO_COST,
  naiveCost: NO_COST,
  trackingErrorBefore: 0,
  trackingErrorAfter: 0,
  riskIsPrior: false,
  worstBefore: { asset: 'BTC', position: 0 },
  worstAfter: { asset: 'BTC', position: 0 },
  automatic: false,
  createdAt: millis(at),
  expiresAt: millis(at + 60_000),
})
