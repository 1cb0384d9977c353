import { toFloat } from '../../core/amount.ts'
import { netCashUsd } from '../../core/decisions/cash-flows.ts'
import { type AssetId, CASH } from '../../core/instruments.ts'
import { keptShare } from '../../core/kept-share.ts'
import type { Trigger } from '../../core/proposal.ts'
import { fail, ok, type Result } from '../../core/result.ts'
import { impactCoefficient } from '../../workers/microstructure/index.ts'
import type { RebalanceProblem, SaleTax, Solved } from '../../workers/optimizer/index.ts'
import { type BookPosition, boundPosition } from './book-position.ts'
import type { PlanFailure } from './draft.ts'
import { type FlowBook, horizonOf } from './firm-solver.ts'
import { groupLimits } from './group-limits.ts'
import { type LineLimits, lineLimits, type NewCash } from './limits.ts'
import { trackingError } from './make-proposal.ts'
import type { MarketView, PacedSolved, PlanningDeps, PlanRequest } from './planning-inputs.ts'
import type { SolveCase } from './relax-bands.ts'
import { saleTaxes } from './sale-taxes.ts'
import { type AssetGrain, grainOf } from './shape-trades.ts'
import { curveOfSide, type LineCosts, linearCost, lineCosts } from './venue-mix.ts'

/** One try at one client book: what is known of it, and what earlier tries have taught. */
export interface Pass {
  readonly request: PlanRequest
  readonly position: BookPosition
  readonly covariance: Float64Array
  readonly costs: LineCosts
  readonly impact: Float64Array
  readonly grains: ReadonlyMap<AssetId, AssetGrain>
  readonly tooSmall: ReadonlySet<AssetId>
  /** Of those, what they would trade on the whole way, signed weights: a part of it was too small today. */
  readonly postponed: ReadonlyMap<AssetId, number>
  /** Cash that moved and is to be used before other lines trade; null too where that alone has no answer. */
  readonly newCash: NewCash | null
  /** ½ Σ|Δ| at most; null until an answer without it was too much. */
  readonly turnoverCap: number | null
  /** Times γ: grows until the tracking error after trading is inside the limit of the risk profile. */
  readonly riskFactor: number
}

const NEW_CASH_IS_NOT_ENOUGH: Record<NewCash, string> = {
  in: 'the deposit alone does not bring every line and the cash inside: lines inside their bands are sold too',
  out: 'sales alone do not settle the withdrawal: lines inside their bands are bought too',
}
/** γ is raised by this, at most so far, until a proposal keeps the tracking error of its risk profile. */
const RISK_STEP = 4
const MAXIMUM_RISK_FACTOR = 256
/** By a rule only cost decides; risk breaks ties between equal costs. */
const RULE_RISK_SCALE = 1e-6

/** Position, costs and impact of the book at the prices of the moment; or why it can't be planned. */
export function preparePass(request: PlanRequest, market: MarketView, deps: PlanningDeps): Result<Pass, PlanFailure> {
  const position = boundPosition(request, market, deps.settings)
  if (position.unableWhy !== null) return fail('stale-prices', position.unableWhy)
  const assets = position.lines.map((line) => line.asset)
  const quotePrice = (asset: AssetId): number => market.prices.get(asset)?.priceUsd ?? 1
  const grains = new Map(
    assets.filter((asset) => asset !== CASH).map((asset) => [asset, grainOf(market.marketsOf(asset), quotePrice)]),
  )
  const costs = lineCosts(position, market.costs, market.prices)
  const unpriced = position.lines.find(
    (line, i) => line.asset !== CASH && (line.weight > 0 || line.target > 0) && costs.sell[i] === null,
  )
  if (unpriced !== undefined) return fail('stale-prices', `no order book of ${unpriced.asset} can be used`)
  // k of the side that the line would trade on
  const impact = Float64Array.from(position.lines, (line, i) => {
    const curve = curveOfSide(costs, line.weight > line.target ? 'sell' : 'buy', i)
    return curve !== null && curve.advUsd > 0 ? impactCoefficient(curve, position.valueUsd) : 0
  })
  return ok({
    request,
    position,
    covariance: market.risk.covarianceOf(assets),
    costs,
    impact,
    grains,
    tooSmall: new Set<AssetId>(),
    postponed: new Map<AssetId, number>(),
    newCash: newCashOf(request.trigger),
    turnoverCap: null,
    riskFactor: 1,
  })
}

