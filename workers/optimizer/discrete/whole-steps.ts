import { createRiskTerm } from '../exact/risk-term.ts'
import type { RebalanceProblem } from '../problem.ts'
import { type TaxCurve, taxCurves, taxOf } from '../sale-tax.ts'
import { type DiscreteRules, leastTrade, SAME_WEIGHT } from './discrete-rules.ts'

/** Moves that gain less (fraction of the book) are not worth a look: a thousandth of a hundredth of a basis point. */
const LEAST_GAIN = 1e-10
const MAXIMUM_MOVES = 2000

/**
 * Weights on the venues' grid: every line with a step at current + steps × step, cash at what is left of 1, the other
 * lines held. Starts from the convex solution rounded towards no trade, further only where a bound asks for it, then
 * moves one line or two by whole steps until every limit holds, and one line as long as the objective falls;
 * `thorough`: two lines then too.
 */
export function roundToSteps(
  problem: RebalanceProblem,
  rules: DiscreteRules,
  x: Float64Array,
  thorough: boolean,
): Pick<GridPoint, 'x' | 'violation'> {
  const point = new GridPoint(problem, rules, x)
  for (let moves = 0; moves < MAXIMUM_MOVES && point.improve(thorough); moves++);
  return point
}

/** Range of whole steps that the bounds of a line allow. */
export function stepRange(problem: RebalanceProblem, { step }: DiscreteRules, i: number): readonly [number, number] {
  const w = problem.current[i]!
  if (problem.frozen?.[i]) return [0, 0]
  const [low, high] = [problem.lower[i]! - w, problem.upper[i]! - w]
  return [Math.ceil((low - SAME_WEIGHT) / step[i]!) + 0, Math.floor((high + SAME_WEIGHT) / step[i]!) + 0]
}

/** Nearest count of steps that a line may hold: 0 or at least its minimum, inside its range; null where there is none. */
function allowedSteps(wanted: number, least: number, [low, high]: readonly [number, number]): number | null {
  let best: number | null = null
  const clamp = (from: number, to: number): void => {
    if (from > to) return
    const steps = Math.min(to, Math.max(from, wanted))
    if (best === null || Math.abs(steps - wanted) < Math.abs(best - wanted)) best = steps
  }
  clamp(Math.max(low, 0), Math.min(high, 0))
  clamp(Math.max(low, least), high)
  clamp(low, Math.min(high, -least))
  return best
}

class GridPoint {
  readonly x: Float64Array
  /** Total excess over the limits, in weight; at most SAME_WEIGHT when all hold. */
  violation = 0
  readonly #problem: RebalanceProblem
  readonly #rules: DiscreteRules
  readonly #cash: number
  readonly #cashLow: number
  readonly #cashHigh: number
  readonly #lines: readonly number[]
  readonly #steps: Float64Array
  readonly #least: Float64Array
  readonly #ranges: readonly (readonly [number, number])[]
  /** Curvature, and the slope of risk and view at x. */
  readonly #risk: Float64Array
  readonly #slope: Float64Array
  readonly #groupsOf: readonly (readonly number[])[]
  readonly #groupSums: Float64Array
  readonly #floorsOf: readonly (readonly number[])[]
  readonly #floorSums: Float64Array
  readonly #taxes: readonly (TaxCurve | null)[] | null
  /** Σ|Δ| without cash. */
  #traded = 0
  /** Of all lines, tickets included: what cash pays. */
  #paid = 0

