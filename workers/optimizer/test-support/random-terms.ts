import type { Random } from '../../../core/random.ts'
import type { CashReserve, GroupFloor, RebalanceProblem } from '../problem.ts'
import { reserveRoom } from '../reserve-price.ts'
import type { SaleTax } from '../sale-tax.ts'
import { type RandomProblem, type RandomProblemOptions, randomProblem } from './random-problems.ts'

/**
 * A random problem with floors, a reserve and taxed lots on top: usual ones, and ones that only just hold, can't
 * hold, or say nothing. Around a feasible point every one of them holds there.
 */
export function randomFullProblem(random: Random, id: string, options: RandomProblemOptions = {}): RandomProblem {
  const { problem, feasiblePoint } = randomProblem(random.fork('base'), id, options)
  const groupFloors = randomFloors(random, feasiblePoint ?? problem.current, problem, feasiblePoint !== null)
  const taxes = randomTaxes(random, problem)
  const reserve = randomReserve(random, problem, feasiblePoint)
  return { problem: { ...problem, groupFloors, taxes, reserve }, feasiblePoint }
}

function randomFloors(
  random: Random,
  point: Float64Array,
  { upper }: RebalanceProblem,
  mustHold: boolean,
): GroupFloor[] {
  const floors: GroupFloor[] = []
  for (let f = random.pick([0, 0, 1, 1, 2, 4]); f > 0; f--) {
    const share = random.pick([0, 0.1, 0.35, 0.7, 1])
    const members = Array.from(point.keys()).filter(() => random.next() < share)
    const level = members.reduce((sum, i) => sum + point[i]!, 0)
    const most = members.reduce((sum, i) => sum + upper[i]!, 0)
    const slack = random.pick([0, 0, 1e-3, 0.05])
    const floor = mustHold ? level - slack : random.pick([level - slack, level * 1.03, most, most - slack])
    floors.push({ members, floor })
    if (random.next() < 0.1) floors.push({ members: [...members].reverse(), floor: floor - random.pick([0, 0.01]) })
  }
  return floors
}

function randomTaxes(random: Random, problem: RebalanceProblem): SaleTax[] {
  const { current, costBuy, costSell } = problem
  const taxed = random.pick([0, 0.3, 0.7, 1])
  return Array.from(current.keys()).flatMap((asset) => {
    if (random.next() >= taxed) return []
    const lots = random.pick([1, 1, 2, 3, 3, 5, 12])
    const roundTrip = costBuy[asset]! + costSell[asset]!
    // the least slope that leaves a line convex, once in a while exactly
    const first = random.pick([-roundTrip, -0.5 * roundTrip, 0, 0, 1e-4, 0.01])
    const rise = random.pick([0, 1e-9, 1e-3, 0.01, 0.1, 10])
    const size = Float64Array.from({ length: lots }, () =>
      random.next() < 0.1 ? random.pick([0, 1e-14, 1e-10]) : (current[asset]! * random.next() * 2) / lots,
    )
    const slope = new Float64Array(lots)
    for (let j = 0; j < lots; j++)
      slope[j] = j === 0 ? Math.max(first, -roundTrip) : slope[j - 1]! + rise * random.pick([0, 0.5, 1, random.next()])
    // all that is held: the last lot ends where the line does
    if (random.next() < 0.3)
      size[lots - 1] = Math.max(0, current[asset]! - size.subarray(0, -1).reduce((a, b) => a + b, 0))
    return [{ asset, size, slope }]
  })
}

function randomReserve(random: Random, problem: RebalanceProblem, point: Float64Array | null): CashReserve | null {
  if (random.next() < 0.4) return null
  const asset = random.next() < 0.9 ? problem.current.length - 1 : random.integer(problem.current.length)
  const leftAt = (x: Float64Array): number => reserveRoom({ ...problem, reserve: { asset, weight: 0 } }, x)
  const slack = random.pick([0, 0, 1e-6, 1e-3, 0.02])
  if (point !== null) return { asset, weight: leftAt(point) - slack }
  return { asset, weight: random.pick([0, 0.01, 0.05, problem.current[asset]!, leftAt(problem.current) + slack]) }
}
