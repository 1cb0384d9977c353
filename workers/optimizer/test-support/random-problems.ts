import type { Random } from '../../../core/random.ts'
import type { Covariance, GroupLimit, RebalanceProblem } from '../problem.ts'

/**
 * Seeded problems for tests: realistic ones mixed with every degeneracy the design names. About half are built around
 * a point that satisfies all limits (`feasiblePoint`), so that "infeasible" would be a wrong answer.
 */
export interface RandomProblem {
  readonly problem: RebalanceProblem
  readonly feasiblePoint: Float64Array | null
}

export interface RandomProblemOptions {
  readonly size?: number
}

export function randomProblem(random: Random, id: string, options: RandomProblemOptions = {}): RandomProblem {
  const n = options.size ?? random.pick([2, 2, 3, 3, 4, 5, 6, 8, 10, 12, 15, 20, 30, 50, 100])
  const chance = (probability: number): boolean => random.next() < probability
  const fill = (make: (i: number) => number): Float64Array => Float64Array.from({ length: n }, (_, i) => make(i))
  const rounded = chance(0.25)
  const current = randomWeights(random, n, rounded)
  const aim = chance(0.1) ? current.slice() : randomWeights(random, n, rounded)
  if (!rounded && chance(0.5)) for (let i = 0; i < n; i++) aim[i] = 0.9 * current[i]! + 0.1 * aim[i]!
  const costClass = random.pick(['zero', 'usual', 'usual', 'usual', 'huge', 'mixed', 'equal', 'rebate'])
  const cost = (i: number): number =>
    costClass === 'zero' || i === n - 1
      ? 0
      : costClass === 'huge'
        ? 10 ** random.between(0, 3)
        : costClass === 'equal'
          ? 0.002
          : costClass === 'mixed' && chance(0.5)
            ? 0
            : 10 ** random.between(-4, -2)
  const costBuy = fill(cost)
  const costSell = costClass === 'equal' ? costBuy.slice() : fill(cost)
  if (costClass === 'rebate') for (let i = 0; i < n; i++) costSell[i] = -costBuy[i]! * random.pick([0.5, 1])
  const impactClass = random.pick(['zero', 'zero', 'usual', 'usual', 'mixed', 'large'])
  const impact = fill(() =>
    impactClass === 'zero' || (impactClass === 'mixed' && chance(0.5))
      ? 0
      : impactClass === 'large'
        ? random.between(0.1, 2)
        : 10 ** random.between(-4, -1),
  )
  const frozen = chance(0.25) ? Uint8Array.from({ length: n }, () => (chance(0.4) ? 1 : 0)) : null
  if (chance(0.02)) frozen?.fill(1)
  const anchor = chance(0.6) ? anchorPoint(random, current, frozen) : null
  const { lower, upper } = randomBounds(random, current, aim, anchor)
  const groupCaps = randomGroups(random, anchor ?? current, lower, anchor !== null)
  const distance = (x: Float64Array): number => x.reduce((sum, value, i) => sum + Math.abs(value - current[i]!), 0) / 2
  let turnoverCap: number | null = null
  if (chance(0.35))
    turnoverCap =
      anchor === null
        ? random.pick([0, 0.01, 0.1, 1])
        : distance(anchor) * random.pick([1, 1, 1.01, 1.5, 1 + 1e-9]) + random.pick([0, 0, 1e-3])
  const problem: RebalanceProblem = {
    id,
    riskScale: random.pick([1e-3, 0.1, 0.4, 0.4, 0.4, 1, 10, 0]),
    covariance: randomCovariance(random, n),
    current,
    aim,
    lower,
    upper,
    costBuy,
    costSell,
    impact,
    groupCaps,
    turnoverCap,
    frozen,
    view: chance(0.1) ? fill(() => 0.01 * random.normal()) : null,
    groupFloors: [],
    reserve: null,
    taxes: [],
  }
  return { problem, feasiblePoint: anchor }
}

function randomWeights(random: Random, n: number, rounded: boolean): Float64Array {
  const raw = Float64Array.from({ length: n }, () => (rounded ? random.integer(4) : Math.exp(0.8 * random.normal())))
  if (raw.every((value) => value === 0)) raw[0] = 1
  if (random.next() < 0.1) raw[random.integer(n)] = 0
  const total = raw.reduce((sum, value) => sum + value, 0)
  if (total === 0) return raw.fill(1 / n)
  return raw.map((value) => value / total)
}

