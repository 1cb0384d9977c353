import { assert } from '../../core/assert.ts'
import type { AssetId, Market } from '../../core/instruments.ts'
import type { OpeningLot } from '../../core/journal.ts'
import { createRandom } from '../../core/random.ts'
import { nearestRiskProfile } from '../../core/risk-profile.ts'
import type { Millis } from '../../core/units.ts'
import type { Firm } from './firm.ts'
import { standardModels } from './model-portfolios.ts'
import { sampleBooks } from './sample-clients.ts'
import { sampleLots, venueOffers } from './sample-holdings.ts'
import { sampleWeights } from './sample-weights.ts'

export interface SampleFirmOptions {
  readonly seed: number
  /** Number of client books. */
  readonly books: number
  /** US dollars per unit of every asset, USD and USDT included. */
  readonly pricesUsd: ReadonlyMap<AssetId, number>
  readonly markets: readonly Pick<Market, 'venue' | 'base' | 'quote' | 'filters'>[]
  readonly now: Millis
}

const SMALLEST_USD = 200_000
const LARGEST_USD = 10_000_000

/**
 * The firm that the demo runs: client books over the standard models, each inside its bands at the given prices.
 * The same options give the same firm; a book's own figures don't depend on how many books there are.
 */
export function createSampleFirm({ seed, books: count, pricesUsd, markets, now }: SampleFirmOptions): Firm {
  assert(Number.isInteger(count) && count >= 1, `a firm has 1 client book or more, not ${count}`)
  const random = createRandom(seed)
  const models = standardModels()
  const offers = venueOffers(markets)
  const books = sampleBooks(count, models, now, random)
  const lots = new Map<string, readonly OpeningLot[]>()
  for (const [index, book] of books.entries()) {
    const own = random.fork(`holdings ${index}`)
    const model = models.find((model) => model.id === book.modelId)!
    const valueUsd = SMALLEST_USD * (LARGEST_USD / SMALLEST_USD) ** own.next()
    const { terms } = nearestRiskProfile(book.riskAversion)
    const weights = sampleWeights(model, book.restrictions, own, terms.bandFactor)
    lots.set(book.id, sampleLots(weights, valueUsd, pricesUsd, offers, now, own))
  }
  return {
    models,
    books,
    lots,
    riskProfiles: new Map(books.map((book) => [book.id, nearestRiskProfile(book.riskAversion).id])),
  }
}
