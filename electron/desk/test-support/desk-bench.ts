import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Amount, amount, fromFloat } from '../../../core/amount.ts'
import { accountOf, type ClientBook } from '../../../core/client-book.ts'
import { ManualClock } from '../../../core/clock.ts'
import type { DeskFailure } from '../../../core/contracts/desk-api.ts'
import type { DeskStore } from '../../../core/contracts/store.ts'
import { CASH, type Market, type VenueId } from '../../../core/instruments.ts'
import { type Actor, type Fact, fact, type OpeningLot } from '../../../core/journal.ts'
import type { ModelPortfolio } from '../../../core/model-portfolio.ts'
import type { Proposal } from '../../../core/proposal.ts'
import { SHIPPED_MULTIPLIERS } from '../../../core/regime.ts'
import { ok, type Result } from '../../../core/result.ts'
import { millis, usd } from '../../../core/units.ts'
import type { MarketQuality } from '../../../workers/microstructure/index.ts'
import { OptimizerEngine, type RebalanceProblem } from '../../../workers/optimizer/index.ts'
import type { AssetPrice } from '../../proposals/book-position.ts'
import type { MarketView } from '../../proposals/planning-inputs.ts'
import { DEFAULT_PLANNING, type PlanningSettings } from '../../proposals/settings.ts'
import { openTestStore } from '../../store/test-support/example-firm.ts'
import { Approvals } from '../approvals.ts'
import type { CycleDeps } from '../cycle.ts'
import { DayFlow } from '../day-flow.ts'
import { DecisionLedger } from '../decision-ledger.ts'
import { createIds } from '../ids.ts'
import { ProposalBook } from '../proposal-book.ts'
import { World } from '../world.ts'

export const START = Date.UTC(2025, 0, 6)
/** Multipliers of bands as the program starts, unchanged. */
export const STEADY_RULES = { multipliers: [{ multipliers: SHIPPED_MULTIPLIERS, since: millis(0) }] } as const

export const MODEL: ModelPortfolio = {
  id: 'core',
  name: 'Core',
  version: 1,
  groupCaps: [],
  lines: [
    { asset: 'BTC', target: 0.5, band: { kind: 'absolute', halfWidth: 0.05 } },
    { asset: 'ETH', target: 0.25, band: { kind: 'absolute', halfWidth: 0.03 } },
    { asset: 'SOL', target: 0.15, band: { kind: 'absolute', halfWidth: 0.03 } },
    { asset: CASH, target: 0.1, band: { kind: 'absolute', halfWidth: 0.04 } },
  ],
}
const STEPS: Readonly<Record<string, string>> = { BTC: '0.00001', ETH: '0.0001', SOL: '0.001', USDT: '0.01' }
const YEARLY_VOLATILITY: Readonly<Record<string, number>> = { BTC: 0.5, ETH: 0.7, SOL: 0.9 }

export const marketOf = (venue: VenueId, base: string): Market => {
  const quote = venue === 'binance' ? 'USDT' : 'USD'
  return {
    venue,
    symbol: `${base}/${quote}`,
    base,
    quote,
    filters: {
      tick: amount('0.01'),
      step: amount(STEPS[base]!),
      minimumQuantity: amount(STEPS[base]!),
      maximumQuantity: amount('1000000'),
      minimumNotional: amount('5'),
    },
    fees: { maker: 0.001, taker: 0.001 },
    status: 'trading',
  }
}
export const MARKETS: readonly Market[] = [
  ...['BTC', 'ETH', 'SOL'].flatMap((asset) => [marketOf('binance', asset), marketOf('kraken', asset)]),
  marketOf('kraken', 'USDT'),
]

export const qualityOf = (venue: VenueId, asset: string): MarketQuality => ({
  market: `${venue}:${asset}/${venue === 'binance' ? 'USDT' : 'USD'}`,
  venue,
  asset,
  mid: 1,
  halfSpreadBps: 1,
  depth10: 1e6,
  depth25: 2e6,
  depth50: 4e6,
  makerBps: 10,
  takerBps: venue === 'binance' ? 10 : 20,
  impactY: 0.8,
  impactBuyY: 0.8,
  impactSellY: 0.8,
  fitErrorBps: 0,
  fees: null,
  fit: null,
  isDefaultImpact: false,
  sigmaDaily: YEARLY_VOLATILITY[asset]! / Math.sqrt(365),
  advUsd: 5e8,
  ageMs: 100,
  isStale: false,
  refused: null,
  refusals: {} as MarketQuality['refusals'],
  unusable: null,
})

