import { solveSided } from '../discrete/discrete.ts'
import { isDiscrete } from '../discrete/discrete-rules.ts'
import { takeBranch } from '../discrete/harvest-branch.ts'
import { solveProblem } from '../engine.ts'
import type { RebalanceProblem } from '../problem.ts'
import { withoutHarvest } from '../sale-tax.ts'
import { shapeProblem } from '../shadow-costs.ts'
import type { RebalanceSolution } from '../solution.ts'
import { chargedCost } from './charged-cost.ts'
import {
  addForced,
  addToFlow,
  emptyFlow,
  type FirmBook,
  type FirmFlow,
  type FirmMarket,
  poolPrices,
} from './firm-market.ts'
import { flowOf, meanTrackingError, type Outcome } from './firm-outcome.ts'
import { type PriceRule, problemAtOthers, problemAtPool, problemAtPrices } from './firm-prices.ts'
import { keepFromHarm } from './keep-from-harm.ts'
import { retuneRisk } from './retune-risk.ts'
import { solveUnderCeiling } from './tracking-ceiling.ts'
import { isInsideLimits, slowTrades } from './trade-rate.ts'

export const FLOW_PRICINGS = ['alone', 'pooled', 'firm'] as const
/**
 * What a book takes impact for: its own trade's alone; the average price of the firm's pool; what its trade adds to
 * the cost of all others'.
 */
export type FlowPricing = (typeof FLOW_PRICINGS)[number]

export interface FirmOptions {
  readonly pricing: FlowPricing
  /** Relative tolerance at which mean tracking error is put back to where it was alone; null: it may move. */
  readonly retune: number | null
  /** Part of the voluntary way that is gone; null: all of it. */
  readonly tradeRate: number | null
  /** Which book is asked first in firm mode; another one every day, so that nobody always is. */
  readonly rotation: number
}

/** Plain data: it crosses threads. */
export interface FirmRequest {
  readonly books: readonly FirmBook[]
  readonly market: FirmMarket
  readonly options: FirmOptions
}

export interface FirmBookAnswer {
  /** Of the problem that decided: with its prices, with its risk aversion. */
  readonly solution: RebalanceSolution
  /** Where the book is to go: the solution's point, or a part of the way there; the current weights without one. */
  readonly x: Float64Array
  /** What it is told and charged: its own spread and fee, impact at the pool's average price. Fraction of its value. */
  readonly chargedCost: number
  /** It trades as it would alone: the batch would have left it worse off, or it would have left others so. */
  readonly keptAlone: boolean
  /** No risk aversion brings it under its ceiling: its limits stand against it. */
  readonly isAboveCeiling: boolean
  /** What its own risk aversion was multiplied by, beside the firm's factor, to bring it under the ceiling. */
  readonly ceilingFactor: number
}

export interface FirmAnswer {
  readonly books: readonly FirmBookAnswer[]
  /** USD of the batch, without what was done before. */
  readonly flow: FirmFlow
  /** Average price of impact, fraction of traded value. */
  readonly prices: FirmFlow
  /** What every risk aversion was multiplied by so that mean tracking error stayed. */
  readonly riskFactor: number
}

const PASSES = 2
/** Books that the factor of risk aversion is found on. */
const RETUNED_ON = 250
/** Cures of a breach are sought with risk that only breaks ties. */
const CURE_RISK_SCALE = 1e-6

/**
 * All books of a firm that trade on one day, together. Each alone first; then, at the price of the firm's pool, once
 * (`pooled`), or at the marginal price and then in two Gauss–Seidel passes over the books, each seeing what the others
 * have come to (`firm`; best responses all at once, undamped, diverge). Whoever would end worse at the charged cost
 * than if everybody had traded alone, trades alone. Clients who are the same get the same.
 */
export function solveFirm(request: FirmRequest): FirmAnswer {
  const { books, market, options } = request
  const alone = books.map((book) => decide(book, book.problem, options, 1))
  if (options.pricing === 'alone') return conclude(request, alone, alone, 1)
  const priced = pricedProblems(request, alone)
  const decideAt = (factor: number, b: number, near: Outcome): Outcome =>
    alone[b]!.solution.status === 'solved' ? decide(books[b]!, priced[b]!, options, factor, near) : alone[b]!
  const riskFactor = options.retune === null ? 1 : retuned(books, alone, decideAt, options.retune)
  const chosen = books.map((_, b) => decideAt(riskFactor, b, alone[b]!))
  if (options.pricing === 'firm') {
    const before = [...chosen]
    for (let pass = 0; pass < PASSES; pass++) improve(request, chosen, riskFactor, pass)
    settle(request, before, chosen, riskFactor)
  }
  return conclude(request, alone, keepFromHarm(books, market, alone, chosen, riskFactor), riskFactor)
}

/** The factor of risk aversion, found on a sample of the books: solving all of them for every try would take as long. */
function retuned(
  books: readonly FirmBook[],
  alone: readonly Outcome[],
  decideAt: (factor: number, b: number, near: Outcome) => Outcome,
  tolerance: number,
): number {
  const stride = Math.max(1, Math.floor(books.length / RETUNED_ON))
  const sample = [...books.keys()].filter((b) => b % stride === 0)
  const sampled = sample.map((b) => books[b]!)
  let last = sample.map((b) => alone[b]!)
  const wanted = meanTrackingError(sampled, last)
  return retuneRisk(
    (factor) => {
      last = sample.map((b, at) => decideAt(factor, b, last[at]!))
      return meanTrackingError(sampled, last)
    },
    wanted,
    tolerance,
  )
}

