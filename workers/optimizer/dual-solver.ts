import type { BookView } from './book-view.ts'
import { DualNewton } from './dual-newton.ts'
import { Column } from './line-kernel.ts'
import { type PreparedRisk, prepareRisk } from './prepared-risk.ts'
import { NEGLIGIBLE_WEIGHT } from './trade-problem.ts'

/** Kernels are unrolled; beyond this many unknowns they would be larger than they are worth. */
const MAXIMUM_UNKNOWNS = 40
/** Curvature lent to lines that have none, × γ × the largest variance. */
const LENT_CURVATURE = 1e-7
/**
 * A book without a start is thought this far on its way to its aim: from its weights the first step overshoots, since
 * every line would answer all of the common factors' risk on its own.
 */
const COLD_WAY = 0.75

/** Where to begin: prices and, for the factors, weights near the solution. All arrays by book. */
export interface DualStart {
  readonly x: Float64Array
  /** Index of the book's first weight in x. */
  readonly from: number
  readonly budget: number
  readonly groups: Float64Array
  readonly turnover: number
}

/**
 * Loads books into the dual method and reads weights and prices back. A line of cash that costs nothing becomes the
 * slack of the budget, so that the others move freely within its bounds. Whatever comes out is only a candidate.
 */
export class DualSolver {
  /** Of the last book. */
  x: Float64Array = new Float64Array(0)
  groups: Float64Array = new Float64Array(0)
  budget = 0
  turnover = 0
  steps = 0
  /** False where curvature was lent: then the point is near the solution and no more. */
  exact = true
  readonly #methods = new Map<number, Loaded>()

  /** False where this method does not apply or did not arrive. */
  solve(book: BookView, start: DualStart | null): boolean {
    const { size: n, groupCount, riskScale: gamma } = book
    const capped = book.turnoverCap < Number.POSITIVE_INFINITY
    const rows = 1 + groupCount
    this.steps = 0
    if (!(gamma > 0) || book.tax !== null) return false
    const risk = prepareRisk(book.covariance, n, MAXIMUM_UNKNOWNS)
    if (risk === null || risk.factorCount + rows + 1 > MAXIMUM_UNKNOWNS) return false
    const slack = capped ? -1 : findSlack(book, risk)
    const loaded = this.#methodFor(risk, rows, hasImpact(book), capped)
    const curvature = this.#load(book, loaded, risk, slack, start)
    if (curvature < 0) return false
    const arrived = loaded.method.solve(gamma)
    this.steps = loaded.method.steps
    if (!arrived) return false
    this.#read(book, loaded.method, slack)
    return true
  }

