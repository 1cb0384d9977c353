import { type Band, type SettleRule, settleBandOf } from '../../core/band.ts'
import type { Restriction } from '../../core/client-book.ts'
import { CASH } from '../../core/instruments.ts'
import type { Millis } from '../../core/units.ts'
import type { BoundLimits } from '../../workers/optimizer/index.ts'
import type { BookPosition, PositionLine } from './book-position.ts'
import { cutBand, hardLimits } from './hard-limits.ts'

/** What the optimiser may do with each line, and what had to give. */
export interface LineLimits {
  readonly lower: Float64Array
  readonly upper: Float64Array
  /** The tolerance bands within the hard limits: a book that can't settle further inside may end anywhere in them. */
  readonly tolerated: BoundLimits
  /** What never gives way. */
  readonly hard: BoundLimits
  /** The first line whose hard limits can't both hold; null where there is none. */
  readonly clash: string | null
  /** Per line, how far its tolerance band gave way because the bands can't be met together, in weight. */
  readonly relaxedBy: Float64Array
  /** Sentences for the approver: which band gave way to which restriction, and by how much. */
  readonly relaxations: readonly string[]
  /** Per line, the restriction that cuts it; null where none does. */
  readonly cutBy: readonly (string | null)[]
  /** What new cash keeps from trading; null where no cash moved. */
  readonly newCash: NewCash | null
  /** Weights below which lines are not sold: a part of their targets. */
  readonly kept: readonly number[]
}

/** Cash that came in or went out since the last plan: what it calls for comes before anything else. */
export type NewCash = 'in' | 'out'

export const points = (fraction: number): string => `${(fraction * 100).toFixed(2)} pp`

/**
 * Bounds of the post-trade weights: the settle band, cut by restrictions. A restriction never gives way: where a
 * no-buy or no-sell line is outside its settle band, the band of that line moves to the current weight and says so.
 * The optimiser itself never relaxes anything.
 */
