import { type BookView, viewProblem } from './book-view.ts'
import { toRowPrices } from './group-rows.ts'
import { FEASIBILITY_TOLERANCE } from './limits/bounded-simplex.ts'
import type { RebalanceProblem } from './problem.ts'
import { atReservePrice, reserveRoom } from './reserve-price.ts'
import { passedLots, type TaxCurve, taxOf } from './sale-tax.ts'
import type { Certificate, Multipliers, ObjectiveSplit } from './solution.ts'
import { tradeCost } from './trade-cost.ts'

/** Weights nearer than this to a bound stand on it. */
export const ON_BOUND = 1e-13

/** In objective: below this a bound of what a line can gain is as good as the figure itself. */
export const NO_GAIN = 1e-13

export const GAP_ABSOLUTE = 1e-10
export const GAP_RELATIVE = 1e-8
export const RESIDUAL_LIMIT = 1e-9

export interface Assessment {
  readonly objective: number
  readonly split: ObjectiveSplit
  readonly certificate: Certificate
  /** Per line, derivative of the risk term. */
  readonly marginalRisk: Float64Array
  /** Per line, −(risk + view + budget + groups). */
  readonly marginalBenefit: Float64Array
}

/** "Solved" of the design: gap ≤ 1e-10 + 1e-8·|objective| and both residuals ≤ 1e-9. */
export function passes({ objective, certificate }: Pick<Assessment, 'objective' | 'certificate'>): boolean {
  return passesWith(objective, certificate.gap, certificate.primalResidual, certificate.dualResidual)
}

/** As `passes`, on bare figures. */
export const passesWith = (objective: number, gap: number, primalResidual: number, dualResidual: number): boolean =>
  gap <= GAP_ABSOLUTE + GAP_RELATIVE * Math.abs(objective) &&
  primalResidual <= RESIDUAL_LIMIT &&
  dualResidual <= RESIDUAL_LIMIT

/**
 * Judges x and its multipliers. With the reserve at its price μ, costs weigh 1 + μ and cash earns μ: that problem's
 * gap plus μ·(cash left − reserve) is the gap here.
 */
export function assess(problem: RebalanceProblem, x: Float64Array, multipliers: Multipliers): Assessment {
  const judge = new Judge()
  const { reserve } = problem
  const priced = atReservePrice(problem, multipliers.reserve)
  const { budget, groups, turnover } = toRowPrices(multipliers)
  judge.assess(viewProblem(priced), x, 0, budget, groups, turnover)
  const certificate = { ...judge.certificate }
  for (const { members, floor } of problem.groupFloors) {
    const missing = members.reduce((short, i) => short - x[i]!, floor)
    certificate.primalResidual = Math.max(certificate.primalResidual, missing)
  }
  const split = { ...judge.split }
  let { objective } = judge
  if (reserve !== null) {
    const cost = tradeCost(problem, x)
    split.linearCost = cost.linear
    split.impact = cost.impact
    split.view = problem.view === null ? 0 : problem.view.reduce((sum, v, i) => sum - v * x[i]!, 0)
    objective = split.risk + split.view + split.linearCost + split.impact + split.tax
    const room = reserveRoom(problem, x)
    certificate.primalResidual = Math.max(certificate.primalResidual, -room)
    certificate.dualResidual = Math.max(certificate.dualResidual, -multipliers.reserve)
    const gap = judge.signedGap + multipliers.reserve * room
    certificate.gap = gapSize(gap, judge.prices + multipliers.reserve, certificate.primalResidual)
  }
  const n = x.length
  return {
    objective,
    split,
    certificate,
    marginalRisk: judge.marginalRisk.slice(0, n),
    marginalBenefit: judge.marginalBenefit.slice(0, n),
  }
}

/**
 * Judges a point and multipliers from a book's data alone; knows nothing of how they were found. Keeps its last
 * judgement in fields that the next one overwrites.
 * The lower bound linearises the (convex) risk term at x and minimises every line on its own over its bounds, with
 * budget, groups and turnover at their prices: gap = Σ lines + Σ price·slack ≥ objective − optimum.
 */
export class Judge {
  objective = 0
  readonly split = { risk: 0, view: 0, linearCost: 0, impact: 0, tax: 0 }
  readonly certificate = { primalResidual: 0, dualResidual: 0, gap: 0 }
  /** Negative where a point that misses limits is below the bound; and Σ |price| of the limits. */
  signedGap = 0
  prices = 0
  marginalRisk = new Float64Array(0)
  marginalBenefit = new Float64Array(0)
  #distance = new Float64Array(0)
  #exposure = new Float64Array(0)

