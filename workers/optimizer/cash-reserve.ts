import { assess, passes } from './certificate.ts'
import { better, type Candidate, conclude } from './exact/candidate.ts'
import { FEASIBILITY_TOLERANCE } from './limits/bounded-simplex.ts'
import { type MostCash, mostCashLeft } from './most-cash.ts'
import type { RebalanceProblem } from './problem.ts'
import { atReservePrice, reserveRoom } from './reserve-price.ts'
import type { Infeasible, Multipliers, RebalanceSolution, Solved } from './solution.ts'

/**
 * Solves a problem without a reserve, from a point near its solution where one is known, if it can to a gap that is
 * small against `worth` too: at a price the objective may be much larger than without.
 */
type Solve = (problem: RebalanceProblem, near: Near | undefined, worth?: number) => RebalanceSolution
type Near = Pick<Solved, 'x' | 'multipliers'>

/** Prices tried until the reserve is kept: the first, and each over the one before. */
const FIRST_PRICE = 1e-3
const PRICE_GROWTH = 8
/** From here on it is asked whether the reserve can be kept at all. */
const DOUBTFUL_PRICE = 1
const LARGEST_PRICE = 1e7
const SEARCHES = 120
const PATIENT_SEARCHES = 20
/** What the search for the price leaves open: of gap, in objective, and of cash above the reserve, in weight. */
const GAP_LEFT = 1e-13
const CASH_LEFT = 1e-13
/** In weight: what is left above the reserve or missing is known no better. */
const ROUNDING = 1e-14

/** Proven on the way: no point that keeps the reserve has an objective below `bound`. */
export interface Beyond {
  readonly status: 'beyond'
  readonly bound: number
  readonly iterations: number
}

/** A solution at one price of the reserve, and the cash it leaves above the reserve. */
interface Priced {
  readonly price: number
  readonly room: number
  readonly solved: Solved
}

/**
 * A reserve in cash that pays for all trades is one convex constraint: at its price μ ≥ 0 the rest is a problem that
 * can be solved, and the cash left grows with μ. Finds the μ at which just the reserve is left; where the cash left
 * jumps there, the two end solutions are blended (both minimise the same convex objective, so every blend does).
 *
 * At every price the optimum plus μ·reserve is a lower bound of what is looked for (Lagrange): ends where one of them
 * reaches `worthwhile`.
 */
export function solveWithReserve(
  problem: RebalanceProblem,
  solve: Solve,
  start: Near | undefined,
  worthwhile = Number.POSITIVE_INFINITY,
): RebalanceSolution | Beyond {
  const exact = new PriceSearch(problem, solve, worthwhile).run(start)
  if (exact.status !== 'failed') return exact
  // a reserve that can only just be kept has no finite price: what rounding forgives is lent to it
  const weight = problem.reserve!.weight - 0.99 * FEASIBILITY_TOLERANCE
  const lent = new PriceSearch({ ...problem, reserve: { ...problem.reserve!, weight } }, solve, worthwhile).run(start)
  if (lent.status !== 'solved') return exact
  const assessment = assess(problem, lent.x, lent.multipliers)
  return passes(assessment) ? conclude(problem, { ...lent, assessment }, exact.iterations + lent.iterations) : exact
}

type Bracket =
  | { readonly kind: 'answer'; readonly answer: RebalanceSolution | Beyond }
  | { readonly kind: 'bracket'; readonly below: Priced; readonly above: Priced }

class PriceSearch {
  #iterations = 0
  /** At no price. */
  #free: Priced | null = null
  readonly #problem: RebalanceProblem
  readonly #solve: Solve
  readonly #worthwhile: number
  /** The best that the prices tried so far prove. */
  #bound = Number.NEGATIVE_INFINITY

  constructor(problem: RebalanceProblem, solve: Solve, worthwhile: number) {
    this.#problem = problem
    this.#solve = solve
    this.#worthwhile = worthwhile
  }

  run(start: Near | undefined): RebalanceSolution | Beyond {
    const bracket = this.#bracket(start)
    return bracket.kind === 'answer' ? bracket.answer : this.#close(bracket.below, bracket.above)
  }

