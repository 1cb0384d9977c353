import type { ClientBook, ClientBookId, Restriction } from '../../core/client-book.ts'
import type { Clock } from '../../core/clock.ts'
import type { DeskStore } from '../../core/contracts/store.ts'
import { type Fact, fact } from '../../core/journal.ts'
import type { DriftWatch } from './drift-watch.ts'
import type { ProposalBook } from './proposal-book.ts'
import type { World } from './world.ts'

export interface ExpiryParts {
  readonly store: Pick<DeskStore, 'record'>
  readonly world: World
  readonly proposals: Pick<ProposalBook, 'clearWait'>
  readonly drift: Pick<DriftWatch, 'reband'>
  readonly clock: Clock
}

/**
 * Ends what was set for a time: pauses, flags of single assets, overrides of a risk profile. Each end is a fact, so that
 * the log of the book says when it was and what it was about. To be called at the start of a planning turn.
 */
export function endExpired({ store, world, proposals, drift, clock }: ExpiryParts): readonly ClientBookId[] {
  const now = clock.now()
  const facts: Fact[] = []
  const changed = new Set<ClientBookId>()
  for (const book of world.books) {
    const { pausedUntil, restrictions } = book
    if (pausedUntil !== null && pausedUntil <= now) {
      const why = `pause ended by itself${book.pausedWhy ? `: ${book.pausedWhy}` : ''}`
      facts.push(fact('client-book-changed', { book: unpaused(latest(book, facts)), why }))
      changed.add(book.id)
    }
    for (const ended of restrictions) {
      if (ended.until === undefined || ended.until > now) continue
      const base = latest(book, facts)
      const left = base.restrictions.filter((restriction) => restriction !== ended)
      const why = `${restrictionName(ended)} ended by itself: ${ended.reason}`
      facts.push(fact('client-book-changed', { book: { ...base, restrictions: left }, why }))
      changed.add(book.id)
    }
  }
  const overridden: ClientBookId[] = []
  for (const { bookId, override } of world.risks.values()) {
    if (override === null || override.until > now) continue
    facts.push(fact('risk-override-ended', { bookId, why: `it was set until now: ${override.reason}` }))
    overridden.push(bookId)
  }
  if (facts.length === 0) return []
  store.record(facts, 'desk')
  for (const bookId of changed) world.refreshBook(latest(world.book(bookId)!, facts))
  if (overridden.length > 0) world.reloadRisk()
  drift.reband(overridden)
  for (const bookId of [...changed, ...overridden]) proposals.clearWait(bookId)
  return [...changed, ...overridden]
}

export function unpaused(book: ClientBook): ClientBook {
  const going = { ...book, pausedUntil: null }
  delete (going as { pausedWhy?: string }).pausedWhy
  return going
}

/** "no trade on BTC", "at most 5 % of SOL", "80 % of its target kept on SOL". */
export function restrictionName(restriction: Restriction): string {
  const { kind, asset } = restriction
  switch (kind) {
    case 'at-most':
      return `at most ${Number((100 * restriction.weight).toFixed(2))} % of ${asset}`
    case 'keep':
      return `${Number((100 * restriction.share).toFixed(1))} % of its target kept on ${asset}`
    case 'band-edge':
      return `to the edge only on ${asset}`
    default:
      return `${kind.replace('-', ' ')} on ${asset}`
  }
}

/** The book as the last of these facts leaves it. */
function latest(book: ClientBook, facts: readonly Fact[]): ClientBook {
  const last = facts.findLast((each) => each.type === 'client-book-changed' && each.payload.book.id === book.id)
  return last?.type === 'client-book-changed' ? last.payload.book : book
}
