import type { ClientBookId } from '../../core/client-book.ts'
import type { DeskStore, UnfinishedWay } from '../../core/contracts/store.ts'

/**
 * Ways that a trade rate has gone a part of, one per client book at most: a mirror of the store, which knows from the
 * journal what the last executed proposal left.
 */
export class UnfinishedWays {
  readonly #store: Pick<DeskStore, 'unfinishedWays'>
  readonly #ways: Map<ClientBookId, UnfinishedWay>
  /** Day of the market on which each was asked for last; after a restart once more on the same day at most. */
  readonly #askedOn = new Map<ClientBookId, number>()

  constructor(store: Pick<DeskStore, 'unfinishedWays'>) {
    this.#store = store
    this.#ways = new Map(store.unfinishedWays().map((way) => [way.bookId, way]))
  }

  of(bookId: ClientBookId): UnfinishedWay | undefined {
    return this.#ways.get(bookId)
  }

  /** After what becomes of a proposal of the book was recorded. */
  refresh(bookId: ClientBookId): void {
    const [way] = this.#store.unfinishedWays(bookId)
    if (way === undefined) this.#ways.delete(bookId)
    else this.#ways.set(bookId, way)
  }

  /** Ways of which a part was gone on an earlier day of the market, and no other was asked for on this one. */
  due(day: number): readonly UnfinishedWay[] {
    if (this.#ways.size === 0) return []
    return [...this.#ways.values()].filter(
      ({ bookId, tradedOn }) => tradedOn < day && (this.#askedOn.get(bookId) ?? -1) < day,
    )
  }

  asked(bookId: ClientBookId, day: number): void {
    this.#askedOn.set(bookId, day)
  }
}
