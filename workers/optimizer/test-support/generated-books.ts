import type { Random } from '../../../core/random.ts'
import type { BookBatch } from '../book-batch.ts'

/** Assets of a generated universe: cash last, a stablecoin before it, four factors over one month. */
export interface Universe {
  readonly size: number
  readonly covariance: { kind: 'factors'; factorCount: number; loadings: Float64Array; specific: Float64Array }
  /** Yearly volatility, half-spread and daily volume (USD) per asset. */
  readonly volatility: Float64Array
  readonly halfSpread: Float64Array
  readonly dailyVolume: Float64Array
}

const FACTORS = 4
const HORIZON_YEARS = 1 / 12

export function generateUniverse(random: Random, size: number): Universe {
  const loadings = new Float64Array(size * FACTORS)
  const specific = new Float64Array(size)
  const volatility = new Float64Array(size)
  const halfSpread = new Float64Array(size)
  const dailyVolume = new Float64Array(size).fill(Number.POSITIVE_INFINITY)
  volatility[size - 2] = 0.01
  specific[size - 2] = 1e-4 * HORIZON_YEARS
  halfSpread[size - 2] = 2e-4
  dailyVolume[size - 2] = 5e9
  for (let i = 0; i < size - 2; i++) {
    const sigma = random.between(0.4, 1.2)
    // share of the common factors in the variance: correlations near 0.5 to 0.8
    const common = random.between(0.5, 0.8)
    const style = Array.from({ length: FACTORS - 1 }, () => random.normal())
    const length = Math.hypot(...style)
    const direction = [Math.sqrt(0.85), ...style.map((z) => (Math.sqrt(0.15) * z) / length)]
    for (const [f, share] of direction.entries())
      loadings[i * FACTORS + f] = sigma * Math.sqrt(common * HORIZON_YEARS) * share
    specific[i] = sigma ** 2 * (1 - common) * HORIZON_YEARS
    volatility[i] = sigma
    const rank = random.next()
    halfSpread[i] = 2e-4 * 30 ** rank
    dailyVolume[i] = 2e10 * 2.5e-4 ** rank
  }
  return {
    size,
    covariance: { kind: 'factors', factorCount: FACTORS, loadings, specific },
    volatility,
    halfSpread,
    dailyVolume,
  }
}

/** The generated books, and where their weights are after prices moved by 1 %. */
export interface GeneratedBooks {
  readonly batch: BookBatch
  readonly movedWeights: Float64Array
}

const shared = (length: number): Float64Array => new Float64Array(new SharedArrayBuffer(8 * length))

/** Books with one group cap, every one feasible; `impact` false: k = 0. Columns are in shared memory. */
export function generateBooks(random: Random, universe: Universe, count: number, impact: boolean): GeneratedBooks {
  const { size, covariance } = universe
  const length = count * size
  const batch = {
    size,
    count,
    covariance,
    current: shared(length),
    aim: shared(length),
    lower: shared(length),
    upper: shared(length),
    costBuy: shared(length),
    costSell: shared(length),
    impact: shared(length),
    frozen: null,
    view: null,
    groupCount: 1,
    members: new Uint8Array(new SharedArrayBuffer(length)),
    caps: shared(count),
    riskScales: shared(count),
    turnoverCaps: null,
  }
  const movedWeights = shared(length)
  for (let book = 0; book < count; book++) while (!fillBook(random, universe, batch, movedWeights, book, impact));
  return { batch, movedWeights }
}

type Columns = Pick<
  BookBatch,
  'current' | 'aim' | 'lower' | 'upper' | 'costBuy' | 'costSell' | 'impact' | 'members' | 'caps' | 'riskScales'
>

/** False where the draw leaves no room under the group cap. */
function fillBook(
  random: Random,
  { size: n, volatility, halfSpread, dailyVolume }: Universe,
  columns: Columns,
  movedWeights: Float64Array,
  book: number,
  impact: boolean,
): boolean {
  const part = (column: Float64Array): Float64Array => column.subarray(book * n, (book + 1) * n)
  const [w, t, lower, upper] = [columns.current, columns.aim, columns.lower, columns.upper].map(part) as [
    Float64Array,
    Float64Array,
    Float64Array,
    Float64Array,
  ]
  const cash = random.between(0.01, 0.1)
  for (let i = 0; i < n - 1; i++) t[i] = Math.exp(0.8 * random.normal())
  t[n - 1] = 0
  scaleTo(t, 1 - cash)
  t[n - 1] = cash
  const spread = random.between(0.03, 0.3)
  for (let i = 0; i < n; i++) w[i] = t[i]! * (i >= n - 2 ? 1 : Math.exp(spread * random.normal()))
  w[n - 1] = Math.max(0, w[n - 1]! + random.between(-0.5, 1.5) * cash)
  scaleTo(w, 1)
  const tight = random.next() < 0.5
  const wealth = Math.exp(random.between(Math.log(2e5), Math.log(5e7)))
  columns.riskScales[book] = Math.exp(random.between(0, Math.log(15)))
  for (let i = 0; i < n; i++) {
    let band = random.between(0.02, 0.1)
    if (tight) band = Math.min(band, Math.max(random.between(0.2, 0.6) * t[i]!, 0.001))
    lower[i] = Math.max(0, t[i]! - band)
    upper[i] = Math.min(1, t[i]! + band)
    const at = book * n + i
    columns.costBuy[at] = halfSpread[i]! * random.between(0.9, 1.2)
    columns.costSell[at] = halfSpread[i]! * random.between(0.9, 1.2)
    columns.impact[at] = impact ? ((0.8 * volatility[i]!) / Math.sqrt(365)) * Math.sqrt(wealth / dailyVolume[i]!) : 0
    columns.members[at] = i < n - 2 && random.next() < 0.35 ? 1 : 0
  }
  lower[n - 1] = 0
  upper[n - 1] = Math.min(1, Math.max(0.15, 2 * cash))
  let [aimInside, lowInside, highOutside, low] = [0, 0, 0, 0]
  for (let i = 0; i < n; i++) {
    low += lower[i]!
    if (columns.members[book * n + i] === 0) highOutside += upper[i]!
    else {
      aimInside += t[i]!
      lowInside += lower[i]!
    }
  }
  const cap = aimInside > 0 ? aimInside * random.between(0.97, 1.1) : 1
  columns.caps[book] = cap
  const moved = part(movedWeights)
  for (let i = 0; i < n; i++) moved[i] = w[i]! * (i >= n - 2 ? 1 : Math.exp(0.01 * random.normal()))
  scaleTo(moved, 1)
  return lowInside <= cap - 1e-4 && highOutside + cap >= 1 + 1e-4 && low <= 1 - 1e-4
}

function scaleTo(values: Float64Array, total: number): void {
  let sum = 0
  for (const value of values) sum += value
  for (let i = 0; i < values.length; i++) values[i]! *= total / sum
}
