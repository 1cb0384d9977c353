/** Somewhere a quantity can be traded: q USD cost `linear·q + impact·q^{3/2}` there, up to its capacity. */
export interface CostSource {
  /** Fraction of traded value; below zero where a price is better than the reference. */
  readonly linear: number
  /** Per √USD, at least 0. With 0 it is a price level: every unit costs the same. */
  readonly impact: number
  /** USD it can take; may be infinite. */
  readonly capacity: number
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
}

/**
 * Infimal convolution of cost curves: `C(Q) = min Σ C_v(q_v)` over `Σ q_v = Q`, `0 ≤ q_v ≤ U_v`; what a router pays
 * that always takes the cheapest unit next. Exact: all sources trade up to one marginal cost λ,
 * `q_v = min(U_v, ((λ − c_v)/(1.5·K_v))²)`, so Q is quadratic in λ between breakpoints and λ(Q) a square root.
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

  /** USD. What sources at λ leave over is paid at λ: the level that is open, and all beyond the capacity. */
  cost(quantity: number): number {
    const range = this.#rangeOf(quantity)
    if (range === undefined) return quantity === 0 ? 0 : Number.NaN
    const lambda = lambdaOf(range, quantity)
    let [left, total] = [quantity, 0]
    for (const source of this.#sources) {
      if (isOpenLevel(source, range)) continue
      const part = takenAt(source, lambda)
      left -= part
      total += sourceCost(source, part)
    }
    return total + lambda * left
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
export const sourceCost = ({ linear, impact }: CostSource, q: number): number => linear * q + impact * q * Math.sqrt(q)

const fullAt = ({ linear, impact, capacity }: CostSource): number =>
  impact === 0 ? linear : linear + 1.5 * impact * Math.sqrt(capacity)

const isOpenLevel = (source: CostSource, range: Range): boolean =>
  source.impact === 0 && range.from === range.to && source.linear === range.from

function takenAt(source: CostSource, lambda: number): number {
  if (!(source.capacity > 0) || lambda < source.linear) return 0
  if (lambda >= fullAt(source)) return source.capacity
  return ((lambda - source.linear) / (1.5 * source.impact)) ** 2
}

function lambdaOf(range: Range, quantity: number): number {
  if (quantity >= range.high || range.weight === 0) return range.to
  const root = range.middle + Math.sqrt(Math.max(0, (quantity - range.offset) / range.weight))
  return Math.min(range.to, Math.max(range.from, root))
}

function rangesOf(sources: readonly CostSource[]): Range[] {
  const rising = [...sources].sort((a, b) => a.linear - b.linear)
  const ends = new Float64Array(2 * rising.length)
  rising.forEach((source, i) => {
    ends[2 * i] = source.linear
    ends[2 * i + 1] = fullAt(source)
  })
  const breaks = ends.sort().filter((end, i) => i === 0 || end !== ends[i - 1])
  const ranges: Range[] = []
  let active: CostSource[] = []
  let [next, full, reached] = [0, 0, 0]
  breaks.forEach((from, i) => {
    for (const source of active) if (fullAt(source) <= from) full += source.capacity
    active = active.filter((source) => fullAt(source) > from)
    let level = 0
    for (; next < rising.length && rising[next]!.linear === from; next++) {
      if (rising[next]!.impact > 0) active.push(rising[next]!)
      else level += rising[next]!.capacity
    }
    if (level > 0) {
      ranges.push({ from, to: from, low: reached, high: reached + level, weight: 0, middle: 0, offset: 0 })
      full += level
      reached += level
    }
    if (active.length === 0) return
    const to = breaks[i + 1] ?? Number.POSITIVE_INFINITY
    const square = sumOfSquares(active)
    const offset = full + square.offset
    const high = Math.max(reached, offset + square.weight * (to - square.middle) ** 2)
    ranges.push({ ...square, from, to, low: reached, high, offset })
    reached = high
  })
  return ranges
}

/** `Σ ((λ − c)/(1.5·K))² = weight·(λ − middle)² + offset`. */
function sumOfSquares(active: readonly CostSource[]): Pick<Range, 'weight' | 'middle' | 'offset'> {
  let [weight, weighted, offset] = [0, 0, 0]
  for (const { linear, impact } of active) {
    weight += 1 / (1.5 * impact) ** 2
    weighted += linear / (1.5 * impact) ** 2
  }
  const middle = weighted / weight
  for (const { linear, impact } of active) offset += ((linear - middle) / (1.5 * impact)) ** 2
  return { weight, middle, offset }
}
