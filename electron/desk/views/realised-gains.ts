import { subtract, sum, toFloat } from '../../../core/amount.ts'
import type { RealisedGains } from '../../../core/contracts/desk-api.ts'
import type { LotSale } from '../../../core/contracts/store.ts'

const yearOf = (at: number): number => new Date(at).getUTCFullYear()

/** What a client book's sales of the calendar year came to. */
export function realisedGains(sales: readonly LotSale[], now: number): RealisedGains {
  const year = yearOf(now)
  const own = sales.filter(({ soldAt }) => yearOf(soldAt) === year)
  const gain = sum(
    own.flatMap(({ proceedsUsd, costUsd }) => (costUsd === null ? [] : [subtract(proceedsUsd, costUsd)])),
  )
  const taxed = own.flatMap(({ tax }) => (tax === null ? [] : [tax]))
  const gainOf = (term: 'short' | 'long'): number =>
    toFloat(sum(taxed.filter((tax) => tax.term === term).map(({ gainUsd }) => gainUsd)))
  return {
    year,
    sales: own.length,
    gainUsd: toFloat(gain),
    underTerms:
      taxed.length === 0
        ? null
        : {
            shortTermGainUsd: gainOf('short'),
            longTermGainUsd: gainOf('long'),
            taxUsd: toFloat(sum(taxed.map(({ taxUsd }) => taxUsd))),
          },
  }
}