/** A point reached by moving weight between pairs of lines that are not frozen. */
function anchorPoint(random: Random, current: Float64Array, frozen: Uint8Array | null): Float64Array {
  const x = current.slice()
  const moving = Array.from(x.keys()).filter((i) => !frozen?.[i])
  if (moving.length < 2) return x
  for (let move = random.integer(moving.length + 1); move > 0; move--) {
    const [from, to] = [random.pick(moving), random.pick(moving)]
    const amount = x[from]! * random.pick([0, 0.1, 0.5, 1])
    x[from]! -= amount
    x[to]! += amount
  }
  return x
}

function randomBounds(
  random: Random,
  current: Float64Array,
  aim: Float64Array,
  anchor: Float64Array | null,
): { lower: Float64Array; upper: Float64Array } {
  const n = current.length
  const lower = new Float64Array(n)
  const upper = new Float64Array(n)
  const style = random.pick(['wide', 'band', 'band', 'tight', 'pinned', 'edge', 'onesided', 'thin'])
  for (let i = 0; i < n; i++) {
    const center = anchor?.[i] ?? (random.next() < 0.5 ? aim[i]! : current[i]!)
    const width = random.between(0.01, 0.1)
    const [down, up] =
      style === 'wide'
        ? [1, 1]
        : style === 'band'
          ? [width, random.between(0.01, 0.1)]
          : style === 'tight'
            ? [random.pick([0, 1e-3]), random.pick([0, 1e-3])]
            : style === 'pinned'
              ? random.pick([
                  [0, 0],
                  [0.05, 0.05],
                ])
              : style === 'edge'
                ? [0, random.pick([0, width])]
                : style === 'thin'
                  ? [10 ** random.between(-15, -6), 10 ** random.between(-15, -6)]
                  : random.pick([
                      [0, width],
                      [width, 0],
                    ])
    lower[i] = Math.max(Math.min(0, center), center - down!)
    upper[i] = Math.min(Math.max(1, center), center + up!)
  }
  // cash is usually the line with room
  if (style !== 'edge' && random.next() < 0.7) {
    lower[n - 1] = Math.min(lower[n - 1]!, 0)
    upper[n - 1] = Math.max(upper[n - 1]!, 0.2)
  }
  return { lower, upper }
}

function randomGroups(random: Random, point: Float64Array, lower: Float64Array, mustHold: boolean): GroupLimit[] {
  const groups: GroupLimit[] = []
  for (let g = random.pick([0, 0, 1, 1, 2, 3, 6]); g > 0; g--) {
    const share = random.pick([0.1, 0.35, 0.7, 1])
    const members = Array.from(point.keys()).filter(() => random.next() < share)
    const level = members.reduce((sum, i) => sum + point[i]!, 0)
    const least = members.reduce((sum, i) => sum + lower[i]!, 0)
    const slack = random.pick([0, 0, 1e-3, 0.05])
    const cap = mustHold ? level + slack : random.pick([level + slack, level * 0.97, least, least + slack])
    groups.push({ members, cap })
    if (random.next() < 0.1) groups.push({ members: [...members].reverse(), cap: cap + random.pick([0, 0.01]) })
  }
  return groups
}

function randomCovariance(random: Random, n: number): Covariance {
  const factorCount = random.pick([0, 1, 1, 4, 4, 6])
  const loadings = Float64Array.from({ length: n * factorCount }, () => 0.4 * random.normal())
  const specific = Float64Array.from({ length: n }, () => random.between(0.01, 0.5))
  const style = random.pick(['usual', 'usual', 'singular', 'twins', 'none', 'mixed', 'wide'])
  if (style === 'singular') specific.fill(0)
  if (style === 'none') {
    specific.fill(0)
    loadings.fill(0)
  }
  if (style === 'mixed') for (let i = 0; i < n; i++) if (random.next() < 0.5) specific[i] = 0
  if (style === 'wide') for (let i = 0; i < n; i++) specific[i] = 10 ** random.between(-9, 1)
  if (style === 'twins' && n > 1) {
    specific.fill(0)
    loadings.copyWithin(factorCount, 0, factorCount)
  }
  // cash
  specific[n - 1] = 0
  loadings.fill(0, (n - 1) * factorCount)
  if (random.next() < 0.6) return { kind: 'factors', factorCount, loadings, specific }
  const matrix = new Float64Array(n * n)
  for (let i = 0; i < n; i++)
    for (let j = 0; j <= i; j++) {
      let sum = i === j ? specific[i]! : 0
      for (let f = 0; f < factorCount; f++) sum += loadings[i * factorCount + f]! * loadings[j * factorCount + f]!
      matrix[i * n + j] = sum
      matrix[j * n + i] = sum
    }
  return { kind: 'dense', matrix }
}