export const flowBook = (pass: Pass, { settings }: PlanningDeps): FlowBook => ({
  id: pass.request.book.id,
  position: pass.position,
  costs: pass.costs,
  terms: pass.request.terms,
  smallestTrade: settings.tradeRate === null ? null : smallestTrades(pass, settings.minimumTradeWeight),
})

/** Weight per line that is traded at least, for the firm and its venues; a step more, as quantities round down. */
function smallestTrades(pass: Pass, minimumTradeWeight: number): Float64Array {
  const steps = stepWeights(pass)
  return Float64Array.from(pass.position.lines, ({ asset, priceUsd }, i) => {
    const grain = pass.grains.get(asset)
    if (grain === undefined) return Number.POSITIVE_INFINITY
    const venueUsd = Math.max(grain.minimumNotionalUsd, toFloat(grain.minimumQuantity) * priceUsd)
    return Math.max(minimumTradeWeight, venueUsd / pass.position.valueUsd) + steps[i]!
  })
}

/** The pass to solve again without trades that are too small; a part of a way that is, is one of another day. */
export function withoutSmall(
  pass: Pass,
  { x, goal = x }: PacedSolved,
  assets: readonly AssetId[],
  minimumTradeWeight: number,
): Pass {
  const postponed = new Map(pass.postponed)
  pass.position.lines.forEach(({ asset, weight }, i) => {
    const whole = goal[i]! - weight
    if (assets.includes(asset) && goal[i] !== x[i] && Math.abs(whole) >= minimumTradeWeight) postponed.set(asset, whole)
  })
  return { ...pass, tooSmall: new Set([...pass.tooSmall, ...assets]), postponed }
}

/**
 * The pass to solve again where an answer goes beyond the risk profile: with the turnover capped, then with more weight
 * on tracking risk; the same pass where it does not, or where no more can be done and the proposal says so.
 */
export function withinTerms(pass: Pass, solution: Solved, { settings }: PlanningDeps): Pass {
  const { position, covariance, request, turnoverCap, riskFactor } = pass
  const { maximumTurnover, maximumTrackingError } = request.terms
  const moved = request.trigger.kind === 'cash-flow' ? Math.abs(netCashUsd(request.trigger.flows)) : 0
  const cap = maximumTurnover + moved / position.valueUsd
  const turnover = position.lines.reduce((sum, line, i) => sum + Math.abs(solution.x[i]! - line.weight), 0) / 2
  // whole steps may round up
  if (turnoverCap === null && turnover > cap)
    return { ...pass, turnoverCap: Math.max(0, cap - sumOf(stepWeights(pass))) }
  const risk = trackingError(
    covariance,
    position.lines.map((line, i) => solution.x[i]! - line.target),
  )
  // by a rule lines end where it says, and under a cap on turnover more weight on risk only trades one line for another
  const canTighten = settings.settle === 'optimal' && turnoverCap === null && riskFactor < MAXIMUM_RISK_FACTOR
  return risk > maximumTrackingError && canTighten ? { ...pass, riskFactor: RISK_STEP * riskFactor } : pass
}

/** Cash only: an asset that came in or went out is drift of its own line. */
function newCashOf(trigger: Trigger): NewCash | null {
  const net = trigger.kind === 'cash-flow' ? netCashUsd(trigger.flows) : 0
  return net === 0 ? null : net > 0 ? 'in' : 'out'
}

