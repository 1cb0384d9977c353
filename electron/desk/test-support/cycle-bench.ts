import { afterEach } from 'vitest'
import type { Proposal } from '../../../core/proposal.ts'
import { planNeeded, reviewOpen } from '../cycle.ts'
import { type BenchBook, bookOf, DeskBench, TOO_MUCH_BTC } from './desk-bench.ts'

const benches: DeskBench[] = []
afterEach(() => {
  for (const bench of benches.splice(0)) bench.close()
})

/** A desk of the books given, one with too much BTC unless said otherwise; it is closed after the test. */
export function openDesk(
  books: readonly BenchBook[] = [{ book: bookOf('anna'), holdings: TOO_MUCH_BTC }],
  settings: ConstructorParameters<typeof DeskBench>[1] = {},
): DeskBench {
  const bench = new DeskBench(books, settings)
  benches.push(bench)
  return bench
}

const ids = (bench: DeskBench): readonly string[] => bench.world.books.map((book) => book.id)
/** One turn of planning over all books, or the candidates given. */
export const plan = (bench: DeskBench, candidates: readonly string[] = ids(bench)): Promise<readonly Proposal[]> =>
  planNeeded(candidates, bench.view(), bench.deps)
/** One turn of looking after what is open. */
export const review = (bench: DeskBench, releasing: readonly string[] = [], cameBack: readonly string[] = []): void =>
  reviewOpen(bench.view(), bench.deps, new Set(releasing), new Set(cameBack))
