import type { Beyond } from '../cash-reserve.ts'
import { type SolveOptions, solveBelow, solveProblem } from '../engine.ts'
import type { RebalanceProblem } from '../problem.ts'
import type { SaleTax } from '../sale-tax.ts'
import type { RebalanceSolution, Solved } from '../solution.ts'
import { type DiscreteRules, type DiscreteSolved, hasRules, isDiscrete } from './discrete-rules.ts'
import { type HarvestBranch, takeBranch } from './harvest-branch.ts'
import { searchRuled } from './ruled-branch.ts'

/** Up to so many assets to harvest every combination of sides is looked at; beyond, one side after the other is changed. */
const ALL_SIDES_UP_TO = 4
/** Fraction of the book below which a better combination is not looked for: a hundred thousandth of a basis point. */
const WORTH_A_LOOK = 1e-9
/** Convex problems after which no other combination is tried with rules. */
const ENOUGH_BRANCHES = 5000
/** The same as long as none has a point. */
const ENOUGH_TO_FIND_NONE = 50_000

type Sides = readonly HarvestBranch[]
type Answer = RebalanceSolution | DiscreteSolved

/** A combination of sides: the convex problem on it without rules bounds what it can be worth with them. */
interface Combination {
  readonly sides: Sides
  readonly cut: RebalanceProblem
  readonly convex: RebalanceSolution | Beyond
}
interface Tried {
  readonly sides: Sides
  readonly answer: Answer
  /** No point on these sides has a lower objective. */
  readonly lowerBound: number
}

/**
 * A side for each of the `assets` whose harvest is worth more than a round trip. All of them together are bounded by one
 * convex problem, with first slopes raised to what a round trip costs. Where that has no point no side has one, so that
 * its clash is the whole problem's; where it has one, the sides that it trades on have it too.
 */
export function solveHarvest(
  problem: RebalanceProblem,
  rules: DiscreteRules | null,
  assets: readonly number[],
  options: SolveOptions,
): Answer {
  const { raised, lost } = raiseSlopes(problem, assets)
  const relaxed = solveProblem(raised, options)
  if (relaxed.status !== 'solved') return relaxed
  const harvest = new Harvest(problem, rules, assets, relaxed)
  return assets.length <= ALL_SIDES_UP_TO ? harvest.tryAll() : harvest.tryOneByOne(leastObjective(relaxed) - lost)
}

class Harvest {
  #branches = 1
  readonly #problem: RebalanceProblem
  readonly #rules: DiscreteRules | null
  readonly #assets: readonly number[]
  readonly #relaxed: Solved

  constructor(problem: RebalanceProblem, rules: DiscreteRules | null, assets: readonly number[], relaxed: Solved) {
    this.#problem = problem
    this.#rules = rules
    this.#assets = assets
    this.#relaxed = relaxed
  }

