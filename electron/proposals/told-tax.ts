import { type Amount, fromFloat, maximum, minimum, prorate, subtract, sum, toFloat, ZERO } from '../../core/amount.ts'
import type { Lot } from '../../core/client-book.ts'
import { NO_COST } from '../../core/decisions/cost-split.ts'
import { relieveLots } from '../../core/decisions/lot-relief.ts'
import type { NaiveCost } from '../../core/decisions/naive.ts'
import { CASH, type VenueId } from '../../core/instruments.ts'
import type { LineTax, TaxTold } from '../../core/proposal.ts'
import type { TaxTerms } from '../../core/tax-terms.ts'
import { type Millis, usd } from '../../core/units.ts'
import { routedShares } from '../../workers/microstructure/index.ts'
import type { Draft } from './draft.ts'
import { type PoolTrade, poolSplits } from './flow-pools.ts'
import type { PlanningDeps } from './planning-inputs.ts'
import type { PricedTrades } from './price-drafts.ts'
import { curveOfSide } from './venue-mix.ts'

/** What a draft's sales and the naive trade would cost in tax; one entry per line of the book. */
export interface DraftTax {
  readonly lines: readonly LineTax[]
  readonly total: TaxTold
}

type VenueShares = ReadonlyMap<VenueId, number>

/**
 * Tax of what was decided, told at the prices and costs told: every sale from the lots of the venues that it would be
 * sold on, by the rule by which the ledger relieves lots. Null for a draft of a book without tax terms.
 */
export function toldTaxes(
  drafts: readonly Draft[],
  priced: readonly PricedTrades[],
  naive: readonly NaiveCost[],
  { settings, clock }: Pick<PlanningDeps, 'settings' | 'clock'>,
): readonly (DraftTax | null)[] {
  if (drafts.every(({ request }) => request.book.taxTerms === undefined)) return drafts.map(() => null)
  const splits = settings.flowPricing === 'alone' ? aloneSplits(drafts, priced) : pooledSplits(drafts, priced)
  return drafts.map((draft, i) => {
    const { book } = draft.request
    if (book.taxTerms === undefined) return null
    return taxOfDraft(draft, priced[i]!, splits[i]!, naive[i]!, book.taxTerms, clock.now())
  })
}

function taxOfDraft(
  draft: Draft,
  { trades, costs }: PricedTrades,
  splits: readonly VenueShares[],
  naive: NaiveCost,
  terms: TaxTerms,
  now: Millis,
): DraftTax {
  const { position, request } = draft
  const saleOf = new Map(trades.flatMap((trade, at) => (trade.side === 'sell' ? [[trade.line, at] as const] : [])))
  const lines = position.lines.map((line, i): LineTax => {
    const lots = line.asset === CASH ? [] : request.lots.filter((lot) => lot.asset === line.asset)
    const taxOn = (quantity: Amount, proceedsUsd: number, shares: VenueShares) =>
      taxOfSale(lots, { quantity, proceedsUsd: fromFloat(proceedsUsd), at: now }, shares, terms)
    const at = saleOf.get(i)
    const told =
      at === undefined
        ? NO_TAX
        : taxOn(trades[at]!.quantity, trades[at]!.notionalUsd - costs[at]!.totalUsd, splits[at]!)
    const excessUsd = line.asset === CASH ? 0 : Math.max(0, line.weight - line.target) * position.valueUsd
    const naiveTax =
      excessUsd === 0
        ? NO_TAX
        : taxOn(
            minimum(line.quantity, fromFloat(excessUsd / line.priceUsd)),
            excessUsd - (naive.byAsset.get(line.asset) ?? NO_COST).totalUsd,
            whereHeld(draft, line.asset),
          )
    return { ...told, naiveTaxUsd: naiveTax.taxUsd }
  })
  const total = (pick: (tax: LineTax) => number) => usd(lines.reduce((all, tax) => all + pick(tax), 0))
  return {
    lines,
    total: {
      taxUsd: total((tax) => tax.taxUsd),
      shortTermGainUsd: total((tax) => tax.shortTermGainUsd),
      longTermGainUsd: total((tax) => tax.longTermGainUsd),
      naiveTaxUsd: total((tax) => tax.naiveTaxUsd),
    },
  }
}

