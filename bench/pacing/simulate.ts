import { assert } from '../../core/assert.ts'
import { type FirmBook, type FlowPricing, type RebalanceProblem, solveFirm } from '../../workers/optimizer/index.ts'
import { HORIZON_YEARS, type Policy } from './policies.ts'
import type { PriceDay } from './price-days.ts'
import { LINEAR_COST, type StudyBook } from './study-books.ts'

/** How much of the firm's flow of a day still moves the price on the next one, by name. */
export const MEMORIES = { overnight: 0, 'one day': Math.exp(-1), 'does not decay': 1 } as const
export type Memory = keyof typeof MEMORIES
const MEMORY_NAMES = Object.keys(MEMORIES) as Memory[]

export interface Outcome {
  /** Standard deviation of book minus target return, per √year; root mean square over the books; costs left out. */
  readonly trackingError: number
  /** Of value per year, all books together, by what impact remembers. */
  readonly cost: Readonly<Record<Memory, number>>
  /** Of that, spread and fee. */
  readonly linearCost: number
  /** ½ Σ|Δ| per year. */
  readonly turnover: number
  readonly tradesPerBookYear: number
}

/** Trades under this weight are not made unless they cure a breach. */
const SMALLEST_TRADE = 0.001
/** Risk that only breaks ties between equal costs. */
const RULE_RISK_SCALE = 1e-6
/** Part of the half-width that a rebalance ends inside its band. */
const SETTLE_INSET = 0.1
const KEPT_SHARE = 0.5
const DAYS = 365

/**
 * The books of one firm over the days, through the desk's own solver. Costs are those of its cost object: spread and
 * fee of every trade, and of the pool of the day, per asset and side, `K·((D+S)^{3/2} − D^{3/2})` after what is
 * remembered of earlier days, D. Whoever decides believes that impact is gone overnight, as the desk does.
 */
export function simulate(
  days: readonly PriceDay[],
  books: readonly StudyBook[],
  policy: Policy,
  looseness: number,
  pricing: FlowPricing,
): Outcome {
  const assetCount = days[0]!.gross.length
  const states = books.map((book) => new BookState(book, policy, looseness))
  const remembered = MEMORY_NAMES.map(() => ({ buy: new Float64Array(assetCount), sell: new Float64Array(assetCount) }))
  const impactUsd = MEMORY_NAMES.map(() => 0)
  const smallest = smallestTrades(books[0]!)
  const none = new Float64Array(assetCount)
  for (const day of days) {
    const acting = states.filter((state) => state.drift(day))
    const flow = { buy: new Float64Array(assetCount), sell: new Float64Array(assetCount) }
    if (acting.length > 0) {
      const answer = solveFirm({
        books: acting.map(
          (state): FirmBook => ({
            problem: state.problem(day),
            valueUsd: state.book.valueUsd,
            assets: state.book.assets,
            trackingErrorCeiling: null,
            smallestTrade: smallest,
            shape: policy.kind === 'daily' ? policy.shape : null,
          }),
        ),
        market: { impactBuy: day.impact, impactSell: day.impact, doneBuy: none, doneSell: none },
        options: {
          pricing: policy.kind === 'edge' ? 'alone' : pricing,
          retune: null,
          tradeRate: policy.kind === 'edge' ? null : policy.rate,
          rotation: 0,
        },
      })
      acting.forEach((state, at) => {
        const { solution, x } = answer.books[at]!
        assert(solution.status === 'solved', `${state.book.id} on ${day.date}: ${solution.status}`)
        state.trade(x, solution.x, flow)
      })
    }
    remembered.forEach((done, m) => {
      const kept = MEMORIES[MEMORY_NAMES[m]!]
      for (let a = 0; a < assetCount; a++)
        for (const side of ['buy', 'sell'] as const) {
          const before = done[side][a]!
          impactUsd[m]! += day.impact[a]! * ((before + flow[side][a]!) ** 1.5 - before ** 1.5)
          done[side][a] = kept * (before + flow[side][a]!)
        }
    })
  }
  const sum = (of: (state: BookState) => number): number => states.reduce((total, state) => total + of(state), 0)
  const years = days.length / DAYS
  const value = books.reduce((total, { valueUsd }) => total + valueUsd, 0)
  const tradedUsd = sum((state) => state.traded * state.book.valueUsd)
  const linearCost = (LINEAR_COST * tradedUsd) / value / years
  return {
    trackingError: Math.sqrt(sum((state) => state.trackingVariance(days.length)) / books.length),
    linearCost,
    cost: Object.fromEntries(
      MEMORY_NAMES.map((name, m) => [name, linearCost + impactUsd[m]! / value / years]),
    ) as Record<Memory, number>,
    turnover: sum((state) => state.turnover) / books.length / years,
    tradesPerBookYear: sum((state) => state.trades) / books.length / years,
  }
}

