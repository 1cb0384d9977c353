import { type Amount, subtract, sum, toFloat } from '../../../core/amount.ts'
import { type RealisedGains, SOLD_LOTS, type SoldLotView } from '../../../core/contracts/client-book-view.ts'
import type { LotSale } from '../../../core/contracts/store.ts'
import type { Term } from '../../../core/tax-terms.ts'
import { type Millis, millis } from '../../../core/units.ts'

/** Of the calendar year, UTC. */
export const startOfYear = (at: Millis): Millis => millis(Date.UTC(new Date(at).getUTCFullYear(), 0))

/** What a client book's sales of the calendar year came to. */
export function realisedGains(sales: readonly LotSale[], now: Millis): RealisedGains {
  const from = startOfYear(now)
  const own = sales.filter(({ soldAt }) => soldAt >= from)
  const gains = own.flatMap(({ proceedsUsd, costUsd }) => (costUsd === null ? [] : [subtract(proceedsUsd, costUsd)]))
  const taxed = own.flatMap(({ tax }) => (tax === null ? [] : [tax]))
  const gainOf = (term: Term): number => total(taxed.filter((tax) => tax.term === term).map(({ gainUsd }) => gainUsd))
  return {
    year: new Date(now).getUTCFullYear(),
    sales: own.length,
    gainUsd: total(gains),
    underTerms:
      taxed.length === 0
        ? null
        : {
            shortTermGainUsd: gainOf('short'),
            longTermGainUsd: gainOf('long'),
            taxUsd: total(taxed.map(({ taxUsd }) => taxUsd)),
          },
    lots: own.slice(-SOLD_LOTS).reverse().map(soldLot),
  }
}

const total = (amounts: readonly Amount[]): number => toFloat(sum(amounts))

function soldLot(sale: LotSale): SoldLotView {
  const { soldAt, acquiredAt, venue, asset, quantity, proceedsUsd, costUsd, tax } = sale
  return {
    soldAt,
    acquiredAt,
    venue,
    asset,
    quantity,
    proceedsUsd: toFloat(proceedsUsd),
    costUsd: costUsd === null ? null : toFloat(costUsd),
    tax: tax === null ? null : { term: tax.term, gainUsd: toFloat(tax.gainUsd), taxUsd: toFloat(tax.taxUsd) },
  }
}
