import type { VenueConnection } from '../../core/contracts/exchange.ts'
import { type AssetId, keyOf, type Market } from '../../core/instruments.ts'
import { STANDARD_RISK_PROFILES, termsInForce } from '../../core/risk-profile.ts'
import type { Firm } from '../firm/firm.ts'
import { type BookPosition, type PriceBoard, positionOf } from '../proposals/book-position.ts'

/** Ages tried for the sample practice, in hours, youngest first. */
const AGES = [12, 24, 36, 48, 72, 96, 120, 168]
/** Part of the books that should be out of band when the terminal is first opened. */
const ENOUGH = 0.12

/**
 * The sample firm as it was when all its books were last inside their bands: the youngest age at which the market has
 * since moved enough of them out, so that a newcomer finds work to do. `make` builds the firm at given prices.
 */
export async function driftedFirm(
  make: (pricesUsd: ReadonlyMap<AssetId, number>) => Firm,
  nowUsd: ReadonlyMap<AssetId, number>,
  connections: readonly VenueConnection[],
  markets: readonly Market[],
): Promise<Firm> {
  const closes = await hourlyCloses(nowUsd, connections, markets)
  let firm = make(nowUsd)
  for (const age of AGES) {
    const then = new Map(nowUsd)
    for (const [asset, series] of closes) {
      const close = series.at(-age)
      if (close !== undefined) then.set(asset, close)
    }
    firm = make(then)
    if (breachedPart(firm, nowUsd) >= ENOUGH) break
  }
  return firm
}

/** Closes in USD, oldest first, from the first venue that lists the asset; today's price of the quote currency. */
async function hourlyCloses(
  nowUsd: ReadonlyMap<AssetId, number>,
  connections: readonly VenueConnection[],
  markets: readonly Market[],
): Promise<ReadonlyMap<AssetId, readonly number[]>> {
  const closes = new Map<AssetId, readonly number[]>()
  for (const market of markets) {
    const quoteUsd = nowUsd.get(market.quote)
    if (closes.has(market.base) || quoteUsd === undefined) continue
    const connection = connections.find((candidate) => candidate.venue === market.venue)
    const bars = await connection?.bars(keyOf(market), '1h', AGES.at(-1)! + 1)
    if (bars?.ok)
      closes.set(
        market.base,
        bars.value.map((bar) => bar.close * quoteUsd),
      )
  }
  return closes
}

function breachedPart(firm: Firm, nowUsd: ReadonlyMap<AssetId, number>): number {
  const prices: PriceBoard = new Map(
    [...nowUsd].map(([asset, priceUsd]) => [asset, { priceUsd, fresh: true, ageMs: 0, why: null }]),
  )
  const isOut = (position: BookPosition): boolean =>
    position.lines.some((line) => line.weight > line.band.high || line.weight < line.band.low)
  let out = 0
  for (const book of firm.books) {
    const model = firm.models.find((candidate) => candidate.id === book.modelId)!
    const holdings = (firm.lots.get(book.id) ?? []).map((lot) => ({ ...lot, subAccount: book.id }))
    const profile = STANDARD_RISK_PROFILES.find(({ id }) => id === firm.riskProfiles.get(book.id))
    const { bandFactor, maximumWeight } = termsInForce(book, profile, null)
    if (isOut(positionOf(model, holdings, prices, bandFactor, 0, maximumWeight))) out++
  }
  return out / firm.books.length
}
