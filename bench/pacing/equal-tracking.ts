import { MEMORIES, type Memory, type Outcome } from './simulate.ts'

/** A policy brought to a tracking error. */
export interface Matched {
  readonly looseness: number
  readonly cost: Readonly<Record<Memory, number>>
  readonly turnover: number
  readonly tradesPerBookYear: number
}

const STEPS = 7
/** A policy that is further than this from the wanted tracking error at its tightest can't be brought to it. */
const REACHED = 1.03
const TIGHTEST = 0.01
/** Outcomes whose tracking error is within this factor of the wanted one make the line that it is read off. */
const NEAR = 1.35
const MEMORY_NAMES = Object.keys(MEMORIES) as Memory[]

/**
 * What a policy costs at a tracking error. Both move in small jumps with looseness, so a line is put through the
 * logarithms of cost against that of tracking error, over the outcomes near the one that gives it, and read off at it.
 * NaN where the policy can't be brought to it: a part of the way a day leaves some error however much risk weighs.
 */
export function atTrackingError(wanted: number, first: number, run: (looseness: number) => Outcome): Matched {
  const tried: { readonly looseness: number; readonly outcome: Outcome }[] = []
  const gapAt = (looseness: number): number => {
    const outcome = run(looseness)
    tried.push({ looseness, outcome })
    return Math.log(outcome.trackingError / wanted)
  }
  // tracking error grows about like looseness: secant steps on the logarithms, held to a factor of 4
  let [x, gap] = [Math.log(first), gapAt(first)]
  let slope = 1
  for (let step = 1; step < STEPS; step++) {
    const next = Math.max(Math.log(TIGHTEST), x - Math.max(-1.4, Math.min(1.4, gap / slope)))
    // two at the same place say nothing about the line
    const spread = Math.abs(next - x) < 0.04 ? next + 0.12 * (step % 2 === 0 ? 1 : -1) : next
    const nextGap = gapAt(Math.exp(spread))
    if (Math.abs(spread - x) > 1e-6) slope = Math.max(0.3, Math.min(3, (nextGap - gap) / (spread - x)))
    ;[x, gap] = [spread, nextGap]
  }
  const isReached = tried.some(({ outcome }) => outcome.trackingError <= REACHED * wanted)
  const near = tried.filter(
    ({ outcome }) => isReached && Math.abs(Math.log(outcome.trackingError / wanted)) < Math.log(NEAR),
  )
  const readOff = (of: (outcome: Outcome) => number): number =>
    Math.exp(
      lineAt(near.map(({ outcome }) => [Math.log(outcome.trackingError / wanted), Math.log(of(outcome))] as const)),
    )
  return {
    looseness: Math.exp(
      lineAt(near.map(({ outcome, looseness }) => [Math.log(outcome.trackingError / wanted), Math.log(looseness)])),
    ),
    cost: Object.fromEntries(MEMORY_NAMES.map((name) => [name, readOff(({ cost }) => cost[name])])) as Record<
      Memory,
      number
    >,
    turnover: readOff(({ turnover }) => turnover),
    tradesPerBookYear: readOff(({ tradesPerBookYear }) => tradesPerBookYear),
  }
}

/** Of the least-squares line through the points, at 0; their mean where they say nothing of a slope. NaN of none. */
function lineAt(points: readonly (readonly [number, number])[]): number {
  const [meanX, meanY] = [0, 1].map((k) => points.reduce((sum, point) => sum + point[k]!, 0) / points.length)
  const squares = points.reduce((sum, [x]) => sum + (x - meanX!) ** 2, 0)
  if (!(squares > 1e-8)) return meanY!
  const slope = points.reduce((sum, [x, y]) => sum + (x - meanX!) * (y - meanY!), 0) / squares
  return meanY! - slope * meanX!
}
