import { sum, toFloat } from '../../core/amount.ts'
import { taxOfParts } from '../../core/decisions/lot-relief.ts'
import { millis } from '../../core/units.ts'
import type { SimulatedDesk } from '../simulation/start-simulated-desk.ts'

/** Tax of what was traded, over the books with tax terms. */
export interface TaxFigures {
  /** By the proposals that were released. */
  readonly toldTaxUsd: number
  /** By the lots that the fills used up. */
  readonly realisedTaxUsd: number
  /** Of the naive trades of the same proposals. */
  readonly naiveTaxUsd: number
}

/** Nothing where no book has tax terms. */
export function taxFigures({ desk }: SimulatedDesk): Partial<TaxFigures> {
  const { store, world } = desk.parts
  const taxed = world.books.filter(({ taxTerms }) => taxTerms !== undefined)
  if (taxed.length === 0) return {}
  const released = store
    .plans(Number.MAX_SAFE_INTEGER)
    .flatMap(({ proposalIds }) => proposalIds.map((id) => store.proposal(id)!))
  return {
    toldTaxUsd: released.reduce((total, { tax }) => total + (tax?.taxUsd ?? 0), 0),
    realisedTaxUsd: toFloat(sum(taxed.map(({ id }) => taxOfParts(store.lotSalesOf(id, millis(0)))))),
    naiveTaxUsd: released.reduce((total, { tax }) => total + (tax?.naiveTaxUsd ?? 0), 0),
  }
}