/** Of firms that know nothing of each other: means, and the root mean square of the tracking errors. */
export function meanOutcome(outcomes: readonly Outcome[]): Outcome {
  const mean = (of: (outcome: Outcome) => number): number =>
    outcomes.reduce((sum, outcome) => sum + of(outcome), 0) / outcomes.length
  return {
    trackingError: Math.sqrt(mean(({ trackingError }) => trackingError ** 2)),
    linearCost: mean(({ linearCost }) => linearCost),
    cost: Object.fromEntries(MEMORY_NAMES.map((name) => [name, mean(({ cost }) => cost[name])])) as Record<
      Memory,
      number
    >,
    turnover: mean(({ turnover }) => turnover),
    tradesPerBookYear: mean(({ tradesPerBookYear }) => tradesPerBookYear),
  }
}

/** Cash is not traded by itself: its line is never large enough. */
const smallestTrades = ({ assets }: StudyBook): Float64Array =>
  Float64Array.from(assets, (asset) => (asset < 0 ? Number.POSITIVE_INFINITY : SMALLEST_TRADE))

/** One book on its way through the days. */
class BookState {
  readonly book: StudyBook
  readonly #policy: Policy
  readonly #looseness: number
  readonly #weights: Float64Array
  readonly #halfWidths: Float64Array
  /** One-way turnover left of a way that was begun; 0: none is. */
  #wayLeft = 0
  #isBreach = false
  #sum = 0
  #squares = 0
  /** Σ|Δ| without cash. */
  traded = 0
  turnover = 0
  trades = 0

  constructor(book: StudyBook, policy: Policy, looseness: number) {
    this.book = book
    this.#policy = policy
    this.#looseness = looseness
    this.#weights = Float64Array.from(book.targets)
    this.#halfWidths =
      policy.kind === 'daily'
        ? new Float64Array(book.targets.length).fill(1)
        : book.targets.map((target) => Math.min(target, looseness * target ** policy.power))
  }

  /** The day's prices. True where the book is to be planned. */
  drift({ gross }: PriceDay): boolean {
    const { assets, targets } = this.book
    let [own, target] = [0, 0]
    for (let i = 0; i < assets.length; i++) {
      const grown = assets[i]! < 0 ? 1 : gross[assets[i]!]!
      own += this.#weights[i]! * grown
      target += targets[i]! * grown
      this.#weights[i]! *= grown
    }
    this.#sum += own - target
    this.#squares += (own - target) ** 2
    for (let i = 0; i < assets.length; i++) this.#weights[i]! /= own
    this.#isBreach = this.#weights.some((_, i) => this.#isOut(i))
    return this.#policy.kind === 'daily' || this.#wayLeft > 0 || this.#isBreach
  }

  #isOut(i: number): boolean {
    return Math.abs(this.#weights[i]! - this.book.targets[i]!) > this.#halfWidths[i]! + 1e-9
  }