  #methodFor(risk: PreparedRisk, rows: number, impact: boolean, turnover: boolean): Loaded {
    const key = ((risk.factorCount * 64 + rows) * 2 + (impact ? 1 : 0)) * 2 + (turnover ? 1 : 0)
    let loaded = this.#methods.get(key)
    if (loaded === undefined) {
      loaded = {
        method: new DualNewton({ factors: risk.factorCount, rows, impact, turnover }),
        risk: null,
        slack: -1,
        size: 0,
      }
      this.#methods.set(key, loaded)
    }
    return loaded
  }

  /** Returns a negative number where a line allows nothing at all. */
  #load(book: BookView, loaded: Loaded, risk: PreparedRisk, slack: number, start: DualStart | null): number {
    const { size: n, at, current, aim, lower, upper, costBuy, costSell, impact, frozen, view, groupCount } = book
    const { members, caps, riskScale: gamma } = book
    const { method } = loaded
    const { factorCount, loadings, specific } = risk
    const { rows, impact: curved, turnover } = method.shape
    const { rowLow, rowHigh } = method
    const { stride, records } = method.layout
    const lines = slack < 0 ? n : n - 1
    const memory = method.resize(lines)
    const stale = loaded.risk !== risk || loaded.slack !== slack || loaded.size !== n
    loaded.risk = risk
    loaded.slack = slack
    loaded.size = n
    const book0 = at * n
    const slackView = slack < 0 || view === null ? 0 : view[book0 + slack]!
    const lent = LENT_CURVATURE * gamma * risk.largestVariance
    this.exact = true
    let total = 0
    for (let i = 0, line = 0; i < n; i++) {
      const c = book0 + i
      const w = current[c]!
      total += w
      if (i === slack) continue
      const p = records + (line >> 1) * stride + (line & 1)
      line++
      const fixed = frozen !== null && frozen[c] !== 0
      const low = fixed ? 0 : lower[c]! - w
      const high = fixed ? 0 : upper[c]! - w
      const k = impact[c]!
      // what can't be solved, or isn't convex, is for others to name
      if (low > high || k < 0 || costBuy[c]! + costSell[c]! < 0) return -1
      let bend = gamma * specific[i]!
      memory[p] = low
      memory[p + 2 * Column.high] = high
      memory[p + 2 * Column.base] = w - aim[c]!
      memory[p + 2 * Column.trade] = start === null ? COLD_WAY * (aim[c]! - w) : start.x[start.from + i]! - w
      memory[p + 2 * Column.costBuy] = costBuy[c]!
      memory[p + 2 * Column.costSell] = costSell[c]!
      if (bend < lent) {
        bend = lent
        if (high > low) this.exact = false
      }
      if (curved) memory[p + 2 * Column.impact] = 1.5 * k
      memory[p + 2 * Column.curvature] = curved ? bend : 1 / bend
      if (!stale) continue
      for (let f = 0, b = i * factorCount, q = p + 2 * (Column.count + rows - 1); f < factorCount; f++, b++, q += 2)
        memory[q] = loadings[b]!
    }
    // weights that sum to 1 within rounding need no trade
    const missing = Math.abs(1 - total) <= 1e-12 ? 0 : 1 - total
    rowLow[0] = missing
    rowHigh[0] = missing
    if (slack >= 0) {
      rowLow[0] -= upper[book0 + slack]! - current[book0 + slack]!
      rowHigh[0] -= lower[book0 + slack]! - current[book0 + slack]!
    }
    let budget = start === null ? 0 : start.budget - slackView
    for (let g = 0; g < groupCount; g++) {
      const mask = (at * groupCount + g) * n
      // a group that holds the slack limits everything outside it from below: −Σ outside ≤ room
      const inverse = slack >= 0 && members[mask + slack] === 1 ? 1 : 0
      let room = caps[at * groupCount + g]! - inverse * missing
      for (let i = 0, line = 0; i < n; i++) {
        const member = members[mask + i]!
        room -= member * current[book0 + i]!
        if (i === slack) continue
        memory[records + (line >> 1) * stride + (line & 1) + 2 * (Column.count + g)] = member - inverse
        line++
      }
      rowLow[g + 1] = Number.NEGATIVE_INFINITY
      rowHigh[g + 1] = room
      const price = start === null ? 0 : start.groups[g]!
      memory[factorCount + g + 1] = price
      if (inverse === 1) budget += price
    }
    // the slack's own price is what is left, and nothing where it is between its bounds
    if (start !== null && slack >= 0 && Math.abs(budget) <= 1e-13 * Math.abs(start.budget)) budget = 0
    memory[factorCount] = budget
    if (turnover) {
      rowLow[rows] = Number.NEGATIVE_INFINITY
      rowHigh[rows] = 2 * book.turnoverCap
      memory[factorCount + rows] = start === null ? 0 : start.turnover
    }
    method.begin(gamma)
    if (view !== null)
      for (let i = 0, line = 0; i < n; i++)
        if (i !== slack) memory[method.at(line++) + 2 * Column.base]! += slackView - view[book0 + i]!
    return 0
  }

  /** A line on a bound gets the bound's bits, an untraded one its own. */
  #read(book: BookView, method: DualNewton, slack: number): void {
    const { size: n, at, current, lower, upper, impact, groupCount, members, view } = book
    if (this.x.length !== n) this.x = new Float64Array(n)
    if (this.groups.length !== groupCount) this.groups = new Float64Array(groupCount)
    const { x, groups } = this
    const start = at * n
    let total = 0
    let moved = 0
    for (let i = 0, line = 0; i < n; i++) {
      const w = current[start + i]!
      total += w
      if (i === slack) continue
      const d = method.trade(line++)
      const low = lower[start + i]! - w
      const high = upper[start + i]! - w
      if (d === 0 || (Math.abs(d) <= NEGLIGIBLE_WEIGHT && impact[start + i] === 0)) x[i] = w
      else if (d === low) x[i] = lower[start + i]!
      else if (d === high) x[i] = upper[start + i]!
      else x[i] = w + d
      moved += x[i]! - w
    }
    for (let g = 0; g < groupCount; g++) groups[g] = Math.max(0, method.price(g + 1))
    this.turnover = method.shape.turnover ? Math.max(0, method.price(groupCount + 1)) : 0
    this.budget = method.price(0)
    if (slack < 0) return
    const w = current[start + slack]!
    const d = (Math.abs(1 - total) <= 1e-12 ? 0 : 1 - total) - moved
    const price = method.price(0)
    if (Math.abs(d) <= NEGLIGIBLE_WEIGHT) x[slack] = w
    else if (price > 0) x[slack] = lower[start + slack]!
    else if (price < 0) x[slack] = upper[start + slack]!
    else x[slack] = Math.min(upper[start + slack]!, Math.max(lower[start + slack]!, w + d))
    if (view !== null) this.budget += view[start + slack]!
    for (let g = 0; g < groupCount; g++) if (members[(at * groupCount + g) * n + slack] === 1) this.budget -= groups[g]!
  }
}

/** A method whose memory holds the loadings of a covariance without one line. */
interface Loaded {
  readonly method: DualNewton
  risk: PreparedRisk | null
  slack: number
  size: number
}

function hasImpact({ size: n, at, impact }: BookView): boolean {
  for (let i = at * n; i < at * n + n; i++) if (impact[i]! > 0) return true
  return false
}

/** The riskless line without costs that has the most room; −1 where there is none. */
function findSlack(
  { size: n, at, lower, upper, costBuy, costSell, impact, frozen }: BookView,
  risk: PreparedRisk,
): number {
  let slack = -1
  let widest = NEGLIGIBLE_WEIGHT
  for (let i = 0; i < n; i++) {
    const c = at * n + i
    if (risk.riskless[i] === 0 || costBuy[c] !== 0 || costSell[c] !== 0 || impact[c] !== 0) continue
    if (frozen !== null && frozen[c] !== 0) continue
    const width = upper[c]! - lower[c]!
    if (width > widest) {
      widest = width
      slack = i
    }
  }
  return slack
}