export function lineLimits(
  position: BookPosition,
  restrictions: readonly Restriction[],
  options: {
    readonly now: Millis
    readonly cashReserve: number
    /** Largest venue step as a weight, per line. */
    readonly stepWeights: readonly number[]
    /** Estimated cost of the whole rebalance, fraction of the book. */
    readonly costWeight: number
    /** Lines that must not trade: their bounds move to the current weight. */
    readonly frozen: ReadonlySet<string>
    readonly settle: SettleRule
    readonly newCash: NewCash | null
    /** Weights below which lines are not sold, per line: a part of their targets. */
    readonly kept: readonly number[]
  },
): LineLimits {
  const count = position.lines.length
  const lower = new Float64Array(count)
  const upper = new Float64Array(count)
  const [tolerated, hard] = [emptyLimits(count), emptyLimits(count)]
  let clash: string | null = null
  const relaxations: string[] = []
  const cutBy: (string | null)[] = []
  // a rule for the edge gives way to what is forbidden, and nothing moves a line that must not trade
  const force = ({ kind }: Restriction): number => (kind === 'band-edge' ? 0 : kind === 'no-trade' ? 2 : 1)
  const byForce = restrictions
    .filter(({ until }) => until === undefined || until > options.now)
    .sort((a, b) => force(a) - force(b))
  position.lines.forEach((line, i) => {
    const settled = settleBandOf(options.settle, line.band, line.target, options.stepWeights[i]!, options.costWeight)
    const band = options.settle === 'optimal' ? settled : leaveInside(settled, line)
    let { low, high } =
      line.asset === CASH
        ? cashLimits(band, options.cashReserve, options.costWeight)
        : newCashFirst(band, line, options.newCash)
    let cut: string | null = null
    const own = byForce.filter(({ asset }) => asset === line.asset)
    for (const restriction of own) {
      if (restriction.kind === 'keep') continue
      if (restriction.kind === 'at-most') {
        if (restriction.weight < high) {
          high = Math.max(0, restriction.weight)
          low = Math.min(low, high)
          cut = `at most ${(restriction.weight * 100).toFixed(1)} %: ${restriction.reason}`
        }
      } else if (restriction.kind === 'no-buy') {
        if (line.weight < line.band.low)
          relaxations.push(
            `${line.asset} must not be bought (${restriction.reason}): band relaxed by ${points(line.band.low - line.weight)}`,
          )
        low = Math.min(low, line.weight)
        high = Math.min(high, Math.max(line.weight, low))
        cut = `no buy: ${restriction.reason}`
      } else if (restriction.kind === 'no-trade') {
        const outside = Math.max(line.band.low - line.weight, line.weight - line.band.high)
        if (outside > 0)
          relaxations.push(
            `${line.asset} must not be traded (${restriction.reason}): band relaxed by ${points(outside)}`,
          )
        low = line.weight
        high = line.weight
        cut = `no trade: ${restriction.reason}`
      } else if (restriction.kind === 'band-edge') {
        if (isInside(line)) low = high = line.weight
        else if (line.weight > high) low = high
        else high = low
        cut = `to its band's edge only: ${restriction.reason}`
      } else {
        if (line.weight > line.band.high)
          relaxations.push(
            `${line.asset} must not be sold (${restriction.reason}): band relaxed by ${points(line.weight - line.band.high)}`,
          )
        high = Math.max(high, line.weight)
        low = Math.max(low, Math.min(line.weight, high))
        cut = `no sell: ${restriction.reason}`
      }
    }
    const least = Math.min(options.kept[i]!, line.weight, high)
    if (least > low) {
      low = least
      cut ??= keptSentence(line, options.kept[i]!)
    }
    let outermost: Band = { low: line.weight, high: line.weight }
    if (options.frozen.has(line.asset)) {
      low = line.weight
      high = line.weight
    } else {
      const limits = hardLimits(
        line,
        own,
        settled,
        { weight: options.cashReserve, costWeight: options.costWeight },
        options.kept[i]!,
      )
      outermost = limits
      clash ??= limits.clash
    }
    const edges = line.asset === CASH ? cashLimits(line.band, options.cashReserve, options.costWeight) : line.band
    const within = cutBand(edges, outermost)
    lower[i] = low
    upper[i] = high
    tolerated.lower[i] = within.low
    tolerated.upper[i] = within.high
    hard.lower[i] = outermost.low
    hard.upper[i] = outermost.high
    cutBy.push(cut)
  })
  const relaxedBy = new Float64Array(count)
  return {
    lower,
    upper,
    tolerated,
    hard,
    clash,
    relaxedBy,
    relaxations,
    cutBy,
    newCash: options.newCash,
    kept: options.kept,
  }
}

/** "not sold below 50 % of its target: 2.50 %". */
export const keptSentence = ({ target }: PositionLine, kept: number): string =>
  `not sold below ${Number(((100 * kept) / target).toFixed(1))} % of its target: ${(100 * kept).toFixed(2)} %`

const emptyLimits = (count: number): BoundLimits => ({
  lower: new Float64Array(count),
  upper: new Float64Array(count),
})

const isInside = ({ weight, band }: PositionLine): boolean => weight >= band.low && weight <= band.high

/** By a rule a line inside its tolerance band may stay where it is. */
const leaveInside = (band: Band, line: PositionLine): Band =>
  isInside(line) ? { low: Math.min(band.low, line.weight), high: Math.max(band.high, line.weight) } : band

/**
 * New cash first: what came in is invested before anything inside its band is sold, what went out is raised before
 * anything inside its band is bought.
 */
function newCashFirst(band: Band, line: PositionLine, newCash: NewCash | null): Band {
  if (newCash === null || !isInside(line)) return band
  return newCash === 'in'
    ? { low: line.weight, high: Math.max(band.high, line.weight) }
    : { low: Math.min(band.low, line.weight), high: line.weight }
}

/** Costs are paid from cash: what must remain is the reserve after them. */
function cashLimits(band: Band, cashReserve: number, costWeight: number): Band {
  const low = Math.max(band.low, cashReserve) + costWeight
  return { low, high: Math.max(low, band.high) }
}
