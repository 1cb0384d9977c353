/**
 * The one-asset dynamic problem on a grid, for tests: a distance y from the target, in weight, that diffuses every day
 * and may be traded. What is minimised is the mean per year of
 *
 *     ½γσ²·y² (after the day's trade)  +  Σ ε·|Δ| + k·|Δ|^{3/2}.
 */
export interface OneAsset {
  readonly volatility: number
  readonly target: number
  readonly riskAversion: number
  readonly cost: number
  readonly impact: number
  /** Years between two trades. */
  readonly stepYears: number
}

export interface Grid {
  readonly points: Float64Array
  /** Row-major: from where a day's trade ends to where the next one begins. */
  readonly transition: Float64Array
}

/** Normal steps of π(1−π)σ√τ on evenly spaced points within ±`halfWidth`; what would leave is spread over the rest. */
export function gridOf({ volatility, target, stepYears }: OneAsset, halfWidth: number, count: number): Grid {
  const deviation = target * (1 - target) * volatility * Math.sqrt(stepYears)
  const points = Float64Array.from({ length: count }, (_, i) => halfWidth * ((2 * i) / (count - 1) - 1))
  const transition = new Float64Array(count * count)
  for (let i = 0; i < count; i++) {
    let total = 0
    for (let j = 0; j < count; j++)
      total += transition[i * count + j] = Math.exp(-0.5 * ((points[j]! - points[i]!) / deviation) ** 2)
    for (let j = 0; j < count; j++) transition[i * count + j]! /= total
  }
  return { points, transition }
}

const dayCost = ({ volatility, riskAversion, cost, impact, stepYears }: OneAsset, before: number, after: number) => {
  const trade = Math.abs(after - before)
  return 0.5 * riskAversion * volatility ** 2 * after ** 2 * stepYears + cost * trade + impact * trade ** 1.5
}

/** Least mean cost per year over all policies that trade from grid point to grid point, by Howard's iteration. */
export function dynamicOptimum(asset: OneAsset, { points, transition }: Grid): number {
  const n = points.length
  const choice = new Int32Array(n).fill(n >> 1)
  for (let round = 0; round < 200; round++) {
    const { mean, values } = meanCost(
      (i) => transition.subarray(choice[i]! * n, (choice[i]! + 1) * n),
      (i) => dayCost(asset, points[i]!, points[choice[i]!]!),
      n,
    )
    const next = new Float64Array(n)
    for (let j = 0; j < n; j++) for (let m = 0; m < n; m++) next[j]! += transition[j * n + m]! * values[m]!
    let changed = false
    for (let i = 0; i < n; i++) {
      const worth = (j: number): number => dayCost(asset, points[i]!, points[j]!) + next[j]!
      let best = choice[i]!
      for (let j = 0; j < n; j++) if (worth(j) < worth(best) - 1e-15) best = j
      changed ||= best !== choice[i]
      choice[i] = best
    }
    if (!changed) return mean / asset.stepYears
  }
  throw new Error('policy iteration did not settle')
}

/** Mean cost per year of a policy that says where a day's trade ends; between grid points transitions are mixed. */
export function policyCost(asset: OneAsset, { points, transition }: Grid, policy: (y: number) => number): number {
  const n = points.length
  const spacing = points[1]! - points[0]!
  const after = points.map(policy)
  const row = (i: number): Float64Array => {
    const at = Math.min(n - 2, Math.max(0, Math.floor((after[i]! - points[0]!) / spacing)))
    const share = (after[i]! - points[at]!) / spacing
    return Float64Array.from(
      { length: n },
      (_, m) => (1 - share) * transition[at * n + m]! + share * transition[(at + 1) * n + m]!,
    )
  }
  return meanCost(row, (i) => dayCost(asset, points[i]!, after[i]!), n).mean / asset.stepYears
}

/** Solves `values + mean = cost + P·values` with the middle value at 0. */
function meanCost(row: (i: number) => Float64Array, cost: (i: number) => number, n: number) {
  const size = n + 1
  const width = size + 1
  const system = new Float64Array(size * width)
  for (let i = 0; i < n; i++) {
    const from = row(i)
    for (let j = 0; j < n; j++) system[i * width + j] = (i === j ? 1 : 0) - from[j]!
    system[i * width + n] = 1
    system[i * width + size] = cost(i)
  }
  system[n * width + (n >> 1)] = 1
  eliminate(system, size)
  const values = Float64Array.from({ length: n }, (_, i) => system[i * width + size]!)
  return { mean: system[n * width + size]!, values }
}

/** Gauss–Jordan with row pivoting on a size×(size+1) system; the answer is its last column. */
function eliminate(system: Float64Array, size: number): void {
  const width = size + 1
  for (let column = 0; column < size; column++) {
    let pivot = column
    for (let r = column + 1; r < size; r++)
      if (Math.abs(system[r * width + column]!) > Math.abs(system[pivot * width + column]!)) pivot = r
    if (pivot !== column) {
      const [a, b] = [pivot * width, column * width]
      const kept = system.slice(a, a + width)
      system.copyWithin(a, b, b + width)
      system.set(kept, b)
    }
    const lead = system[column * width + column]!
    for (let c = column; c < width; c++) system[column * width + c]! /= lead
    for (let r = 0; r < size; r++) {
      const factor = system[r * width + column]!
      if (r === column || factor === 0) continue
      for (let c = column; c < width; c++) system[r * width + c]! -= factor * system[column * width + c]!
    }
  }
}
