import type { DeskSnapshot } from '../../core/contracts/monitor-view.ts'
import type { FakeFirm } from './fake-firm.ts'

/** Who and what the firm is: what a snapshot says that no tick changes. */
export function fakeRoster(firm: FakeFirm): Pick<DeskSnapshot, 'assets' | 'models' | 'books'> {
  return {
    assets: firm.assets.map(({ id }) => id),
    models: firm.models.map(({ id, name, version }, index) => ({
      id,
      name,
      version,
      books: firm.books.filter(({ model }) => model === index).length,
    })),
    books: firm.books.map(({ book, model }) => ({
      bookId: book.id,
      clientId: book.clientId,
      clientName: book.clientName,
      tier: book.tier,
      modelId: book.modelId,
      modelName: firm.models[model]!.name,
      segregated: book.custody.kind === 'segregated',
    })),
  }
}
