import { amount, fromFloat } from '../../../core/amount.ts'
import type { ClientBook, Holding, Lot, Restriction } from '../../../core/client-book.ts'
import { ManualClock } from '../../../core/clock.ts'
import { CASH, type Market, VENUES, type VenueId } from '../../../core/instruments.ts'
import type { ModelPortfolio } from '../../../core/model-portfolio.ts'
import type { Proposal, Trigger } from '../../../core/proposal.ts'
import { ownTerms, type RiskTerms } from '../../../core/risk-profile.ts'
import type { TaxTerms } from '../../../core/tax-terms.ts'
import { millis } from '../../../core/units.ts'
import type { MarketQuality } from '../../../workers/microstructure/index.ts'
import { OptimizerEngine } from '../../../workers/optimizer/index.ts'
import { planBooks } from '../plan-books.ts'
import type { MarketView, PlanningDeps } from '../planning-inputs.ts'
import { DEFAULT_PLANNING, type PlanningSettings } from '../settings.ts'

/** What every test of planning starts from: four assets and cash, two of them capped together. */
export const model: ModelPortfolio = {
  id: 'm',
  name: 'Test',
  version: 1,
  groupCaps: [{ name: 'small', assets: ['SOL', 'LINK'], maximum: 0.3 }],
  lines: [
    { asset: 'BTC', target: 0.5, band: { kind: 'absolute', halfWidth: 0.05 } },
    { asset: 'ETH', target: 0.25, band: { kind: 'absolute', halfWidth: 0.03 } },
    { asset: 'SOL', target: 0.1, band: { kind: 'absolute', halfWidth: 0.02 } },
    { asset: 'LINK', target: 0.05, band: { kind: 'absolute', halfWidth: 0.01 } },
    { asset: CASH, target: 0.1, band: { kind: 'absolute', halfWidth: 0.04 } },
  ],
}
export const book = (restrictions: readonly Restriction[] = []): ClientBook => ({
  id: 'book-1',
  clientId: 'c1',
  clientName: 'Test, T.',
  tier: 'standard',
  modelId: 'm',
  custody: { kind: 'omnibus' },
  cashReserve: 0.02,
  riskAversion: 5,
  mandate: null,
  restrictions,
  pausedUntil: null,
  mayCross: true,
})
export const PRICES: Record<string, number> = { BTC: 90_000, ETH: 3_000, SOL: 200, LINK: 15, USDT: 1.001, USD: 1 }
export const ASSETS = ['BTC', 'ETH', 'SOL', 'LINK']
export const STEP: Record<string, string> = { BTC: '0.00001', ETH: '0.0001', SOL: '0.001', LINK: '0.01' }
export const market = (venue: VenueId, base: string): Market => ({
  venue,
  symbol: `${base}/${venue === 'binance' ? 'USDT' : 'USD'}`,
  base,
  quote: venue === 'binance' ? 'USDT' : 'USD',
  filters: {
    tick: amount('0.01'),
    step: amount(STEP[base]!),
    minimumQuantity: amount(STEP[base]!),
    maximumQuantity: amount('10000000'),
    minimumNotional: amount('5'),
  },
  fees: { maker: 0.001, taker: 0.001 },
  status: 'trading',
})
export const VOLATILITY: Record<string, number> = { BTC: 0.5, ETH: 0.7, SOL: 0.9, LINK: 0.9, DOGE: 1 }

export const quality = (venue: VenueId, asset: string, costScale: number): MarketQuality => ({
  market: `${venue}:${asset}`,
  venue,
  asset,
  mid: PRICES[asset] ?? 1,
  halfSpreadBps: costScale * (asset === 'LINK' ? 4 : 1),
  depth10: 1e6,
  depth25: 2e6,
  depth50: 4e6,
  makerBps: 10,
  takerBps: costScale * (venue === 'binance' ? 10 : 26),
  fees: null,
  impactY: 0.8,
  impactBuyY: 0.8,
  impactSellY: 0.8,
  fitErrorBps: 0,
  fit: null,
  isDefaultImpact: true,
  sigmaDaily: VOLATILITY[asset]! / Math.sqrt(365),
  advUsd: 5e8,
  ageMs: 100,
  isStale: false,
  refused: null,
  refusals: {} as MarketQuality['refusals'],
  unusable: null,
})