export const bookOf = (id: string, changes: Partial<ClientBook> = {}): ClientBook => ({
  id,
  clientId: `C-${id}`,
  clientName: `Client ${id}`,
  tier: 'standard',
  modelId: 'core',
  custody: { kind: 'omnibus' },
  cashReserve: 0.01,
  riskAversion: 4,
  mandate: null,
  restrictions: [],
  pausedUntil: null,
  mayCross: false,
  ...changes,
})

/** At the bench's first prices: $1,000,000 exactly on target, 60 % of it on Binance. */
export const ON_TARGET: Readonly<Record<string, string>> = {
  'binance BTC': '3',
  'kraken BTC': '2',
  'binance ETH': '37.5',
  'kraken ETH': '25',
  'binance SOL': '450',
  'kraken SOL': '300',
  'binance USDT': '60000',
  'kraken USD': '40000',
}
/** The same with $120,000 of cash in BTC instead: BTC above its band. */
export const TOO_MUCH_BTC: Readonly<Record<string, string>> = {
  ...ON_TARGET,
  'binance BTC': '3.6',
  'binance USDT': '10000',
  'kraken USD': '30000',
}

export const lotsOf = (holdings: Readonly<Record<string, string>>): readonly OpeningLot[] =>
  Object.entries(holdings).map(([place, quantity]) => {
    const [venue, asset] = place.split(' ') as [VenueId, string]
    return { venue, asset, quantity: amount(quantity), unitCostUsd: null, acquiredAt: millis(START) }
  })

export interface BenchBook {
  readonly book: ClientBook
  readonly holdings?: Readonly<Record<string, string>>
  /** Instead of holdings without cost and date. */
  readonly lots?: readonly OpeningLot[]
}

/** What the cycle works with, without venues and threads: a real store, real planning, prices that a test sets. */
export class DeskBench {
  readonly folder = mkdtempSync(join(tmpdir(), 'trimtab-desk-'))
  readonly clock = new ManualClock(START)
  readonly store: DeskStore
  readonly world: World
  readonly proposals: ProposalBook
  readonly deps: CycleDeps
  readonly approvals: Approvals
  readonly prices = new Map<string, AssetPrice>()
  readonly settings: PlanningSettings
  /** What was handed to execution, in order. */
  readonly released: { readonly proposalIds: readonly string[]; readonly approval: string; readonly actor: Actor }[] =
    []
  halted: string | null = null
  multiplier = 1
  regime: MarketView['regime'] = 'normal'
  unusable = new Set<string>()
  /** What the executor answers when it does not take a plan. */
  refusal: DeskFailure | null = null
  /** Runs while the optimiser is at work. */
  whileSolving: () => void = () => {}
  #solved: RebalanceProblem[] = []

