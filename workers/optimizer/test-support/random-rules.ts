import type { Random } from '../../../core/random.ts'
import type { DiscreteRules } from '../discrete/discrete-rules.ts'
import type { RebalanceProblem } from '../problem.ts'
import type { RandomProblem } from './random-problems.ts'
import { randomFullProblem } from './random-terms.ts'

/** A full random problem of up to 20 lines with tickets, minimum trades, steps and losses that are worth a round trip. */
export function randomRuledProblem(
  random: Random,
  id: string,
): RandomProblem & { readonly rules: DiscreteRules | null } {
  const size = random.pick([2, 3, 4, 5, 6, 8, 10, 12, 20])
  const { problem, feasiblePoint } = randomFullProblem(random.fork('full'), id, { size })
  return {
    problem: { ...problem, taxes: withDeepLosses(random, problem) },
    feasiblePoint,
    rules: randomRules(random, size),
  }
}

function withDeepLosses(random: Random, { taxes, costBuy, costSell }: RebalanceProblem): RebalanceProblem['taxes'] {
  return taxes.map((tax) => {
    if (random.next() < 0.5) return tax
    const roundTrip = Math.max(1e-4, costBuy[tax.asset]! + costSell[tax.asset]!)
    return { ...tax, slope: tax.slope.with(0, Math.min(tax.slope[0]!, -random.pick([1.5, 2, 10]) * roundTrip)) }
  })
}

function randomRules(random: Random, size: number): DiscreteRules | null {
  if (random.next() < 0.2) return null
  const cash = random.next() < 0.9 ? size - 1 : 0
  const column = (make: () => number): Float64Array => {
    const used = random.next() < 0.5
    return Float64Array.from({ length: size }, (_, i) => (i === cash || !used || random.next() < 0.2 ? 0 : make()))
  }
  return {
    ticket: column(() => 10 ** random.between(-6, -3)),
    minimumTrade: column(() => 10 ** random.between(-4, -1)),
    step: column(() => 10 ** random.between(-6, -1.3)),
    cash,
  }
}
