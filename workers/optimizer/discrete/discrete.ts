import { type SolveOptions, solveProblem } from '../engine.ts'
import { type RebalanceProblem, validateProblem } from '../problem.ts'
import type { SaleTax } from '../sale-tax.ts'
import type { RebalanceSolution } from '../solution.ts'
import { type DiscreteRules, type DiscreteSolved, isDiscrete, validateRules } from './discrete-rules.ts'
import { assetsToBranch, type HarvestBranch, takeBranch } from './harvest-branch.ts'
import { solveRuled } from './ruled-branch.ts'

/** Up to so many assets to harvest every combination of sides is solved; beyond, one side after the other is changed. */
const ALL_SIDES_UP_TO = 4

/**
 * The whole problem: tickets, minimum trades and whole steps where there are rules, and a side for every asset whose
 * harvest is worth more than a round trip (selling it without buying back, or not selling it). Without either the
 * answer is that of solveProblem. The certificate is that of the branch that the answer is on.
 */
export function solveDiscrete(
  problem: RebalanceProblem,
  rules: DiscreteRules | null,
  options: SolveOptions = {},
): RebalanceSolution | DiscreteSolved {
  const checked = validateProblem(problem)
  const valid = checked.ok && rules !== null ? validateRules(problem, rules) : checked
  if (!valid.ok)
    return { id: problem.id, status: 'failed', code: 'invalid-input', reason: valid.error.message, iterations: 0 }
  const assets = assetsToBranch(problem)
  if (assets.length === 0) return rules === null ? solveProblem(problem, options) : solveRuled(problem, rules, options)
  const harvest = new Harvest(problem, rules, assets, options)
  return assets.length <= ALL_SIDES_UP_TO ? harvest.tryAll() : harvest.tryOneByOne()
}

type Sides = readonly HarvestBranch[]
interface Tried {
  readonly sides: Sides
  readonly answer: RebalanceSolution | DiscreteSolved
}

class Harvest {
  #branches = 0
  readonly #problem: RebalanceProblem
  readonly #rules: DiscreteRules | null
  readonly #assets: readonly number[]
  readonly #options: SolveOptions

  constructor(
    problem: RebalanceProblem,
    rules: DiscreteRules | null,
    assets: readonly number[],
    options: SolveOptions,
  ) {
    this.#problem = problem
    this.#rules = rules
    this.#assets = assets
    this.#options = options
  }

  tryAll(): RebalanceSolution | DiscreteSolved {
    const count = this.#assets.length
    const tried = Array.from({ length: 2 ** count }, (_, bits) =>
      this.#try(
        this.#assets.map((_asset, at) => (Math.floor(bits / 2 ** at) % 2 === 0 ? 'sell-or-hold' : 'buy-or-hold')),
      ),
    )
    const best = tried.reduce((a, b) => (isBetter(b, a) ? b : a))
    return this.#conclude(best, Math.min(...tried.map(({ answer }) => lowerBoundOf(answer))))
  }

  /** From all sold: changes the first side that gains, again and again, until none does. */
  tryOneByOne(): RebalanceSolution | DiscreteSolved {
    let best = this.#try(this.#assets.map(() => 'sell-or-hold'))
    for (let at = 0; at < this.#assets.length; at++) {
      const other = best.sides[at] === 'sell-or-hold' ? 'buy-or-hold' : 'sell-or-hold'
      const next = this.#try(best.sides.with(at, other))
      if (!isBetter(next, best)) continue
      best = next
      at = -1
    }
    return this.#conclude(best, this.#convexBound())
  }

  #try(sides: Sides): Tried {
    const cut = this.#assets.reduce((problem, asset, at) => takeBranch(problem, asset, sides[at]!), this.#problem)
    const answer = this.#rules === null ? solveProblem(cut, this.#options) : solveRuled(cut, this.#rules, this.#options)
    this.#branches += isDiscrete(answer) ? answer.discrete.branches : 1
    return { sides, answer }
  }

  /**
   * A bound without branches: with first slopes raised to what a round trip costs the problem is convex, and no sale
   * loses more by it than its lots are raised by.
   */
  #convexBound(): number {
    const { costBuy, costSell, current, lower } = this.#problem
    let lost = 0
    const taxes = this.#problem.taxes.map((tax): SaleTax => {
      const { asset, size, slope } = tax
      if (!this.#assets.includes(asset)) return tax
      const least = -(costBuy[asset]! + costSell[asset]!)
      let left = current[asset]! - lower[asset]!
      for (const [j, value] of slope.entries()) {
        const sold = j === slope.length - 1 ? left : Math.min(left, size[j]!)
        lost += Math.max(0, least - value) * sold
        left -= sold
      }
      return { asset, size, slope: slope.map((value) => Math.max(value, least)) }
    })
    const relaxed = solveProblem({ ...this.#problem, taxes })
    return lowerBoundOf(relaxed) - lost
  }

  #conclude({ sides, answer }: Tried, lowerBound: number): RebalanceSolution | DiscreteSolved {
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

/** A point before none, less cost before more, less clash before more. */
function isBetter({ answer: a }: Tried, { answer: b }: Tried): boolean {
  if (a.status === 'solved') return b.status !== 'solved' || a.objective < b.objective
  return a.status === 'infeasible' && b.status === 'infeasible' && a.shortfall < b.shortfall
}

function lowerBoundOf(answer: RebalanceSolution | DiscreteSolved): number {
  if (answer.status === 'infeasible') return Number.POSITIVE_INFINITY
  if (answer.status === 'failed') return Number.NEGATIVE_INFINITY
  return isDiscrete(answer) ? answer.discrete.lowerBound : answer.objective - answer.certificate.gap
}
