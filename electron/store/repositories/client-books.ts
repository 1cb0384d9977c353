import type { ClientBook } from '../../../core/client-book.ts'
import { OMNIBUS, type VenueAccountId } from '../../../core/client-book.ts'
import type { ModelPortfolio } from '../../../core/model-portfolio.ts'
import { clientBook, modelPortfolio } from '../codec/entity-schemas.ts'
import { decodeEntity } from '../codec/payload-codec.ts'
import type { Database } from '../sqlite.ts'

/** Client books, the accounts they are kept in, and the model portfolios they follow. */
export function createClientBookRepository(database: Database) {
  const books = database.prepare('SELECT content FROM client_book ORDER BY book_id')
  const newestModels = database.prepare(
    `SELECT content FROM model_portfolio AS one
     WHERE version = (SELECT max(version) FROM model_portfolio WHERE model_id = one.model_id) ORDER BY model_id`,
  )
  const accounts = database.prepare(
    'SELECT DISTINCT account AS id FROM client_book WHERE account <> ? ORDER BY account',
  )
  return {
    models: (): readonly ModelPortfolio[] =>
      (newestModels.all() as { content: string }[]).map((row) => decodeEntity(modelPortfolio, row.content)),
    clientBooks: (): readonly ClientBook[] =>
      (books.all() as { content: string }[]).map((row) => decodeEntity(clientBook, row.content)),
    /** The omnibus account first, then every segregated one. */
    venueAccounts: (): readonly VenueAccountId[] => [
      OMNIBUS,
      ...(accounts.all(OMNIBUS) as { id: string }[]).map((row) => row.id),
    ],
  }
}
