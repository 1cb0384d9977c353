import { createHash } from 'node:crypto'
import { formatAmount } from '../../core/amount.ts'
import type { ClientBook, Holding } from '../../core/client-book.ts'
import type { ModelPortfolio } from '../../core/model-portfolio.ts'
import { RISK_TERMS, type RiskTerms } from '../../core/risk-profile.ts'

/**
 * What a proposal is bound to besides prices: holdings, model, restrictions, risk terms, bands. At approval the hash is
 * made again; another hash means that the book changed under the proposal. (Prices always move: they are compared
 * with a tolerance instead.)
 */
export function snapshotHash(request: SnapshotInputs, multiplier: number): string {
  const before = made.get(request.holdings)
  const isSame =
    before !== undefined &&
    before.multiplier === multiplier &&
    before.book === request.book &&
    before.model === request.model &&
    before.terms === request.terms
  if (isSame) return before.hash
  const hash = makeHash(request, multiplier)
  const { book, model, terms } = request
  made.set(request.holdings, { book, model, terms, multiplier, hash })
  return hash
}

interface SnapshotInputs {
  readonly book: ClientBook
  readonly model: ModelPortfolio
  readonly holdings: readonly Holding[]
  readonly terms: RiskTerms
}

/** Hundreds of open proposals are looked at every second: what is still the same object is still the same. */
const made = new WeakMap<
  readonly Holding[],
  Omit<SnapshotInputs, 'holdings'> & { readonly multiplier: number; readonly hash: string }
>()

function makeHash(request: SnapshotInputs, multiplier: number): string {
  const held = request.holdings
    .map((holding) => `${holding.venue}/${holding.asset}=${formatAmount(holding.quantity)}`)
    .sort()
  const { book, model, terms } = request
  const { taxTerms } = book
  const text = JSON.stringify([
    book.id,
    model.id,
    model.version,
    multiplier,
    RISK_TERMS.map((term) => terms[term]),
    book.restrictions,
    book.keptShare ?? null,
    held,
    ...(taxTerms === undefined
      ? []
      : [[taxTerms.shortTermRate, taxTerms.longTermRate, taxTerms.holdingPeriodDays, taxTerms.lossRate ?? null]]),
  ])
  return createHash('sha256').update(text).digest('hex').slice(0, 32)
}
