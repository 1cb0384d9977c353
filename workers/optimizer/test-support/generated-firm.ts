import type { Random } from '../../../core/random.ts'
import { problemOfBatch } from '../book-batch.ts'
import type { FirmBook, FirmMarket } from '../firm/firm-market.ts'
import { generateBooks, generateUniverse } from './generated-books.ts'

export interface GeneratedFirm {
  readonly books: readonly FirmBook[]
  readonly market: FirmMarket
  /** Books b and b + 1 are identical clients where ⌊b/clones⌋ is the same. */
  readonly clones: number
}

/**
 * Books of one firm over one universe, each drawn book `clones` times in a row, so that identical clients can be
 * compared; cash is the last line.
 */
export function generateFirm(random: Random, size: number, distinct: number, clones: number): GeneratedFirm {
  const universe = generateUniverse(random, size)
  const { batch } = generateBooks(random, universe, distinct, true)
  const impact = Float64Array.from({ length: size - 1 }, (_, i) => {
    const { volatility, dailyVolume } = universe
    return (0.8 * volatility[i]!) / Math.sqrt(365) / Math.sqrt(dailyVolume[i]!)
  })
  const assets = Int32Array.from({ length: size }, (_, i) => (i < size - 1 ? i : -1))
  const books = Array.from({ length: distinct * clones }, (_, b) => {
    const problem = problemOfBatch(batch, Math.floor(b / clones))
    // k = K·√V
    const valueUsd = (problem.impact[0]! / impact[0]!) ** 2
    return {
      problem: { ...problem, id: String(b) },
      valueUsd,
      assets,
      trackingErrorCeiling: null,
      smallestTrade: null,
      shape: null,
    }
  })
  const none = new Float64Array(size - 1)
  return { books, clones, market: { impactBuy: impact, impactSell: impact, doneBuy: none, doneSell: none } }
}