  problem({ covariance, impact }: PriceDay): RebalanceProblem {
    const { assets, targets, valueUsd, id } = this.book
    const n = assets.length
    const size = impact.length
    const matrix = new Float64Array(n * n)
    for (let i = 0; i < n; i++)
      for (let j = 0; j < n; j++)
        if (assets[i]! >= 0 && assets[j]! >= 0) matrix[i * n + j] = covariance[assets[i]! * size + assets[j]!]!
    const [lower, upper] = this.#bounds()
    const cost = Float64Array.from(assets, (asset) => (asset < 0 ? 0 : LINEAR_COST))
    return {
      id,
      riskScale: this.#riskScale(),
      covariance: { kind: 'dense', matrix },
      current: Float64Array.from(this.#weights),
      aim: targets,
      lower,
      upper,
      costBuy: cost,
      costSell: cost,
      impact: Float64Array.from(assets, (asset) => (asset < 0 ? 0 : impact[asset]! * Math.sqrt(valueUsd))),
      groupCaps: [],
      groupFloors: [],
      turnoverCap: null,
      frozen: null,
      view: null,
      reserve: null,
      taxes: [],
    }
  }

  #riskScale(): number {
    switch (this.#policy.kind) {
      case 'edge':
        return RULE_RISK_SCALE
      case 'bands':
        return this.#policy.riskAversion * HORIZON_YEARS
      case 'daily':
        return HORIZON_YEARS / this.#looseness ** 2
    }
  }

  #bounds(): [Float64Array, Float64Array] {
    const { targets } = this.book
    const inset = this.#policy.kind === 'bands' ? 1 - SETTLE_INSET : 1
    const lower = targets.map((target, i) => {
      if (this.#policy.kind === 'daily')
        return this.book.assets[i]! < 0 ? 0 : Math.min(this.#weights[i]!, KEPT_SHARE * target)
      return Math.max(0, target - inset * this.#halfWidths[i]!)
    })
    return [lower, targets.map((target, i) => Math.min(1, target + inset * this.#halfWidths[i]!))]
  }

  /** Trades to x, without what is too small to be made; what that leaves or lacks is cash. */
  trade(x: Float64Array, goal: Float64Array, flow: { readonly buy: Float64Array; readonly sell: Float64Array }): void {
    const { assets, valueUsd } = this.book
    const cash = assets.length - 1
    let [bought, sold, toBuy, toSell] = [0, 0, 0, 0]
    for (let i = 0; i < cash; i++) {
      const change = x[i]! - this.#weights[i]!
      const isMade = Math.abs(change) >= SMALLEST_TRADE - 1e-12 || (this.#policy.kind !== 'daily' && this.#isOut(i))
      if (isMade && change !== 0) {
        const side = change > 0 ? flow.buy : flow.sell
        side[assets[i]!]! += Math.abs(change) * valueUsd
        if (change > 0) bought += change
        else sold -= change
        this.trades++
        this.#weights[i] = x[i]!
        this.#weights[cash]! -= change
      }
      toBuy += Math.max(0, goal[i]! - this.#weights[i]!)
      toSell += Math.max(0, this.#weights[i]! - goal[i]!)
    }
    this.traded += bought + sold
    this.turnover += Math.max(bought, sold)
    const isPaced = this.#policy.kind === 'bands' && this.#policy.rate !== null
    // a way that goes on is never longer than it was, and ends where nothing of it can be traded
    const most = this.#isBreach ? Number.POSITIVE_INFINITY : this.#wayLeft - Math.max(bought, sold)
    const left = Math.min(most, Math.max(toBuy, toSell))
    this.#wayLeft = isPaced && bought + sold > 0 && left >= SMALLEST_TRADE ? left : 0
  }

  /** Per year. */
  trackingVariance(count: number): number {
    return ((this.#squares - this.#sum ** 2 / count) / (count - 1)) * DAYS
  }
}