/**
 * With risk aversion retuned, flows come out near what they are alone, so that their price is known: it is held. Without,
 * they fall with the price, and the price with them.
 */
function pricedProblems({ books, market, options }: FirmRequest, alone: readonly Outcome[]): RebalanceProblem[] {
  const flow = flowOf(books, market, alone)
  const forced = emptyFlow(market)
  books.forEach((book, b) => {
    if (alone[b]!.solution.status === 'solved') addForced(forced, book)
  })
  const rule: PriceRule = options.pricing === 'pooled' ? 'average' : 'marginal'
  return books.map((book, b) =>
    options.retune === null
      ? problemAtPool(book, alone[b]!.x, market, { flow, forced, grown: null }, rule)
      : problemAtPrices(book, market, flow, rule),
  )
}

/** One Gauss–Seidel pass, in place: every book in turn answers what the others do now. */
function improve({ books, market, options }: FirmRequest, chosen: Outcome[], factor: number, pass: number): void {
  const flow = flowOf(books, market, chosen)
  const first = options.rotation + Math.floor((pass * books.length) / PASSES)
  for (let turn = 0; turn < books.length; turn++) {
    const b = (first + turn) % books.length
    const book = books[b]!
    const before = chosen[b]!
    if (before.solution.status !== 'solved') continue
    const after = decide(book, problemAtOthers(book, before.x, market, flow), options, factor, before)
    if (after.solution.status !== 'solved') continue
    addToFlow(flow, book, before.x, -1)
    addToFlow(flow, book, after.x, 1)
    chosen[b] = after
  }
}

/**
 * After two passes the flows are right and who trades them still depends on the turn: twins that did not come one after
 * the other differ by up to a tenth, for the same objective. So every book answers once more, all of them the same
 * prices: those of the flows that the passes came to, each book sliding along them from what it did before the passes.
 * It costs some thousandths of the objective.
 */
function settle(
  { books, market, options }: FirmRequest,
  before: readonly Outcome[],
  chosen: Outcome[],
  factor: number,
): void {
  const [was, now] = [flowOf(books, market, before), flowOf(books, market, chosen)]
  const growth = (side: 'buy' | 'sell') => now[side].map((usd, a) => (was[side][a]! > 0 ? usd / was[side][a]! : 1))
  const grown = { buy: growth('buy'), sell: growth('sell') }
  const none = emptyFlow(market)
  books.forEach((book, b) => {
    if (chosen[b]!.solution.status !== 'solved') return
    const problem = problemAtPool(book, before[b]!.x, market, { flow: now, forced: none, grown }, 'marginal')
    const after = decide(book, problem, options, factor, before[b])
    if (after.solution.status === 'solved') chosen[b] = after
  })
}

function decide(
  book: FirmBook,
  priced: RebalanceProblem,
  options: FirmOptions,
  factor: number,
  near?: Outcome,
): Outcome {
  const scaled = factor === 1 ? priced : { ...priced, riskScale: priced.riskScale * factor }
  const shaped = book.shape === null ? scaled : shapeProblem(scaled, book.shape)
  // chosen once, alone: prices of a pool only make a harvest dearer, and every combination asked at each would take as long
  const held = near?.sides ?? []
  const problem = held.reduce((cut, { line, side }) => takeBranch(cut, line, side), shaped)
  const start = near?.solution.status === 'solved' ? near.solution : undefined
  const {
    solution,
    isAbove,
    factor: ceilingFactor,
  } = solveUnderCeiling(problem, book.trackingErrorCeiling, (asked) => solveSided(asked, { start }))
  if (solution.status !== 'solved')
    return { solution, x: book.problem.current, isAboveCeiling: false, ceilingFactor: 1, sides: held }
  const sides = isDiscrete(solution) ? [...held, ...solution.discrete.harvests] : held
  const x = options.tradeRate === null ? solution.x : slowed(book, problem, solution.x, options.tradeRate)
  return { solution, x, isAboveCeiling: isAbove, ceilingFactor, sides }
}

function slowed(book: FirmBook, problem: RebalanceProblem, goal: Float64Array, rate: number): Float64Array {
  const cure = isInsideLimits(problem) ? problem.current : cureOf(solveProblem(cureProblem(problem)))
  return cure === null ? goal : slowTrades(problem, cure, goal, rate, book.trackingErrorCeiling, book.smallestTrade)
}

/** Of what the limits force, the cheapest: neither risk nor a view nor a loss is a reason for more. */
const cureProblem = (problem: RebalanceProblem): RebalanceProblem => ({
  ...problem,
  riskScale: CURE_RISK_SCALE * problem.riskScale,
  view: null,
  taxes: withoutHarvest(problem.taxes),
})

const cureOf = (solution: RebalanceSolution): Float64Array | null => (solution.status === 'solved' ? solution.x : null)

function conclude(
  { books, market, options }: FirmRequest,
  alone: readonly Outcome[],
  chosen: readonly Outcome[],
  riskFactor: number,
): FirmAnswer {
  const flow = flowOf(books, market, chosen)
  const prices = poolPrices(market, flow)
  return {
    flow,
    prices,
    riskFactor,
    books: books.map((book, b) => ({
      ...chosen[b]!,
      chargedCost: chargedCost(book, chosen[b]!.x, prices),
      keptAlone: options.pricing !== 'alone' && chosen[b] === alone[b],
    })),
  }
}
