import { type Amount, fromFloat, minimum, multiply, prorate, subtract, sum, toFloat, ZERO } from '../amount.ts'
import type { Lot } from '../client-book.ts'
import { rateOf, type TaxTerms, type Term, termOf } from '../tax-terms.ts'
import type { Millis } from '../units.ts'

export type ReliefLot = Pick<Lot, 'quantity' | 'unitCostUsd' | 'acquiredAt'>

/** One sale, from the lots of one client book, venue and asset. */
export interface Sale {
  readonly quantity: Amount
  /** What came in for all of it after fees, at the USD price of the quote currency. */
  readonly proceedsUsd: Amount
  readonly at: Millis
}

/** What one lot gave to a sale. */
export interface SoldLot<L extends ReliefLot> {
  readonly lot: L
  readonly quantity: Amount
  /** Its part of the proceeds, pro rata to quantity; the parts add up to the whole. */
  readonly proceedsUsd: Amount
  /** Null where the lot's cost is not known. */
  readonly costUsd: Amount | null
  /** Null where the book has no tax terms. */
  readonly tax: LotTax | null
}

export interface LotTax {
  readonly term: Term
  /** A lot without a known cost is taken as bought for nothing: all that it brings is a gain. */
  readonly gainUsd: Amount
  /** Below zero: what a loss saves. */
  readonly taxUsd: Amount
}

export interface Relief<L extends ReliefLot> {
  readonly parts: readonly SoldLot<L>[]
  /** What no lot was there for. */
  readonly missing: Amount
}

/** Tax per unit sold at a unit price, in the price's own unit; below zero for a loss. Float64: for comparing lots. */
export function taxPerUnit({ unitCostUsd, acquiredAt }: ReliefLot, priceUsd: number, at: Millis, terms: TaxTerms) {
  const gain = priceUsd - (unitCostUsd === null ? 0 : toFloat(unitCostUsd))
  return rateOf(termOf(acquiredAt, at, terms), gain < 0, terms) * gain
}

/**
 * Lots in the order in which a sale uses them up. Under tax terms that of rising tax per unit of value sold, at the
 * sale's own price, so loss lots first; without them the oldest first. Lots alike stay in the order given, which is by
 * age.
 */
export function reliefOrder<L extends ReliefLot>(
  lots: readonly L[],
  priceUsd: number,
  at: Millis,
  terms: TaxTerms | null,
): readonly L[] {
  if (terms === null) return lots
  return lots
    .map((lot) => ({ lot, tax: taxPerUnit(lot, priceUsd, at, terms) }))
    .sort((a, b) => a.tax - b.tax)
    .map(({ lot }) => lot)
}

/**
 * The lots behind a sale, with their gains and what they cost in tax: the one rule by which tax is told and by which
 * the ledger relieves lots.
 *
 *     gain = proceeds·(quantity of the part ÷ quantity) − quantity of the part × unit cost,   tax = rate × gain
 *
 * @param lots of one client book, venue and asset, oldest first
 */
export function relieveLots<L extends ReliefLot>(lots: readonly L[], sale: Sale, terms: TaxTerms | null): Relief<L> {
  const { quantity, proceedsUsd, at } = sale
  if (quantity <= ZERO) return { parts: [], missing: ZERO }
  const parts: SoldLot<L>[] = []
  let sold = ZERO
  let paidOut = ZERO
  for (const lot of reliefOrder(lots, toFloat(proceedsUsd) / toFloat(quantity), at, terms)) {
    const part = minimum(lot.quantity, subtract(quantity, sold))
    if (part <= ZERO) continue
    sold = (sold + part) as Amount
    // of the running total, so that what is cut off is not lost
    const upToHere = prorate(proceedsUsd, sold, quantity)
    const proceeds = subtract(upToHere, paidOut)
    paidOut = upToHere
    const cost = lot.unitCostUsd === null ? null : multiply(part, lot.unitCostUsd)
    const tax = terms === null ? null : taxOf(lot, subtract(proceeds, cost ?? ZERO), at, terms)
    parts.push({ lot, quantity: part, proceedsUsd: proceeds, costUsd: cost, tax })
    if (sold === quantity) break
  }
  return { parts, missing: subtract(quantity, sold) }
}

function taxOf({ acquiredAt }: ReliefLot, gainUsd: Amount, at: Millis, terms: TaxTerms): LotTax {
  const term = termOf(acquiredAt, at, terms)
  return { term, gainUsd, taxUsd: multiply(gainUsd, fromFloat(rateOf(term, gainUsd < ZERO, terms))) }
}

/** Tax of a sale; zero without tax terms. */
export const taxOfParts = (parts: readonly Pick<SoldLot<ReliefLot>, 'tax'>[]): Amount =>
  sum(parts.map(({ tax }) => tax?.taxUsd ?? ZERO))