/** Prices, costs and risk as the desk would hand them over; `costScale` multiplies spread and fee. */
export function view(over: Partial<MarketView> = {}, costScale = 1): MarketView {
  return {
    prices: new Map(
      Object.entries(PRICES).map(([asset, priceUsd]) => [asset, { priceUsd, fresh: true, ageMs: 100, why: null }]),
    ),
    costs: {
      markets: (asset) => (asset in VOLATILITY ? VENUES.map((venue) => quality(venue, asset, costScale)) : []),
      ladder: () => null,
    },
    risk: {
      covarianceOf: (assets) =>
        Float64Array.from({ length: assets.length ** 2 }, (_, k) => {
          const [i, j] = [Math.floor(k / assets.length), k % assets.length]
          const [a, b] = [VOLATILITY[assets[i]!] ?? 0, VOLATILITY[assets[j]!] ?? 0]
          return a * b * (i === j ? 1 : 0.6)
        }),
      isPrior: () => false,
    },
    marketsOf: (asset) => (ASSETS.includes(asset) ? [market('binance', asset), market('kraken', asset)] : []),
    multiplier: 1,
    regime: 'normal',
    marketTime: millis(0),
    naiveOrders: () => [],
    naiveLadders: () => null,
    ...over,
  }
}

/** Holdings worth `weights` of a value, split over the venues, in whole steps. */
export function holdings(weights: Record<string, number>, valueUsd = 1_000_000, onBinance = 0.6): Holding[] {
  return Object.entries(weights).flatMap(([asset, weight]) => {
    const legs: [VenueId, number][] = [
      ['binance', onBinance],
      ['kraken', 1 - onBinance],
    ]
    return legs.map(([venue, share]) => {
      const name = asset === CASH ? (venue === 'binance' ? 'USDT' : 'USD') : asset
      const raw = fromFloat((weight * share * valueUsd) / PRICES[name]!)
      const step = STEP[asset] === undefined ? amount('0.01') : amount(STEP[asset])
      return { subAccount: 'book-1', venue, asset: name, quantity: (raw - (raw % step)) as Holding['quantity'] }
    })
  })
}

export const engine = new OptimizerEngine()
/** The engine itself instead of the threads around it. */
export const deps: PlanningDeps = {
  settings: DEFAULT_PLANNING,
  clock: new ManualClock(1_700_000_000_000),
  nextProposalId: () => 'R-1',
  solve: async (problems) => engine.solve([...problems]),
  solveFirm: async (request) => engine.solveFirms([request])[0]!,
  flowBeside: () => ({ proposedUsd: () => 0, naiveUsd: () => 0, tradedUsd: () => 0 }),
  relax: async (requests) => engine.relax(requests),
}
export const withSmallCap = (maximum: number): ModelPortfolio => ({
  ...model,
  groupCaps: [{ name: 'small', assets: ['SOL', 'LINK'], maximum }],
})
export const manual = { kind: 'manual', by: 'test' } as const

/** One client book through `planBooks`; everything not given is the model's and the defaults'. */
export async function plan(
  held: readonly Holding[],
  options: {
    restrictions?: readonly Restriction[]
    market?: MarketView
    leftOut?: readonly string[]
    smallCap?: number
    trigger?: Trigger
    terms?: Partial<RiskTerms>
    settings?: PlanningSettings
    model?: ModelPortfolio
    keptShare?: number
    taxTerms?: TaxTerms
    lots?: readonly Lot[]
  } = {},
) {
  const request = {
    book: { ...book(options.restrictions), keptShare: options.keptShare, taxTerms: options.taxTerms },
    model: options.model ?? (options.smallCap === undefined ? model : withSmallCap(options.smallCap)),
    holdings: held,
    lots: options.lots ?? [],
    terms: { ...ownTerms(book()), ...options.terms },
    trigger: options.trigger ?? manual,
    leftOut: options.leftOut ?? [],
  }
  const own = options.settings === undefined ? deps : { ...deps, settings: options.settings }
  return (await planBooks([request], options.market ?? view(), own))[0]!
}
export async function planned(...input: Parameters<typeof plan>): Promise<Proposal> {
  const answer = await plan(...input)
  if (!answer.ok) throw new Error(`${answer.error.code}: ${answer.error.message}`)
  return answer.value
}
export const line = (proposal: Proposal, asset: string) =>
  proposal.lines.find((candidate) => candidate.asset === asset)!
export const DRIFTED = { BTC: 0.57, ETH: 0.22, SOL: 0.09, LINK: 0.038, [CASH]: 0.082 }
