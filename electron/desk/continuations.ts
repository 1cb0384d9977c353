import type { DeskStore } from '../../core/contracts/store.ts'
import { marketDay } from '../../core/decisions/continuation.ts'
import type { Millis } from '../../core/units.ts'
import type { ProposalBook } from './proposal-book.ts'

export interface ContinuationParts {
  readonly store: Pick<DeskStore, 'proposal'>
  readonly proposals: ProposalBook
}

/**
 * Asks for the next part of every way that was begun, once a day of the market. Whatever else is going on with a book
 * comes first: its own plan takes the way's place. Lines that an advisor took out of the last part stay out.
 */
export function askContinuations(marketTime: Millis, { store, proposals }: ContinuationParts): void {
  const day = marketDay(marketTime)
  for (const { bookId, proposalId, left } of proposals.ways.due(day)) {
    if (proposals.of(bookId) !== undefined || proposals.isExecuting(bookId)) continue
    if (proposals.requestOf(bookId) !== undefined) continue
    const lines = store.proposal(proposalId)?.lines ?? []
    proposals.leaveOut(
      bookId,
      lines.filter(({ reason }) => reason === 'held-back').map(({ asset }) => asset),
    )
    proposals.request(bookId, { kind: 'continuation', way: left })
    proposals.ways.asked(bookId, day)
  }
}