const NO_TAX: Omit<LineTax, 'naiveTaxUsd'> = {
  taxUsd: usd(0),
  shortTermGainUsd: usd(0),
  longTermGainUsd: usd(0),
  unknownCostUsd: usd(0),
}

/** One sale split over venues. What no lot is there for is taken as bought for nothing, at the higher rate. */
function taxOfSale(
  lots: readonly Lot[],
  sale: { readonly quantity: Amount; readonly proceedsUsd: Amount; readonly at: Millis },
  shares: VenueShares,
  terms: TaxTerms,
): Omit<LineTax, 'naiveTaxUsd'> {
  const { quantity, proceedsUsd, at } = sale
  let [tax, shortTerm, longTerm, unknown] = [0, 0, 0, 0]
  let left = quantity
  for (const [venue, part] of splitQuantity(quantity, shares, lots)) {
    left = subtract(left, part)
    const own = lots.filter((lot) => lot.venue === venue)
    const { parts } = relieveLots(own, { quantity: part, proceedsUsd: prorate(proceedsUsd, part, quantity), at }, terms)
    for (const sold of parts) {
      const gain = toFloat(sold.tax!.gainUsd)
      tax += toFloat(sold.tax!.taxUsd)
      if (sold.tax!.term === 'long') longTerm += gain
      else shortTerm += gain
      if (sold.costUsd === null) unknown += toFloat(sold.proceedsUsd)
    }
  }
  if (left > ZERO) {
    const rest = toFloat(prorate(proceedsUsd, left, quantity))
    tax += rest * Math.max(terms.shortTermRate, terms.longTermRate)
    shortTerm += rest
    unknown += rest
  }
  return {
    taxUsd: usd(tax),
    shortTermGainUsd: usd(shortTerm),
    longTermGainUsd: usd(longTerm),
    unknownCostUsd: usd(unknown),
  }
}

/** In the proportions given as far as lots are there; what rounding leaves is where most of them are left. */
function splitQuantity(
  quantity: Amount,
  shares: VenueShares,
  lots: readonly Lot[],
): readonly (readonly [VenueId, Amount])[] {
  const held = new Map<VenueId, Amount>()
  for (const { venue, quantity } of lots) held.set(venue, sum([held.get(venue) ?? ZERO, quantity]))
  const whole = [...shares.values()].reduce((total, share) => total + share, 0)
  let left = quantity
  const parts = [...held].map(([venue, most]) => {
    const share = whole > 0 ? (shares.get(venue) ?? 0) / whole : 0
    const part = minimum(left, minimum(most, fromFloat(share * toFloat(quantity))))
    left = subtract(left, part)
    return { venue, part, room: subtract(most, part) }
  })
  for (const at of [...parts.keys()].sort((a, b) => (parts[a]!.room > parts[b]!.room ? -1 : 1))) {
    const more = maximum(ZERO, minimum(left, parts[at]!.room))
    left = subtract(left, more)
    parts[at] = { ...parts[at]!, part: sum([parts[at]!.part, more]) }
  }
  return parts.filter(({ part }) => part > ZERO).map(({ venue, part }) => [venue, part] as const)
}

/** The naive trade sells where the holding is. */
const whereHeld = ({ position }: Draft, asset: string): VenueShares =>
  new Map(
    position.holdings.flatMap((held) => (held.asset === asset ? [[held.venue, toFloat(held.quantity)] as const] : [])),
  )

type Splits = (drafts: readonly Draft[], priced: readonly PricedTrades[]) => readonly (readonly VenueShares[])[]

const aloneSplits: Splits = (drafts, priced) =>
  drafts.map((draft, i) =>
    priced[i]!.trades.map(({ side, line, notionalUsd }) => {
      const curve = curveOfSide(draft.costs, side, line)
      return new Map(curve === null ? [] : routedShares(curve, notionalUsd))
    }),
  )

const pooledSplits: Splits = (drafts, priced) => {
  const pool: PoolTrade[] = []
  const placeOf = drafts.map((draft, i) =>
    priced[i]!.trades.map(({ asset, side, line, notionalUsd }) => {
      const curve = curveOfSide(draft.costs, side, line)
      return curve === null ? -1 : pool.push({ asset, side, notionalUsd, curve, waits: priced[i]!.waits }) - 1
    }),
  )
  const splits = poolSplits(pool)
  return placeOf.map((places) => places.map((place) => (place < 0 ? new Map() : splits[place]!)))
}
