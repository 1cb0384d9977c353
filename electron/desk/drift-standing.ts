import type { ClientBookId } from '../../core/client-book.ts'
import { type AssetId, CASH, isSettlementAsset } from '../../core/instruments.ts'
import { type BandCrossing, type DriftReport, listCrossings, whyUnable } from '../../workers/drift/index.ts'

/** What the engine's answers are about: books and assets as they were loaded. */
export interface WatchedBooks {
  readonly bookIds: readonly ClientBookId[]
  readonly assets: readonly AssetId[]
  readonly columnOf: ReadonlyMap<AssetId, number>
}
export const NOTHING_LOADED: WatchedBooks = { bookIds: [], assets: [], columnOf: new Map() }

/** What a report of the engine says, with names. */
export interface DriftNews {
  readonly breached: readonly BandCrossing[]
  readonly cured: readonly BandCrossing[]
  readonly unable: readonly { readonly bookId: ClientBookId; readonly why: string }[]
  readonly able: readonly ClientBookId[]
}

/** Which client books are out of their bands and which can't be checked, with the reason; kept up by news alone. */
export class DriftStanding {
  readonly #breaches = new Map<ClientBookId, BandCrossing>()
  readonly #unable = new Map<ClientBookId, string>()

  /** Out of their bands, as far as they can be checked, with the line that was told. */
  get breached(): readonly BandCrossing[] {
    return [...this.#breaches.values()].filter(({ bookId }) => !this.#unable.has(bookId))
  }
  /** Reason of every client book that can't be checked. */
  get unable(): ReadonlyMap<ClientBookId, string> {
    return this.#unable
  }

  take(report: DriftReport, { bookIds, assets }: WatchedBooks): DriftNews {
    const risky = assets.filter((asset) => !isSettlementAsset(asset))
    const lines = [...risky, CASH]
    const columns = [...risky, ...assets.filter(isSettlementAsset)]
    const news: DriftNews = {
      breached: listCrossings(report.newlyBreached, bookIds, lines),
      cured: listCrossings(report.newlyCured, bookIds, lines),
      unable: Array.from(report.newlyUnable.book, (book, k) => ({
        bookId: bookIds[book]!,
        why: whyUnable(columns, report.newlyUnable.column[k]!),
      })),
      able: Array.from(report.newlyAble, (book) => bookIds[book]!),
    }
    for (const { bookId, why } of news.unable) this.#unable.set(bookId, why)
    for (const bookId of news.able) this.#unable.delete(bookId)
    for (const crossing of news.breached) this.#breaches.set(crossing.bookId, crossing)
    for (const { bookId } of news.cured) this.#breaches.delete(bookId)
    return news
  }

  /** Everything was loaded anew, and will be told anew. */
  clear(): void {
    this.#breaches.clear()
    this.#unable.clear()
  }
}