  constructor(problem: RebalanceProblem, rules: DiscreteRules, x: Float64Array) {
    const n = x.length
    this.#problem = problem
    this.#rules = rules
    this.#cash = rules.cash!
    const held = problem.frozen?.[this.#cash] ? problem.current : null
    this.#cashLow = (held ?? problem.lower)[this.#cash]!
    this.#cashHigh = (held ?? problem.upper)[this.#cash]!
    this.#lines = Array.from(x.keys()).filter((i) => rules.step[i]! > 0)
    this.#steps = new Float64Array(n)
    this.#least = new Float64Array(n)
    this.#ranges = Array.from(x.keys(), (i) => (rules.step[i]! > 0 ? stepRange(problem, rules, i) : [0, 0]))
    this.x = x.slice()
    let rest = 1
    for (let i = 0; i < n; i++) {
      const step = rules.step[i]!
      if (step > 0) {
        this.#least[i] = Math.round(leastTrade(rules, i) / step)
        const wanted = (x[i]! - problem.current[i]!) / step
        const towardsZero = Math.trunc(wanted + Math.sign(wanted) * 1e-9)
        this.#steps[i] = allowedSteps(towardsZero, this.#least[i]!, this.#ranges[i]!) ?? 0
        this.x[i] = this.#at(i, this.#steps[i]!)
      }
      if (i === this.#cash) continue
      rest -= this.x[i]!
      this.#traded += Math.abs(this.x[i]! - problem.current[i]!)
    }
    this.x[this.#cash] = rest
    const { dense, multiply } = createRiskTerm(problem.covariance, n, problem.riskScale)
    this.#risk = dense
    this.#slope = new Float64Array(n)
    multiply(
      this.x.map((weight, i) => weight - problem.aim[i]!),
      this.#slope,
    )
    for (let i = 0; i < n; i++) this.#slope[i]! -= problem.view?.[i] ?? 0
    this.#groupsOf = Array.from(x.keys(), (i) =>
      problem.groupCaps.flatMap(({ members }, g) => (members.includes(i) ? [g] : [])),
    )
    this.#groupSums = Float64Array.from(problem.groupCaps, ({ members }) =>
      members.reduce((sum, i) => sum + this.x[i]!, 0),
    )
    this.#floorsOf = Array.from(x.keys(), (i) =>
      problem.groupFloors.flatMap(({ members }, g) => (members.includes(i) ? [g] : [])),
    )
    this.#floorSums = Float64Array.from(problem.groupFloors, ({ members }) =>
      members.reduce((sum, i) => sum + this.x[i]!, 0),
    )
    this.#taxes = taxCurves(problem.taxes, n)
    for (let i = 0; i < n; i++) this.#paid += this.#payable(i, this.x[i]!)
    this.violation = this.#violationAfter([], [])
  }

  #at(i: number, steps: number): number {
    return this.#problem.current[i]! + steps * this.#rules.step[i]!
  }

  /** Takes the first move that lowers the violation or, with none left, the objective. */
  improve(thorough: boolean): boolean {
    for (const i of this.#lines) for (const steps of this.#targets(i)) if (this.#try([i], [steps])) return true
    if (!thorough && this.violation === 0) return false
    for (const [at, i] of this.#lines.entries())
      for (const k of this.#lines.slice(at + 1)) {
        for (const a of this.#nearby(i)) {
          const moved = (a - this.#steps[i]!) * this.#rules.step[i]!
          const back = this.#steps[k]! - moved / this.#rules.step[k]!
          const others = new Set([Math.floor(back), Math.ceil(back), ...this.#nearby(k)])
          for (const b of others) if (b !== this.#steps[k] && this.#try([i, k], [a, b])) return true
        }
      }
    return false
  }

  /** No trade, the least trade either way, and the present one changed by powers of two. */
  *#targets(i: number): Generator<number> {
    const [low, high] = this.#ranges[i]!
    yield* this.#nearby(i)
    for (let by = 2; by <= high - low; by *= 2) {
      yield this.#steps[i]! + by
      yield this.#steps[i]! - by
    }
  }

  #nearby(i: number): readonly number[] {
    const now = this.#steps[i]!
    return [now - 1, now + 1, 0, this.#least[i]!, -this.#least[i]!].filter((steps) => steps !== now)
  }

  #mayHold(i: number, steps: number): boolean {
    const [low, high] = this.#ranges[i]!
    return steps >= low && steps <= high && (steps === 0 || Math.abs(steps) >= this.#least[i]!)
  }

  #try(lines: readonly number[], steps: readonly number[]): boolean {
    const changes: number[] = []
    for (let at = 0; at < lines.length; at++) {
      if (!this.#mayHold(lines[at]!, steps[at]!)) return false
      changes.push(this.#at(lines[at]!, steps[at]!) - this.x[lines[at]!]!)
    }
    const cured = this.violation > SAME_WEIGHT
    // most moves of a point within its limits gain nothing, and that is known sooner than what they violate
    if (!cured && this.#gain(lines, changes) < LEAST_GAIN) return false
    const violation = this.#violationAfter(lines, changes)
    if (!(cured && violation < this.violation - SAME_WEIGHT)) {
      if (violation > Math.max(this.violation, SAME_WEIGHT)) return false
      if (cured && this.#gain(lines, changes) < LEAST_GAIN) return false
    }
    this.#take(lines, steps, changes, violation)
    return true
  }

  #violationAfter(lines: readonly number[], changes: readonly number[]): number {
    const { current, groupCaps, groupFloors, turnoverCap, reserve } = this.#problem
    const cash = this.#cash
    let x = this.x[cash]!
    let traded = this.#traded
    let paid = this.#paid
    for (let at = 0; at < lines.length; at++) {
      const i = lines[at]!
      const weight = this.x[i]! + changes[at]!
      x -= changes[at]!
      traded += Math.abs(weight - current[i]!) - Math.abs(this.x[i]! - current[i]!)
      paid += this.#payable(i, weight) - this.#payable(i, this.x[i]!)
    }
    let violation = Math.max(0, this.#cashLow - x, x - this.#cashHigh)
    if (turnoverCap !== null) violation += Math.max(0, (traded + Math.abs(x - current[cash]!)) / 2 - turnoverCap)
    if (reserve !== null) {
      paid += this.#payable(cash, x) - this.#payable(cash, this.x[cash]!)
      const moved = lines.indexOf(reserve.asset)
      const pays = reserve.asset === cash ? x : this.x[reserve.asset]! + (changes[moved] ?? 0)
      violation += Math.max(0, reserve.weight + paid - pays)
    }
    for (let g = 0; g < groupCaps.length; g++)
      violation += Math.max(
        0,
        this.#sumAfter(this.#groupSums, this.#groupsOf, g, lines, changes, x) - groupCaps[g]!.cap,
      )
    for (let g = 0; g < groupFloors.length; g++)
      violation += Math.max(
        0,
        groupFloors[g]!.floor - this.#sumAfter(this.#floorSums, this.#floorsOf, g, lines, changes, x),
      )
    return violation <= SAME_WEIGHT ? 0 : violation
  }

  /** Weight of a group once lines have changed and cash stands at `x`. */
  #sumAfter(
    sums: Float64Array,
    groupsOf: readonly (readonly number[])[],
    g: number,
    lines: readonly number[],
    changes: readonly number[],
    x: number,
  ): number {
    let after = sums[g]!
    for (let at = 0; at < lines.length; at++) if (groupsOf[lines[at]!]!.includes(g)) after += changes[at]!
    return groupsOf[this.#cash]!.includes(g) ? after + x - this.x[this.#cash]! : after
  }

  /** By how much the objective falls when lines change and cash gives or takes. */
  #gain(lines: readonly number[], changes: readonly number[]): number {
    const n = this.x.length
    const cash = this.#cash
    const count = lines.length
    let left = 0
    for (let at = 0; at < count; at++) left += changes[at]!
    let rise = 0
    for (let a = 0; a <= count; a++) {
      const [i, change] = a < count ? [lines[a]!, changes[a]!] : [cash, -left]
      rise += this.#slope[i]! * change
      for (let b = 0; b < count; b++) rise += 0.5 * change * this.#risk[i * n + lines[b]!]! * changes[b]!
      rise -= 0.5 * change * this.#risk[i * n + cash]! * left
      rise += this.#cost(i, this.x[i]! + change) - this.#cost(i, this.x[i]!)
    }
    return -rise
  }

  #cost(i: number, weight: number): number {
    const sold = this.#problem.current[i]! - weight
    const curve = this.#taxes?.[i] ?? null
    return this.#payable(i, weight) + (curve === null || sold <= 0 ? 0 : taxOf(curve, sold))
  }

  /** Ticket, linear cost and impact. */
  #payable(i: number, weight: number): number {
    const { current, costBuy, costSell, impact } = this.#problem
    const d = weight - current[i]!
    if (d === 0) return 0
    const size = Math.abs(d)
    return this.#rules.ticket[i]! + size * ((d > 0 ? costBuy : costSell)[i]! + impact[i]! * Math.sqrt(size))
  }

  #take(lines: readonly number[], steps: readonly number[], changes: readonly number[], violation: number): void {
    const n = this.x.length
    const cash = this.#cash
    const move = (i: number, change: number, weight: number): void => {
      for (let k = 0; k < n; k++) this.#slope[k]! += this.#risk[k * n + i]! * change
      for (const g of this.#groupsOf[i]!) this.#groupSums[g]! += change
      for (const g of this.#floorsOf[i]!) this.#floorSums[g]! += change
      this.#paid += this.#payable(i, weight) - this.#payable(i, this.x[i]!)
      if (i !== cash)
        this.#traded += Math.abs(weight - this.#problem.current[i]!) - Math.abs(this.x[i]! - this.#problem.current[i]!)
      this.x[i] = weight
    }
    let left = 0
    for (const [at, i] of lines.entries()) {
      left -= changes[at]!
      this.#steps[i] = steps[at]!
      move(i, changes[at]!, this.#at(i, steps[at]!))
    }
    move(cash, left, this.x[cash]! + left)
    this.violation = violation
  }
}
