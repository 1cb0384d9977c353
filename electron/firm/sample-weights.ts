import { halfWidth } from '../../core/band.ts'
import type { Restriction } from '../../core/client-book.ts'
import type { AssetId } from '../../core/instruments.ts'
import type { ModelPortfolio } from '../../core/model-portfolio.ts'
import type { Random } from '../../core/random.ts'

/**
 * Largest |position| in its band with which a sample book opens, in half-widths of the band at multiplier 1: still
 * inside where a calm regime narrows the band to 0.85. A risk profile that widens the band does not move it.
 */
export const LARGEST_POSITION = 0.8

/**
 * Weights of a book that has drifted inside its bands: positions uniform up to the largest, then shifted within it
 * until the weights sum to 1. A line that may not be bought opens above its target, one that may not be sold below,
 * so that a restriction does not begin as a breach that nobody may cure.
 */
export function sampleWeights(
  model: ModelPortfolio,
  restrictions: readonly Restriction[],
  random: Random,
  bandFactor: number,
): ReadonlyMap<AssetId, number> {
  const sided = new Map(restrictions.map((restriction) => [restriction.asset, restriction.kind]))
  const lines = model.lines.map((line) => {
    const room = LARGEST_POSITION * Math.min(1, bandFactor) * Math.min(halfWidth(line.band, line.target), line.target)
    const kind = sided.get(line.asset)
    const low = kind === 'no-buy' ? 0 : -room
    const high = kind === 'no-sell' ? 0 : room
    return { asset: line.asset, target: line.target, low, high, drift: random.between(low, high) }
  })
  const excess = lines.reduce((sum, line) => sum + line.drift, 0)
  // Every line gives way in proportion to the room it has left on that side; a drift of zero is always within reach.
  const roomOf = (line: (typeof lines)[number]): number => (excess > 0 ? line.drift - line.low : line.high - line.drift)
  const room = lines.reduce((sum, line) => sum + roomOf(line), 0)
  const share = room > 0 ? excess / room : 0
  return new Map(lines.map((line) => [line.asset, line.target + line.drift - share * roomOf(line)]))
}