  /** Prices at which too little and enough cash is left, or the answer where no price is needed or none helps. */
  #bracket(start: Near | undefined): Bracket {
    const free = this.#at(0, start)
    if (!isPriced(free)) return { kind: 'answer', answer: free }
    this.#free = free
    if (free.room >= 0) return { kind: 'answer', answer: this.#conclude(this.#candidate(free)) }
    if (this.#isBeyond) return { kind: 'answer', answer: this.#beyond() }
    const beyond = this.#beyondAllSales()
    if (beyond !== null) return { kind: 'answer', answer: beyond }
    let below = free
    const known = start?.multipliers.reserve ?? 0
    let doubted = false
    for (let price = known > 0 ? known : FIRST_PRICE; price < LARGEST_PRICE; price *= PRICE_GROWTH) {
      if (price >= DOUBTFUL_PRICE && !doubted) {
        doubted = true
        const clash = this.#clash()
        if (clash !== null) return { kind: 'answer', answer: clash }
      }
      const next = this.#atOrAbove(price, 2 * price, below.solved)
      if (this.#isBeyond) return { kind: 'answer', answer: this.#beyond() }
      if (next === null) continue
      if (next.room >= 0) return { kind: 'bracket', below, above: next }
      below = next
    }
    return { kind: 'answer', answer: this.#concludeBest([this.#candidate(free), this.#candidate(below)]) }
  }

  /**
   * Regula falsi (Illinois) on the room, which grows with the price; every third time the price at which both ends are
   * worth the same: where the room jumps, it does so there, and a blend of the ends is as good as either.
   */
  #close(below: Priced, above: Priced): RebalanceSolution | Beyond {
    let [weightBelow, weightAbove] = [below.room, above.room]
    let jumps = false
    let side = 0
    for (let search = 0; search < SEARCHES; search++) {
      const width = above.price - below.price
      // noise of the solutions may keep the search from its end: then what a certificate allows is enough
      const patience = search < PATIENT_SEARCHES ? 1 : 100
      const near = above.room <= patience * CASH_LEFT && above.price * above.room <= patience * GAP_LEFT
      const candidate = near ? this.#candidate(above) : null
      if (candidate !== null && passes(candidate.assessment)) return this.#conclude(candidate)
      // a blend of ends at prices this near misses the optimum by no more than the product
      if (jumps || width * (above.room - below.room) <= patience * GAP_LEFT) {
        const blend = this.#blend(below, above)
        if (passes(blend.assessment)) return this.#conclude(blend)
      }
      if (width <= 2 * Number.EPSILON * above.price) break
      const falsi = below.price + (weightBelow / (weightBelow - weightAbove)) * width
      const even = (this.#worthOf(below) - this.#worthOf(above)) / (below.room - above.room)
      const tryEven = search % 3 === 2 && even > below.price && even < above.price
      const price = tryEven ? even : search % 9 === 8 ? below.price + width / 2 : falsi
      const next = this.#atOrAbove(price, above.price, above.solved)
      if (this.#isBeyond) return this.#beyond()
      if (next === null) break
      const replaced = next.room >= 0 ? above : below
      jumps = tryEven && Math.abs(next.room - replaced.room) <= 1e-6 * Math.abs(replaced.room)
      // an end that stays twice counts half, so that it is passed next time
      if (next.room >= 0) {
        above = next
        weightAbove = next.room
        if (side > 0) weightBelow /= 2
        side = 1
      } else {
        below = next
        weightBelow = next.room
        if (side < 0) weightAbove /= 2
        side = -1
      }
    }
    // where bands are as thin as rounding an end may miss the reserve by no more than that
    const ends = [above, below, ...(this.#free === null ? [] : [this.#free])]
    return this.#concludeBest([this.#blend(below, above), ...ends.map((end) => this.#candidate(end))])
  }

  /** The objective without the reserve's price. */
  #worthOf({ price, room, solved }: Priced): number {
    return solved.objective + price * (room + this.#problem.reserve!.weight)
  }

  #at(price: number, near: Near | undefined): Priced | RebalanceSolution {
    const worth = this.#free === null ? undefined : Math.abs(this.#free.solved.objective)
    const solved = this.#solve(atReservePrice(this.#problem, price), near, worth)
    if (solved.status === 'infeasible') return solved
    this.#iterations += solved.iterations
    if (solved.status === 'failed') return { ...solved, iterations: this.#iterations }
    const room = reserveRoom(this.#problem, solved.x)
    const proven = solved.objective - solved.certificate.gap + price * this.#problem.reserve!.weight
    this.#bound = Math.max(this.#bound, proven)
    return { price, room: Math.abs(room) <= ROUNDING ? 0 : room, solved }
  }

  get #isBeyond(): boolean {
    return this.#bound >= this.#worthwhile
  }

  #beyond(): Beyond {
    return { status: 'beyond', bound: this.#bound, iterations: this.#iterations }
  }

  /** A price that can't be solved at is passed by: another will do as well. Null where none up to `limit` can. */
  #atOrAbove(price: number, limit: number, near: Near): Priced | null {
    for (const share of [0, 0.01, 0.3]) {
      const answer = this.#at(price + share * (limit - price), near)
      if (isPriced(answer)) return answer
    }
    return null
  }

  /** The proof at one look, where bounds and costs alone leave less than the reserve: no price will. */
  #beyondAllSales(): Infeasible | null {
    const { asset, weight } = this.#problem.reserve!
    const most = mostCashLeft(this.#problem, asset)
    if (most === null) return null
    const shortfall = weight - (most.cash - most.cost)
    if (shortfall <= FEASIBILITY_TOLERANCE) return null
    // by how much it is missed other limits decide too, where they keep that point from being reached
    return (most.isReached ? null : this.#clash()) ?? unkeepable(this.#problem, most, shortfall)
  }

  /** The proof that no feasible trade leaves the reserve: the most cash that any can leave. */
  #clash(): Infeasible | null {
    const { reserve, current } = this.#problem
    const { asset, weight } = reserve!
    const view = new Float64Array(current.length)
    view[asset] = 1
    const most = this.#solve({ ...this.#problem, reserve: null, riskScale: 0, taxes: [], view }, undefined)
    if (most.status !== 'solved') return null
    this.#iterations += most.iterations
    const shortfall = weight + most.objective - most.certificate.gap
    if (shortfall <= FEASIBILITY_TOLERANCE) return null
    const cost = most.split.linearCost + most.split.impact
    return unkeepable(this.#problem, { cash: most.x[asset]!, cost }, shortfall)
  }

  #candidate({ price, solved }: Priced): Candidate {
    return this.#judge(solved.x, { ...solved.multipliers, reserve: price })
  }

  #judge(x: Float64Array, multipliers: Multipliers): Candidate {
    return { x, multipliers, assessment: assess(this.#problem, x, multipliers) }
  }

  /** The blend of two solutions that leaves just the reserve, with the prices of whichever end proves it best. */
  #blend(below: Priced, above: Priced): Candidate {
    const blendAt = (share: number): Float64Array => below.solved.x.map((x, i) => x + share * (above.solved.x[i]! - x))
    let [low, high] = [0, 1]
    for (let halving = 0; halving < 60 && high > low; halving++) {
      const middle = (low + high) / 2
      if (reserveRoom(this.#problem, blendAt(middle)) >= 0) high = middle
      else low = middle
    }
    const x = high === 1 ? above.solved.x : blendAt(high)
    return best([
      this.#judge(x, { ...above.solved.multipliers, reserve: above.price }),
      this.#judge(x, { ...below.solved.multipliers, reserve: below.price }),
      this.#judge(x, blendPrices(below, above, high)),
    ])
  }

  #concludeBest(candidates: readonly Candidate[]): RebalanceSolution {
    return this.#conclude(best(candidates))
  }

  #conclude(candidate: Candidate): RebalanceSolution {
    return conclude(this.#problem, candidate, this.#iterations)
  }
}

function unkeepable(
  { id, reserve }: RebalanceProblem,
  { cash, cost }: Pick<MostCash, 'cash' | 'cost'>,
  shortfall: number,
): Infeasible {
  const { asset, weight } = reserve!
  const text = (value: number): string => String(Number(value.toPrecision(9)))
  return {
    id,
    status: 'infeasible',
    code: 'reserve',
    reason: `reserve of ${text(weight)} in line ${asset} can't be kept: at most ${text(cash - cost)} is left (${text(cash)} less costs of ${text(cost)})`,
    shortfall,
    lines: [asset],
    groups: [],
    floors: [],
  }
}

const best = (candidates: readonly Candidate[]): Candidate => candidates.reduce((a, b) => better(a, b))

const isPriced = (answer: Priced | RebalanceSolution): answer is Priced => 'room' in answer

function blendPrices(below: Priced, above: Priced, share: number): Multipliers {
  const [from, to] = [below.solved.multipliers, above.solved.multipliers]
  const mix = (a: number, b: number): number => a + share * (b - a)
  const mixAll = (a: Float64Array, b: Float64Array): Float64Array => a.map((value, i) => mix(value, b[i]!))
  return {
    budget: mix(from.budget, to.budget),
    groups: mixAll(from.groups, to.groups),
    floors: mixAll(from.floors, to.floors),
    turnover: mix(from.turnover, to.turnover),
    reserve: mix(below.price, above.price),
  }
}
