import { type Band, settleBand } from '../../core/band.ts'
import type { Restriction } from '../../core/client-book.ts'
import { CASH } from '../../core/instruments.ts'
import type { Millis } from '../../core/units.ts'
import type { BookPosition } from './book-position.ts'

/** What the optimiser may do with each line, and what had to give. */
export interface LineLimits {
  readonly lower: Float64Array
  readonly upper: Float64Array
  /** Sentences for the approver: which band gave way to which restriction, and by how much. */
  readonly relaxations: readonly string[]
  /** Per line, the restriction that cuts it; null where none does. */
  readonly cutBy: readonly (string | null)[]
}

const points = (fraction: number): string => `${(fraction * 100).toFixed(2)} pp`

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
  },
): LineLimits {
  const count = position.lines.length
  const lower = new Float64Array(count)
  const upper = new Float64Array(count)
  const relaxations: string[] = []
  const cutBy: (string | null)[] = []
  position.lines.forEach((line, i) => {
    const band = settleBand(line.band, line.target, options.stepWeights[i]!, options.costWeight)
    let { low, high } = line.asset === CASH ? cashLimits(band, options.cashReserve, options.costWeight) : band
    let cut: string | null = null
    for (const restriction of restrictions) {
      if (restriction.asset !== line.asset || (restriction.until !== undefined && restriction.until <= options.now))
        continue
      if (restriction.kind === 'at-most') {
        if (restriction.weight < high) {
          high = Math.max(0, restriction.weight)
          low = Math.min(low, high)
          cut = `at most ${(restriction.weight * 100).toFixed(1)} %: ${restriction.reason}`
        }
      } else if (restriction.kind === 'no-buy') {
        if (low > line.weight) {
          relaxations.push(
            `${line.asset} must not be bought (${restriction.reason}): band relaxed by ${points(low - line.weight)}`,
          )
          low = line.weight
        }
        high = Math.min(high, Math.max(line.weight, low))
        cut = `no buy: ${restriction.reason}`
      } else {
        if (high < line.weight) {
          relaxations.push(
            `${line.asset} must not be sold (${restriction.reason}): band relaxed by ${points(line.weight - high)}`,
          )
          high = line.weight
        }
        low = Math.max(low, Math.min(line.weight, high))
        cut = `no sell: ${restriction.reason}`
      }
    }
    if (options.frozen.has(line.asset)) {
      low = line.weight
      high = line.weight
    }
    lower[i] = low
    upper[i] = high
    cutBy.push(cut)
  })
  return { lower, upper, relaxations, cutBy }
}

/** Costs are paid from cash: what must remain is the reserve after them. */
function cashLimits(band: Band, cashReserve: number, costWeight: number): Band {
  const low = Math.max(band.low, cashReserve) + costWeight
  return { low, high: Math.max(low, band.high) }
}