/** One venue step of each line, in weight. */
const stepWeights = ({ position, grains }: Pass): readonly number[] =>
  position.lines.map(({ asset, priceUsd }) => {
    const grain = grains.get(asset)
    return grain === undefined ? 0 : (toFloat(grain.step) * priceUsd) / position.valueUsd
  })
/** What is not sold of each line, in weight. */
const keptWeights = ({ position, request: { model, book } }: Pass, { clock }: PlanningDeps): readonly number[] =>
  position.lines.map(({ asset, target }) => target * keptShare(asset, model, book, clock.now()))
const sumOf = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0)

function limitsOf(pass: Pass, deps: PlanningDeps): LineLimits {
  const { position, costs, request } = pass
  let costWeight = 0
  position.lines.forEach((line, i) => {
    const distance = Math.abs(line.weight - line.target)
    costWeight += linearCost(curveOfSide(costs, line.weight > line.target ? 'sell' : 'buy', i)) * distance
  })
  const limits = lineLimits(position, request.book.restrictions, {
    now: deps.clock.now(),
    cashReserve: request.terms.cashReserve,
    stepWeights: stepWeights(pass),
    costWeight,
    frozen: new Set([...request.leftOut, ...pass.tooSmall]),
    settle: deps.settings.settle,
    newCash: pass.newCash,
    kept: keptWeights(pass, deps),
  })
  // no band gives way beyond the largest weight of one asset, nor above where a line beyond it stands
  position.lines.forEach(({ asset, weight }, i) => {
    const most = asset === CASH ? 1 : Math.max(request.terms.maximumWeight, weight)
    limits.hard.upper[i] = Math.min(limits.hard.upper[i]!, most)
  })
  const moved = newCashOf(request.trigger)
  if (moved === null || pass.newCash !== null) return limits
  return { ...limits, relaxations: [...limits.relaxations, NEW_CASH_IS_NOT_ENOUGH[moved]] }
}

/** The convex problem of a pass with its limits, and whether its bands may give way. */
export function caseOf(pass: Pass, deps: PlanningDeps): SolveCase {
  const limits = limitsOf(pass, deps)
  const { position, request } = pass
  return {
    problem: problemOf(pass, limits, deps),
    limits,
    position,
    model: request.model,
    // cash that moved is settled the ordinary way before any band gives way
    mayRelax: pass.newCash === null && limits.clash === null,
  }
}

function problemOf(pass: Pass, limits: LineLimits, deps: PlanningDeps): RebalanceProblem {
  const { position, costs, request } = pass
  const frozen = Uint8Array.from(position.lines, (line) =>
    request.leftOut.includes(line.asset) || pass.tooSmall.has(line.asset) ? 1 : 0,
  )
  return {
    id: request.book.id,
    riskScale:
      deps.settings.settle === 'optimal'
        ? pass.riskFactor * request.terms.riskAversion * horizonOf(position, pass.covariance, deps.settings)
        : RULE_RISK_SCALE,
    covariance: { kind: 'dense', matrix: pass.covariance },
    current: Float64Array.from(position.lines, (line) => line.weight),
    aim: Float64Array.from(position.lines, (line) => line.target),
    lower: limits.lower,
    upper: limits.upper,
    costBuy: Float64Array.from(costs.buy, linearCost),
    costSell: Float64Array.from(costs.sell, linearCost),
    impact: pass.impact,
    ...groupLimits(request.model, position),
    turnoverCap: pass.turnoverCap,
    frozen: frozen.includes(1) ? frozen : null,
    view: null,
    reserve: null,
    taxes: taxesOf(pass, deps),
  }
}

function taxesOf({ position, costs, request: { book, lots } }: Pass, deps: PlanningDeps): readonly SaleTax[] {
  if (book.taxTerms === undefined) return []
  const mayHarvest = deps.settings.settle === 'optimal'
  return saleTaxes(position, costs.sell, { lots, terms: book.taxTerms, now: deps.clock.now(), mayHarvest })
}
