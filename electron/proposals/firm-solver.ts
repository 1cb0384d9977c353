import { type AssetId, CASH } from '../../core/instruments.ts'
import type { Side } from '../../core/order.ts'
import type { RiskTerms } from '../../core/risk-profile.ts'
import { fitImpactAlone, usableVenues } from '../../workers/microstructure/index.ts'
import {
  type FirmAnswer,
  type FirmBook,
  type FirmMarket,
  horizonFollowing,
  type RebalanceProblem,
  type ShadowShape,
} from '../../workers/optimizer/index.ts'
import type { BookPosition } from './book-position.ts'
import type { FlowBeside } from './flow-pools.ts'
import type { MarketView, PacedSolution, PlanningDeps } from './planning-inputs.ts'
import type { PlanningSettings } from './settings.ts'
import { curveOfSide, type LineCosts } from './venue-mix.ts'

/** What the firm's solver has to know of a client book beside its problem. */
export interface FlowBook {
  readonly id: string
  readonly position: BookPosition
  readonly costs: LineCosts
  readonly terms: Pick<RiskTerms, 'maximumTrackingError'>
  /** Weight per line that is traded at least; null where no trade is slowed. */
  readonly smallestTrade: Float64Array | null
}

/** Mean tracking error is put back to within this part of itself. */
const RETUNE_TOLERANCE = 1e-3
const DAY_MS = 86_400_000
/** Variance per year at which the horizon of the settings holds: a volatility of 60 %. */
const REFERENCE_VARIANCE = 0.36
/** Impact decays overnight; order books are watched all the time. */
const DAILY_IMPACT = { impactMemoryYears: 1 / 365, monitoredEveryYears: 0 } as const

/** Years that a one-off cost has to pay for itself: as set, or following slow variance where costs are shaped. */
export function horizonOf(
  position: BookPosition,
  covariance: Float64Array,
  { costShape, horizonYears }: Pick<PlanningSettings, 'costShape' | 'horizonYears'>,
): number {
  if (costShape === 'one-period') return horizonYears
  const n = position.lines.length
  let variance = 0
  for (let i = 0; i < n; i++)
    for (let j = 0; j < n; j++)
      variance += position.lines[i]!.target * covariance[i * n + j]! * position.lines[j]!.target
  return horizonFollowing(variance, REFERENCE_VARIANCE, horizonYears)
}

/**
 * How the books of one plan are solved: every one for itself, or all of them in one batch that knows what they would
 * trade together. By a rule bands decide how far a book goes and risk nothing: then neither is tracking error kept
 * nor a trade slowed.
 */
export function firmSolver(
  books: readonly FlowBook[],
  market: MarketView,
  beside: FlowBeside,
  deps: Pick<PlanningDeps, 'settings' | 'solve' | 'solveFirm'>,
): PlanningDeps['solve'] {
  const { flowPricing, costShape, tradeRate, settle } = deps.settings
  const optimal = settle === 'optimal'
  const rate = optimal ? tradeRate : null
  const shaped = optimal && costShape === 'shadow'
  if (flowPricing === 'alone' && rate === null && !shaped) return deps.solve
  const assets = [...new Set(books.flatMap(({ position }) => position.lines.map(({ asset }) => asset)))]
  const indexOf = new Map(assets.filter((asset) => asset !== CASH).map((asset, at) => [asset, at]))
  const shared = firmMarket([...indexOf.keys()], books, market, beside)
  const byId = new Map(books.map((book) => [book.id, book]))
  return async (problems) => {
    const answer = await deps.solveFirm({
      market: shared,
      books: problems.map((problem) => firmBook(problem, byId.get(problem.id)!)),
      options: {
        pricing: flowPricing,
        retune: optimal ? RETUNE_TOLERANCE : null,
        tradeRate: rate,
        rotation: Math.floor(market.marketTime / DAY_MS),
      },
    })
    return answer === null
      ? problems.map(({ id }) => noAnswer(id))
      : answer.books.map((book) => asSolution(book, answer.riskFactor))
  }

  function firmBook(problem: RebalanceProblem, { position, terms, smallestTrade }: FlowBook): FirmBook {
    // under a cap on turnover more weight on risk only trades one line for another
    const ceiling = optimal && problem.turnoverCap === null ? terms.maximumTrackingError : null
    return {
      problem,
      valueUsd: position.valueUsd,
      assets: Int32Array.from(position.lines, ({ asset }) => indexOf.get(asset) ?? -1),
      trackingErrorCeiling: ceiling,
      smallestTrade,
      shape: shaped ? shapeOf(problem, position) : null,
    }
  }

  function shapeOf({ covariance }: RebalanceProblem, position: BookPosition): ShadowShape {
    const matrix = covariance.kind === 'dense' ? covariance.matrix : new Float64Array(0)
    return { horizonYears: horizonOf(position, matrix, deps.settings), ...DAILY_IMPACT }
  }
}

/**
 * K of what all books together would trade on their way to the targets, within all their inventory: of impact alone, as
 * spread and fee are in each book's own c.
 */
function firmMarket(
  assets: readonly AssetId[],
  books: readonly FlowBook[],
  market: MarketView,
  beside: FlowBeside,
): FirmMarket {
  const impactOf = (asset: AssetId, side: Side): number => {
    let [wantedUsd, largestUsd] = [0, 0]
    const capacities: Record<string, number> = {}
    for (const { position, costs } of books) {
      const at = position.lines.findIndex((line) => line.asset === asset)
      const curve = at < 0 ? null : curveOfSide(costs, side, at)
      if (curve === null) continue
      const { weight, target } = position.lines[at]!
      wantedUsd += Math.max(0, side === 'sell' ? weight - target : target - weight) * position.valueUsd
      largestUsd = Math.max(largestUsd, curve.fit.rangeUsd)
      for (const { venue, capacity } of curve.venues) capacities[venue] = (capacities[venue] ?? 0) + capacity
    }
    if (largestUsd === 0) return 0
    const range = Math.max(wantedUsd, largestUsd)
    const { costs } = market
    const { venues } = usableVenues(costs.markets(asset), asset, side, capacities, costs.ladder)
    return venues.length > 0 ? fitImpactAlone(venues, range) : 0
  }
  const column = (of: (asset: AssetId) => number): Float64Array => Float64Array.from(assets, of)
  return {
    impactBuy: column((asset) => impactOf(asset, 'buy')),
    impactSell: column((asset) => impactOf(asset, 'sell')),
    doneBuy: column((asset) => beside.proposedUsd(asset, 'buy') + beside.tradedUsd(asset, 'buy')),
    doneSell: column((asset) => beside.proposedUsd(asset, 'sell') + beside.tradedUsd(asset, 'sell')),
  }
}

/** The solution with the point that is gone to, which a trade rate puts before the optimum, and with how it was weighed. */
function asSolution(
  { solution, x, keptAlone, ceilingFactor }: FirmAnswer['books'][number],
  riskFactor: number,
): PacedSolution {
  if (solution.status !== 'solved') return solution
  const { x: goal } = solution
  const weighing = { withinTerms: ceilingFactor, inCompany: keptAlone ? 1 : riskFactor, keptAlone }
  return x.every((weight, i) => weight === goal[i]) ? { ...solution, weighing } : { ...solution, x, goal, weighing }
}

const noAnswer = (id: string): PacedSolution => ({
  id,
  status: 'failed',
  code: 'not-converged',
  reason: 'the optimiser did not answer',
  iterations: 0,
})