  constructor(books: readonly BenchBook[] = [{ book: bookOf('anna') }], settings: Partial<PlanningSettings> = {}) {
    this.settings = { ...DEFAULT_PLANNING, ...settings }
    this.store = openTestStore(this.folder, this.clock)
    this.store.record(
      [
        fact('model-saved', { model: MODEL }),
        ...books.map(({ book }) => fact('client-book-opened', { book })),
        ...books.map(({ book, holdings, lots }) =>
          fact('holdings-opened', {
            subAccount: book.id,
            account: accountOf(book),
            lots: lots ?? lotsOf(holdings ?? ON_TARGET),
          }),
        ),
      ],
      'import',
    )
    this.setPrices({ BTC: 100_000, ETH: 4_000, SOL: 200, USDT: 1, USD: 1 })
    this.world = new World(this.store)
    this.world.setMarkets(MARKETS)
    this.proposals = new ProposalBook(this.store, this.clock)
    const engine = new OptimizerEngine()
    this.deps = {
      world: this.world,
      proposals: this.proposals,
      decisions: new DecisionLedger(this.store),
      clock: this.clock,
      ids: createIds(this.store.journalLength()),
      settings: this.settings,
      solve: async (problems) => {
        this.#solved.push(...problems)
        this.whileSolving()
        return engine.solve([...problems])
      },
      solveFirm: async (request) => {
        this.#solved.push(...request.books.map(({ problem }) => problem))
        this.whileSolving()
        return engine.solveFirms([request])[0]!
      },
      dayFlow: new DayFlow(),
      relax: async (requests) => engine.relax(requests),
      haltedWhy: () => this.halted,
    }
    this.approvals = new Approvals(this.deps, (proposals, approval, actor) => this.#release(proposals, approval, actor))
  }

  get solved(): readonly RebalanceProblem[] {
    return this.#solved
  }

  setPrices(prices: Readonly<Record<string, number>>): void {
    for (const [asset, priceUsd] of Object.entries(prices))
      this.prices.set(asset, { priceUsd, fresh: true, ageMs: 0, why: null })
  }
  makeStale(asset: string): void {
    const priceUsd = this.prices.get(asset)!.priceUsd
    this.prices.set(asset, { priceUsd, fresh: false, ageMs: 25_000, why: `${asset} price is 25.0 s old` })
  }

  halt(why: string): void {
    this.halted = why
  }

  /** Plus is in. */
  moveCash(bookId: string, venue: VenueId, asset: string, quantity: string): void {
    const book = this.world.book(bookId)!
    const value = amount(quantity)
    this.record(
      fact('cash-flow-booked', {
        subAccount: bookId,
        account: accountOf(book),
        venue,
        asset,
        quantity: value,
        kind: value > 0n ? 'deposit' : 'withdrawal',
        venueEntryId: null,
      }),
    )
    this.world.refreshHoldings([bookId])
  }
  record(...facts: readonly Fact[]): void {
    this.store.record(facts, 'desk')
  }

  view(): MarketView {
    return {
      prices: new Map(this.prices),
      costs: {
        markets: (asset) =>
          asset in YEARLY_VOLATILITY && !this.unusable.has(asset)
            ? [qualityOf('binance', asset), qualityOf('kraken', asset)]
            : [],
        ladder: () => null,
      },
      risk: {
        covarianceOf: (assets) =>
          Float64Array.from({ length: assets.length ** 2 }, (_, k) => {
            const [i, j] = [Math.floor(k / assets.length), k % assets.length]
            const [a, b] = [YEARLY_VOLATILITY[assets[i]!] ?? 0, YEARLY_VOLATILITY[assets[j]!] ?? 0]
            return a * b * (i === j ? 1 : 0.6)
          }),
        isPrior: () => false,
      },
      marketsOf: this.world.marketsOf,
      multiplier: this.multiplier,
      regime: this.regime,
      marketTime: this.clock.now(),
      naiveOrders: () => [],
      naiveLadders: () => null,
    }
  }

  close(): void {
    this.store.close()
    rmSync(this.folder, { recursive: true, force: true })
  }

  #release(proposals: readonly Proposal[], approval: 'advisor' | 'mandate', actor: Actor): Result<string, DeskFailure> {
    if (this.refusal !== null) return { ok: false, error: this.refusal }
    this.released.push({ proposalIds: proposals.map((proposal) => proposal.id), approval, actor })
    return ok(`B-${this.released.length}`)
  }
}

/** A proposal as the store and the lists want it; its figures say nothing. */
export function proposalOf(id: string, bookId: string, changes: Partial<Proposal> = {}): Proposal {
  const none = { feeUsd: usd(0), spreadUsd: usd(0), impactUsd: usd(0), totalUsd: usd(0) }
  return {
    id,
    bookId,
    state: 'open',
    trigger: { kind: 'band-breach', assets: ['BTC'] },
    cleanliness: 'clean',
    remarks: [],
    snapshot: 'snapshot',
    valueUsd: usd(1_000_000),
    lines: [
      {
        asset: 'BTC',
        before: 0.6,
        target: 0.5,
        low: 0.45,
        high: 0.55,
        after: 0.54,
        side: 'sell',
        quantity: fromFloat(0.6) as Amount,
        notionalUsd: usd(60_000),
        cost: { ...none, feeUsd: usd(60), totalUsd: usd(60) },
        naiveCostUsd: usd(120),
        reason: 'above-band',
        why: 'above its band',
        tradesIfCheaperByBps: null,
      },
    ],
    buyUsd: usd(0),
    sellUsd: usd(60_000),
    turnover: 0.06,
    cost: { ...none, feeUsd: usd(60), totalUsd: usd(60) },
    naiveCost: { ...none, feeUsd: usd(120), totalUsd: usd(120) },
    trackingErrorBefore: 0.05,
    trackingErrorAfter: 0.02,
    worstBefore: { asset: 'BTC', position: 2 },
    worstAfter: { asset: 'BTC', position: 0.8 },
    riskIsPrior: false,
    automatic: false,
    createdAt: millis(START),
    expiresAt: millis(START + 900_000),
    ...changes,
  }
}
