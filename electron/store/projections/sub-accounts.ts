import { ensureDefined } from '../../../core/assert.ts'
import { HOUSE, OMNIBUS, type SubAccountId, type VenueAccountId } from '../../../core/client-book.ts'
import type { Database } from '../sqlite.ts'

export interface SubAccounts {
  /** Where movements of a venue account land first: HOUSE of the omnibus account, the book itself where segregated. */
  landingPlace(account: VenueAccountId): SubAccountId
  /** The venue account a client book is kept in. */
  accountOf(bookId: SubAccountId): VenueAccountId
}

export function createSubAccounts(database: Database): SubAccounts {
  const bookOfAccount = database.prepare('SELECT book_id AS id FROM client_book WHERE account = ?')
  const accountOfBook = database.prepare('SELECT account AS id FROM client_book WHERE book_id = ?')
  return {
    landingPlace(account) {
      if (account === OMNIBUS) return HOUSE
      return ensureDefined(
        bookOfAccount.get(account) as { id: string } | undefined,
        `a client book of account ${account}`,
      ).id
    },
    accountOf: (bookId) =>
      ensureDefined(accountOfBook.get(bookId) as { id: string } | undefined, `client book ${bookId}`).id,
  }
}
