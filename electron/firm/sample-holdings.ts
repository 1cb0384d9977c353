import { type Amount, floorToStep, fromFloat, subtract, toFloat, ZERO } from '../../core/amount.ts'
import { assert, ensureDefined } from '../../core/assert.ts'
import { type AssetId, CASH, isSettlementAsset, type Market, VENUES, type VenueId } from '../../core/instruments.ts'
import type { OpeningLot } from '../../core/journal.ts'
import type { Random } from '../../core/random.ts'
import { type Millis, millis } from '../../core/units.ts'

const DAY = 86_400_000
const OLDEST_LOT_DAYS = 1200
const CENT = fromFloat(0.01)

/** What the sample firm must know of the venues: where an asset trades, in which steps, and which cash is kept there. */
export interface VenueOffer {
  readonly venue: VenueId
  readonly cash: AssetId
  /** Quantity step per asset. */
  readonly steps: ReadonlyMap<AssetId, Amount>
}

/** Reads the offers from the venues' markets: those quoted in the venue's settlement currency. */
export function venueOffers(
  markets: readonly Pick<Market, 'venue' | 'base' | 'quote' | 'filters'>[],
): readonly VenueOffer[] {
  const cashOf: Record<VenueId, AssetId> = { binance: 'USDT', kraken: 'USD' }
  return VENUES.map((venue) => {
    const cash = cashOf[venue]
    const own = markets.filter((market) => market.venue === venue && market.quote === cash)
    const risky = own.filter((market) => !isSettlementAsset(market.base))
    return { venue, cash, steps: new Map(risky.map((market) => [market.base, market.filters.step])) }
  }).filter((offer) => offer.steps.size > 0)
}

/** Where a book keeps its assets: mostly on all venues in shares of its own, some books on one only. */
export function sampleVenueShares(offers: readonly VenueOffer[], random: Random): ReadonlyMap<VenueId, number> {
  if (random.next() < 0.3) return new Map([[random.pick(offers).venue, 1]])
  const raw = offers.map(() => random.between(0.4, 1))
  const total = raw.reduce((sum, share) => sum + share, 0)
  return new Map(offers.map((offer, index) => [offer.venue, raw[index]! / total]))
}

/**
 * Lots whose value is the weights times the book's value, in whole steps per venue (cash in cents), one to four lots a
 * holding with cost and date. An asset that a book's venues don't trade lies where it is traded.
 */
export function sampleLots(
  weights: ReadonlyMap<AssetId, number>,
  valueUsd: number,
  pricesUsd: ReadonlyMap<AssetId, number>,
  offers: readonly VenueOffer[],
  now: Millis,
  random: Random,
): readonly OpeningLot[] {
  const shares = sampleVenueShares(offers, random)
  const priceOf = (asset: AssetId): number => {
    const price = ensureDefined(pricesUsd.get(asset), `a price of ${asset}`)
    assert(price > 0, `the price of ${asset} is ${price}`)
    return price
  }
  const lots: OpeningLot[] = []
  for (const [line, weight] of weights) {
    const sellers = offers.filter((offer) => line === CASH || offer.steps.has(line))
    assert(sellers.length > 0, `no venue trades ${line}`)
    const mine = sellers.filter((offer) => shares.has(offer.venue))
    const places = mine.length > 0 ? mine : sellers
    const parts = places.map((offer) => (shares.get(offer.venue) ?? 1) * (line === CASH ? 1 : random.between(0.8, 1.2)))
    const whole = parts.reduce((sum, part) => sum + part, 0)
    for (const [index, { venue, cash, steps }] of places.entries()) {
      const usd = (weight * valueUsd * parts[index]!) / whole
      if (line === CASH) {
        const quantity = nearestStep(usd / priceOf(cash), CENT)
        if (quantity > ZERO) lots.push({ venue, asset: cash, quantity, unitCostUsd: null, acquiredAt: now })
      } else {
        const step = steps.get(line)!
        const quantity = nearestStep(usd / priceOf(line), step)
        lots.push(...splitLots({ venue, asset: line, quantity }, step, priceOf(line), now, random))
      }
    }
  }
  return lots
}

const nearestStep = (quantity: number, step: Amount): Amount => {
  const exact = fromFloat(quantity)
  return (((exact + step / 2n) / step) * step) as Amount
}

/** One to four purchases on days of their own, oldest first; older ones tend to be cheaper. */
function splitLots(
  holding: Pick<OpeningLot, 'venue' | 'asset' | 'quantity'>,
  step: Amount,
  priceUsd: number,
  now: Millis,
  random: Random,
): readonly OpeningLot[] {
  const drawn = Array.from({ length: 1 + random.integer(4) }, () => 2 + random.integer(OLDEST_LOT_DAYS))
  const ages = [...new Set(drawn)].sort((a, b) => b - a)
  const lots: OpeningLot[] = []
  let left = holding.quantity
  for (const [index, age] of ages.entries()) {
    const share = random.between(0.2, 0.6)
    const quantity = index === ages.length - 1 ? left : floorToStep(fromFloat(toFloat(left) * share), step)
    const cost = priceUsd * Math.exp(-0.3 * (age / 365) + 0.3 * random.normal())
    if (quantity === ZERO) continue
    left = subtract(left, quantity)
    const acquiredAt = millis(Math.floor(now / DAY) * DAY - age * DAY)
    lots.push({ ...holding, quantity, unitCostUsd: fromFloat(Number(cost.toPrecision(6))), acquiredAt })
  }
  return lots
}
