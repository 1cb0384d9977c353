import { BOOK_STATUSES, type BookStatus, type DeskSummary } from '../../core/contracts/monitor-view.ts'
import type { Proposal } from '../../core/proposal.ts'
import type { FakeBook, FakeFirm, FakePosition } from './fake-firm.ts'

type BookSums = Pick<
  DeskSummary,
  'assetsUnderManagementUsd' | 'dayChangeUsd' | 'counts' | 'cashNeeds' | 'worst' | 'booksChecked'
>

/** The summary's figures over all books of the firm. */
export function sumBooks(
  firm: FakeFirm,
  standingOf: (book: FakeBook) => { readonly position: FakePosition; readonly status: BookStatus },
): BookSums {
  const counts = Object.fromEntries(BOOK_STATUSES.map((status) => [status, 0])) as Record<BookStatus, number>
  let worst: DeskSummary['worst'] = null
  let assets = 0
  let needs = 0
  let needUsd = 0
  for (const book of firm.books) {
    const { position, status } = standingOf(book)
    counts[status]++
    assets += position.value
    if (book.flow === 'withdrawal') {
      needs++
      needUsd += position.value * 0.02
    }
    const line = position.lines[position.worst]!
    if (status !== 'unable-to-check' && Math.abs(line.position) > Math.abs(worst?.position ?? 0)) {
      worst = {
        bookId: book.book.id,
        asset: firm.assets[position.worst]!.id,
        drift: line.weight - line.target,
        position: line.position,
      }
    }
  }
  return {
    assetsUnderManagementUsd: assets,
    dayChangeUsd: firm.books.reduce((sum, book) => sum + book.dayChange, 0),
    counts,
    cashNeeds: { books: needs, usd: needUsd },
    worst,
    booksChecked: firm.books.length - counts['unable-to-check'],
  }
}

/** Cost of all open proposals: in USD, and in basis points of what they trade. */
export function costToFix(open: readonly Proposal[]): Pick<DeskSummary, 'costToFixUsd' | 'costToFixBps'> {
  const cost = open.reduce((sum, proposal) => sum + proposal.cost.totalUsd, 0)
  const flow = open.reduce((sum, proposal) => sum + proposal.buyUsd + proposal.sellUsd, 0)
  return { costToFixUsd: cost, costToFixBps: flow > 0 ? (cost / flow) * 1e4 : 0 }
}
