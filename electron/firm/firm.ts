import { type Amount, add, ZERO } from '../../core/amount.ts'
import { accountOf, type ClientBook, type ClientBookId, type VenueAccountId } from '../../core/client-book.ts'
import type { DeskStore } from '../../core/contracts/store.ts'
import type { AssetId, VenueId } from '../../core/instruments.ts'
import { type Fact, fact, type OpeningLot } from '../../core/journal.ts'
import type { ModelPortfolio } from '../../core/model-portfolio.ts'
import { type RiskProfileId, STANDARD_RISK_PROFILES } from '../../core/risk-profile.ts'

/** Client books with what they own when they are opened, before any of it is recorded. */
export interface Firm {
  readonly models: readonly ModelPortfolio[]
  readonly books: readonly ClientBook[]
  readonly lots: ReadonlyMap<ClientBookId, readonly OpeningLot[]>
  /** Those of the books that have one. */
  readonly riskProfiles: ReadonlyMap<ClientBookId, RiskProfileId>
}

/** What a venue account holds in sum: what a simulated exchange has to be funded with. */
export interface VenueDeposit {
  readonly venue: VenueId
  readonly account: VenueAccountId
  readonly asset: AssetId
  readonly quantity: Amount
}

/** Version 1 of every standard risk profile. */
export const standardProfileFacts = (): readonly Fact[] =>
  STANDARD_RISK_PROFILES.map((profile) =>
    fact('risk-profile-saved', { profile, by: 'Trimtab', why: 'shipped with the program' }),
  )

/** The facts that open a firm: its models, then its books, then their holdings. */
export function firmFacts(firm: Firm): readonly Fact[] {
  return [
    ...firm.models.map((model) => fact('model-saved', { model })),
    ...firm.books.map((book) => fact('client-book-opened', { book })),
    ...[...firm.riskProfiles].map(([bookId, profileId]) =>
      fact('risk-profile-assigned', {
        bookId,
        profileId,
        profileVersion: 1,
        answers: null,
        by: 'import',
        why: 'as the firm was opened',
      }),
    ),
    ...firm.books.map((book) =>
      fact('holdings-opened', { subAccount: book.id, account: accountOf(book), lots: firm.lots.get(book.id) ?? [] }),
    ),
  ]
}

/** Σ over the books of every venue account, per asset; sorted, so that funding is the same every time. */
export function firmDeposits(firm: Pick<Firm, 'books' | 'lots'>): readonly VenueDeposit[] {
  const totals = new Map<string, VenueDeposit>()
  for (const book of firm.books) {
    const account = accountOf(book)
    for (const { venue, asset, quantity } of firm.lots.get(book.id) ?? []) {
      const key = `${venue}|${account}|${asset}`
      totals.set(key, { venue, account, asset, quantity: add(totals.get(key)?.quantity ?? ZERO, quantity) })
    }
  }
  return [...totals].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, deposit]) => deposit)
}

/**
 * Records the opening facts in one transaction: a process killed meanwhile leaves no client book without its holdings,
 * and a file is imported whole or not at all.
 */
export function loadFirm(store: Pick<DeskStore, 'record'>, facts: readonly Fact[]): void {
  store.record(facts, 'import')
}
