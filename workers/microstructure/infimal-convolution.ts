/** Somewhere a quantity can be traded: q USD cost `linear·q + impact·q^{3/2}` there, up to its capacity. */
export interface CostSource {
  /** Fraction of traded value; below zero where a price is better than the reference. */
  readonly linear: number
  /** Per √USD, at least 0. With 0 it is a price level: every unit costs the same. */
  readonly impact: number
  /** USD it can take; may be infinite. */
  readonly capacity: number
  /**
   * USD already taken from the same curve, which the source is the rest of: q more cost
   * `linear·q + impact·((from + q)^{3/2} − from^{3/2})`. Absent: 0.
   */
  readonly from?: number
}

/**
 * Q as a function of the marginal cost λ between two breakpoints: `Q = offset + weight·(λ − middle)²`, or, where price
 * levels of one cost are filled, any Q from `low` to `high` at λ = from = to.
 */
interface Range {
  readonly from: number
  readonly to: number
  /** USD. */
  readonly low: number
  readonly high: number
  readonly weight: number
  readonly middle: number
  readonly offset: number
  /** C(low), USD. */
  readonly cost: number
}

/**
 * Infimal convolution of cost curves: `C(Q) = min Σ C_v(q_v)` over `Σ q_v = Q`, `0 ≤ q_v ≤ U_v`; what a router pays
 * that always takes the cheapest unit next. Exact: all sources trade up to one marginal cost λ,
 * `q_v = min(U_v, ((λ − c_v)/(1.5·K_v))² − from_v)`, so Q is quadratic in λ between breakpoints and λ(Q) a square root.
 * Beyond the summed capacity the last marginal cost goes on, so that C stays convex.
 */
export class MergedCost {
  /** USD that the sources take together. */
  readonly capacity: number
  readonly #sources: readonly CostSource[]
  readonly #ranges: readonly Range[]

  constructor(sources: readonly CostSource[]) {
    this.#sources = sources
    this.#ranges = rangesOf(sources.filter((source) => source.capacity > 0))
    this.capacity = sources.reduce((sum, source) => sum + Math.max(0, source.capacity), 0)
  }

  /** λ: what one more USD would cost at Q, fraction of traded value; NaN where no source can take anything. */
  marginal(quantity: number): number {
    const range = this.#rangeOf(quantity)
    return range === undefined ? Number.NaN : lambdaOf(range, quantity)
  }

  /** USD per source, in the order given; sums to Q, or to the capacity where Q is above it. */
  split(quantity: number): Float64Array {
    const sources = this.#sources
    const parts = new Float64Array(sources.length)
    const range = this.#rangeOf(quantity)
    if (range === undefined || !(quantity > 0)) return parts
    const lambda = lambdaOf(range, quantity)
    let left = Math.min(quantity, this.capacity)
    let largest = -1
    for (let v = 0; v < parts.length; v++) {
      if (isOpenLevel(sources[v]!, range)) continue
      parts[v] = takenAt(sources[v]!, lambda)
      left -= parts[v]!
      const isPartial = parts[v]! > 0 && parts[v]! < sources[v]!.capacity
      if (isPartial && (largest < 0 || parts[v]! > parts[largest]!)) largest = v
    }
    for (let v = 0; v < parts.length && left > 0; v++) {
      if (!isOpenLevel(sources[v]!, range)) continue
      parts[v] = Math.min(left, Math.max(0, sources[v]!.capacity))
      left -= parts[v]!
    }
    // What rounding left over.
    if (largest >= 0) parts[largest] = Math.min(sources[largest]!.capacity, Math.max(0, parts[largest]! + left))
    return parts
  }

  /** USD. All beyond the capacity is paid at the last marginal cost. */
  cost(quantity: number): number {
    const range = this.#rangeOf(quantity)
    return range === undefined ? (quantity === 0 ? 0 : Number.NaN) : costWithin(range, quantity)
  }

  #rangeOf(quantity: number): Range | undefined {
    const ranges = this.#ranges
    let [low, high] = [0, ranges.length - 1]
    while (low < high) {
      const middle = (low + high) >> 1
      if (ranges[middle]!.high < quantity) low = middle + 1
      else high = middle
    }
    return ranges[low]
  }
}

/** USD that q USD cost on one source alone; within its capacity. */
export function sourceCost({ linear, impact, from = 0 }: CostSource, q: number): number {
  if (from === 0) return linear * q + impact * q * Math.sqrt(q)
  // without the difference of near numbers
  const [before, after] = [Math.sqrt(from), Math.sqrt(from + q)]
  return linear * q + (impact * q * (after * after + after * before + before * before)) / (after + before)
}

