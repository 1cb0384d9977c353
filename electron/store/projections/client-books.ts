import { assert } from '../../../core/assert.ts'
import { accountOf, type ClientBook, HOUSE } from '../../../core/client-book.ts'
import { clientBook } from '../codec/entity-schemas.ts'
import { encodeEntity } from '../codec/payload-codec.ts'
import type { CreateProjection } from './projection.ts'

/** Client books as they are now. */
export const createClientBooksProjection: CreateProjection = (database) => {
  const insert = database.prepare('INSERT INTO client_book (book_id, account, content) VALUES (?, ?, ?)')
  const update = database.prepare('UPDATE client_book SET account = ?, content = ? WHERE book_id = ?')
  const accountNow = database.prepare('SELECT account FROM client_book WHERE book_id = ?')
  const anyModel = database.prepare('SELECT 1 FROM model_portfolio WHERE model_id = ? LIMIT 1')
  const anyHolding = database.prepare('SELECT 1 FROM holding WHERE sub_account = ? LIMIT 1')

  const check = (book: ClientBook): void => {
    assert(book.id !== HOUSE, `a client book can't be called "${HOUSE}"`)
    assert(
      anyModel.get(book.modelId) !== undefined,
      `client book ${book.id} follows model ${book.modelId}, there is none`,
    )
  }
  return {
    apply(fact) {
      if (fact.type === 'client-book-opened') {
        const { book } = fact.payload
        check(book)
        assert(accountNow.get(book.id) === undefined, `client book ${book.id} is open already`)
        insert.run(book.id, accountOf(book), encodeEntity(clientBook, book))
      } else if (fact.type === 'client-book-changed') {
        const { book } = fact.payload
        check(book)
        const row = accountNow.get(book.id) as { account: string } | undefined
        assert(row !== undefined, `client book ${book.id} is not there`)
        assert(
          row.account === accountOf(book) || anyHolding.get(book.id) === undefined,
          `client book ${book.id} has holdings in account ${row.account}: its custody can't change before they are moved`,
        )
        update.run(accountOf(book), encodeEntity(clientBook, book), book.id)
      }
    },
  }
}