  /** x starts at index `from`; `groups` holds the group prices. */
  assess(
    book: BookView,
    x: Float64Array,
    from: number,
    budget: number,
    groups: Float64Array,
    turnoverPrice: number,
  ): boolean {
    const { size: n, at, current, lower, upper, costBuy, costSell, impact, groupCount, members, caps } = book
    this.#measureRisk(book, x, from)
    const { marginalRisk, marginalBenefit } = this
    const distance = this.#distance
    const start = at * n
    let primal = 0
    let dual = Math.max(0, -turnoverPrice)
    let gap = 0
    let total = 0
    let traded = 0
    let risk = 0
    let view = 0
    let linearCost = 0
    let impactCost = 0
    let taxCost = 0
    let prices = Math.abs(budget) + turnoverPrice
    for (let i = 0; i < n; i++) marginalBenefit[i] = -marginalRisk[i]! - budget
    for (let g = 0; g < groupCount; g++) {
      const price = groups[g]!
      const mask = (at * groupCount + g) * n
      let room = caps[at * groupCount + g]!
      for (let i = 0; i < n; i++) {
        // 0 or 1: a product costs less than a branch nobody can predict
        const member = members[mask + i]!
        room -= member * x[from + i]!
        marginalBenefit[i]! -= member * price
      }
      if (-room > primal) primal = -room
      if (-price > dual) dual = -price
      gap += price * room
      prices += price
    }
    for (let i = 0; i < n; i++) {
      const c = start + i
      const w = current[c]!
      const weight = x[from + i]!
      const d = weight - w
      if (book.view !== null) {
        marginalBenefit[i]! += book.view[c]!
        view -= book.view[c]! * weight
      }
      const size = Math.abs(d)
      const root = Math.sqrt(size)
      const k = impact[c]!
      total += weight
      traded += size
      risk += marginalRisk[i]! * distance[i]!
      linearCost += 0.5 * (costBuy[c]! * (size + d) + costSell[c]! * (size - d))
      impactCost += k * size * root
      const fixed = book.frozen !== null && book.frozen[c] !== 0
      const low = lower[c]! - w
      const high = upper[c]! - w
      const curve = book.tax === null ? null : book.tax[i]!
      if (curve !== null && d < 0) taxCost += taxOf(curve, size)
      if (low - d > primal) primal = low - d
      if (d - high > primal) primal = d - high
      if (fixed && size > primal) primal = size
      // inside rounding of a zero-width or frozen line there is no choice
      if (fixed || high - low <= ON_BOUND) continue
      const price = -marginalBenefit[i]!
      const buy = costBuy[c]! + turnoverPrice
      const sell = costSell[c]! + turnoverPrice
      if (curve !== null) {
        gap += taxedValueAt(curve, d, price, buy, sell, k) - leastTaxedValue(curve, price, buy, sell, k, low, high, d)
        const gain = firstTaxedGain(curve, d, price, buy, sell, k, low, high)
        if (gain > dual) dual = gain
        continue
      }
      const slope = 1.5 * k * root
      const up = price + (d >= 0 ? buy + slope : -sell - slope)
      const down = (d <= 0 ? sell + slope : -buy - slope) - price
      // convex: what a line can gain is at most its slope times the way left
      let gain = 0
      let most = 0
      if (up < 0 && d < high) {
        most = -up * (high - d)
        if (d < high - ON_BOUND) gain = -up
      }
      if (down < 0 && d > low) {
        most = Math.max(most, -down * (d - low))
        if (d > low + ON_BOUND) gain = Math.max(gain, -down)
      }
      if (gain <= NO_GAIN && most <= NO_GAIN) {
        gap += most
        if (gain > dual) dual = gain
        continue
      }
      gap += valueAt(d, price, buy, sell, k) - leastValue(price, buy, sell, k, low, high, d)
      gain = firstGain(d, price, buy, sell, k, low, high)
      if (gain > dual) dual = gain
    }
    if (Math.abs(total - 1) > primal) primal = Math.abs(total - 1)
    gap += budget * (1 - total)
    if (book.turnoverCap < Number.POSITIVE_INFINITY) {
      const room = 2 * book.turnoverCap - traded
      if (-room > primal) primal = -room
      gap += turnoverPrice * room
    }
    const { split, certificate } = this
    split.risk = 0.5 * risk
    split.view = view
    split.linearCost = linearCost
    split.impact = impactCost
    split.tax = taxCost
    this.objective = split.risk + view + linearCost + impactCost + taxCost
    certificate.primalResidual = primal
    certificate.dualResidual = dual
    this.signedGap = gap
    this.prices = prices
    certificate.gap = gapSize(gap, prices, primal)
    return passes(this)
  }