/** Marginal cost of the first unit, and of the last one. */
const startAt = ({ linear, impact, from = 0 }: CostSource): number =>
  impact === 0 ? linear : linear + 1.5 * impact * Math.sqrt(from)
const fullAt = ({ linear, impact, capacity, from = 0 }: CostSource): number =>
  impact === 0 ? linear : linear + 1.5 * impact * Math.sqrt(from + capacity)

const isOpenLevel = (source: CostSource, range: Range): boolean =>
  source.impact === 0 && range.from === range.to && source.linear === range.from

function takenAt(source: CostSource, lambda: number): number {
  if (!(source.capacity > 0) || lambda < startAt(source)) return 0
  if (lambda >= fullAt(source)) return source.capacity
  return Math.max(0, ((lambda - source.linear) / (1.5 * source.impact)) ** 2 - (source.from ?? 0))
}

function lambdaOf(range: Range, quantity: number): number {
  if (quantity >= range.high || range.weight === 0) return range.to
  const root = range.middle + Math.sqrt(Math.max(0, (quantity - range.offset) / range.weight))
  return Math.min(range.to, Math.max(range.from, root))
}

/**
 * C(low) + ∫ λ dQ. Between breakpoints dQ = 2·weight·u du with u = λ − middle, so that ∫ u dQ = ⅔·weight·(u₁³ − u₀³);
 * written without the difference of near numbers, as weight·(u₁² − u₀²) is Q − low.
 */
function costWithin(range: Range, quantity: number): number {
  const { from, to, low, high, weight, middle, cost } = range
  const within = Math.min(quantity, high)
  const beyond = quantity > high ? to * (quantity - high) : 0
  if (weight === 0) return cost + to * (within - low) + beyond
  const [start, end] = [from - middle, lambdaOf(range, within) - middle]
  const mean = start + end > 0 ? ((2 / 3) * (end * end + end * start + start * start)) / (end + start) : 0
  return cost + (middle + mean) * (within - low) + beyond
}

interface Placed {
  readonly source: CostSource
  readonly start: number
  readonly full: number
}

function rangesOf(sources: readonly CostSource[]): Range[] {
  const rising = sources
    .map((source): Placed => ({ source, start: startAt(source), full: fullAt(source) }))
    .sort((a, b) => a.start - b.start)
  const ranges: Range[] = []
  let active: Placed[] = []
  let [next, full, reached, cost] = [0, 0, 0, 0]
  let from = rising[0]?.start ?? Number.POSITIVE_INFINITY
  while (next < rising.length || active.length > 0) {
    let level = 0
    for (; next < rising.length && rising[next]!.start === from; next++) {
      const placed = rising[next]!
      if (placed.source.impact > 0) active.push(placed)
      else level += placed.source.capacity
    }
    if (level > 0) {
      ranges.push({ from, to: from, low: reached, high: reached + level, weight: 0, middle: 0, offset: 0, cost })
      full += level
      reached += level
      cost += from * level
    }
    let to = rising[next]?.start ?? Number.POSITIVE_INFINITY
    for (const placed of active) to = Math.min(to, placed.full)
    if (active.length > 0) {
      const square = sumOfSquares(active)
      const offset = full + square.offset
      const high = Math.max(reached, offset + square.weight * (to - square.middle) ** 2)
      const range = { ...square, from, to, low: reached, high, offset, cost }
      ranges.push(range)
      cost = costWithin(range, high)
      reached = high
      const open = active.filter((placed) => placed.full > to)
      if (open.length < active.length) {
        for (const placed of active) if (placed.full <= to) full += placed.source.capacity
        active = open
      }
    }
    from = to
  }
  return ranges
}

/** `Σ ((λ − c)/(1.5·K))² − from = weight·(λ − middle)² + offset`. */
function sumOfSquares(active: readonly Placed[]): Pick<Range, 'weight' | 'middle' | 'offset'> {
  let [weight, weighted, offset] = [0, 0, 0]
  for (const {
    source: { linear, impact },
  } of active) {
    weight += 1 / (1.5 * impact) ** 2
    weighted += linear / (1.5 * impact) ** 2
  }
  const middle = weighted / weight
  for (const { source } of active)
    offset += ((source.linear - middle) / (1.5 * source.impact)) ** 2 - (source.from ?? 0)
  return { weight, middle, offset }
}