  /** The most promising first; what its convex bound rules out is not tried with rules. */
  tryAll(): Answer {
    const count = this.#assets.length
    const combinations = Array.from({ length: 2 ** count }, (_, bits) =>
      this.#combine(
        this.#assets.map((_asset, at) => (Math.floor(bits / 2 ** at) % 2 === 0 ? 'sell-or-hold' : 'buy-or-hold')),
      ),
    ).sort((a, b) => leastObjective(a.convex) - leastObjective(b.convex) || 0)
    let best = this.#try(combinations[0]!)
    let bound = best.lowerBound
    for (const combination of combinations.slice(1)) {
      if (cannotBeat(combination, best) || this.#isEnough(best)) {
        bound = Math.min(bound, leastObjective(combination.convex))
        continue
      }
      const next = this.#try(combination, best)
      bound = Math.min(bound, next.lowerBound)
      if (isBetter(next, best)) best = next
    }
    return this.#conclude(best, bound)
  }

  /**
   * From the sides that the convex problem trades on: changes the first that gains, again and again, until none does;
   * without rules first, where that is cheap.
   */
  tryOneByOne(bound: number): Answer {
    const { x } = this.#relaxed
    let start = this.#combine(
      this.#assets.map((asset) => (x[asset]! > this.#problem.current[asset]! ? 'buy-or-hold' : 'sell-or-hold')),
    )
    this.#changeSides(start.sides, (sides) => {
      const worthwhile = leastObjective(start.convex) - WORTH_A_LOOK
      const next = this.#combine(sides, worthwhile)
      if (leastObjective(next.convex) >= worthwhile) return false
      start = next
      return true
    })
    let best = this.#try(start)
    if (this.#rules !== null)
      this.#changeSides(best.sides, (sides) => {
        if (this.#isEnough(best)) return false
        const next = this.#combine(sides, worthwhileBeside(best))
        if (cannotBeat(next, best)) return false
        const tried = this.#try(next, best)
        if (!isBetter(tried, best)) return false
        best = tried
        return true
      })
    return this.#conclude(best, bound)
  }

  /** One side after the other, from the first again after each that is taken; none twice: what is taken only improves. */
  #changeSides(from: Sides, take: (sides: Sides) => boolean): void {
    const seen = new Set([from.join()])
    let sides = from
    for (let at = 0; at < sides.length; at++) {
      const next = sides.with(at, sides[at] === 'sell-or-hold' ? 'buy-or-hold' : 'sell-or-hold')
      if (seen.has(next.join())) continue
      seen.add(next.join())
      if (!take(next)) continue
      sides = next
      at = -1
    }
  }

  #combine(sides: Sides, worthwhile = Number.POSITIVE_INFINITY): Combination {
    const cut = this.#assets.reduce((problem, asset, at) => takeBranch(problem, asset, sides[at]!), this.#problem)
    this.#branches++
    return { sides, cut, convex: solveBelow(cut, worthwhile) }
  }

  /** What a combination is worth; with one to beat, that one again where it is not beaten. */
  #try({ sides, cut, convex }: Combination, toBeat: Tried | null = null): Tried {
    // only of a combination that is not worth a try
    if (convex.status === 'beyond') throw new Error('a combination beyond the best was tried')
    if (this.#rules === null || !hasRules(this.#rules) || convex.status !== 'solved')
      return { sides, answer: convex, lowerBound: leastObjective(convex) }
    const value = toBeat?.answer.status === 'solved' ? toBeat.answer.objective : null
    const { answer, lowerBound, branches } = searchRuled(cut, this.#rules, convex, value)
    this.#branches += branches
    return answer === null ? { ...toBeat!, lowerBound } : { sides, answer, lowerBound }
  }

  #isEnough({ answer }: Tried): boolean {
    return this.#branches > (answer.status === 'solved' ? ENOUGH_BRANCHES : ENOUGH_TO_FIND_NONE)
  }

  #conclude({ sides, answer }: Tried, lowerBound: number): Answer {
    if (answer.status === 'infeasible' && lowerBound < Number.POSITIVE_INFINITY)
      return { ...answer, reason: `${answer.reason} (on one choice of sides for harvests; not all are ruled out)` }
    if (answer.status !== 'solved') return answer
    const discrete = isDiscrete(answer) ? answer.discrete : { tickets: 0, dropped: [] }
    return {
      ...answer,
      discrete: {
        ...discrete,
        lowerBound: Math.min(answer.objective, lowerBound),
        branches: this.#branches,
        harvests: this.#assets.map((line, at) => ({ line, side: sides[at]! })),
      },
    }
  }
}

/** First slopes raised to what a round trip costs; no sale's tax is understated by more than `lost` for it. */
function raiseSlopes(
  problem: RebalanceProblem,
  assets: readonly number[],
): { readonly raised: RebalanceProblem; readonly lost: number } {
  const { costBuy, costSell, current, lower } = problem
  let lost = 0
  const taxes = problem.taxes.map((tax): SaleTax => {
    const { asset, size, slope } = tax
    if (!assets.includes(asset)) return tax
    const least = -(costBuy[asset]! + costSell[asset]!)
    let left = current[asset]! - lower[asset]!
    for (const [j, value] of slope.entries()) {
      const sold = j === slope.length - 1 ? left : Math.min(left, size[j]!)
      lost += Math.max(0, least - value) * sold
      left -= sold
    }
    return { asset, size, slope: slope.map((value) => Math.max(value, least)) }
  })
  return { raised: { ...problem, taxes }, lost }
}

const worthwhileBeside = ({ answer }: Tried): number =>
  answer.status === 'solved' ? answer.objective - WORTH_A_LOOK : Number.POSITIVE_INFINITY

const cannotBeat = ({ convex }: Combination, best: Tried): boolean =>
  best.answer.status === 'solved' && leastObjective(convex) >= worthwhileBeside(best)

/** A point before none, less cost before more, less clash before more. */
function isBetter({ answer: a }: Tried, { answer: b }: Tried): boolean {
  if (a.status === 'solved') return b.status !== 'solved' || a.objective < b.objective
  return a.status === 'infeasible' && b.status === 'infeasible' && a.shortfall < b.shortfall
}

/** No point has a lower objective. */
function leastObjective(answer: Answer | Beyond): number {
  if (answer.status === 'beyond') return answer.bound
  if (answer.status === 'infeasible') return Number.POSITIVE_INFINITY
  if (answer.status === 'failed') return Number.NEGATIVE_INFINITY
  return answer.objective - answer.certificate.gap
}
