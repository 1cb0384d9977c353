import type { ClientBookId } from '../../../core/client-book.ts'
import type { ChainReport, DecisionQuery, DecisionRecord, StoreError } from '../../../core/contracts/store.ts'
import { type Failure, fail, ok, type Result } from '../../../core/result.ts'
import type { Millis } from '../../../core/units.ts'
import { type OpenedReader, openReader } from '../open-reader.ts'
import { errorCode, errorText } from '../sqlite.ts'
import {
  type ClientBookHistory,
  type OpenOrder,
  type OrderHistory,
  type OrderRecords,
  readClientBook,
  readOpenOrders,
  readOrder,
  readOrders,
} from './history-records.ts'

export type ReadFailure = Failure<'unreadable'>

/**
 * The read-only side of the store, in a thread of its own: what it takes to answer does not hold up the desk. Each
 * answer is one look: all of it from the same moment, everything that was committed before the question included.
 */
export class HistoryEngine {
  #reader: OpenedReader | null = null

  open(folder: string, migrationsDir: string): Result<null, StoreError> {
    const opened = openReader(folder, migrationsDir)
    if (!opened.ok) return opened
    this.#reader = opened.value
    return ok(null)
  }

  orders(newestPlans: number): Result<readonly OrderRecords[], ReadFailure> {
    return this.read(({ store }) => readOrders(store, newestPlans))
  }

  openOrders(): Result<readonly OpenOrder[], ReadFailure> {
    return this.read(({ store }) => readOpenOrders(store))
  }

  order(parentId: string): Result<OrderHistory | null, ReadFailure> {
    return this.read(({ store }) => readOrder(store, parentId))
  }

  clientBook(bookId: ClientBookId, salesFrom?: Millis): Result<ClientBookHistory, ReadFailure> {
    return this.read(({ store }) => readClientBook(store, bookId, salesFrom))
  }

  decisions(bookId: ClientBookId, query: DecisionQuery): Result<readonly DecisionRecord[], ReadFailure> {
    return this.read(({ store }) => store.decisionsOf(bookId, query))
  }

  /** The whole journal is read and replayed: seconds for a long one. */
  verify(): Result<ChainReport, StoreError | ReadFailure> {
    const report = this.read((reader) => reader.verify())
    return report.ok ? report.value : report
  }

  /** A file that can't be read is expected of disks; anything else that is thrown is a bug. */
  protected read<T>(look: (reader: OpenedReader) => T): Result<T, ReadFailure> {
    const reader = this.#reader
    if (reader === null) return fail('unreadable', 'the store was not opened')
    try {
      return ok(reader.inOneLook(() => look(reader)))
    } catch (error) {
      if (!errorCode(error).startsWith('SQLITE_')) throw error
      return fail('unreadable', `the data file can't be read: ${errorText(error)}`)
    }
  }
}