  /** Derivative of (riskScale/2)·(x − aim)ᵀ Σ (x − aim). */
  #measureRisk({ size: n, at, aim, covariance, riskScale }: BookView, x: Float64Array, from: number): void {
    if (this.marginalRisk.length < n) {
      this.marginalRisk = new Float64Array(n)
      this.marginalBenefit = new Float64Array(n)
      this.#distance = new Float64Array(n)
    }
    const distance = this.#distance
    const marginal = this.marginalRisk
    for (let i = 0; i < n; i++) distance[i] = x[from + i]! - aim[at * n + i]!
    if (covariance.kind === 'dense') {
      // both triangles, so that a matrix that is symmetric only within rounding means what the solver takes it for
      for (let i = 0; i < n; i++) {
        let sum = 0
        for (let j = 0; j < n; j++)
          sum += 0.5 * (covariance.matrix[i * n + j]! + covariance.matrix[j * n + i]!) * distance[j]!
        marginal[i] = riskScale * sum
      }
      return
    }
    const { factorCount, loadings, specific } = covariance
    if (this.#exposure.length < factorCount) this.#exposure = new Float64Array(factorCount)
    const exposure = this.#exposure
    for (let f = 0; f < factorCount; f++) exposure[f] = 0
    for (let i = 0, b = 0; i < n; i++)
      for (let f = 0; f < factorCount; f++, b++) exposure[f]! += loadings[b]! * distance[i]!
    for (let i = 0, b = 0; i < n; i++) {
      let sum = specific[i]! * distance[i]!
      for (let f = 0; f < factorCount; f++, b++) sum += loadings[b]! * exposure[f]!
      marginal[i] = riskScale * sum
    }
  }
}

/** Below the bound is only who misses a limit: by price × miss, which rounding of the limits themselves explains. */
function gapSize(gap: number, prices: number, primalResidual: number): number {
  if (!(gap < 0)) return gap
  const forgiven = primalResidual <= FEASIBILITY_TOLERANCE ? prices * primalResidual : 0
  return Math.max(0, -gap - forgiven)
}

/** price·d + cost(d) of one line. */
function valueAt(d: number, price: number, buy: number, sell: number, k: number): number {
  const size = Math.abs(d)
  return price * d + (d > 0 ? buy * d : -sell * d) + k * size * Math.sqrt(size)
}

/** What the first step of a move that the bounds allow gains, per weight. */
function firstGain(d: number, price: number, buy: number, sell: number, k: number, low: number, high: number): number {
  // the root's slope is infinite at 0, so a trade is taken as known to the rounding of its weight, no better
  const more = 1.5 * k * Math.sqrt(Math.abs(d) + Number.EPSILON)
  const less = 1.5 * k * Math.sqrt(Math.max(0, Math.abs(d) - Number.EPSILON))
  const up = price + (d >= 0 ? buy + more : -sell - less)
  const down = (d <= 0 ? sell + more : -buy - less) - price
  return Math.max(0, d < high - ON_BOUND ? -up : 0, d > low + ON_BOUND ? -down : 0)
}

/** The least value over the bounds, or at d where that is less. */
function leastValue(price: number, buy: number, sell: number, k: number, low: number, high: number, d: number): number {
  let least = valueAt(d, price, buy, sell, k)
  if (high >= 0) {
    const size = bestSize(-price - buy, k, Math.max(0, low), high)
    least = Math.min(least, valueAt(size, price, buy, sell, k))
  }
  if (low <= 0) {
    const size = bestSize(price - sell, k, Math.max(0, -high), -low)
    least = Math.min(least, valueAt(-size, price, buy, sell, k))
  }
  return least
}

/** Best size of a trade that gains `push` per unit before impact, between two sizes. */
function bestSize(push: number, k: number, least: number, most: number): number {
  if (push <= 0) return least
  const free = k > 0 ? (push / (1.5 * k)) ** 2 : Number.POSITIVE_INFINITY
  return Math.min(most, Math.max(least, free))
}

function taxedValueAt(curve: TaxCurve, d: number, price: number, buy: number, sell: number, k: number): number {
  return valueAt(d, price, buy, sell, k) + (d < 0 ? taxOf(curve, -d) : 0)
}

/** As leastValue, lot by lot: within one the line costs as if its slope were the sale's own. */
function leastTaxedValue(
  curve: TaxCurve,
  price: number,
  buy: number,
  sell: number,
  k: number,
  low: number,
  high: number,
  d: number,
): number {
  let least = taxedValueAt(curve, d, price, buy, sell, k)
  const consider = (trade: number): void => {
    const value = taxedValueAt(curve, trade, price, buy, sell, k)
    if (value < least) least = value
  }
  if (high >= 0) consider(bestSize(-price - buy, k, Math.max(0, low), high))
  if (low > 0) return least
  const { end, slope } = curve
  for (let lot = 0; lot < slope.length; lot++) {
    const from = Math.max(0, -high, lot === 0 ? 0 : end[lot - 1]!)
    const to = Math.min(-low, lot < end.length ? end[lot]! : Number.POSITIVE_INFINITY)
    if (from <= to) consider(-bestSize(price - sell - slope[lot]!, k, from, to))
  }
  return least
}

/** As firstGain; the end of a lot, like a bound, is known to rounding only. */
function firstTaxedGain(
  { end, slope }: TaxCurve,
  d: number,
  price: number,
  buy: number,
  sell: number,
  k: number,
  low: number,
  high: number,
): number {
  const next = sell + slope[passedLots(end, -d + ON_BOUND)]!
  const last = sell + slope[passedLots(end, -d - ON_BOUND)]!
  const selling = firstGain(d, price, buy, next, k, low, d)
  const buyingBack = firstGain(d, price, buy, last, k, d, high)
  return Math.max(selling, buyingBack)
}
